"""What is promised, by what figure of which benchmark it is shown, and why some of it is missed.

The notes are kept by hand: the renderer prints one below the table where its promise was missed, and
under "what to know" where it was kept. Change a note when a measurement proves it wrong.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, its figure and its limit.

    Attributes:
        says: the promise in words, without its limit.
        figure: `Measure.figure` that shows it.
        benchmark: module that takes the figure.
        limit: the most that the figure may be, or the least where `at_least`.
        unit: of figure and limit.
        over: the tracker whose figure has to be `limit` times Runlake's, where the promise is a ratio.
        lower_is_better: how the peers' ratio is to be taken.
        also: figures of Runlake's own that belong beside it, with what they are.
        missed: why it was missed and what would reach it.
        know: what the figure does not say.
    """

    says: str
    figure: str
    benchmark: str
    limit: float
    unit: str
    at_least: bool = False
    over: str = ""
    lower_is_better: bool = True
    also: tuple[tuple[str, str], ...] = ()
    missed: str = ""
    know: str = ""


_CAPTURE = (
    "A background thread records code, packages and machine during the first tenth of a second of a run, and the"
    " ingester starts and imports for a second of CPU; calls made meanwhile share interpreter and cores with them."
)

_SETTLED = {
    "filter": "filter the runs",
    "sort": "sort the runs",
    "run": "open a run",
    "compare10": "compare 10 runs",
    "compare1000": "compare 1,000 runs, or all",
    "parallel": "parallel coordinates of 10,000 runs, or all",
}
_BARE = (
    "Beside it is what Streamlit takes to go to a page with the picture of a run and nothing else: a page has some fifty"
    " elements more. The server's CPU is less than a third of the time; the rest is the browser's, which shares the two"
    " cores with it: React lays the elements out, Plotly draws, and each grid draws twice. Fewer elements on a page, or a"
    " server on a machine of its own, would shorten it."
)
_DRAWN = "It is between 180 and 360 ms, with the load of the machine; half of it is the grid, which draws its new rows twice."


def _clicks() -> tuple[Promise, ...]:
    """From a click to the settled page, on the sample and on a large store."""
    return tuple(
        Promise(
            f"from a click to the settled page, {of}: {says}",
            f"clicks.{store}_{what}",
            "clicks",
            limit,
            "ms",
            also=(
                (f"clicks.{store}_{what}_kb", "kB sent"),
                (f"clicks.{store}_{what}_cpu", "ms of the server's CPU"),
                *([(f"clicks.{store}_bare", "ms Streamlit with one picture alone")] if what in _PICTURED else []),
                *([(f"clicks.{store}_users", "ms each of ten browsers at once")] if what == "filter" else []),
            ),
            missed=_BARE if what in _PICTURED else _DRAWN,
        )
        for store, of, limit in (("sample", "the sample store", 300), ("large", "100,000 runs", 1000))
        for what, says in _SETTLED.items()
    )


_PICTURED = ("run", "compare10", "compare1000", "parallel")

PROMISES: tuple[Promise, ...] = (
    Promise(
        "`log()` of 5 metrics, p50",
        "log.p50",
        "log_cost",
        5,
        "µs",
        also=(
            ("log.p50_early", "µs in the first 20,000 calls of a run"),
            ("log.durable", "µs a call until `finish()` has returned"),
        ),
        missed="The same code has been measured between 4.1 and 8.9 µs within a day, with the load of the machine; the"
        " bare `os.write` beside it in `results/log_cost.json` shows how busy it was. Encoding already happens in C.",
    ),
    Promise(
        "`log()` of 5 metrics, p99",
        "log.p99",
        "log_cost",
        50,
        "µs",
        also=(("log.p99_early", "µs in the first 20,000 calls of a run"),),
        missed="It has been 10 to 17 µs on a quiet machine.",
        know=_CAPTURE,
    ),
    Promise(
        "`log()` of 5 metrics, p50: W&B offline by Runlake",
        "log.p50",
        "log_cost",
        20,
        "times",
        at_least=True,
        over="wandb",
        missed="See the p50.",
    ),
    Promise(
        "CPU of all processes per call until it is in the tables",
        "log.cpu",
        "log_cost",
        10,
        "µs",
        also=(("log.cpu_with_start", "with the start of the ingester"),),
        missed="Profiled, 7 to 8 µs are the call itself with its share of opening, preallocating and syncing segments, and"
        " 6 the ingester's: 3 reading records back one by one in Python, 3 sorting, summing up and compressing five"
        " points. Reading the records of a series in one block instead would save most of the first three.",
        know="The ingester's start, which imports Polars and deltalake for about a second of CPU at low priority, is"
        " left out as the imports of the peers are. It is paid once per machine and store while anything logs"
        " there, not once per run; spread over the calls of a single short training it is many times the rest.",
    ),
    Promise(
        "calls that had returned, lost by `kill -9`",
        "kill.lost",
        "loss",
        0,
        "calls",
        also=(("kill.doubled", "rows there twice"),),
        know="`RUNLAKE_KILLS=100 pytest -s tests/crash/test_kill.py` kills 300 trainings and their recoveries as"
        " well, one, four and sixteen at a time, and checks every row; it has to pass before a release. MLflow's"
        " figure is over few calls, as it returns from some hundred a second.",
    ),
    Promise("rows there twice after `kill -9` and recovery", "kill.doubled", "loss", 0, "rows"),
    Promise(
        "64 writers at once on one store: calls lost",
        "writers.lost",
        "writers",
        0,
        "calls",
        also=(("writers.per_s", "calls a second"), ("writers.settled", "s until all is in the tables")),
        know="The peers' writers make far fewer calls than Runlake's, and MLflow has fewer writers.",
    ),
    Promise("64 writers at once on one store: calls failed", "writers.failed", "writers", 0, "calls"),
    Promise("64 writers at once on one store: rows there twice", "writers.doubled", "writers", 0, "rows"),
    Promise(
        "short runs (12 params, 3 tags, 100 points), one process",
        "short.per_s",
        "short_runs",
        200,
        "runs/s",
        at_least=True,
        lower_is_better=False,
        also=(("short.settled", "s until all of them are in the tables"),),
        missed="A run is 5 to 6 ms of CPU in its process, of which 1 ms is waiting for its background thread, and two"
        " writes are synced at its end. The ingester is not what costs: with it off the figure is the same, 147 to 163"
        " against 155 to 162 in one sitting. It takes less work per run: fewer files made for each, or a journal that"
        " several runs share.",
    ),
    Promise(
        "8 processes, 20 short runs each, one store",
        "short.together",
        "short_runs",
        1,
        "s",
        missed="160 runs are about 1.3 s of CPU, and two cores have two seconds of it to give in one; the ingester"
        " takes its share. What makes short runs cheaper makes these cheaper.",
    ),
    Promise(
        "bytes per metric point, compacted",
        "bytes.point",
        "storage",
        6,
        "bytes",
        also=(
            ("bytes.point_random", "with random doubles"),
            ("bytes.appended", "before compaction"),
            ("bytes.data", "the data files of all tables"),
        ),
        missed="The values take most of it. Fewer decimals would, and so would a value type of 32 bits, which would"
        " not keep what was logged.",
        know="Smaller stores take more, as a file has its footer; replaced files stay until `runlake vacuum`.",
    ),
    Promise(
        "a new point in the dashboard, on the writer's machine",
        "visible.here",
        "visible",
        5,
        "s",
        missed="The page looks every 2 s; on a loaded machine its own run is the rest.",
        know="The median counts; the longest stands beside it.",
    ),
    Promise(
        "a new point in the dashboard, on another machine",
        "visible.elsewhere",
        "visible",
        65,
        "s",
        missed="All processes of a machine close their segments once a minute, and the ingester waits some seconds for"
        " the last of them; more is the machine's load.",
        know="The other machine is a second dashboard here that cannot see the journals.",
    ),
    Promise(
        "filter, order, first 100 of 20,000 runs, every column",
        "table.small",
        "run_table",
        20,
        "ms",
        also=(
            ("table.small_cpu", "ms of CPU"),
            ("table.small_new", "ms in a new process"),
            ("table.small_peak_mib", "MiB at its peak"),
        ),
        missed="Filter and order are quick; building 100 rows of every key that one of those runs has is the rest: with"
        " `columns=` it takes less.",
    ),
    Promise(
        "filter, order, first 100 of 100,000 runs x 30 columns",
        "table.large",
        "run_table",
        100,
        "ms",
        also=(
            ("table.large_cpu", "ms of CPU"),
            ("table.large_new", "ms in a new process"),
            ("table.large_peak_mib", "MiB at its peak"),
        ),
        missed="A question of 30 columns is about a hundred small Polars queries, each over the rows of one key, and"
        " they are nearly all of its time. Asking for all columns in one query would save what each costs at least,"
        " and let the cores share the work.",
        know="MLflow and Trackio were not loaded with 100,000 runs.",
    ),
    Promise(
        "the same in the page, from the Enter key",
        "page.table",
        "page",
        300,
        "ms",
        also=(("page.table_first", "ms for the first filter"),),
        missed="The page asks for the number of runs by status, the number that fit and the rows, each of which is a"
        " pass over 100,000 runs, and then sends the table. One pass that answers all three would do.",
    ),
    Promise(
        "1,000 runs with params and last metrics as a frame",
        "table.frame",
        "run_table",
        30,
        "ms",
        also=(("table.frame_cpu", "ms of CPU"),),
        missed="See the first 100 of 20,000 runs.",
    ),
    Promise(
        "one series of a million points",
        "series.long",
        "series",
        50,
        "ms",
        also=(("series.long_cpu", "ms of CPU"), ("series.long_new", "ms in a new process")),
        missed="Reading the five columns of the answer is 50 ms of CPU on a quiet machine with two cores; more is its load.",
    ),
    Promise(
        "50 series of 10,000 points",
        "series.many",
        "series",
        50,
        "ms",
        also=(("series.many_cpu", "ms of CPU"), ("series.many_new", "ms in a new process")),
        missed="The points asked for are a quarter of those in the file, and every row group has some, so two million"
        " rows are looked at: 43 of the milliseconds, of which 13 compare run ids. Row groups that end where a run"
        " ends would let a reader skip by their statistics, and files sorted by key before run would read less.",
    ),
    Promise(
        "`import runlake`",
        "start.import",
        "startup",
        100,
        "ms",
        missed="It is about 20 ms of CPU, its bytecode at hand; more is the machine's load.",
    ),
    Promise(
        "process start to the first `log()` returned",
        "start.first_log",
        "startup",
        150,
        "ms",
        missed="About 20 ms is the interpreter, 20 ms `import runlake`, 10 ms `start_run` itself, and some 100 ms of CPU"
        " what `start_run` imports: msgspec, logging, tokenize and ast among it. Importing the capture of code and"
        " environment in the thread that does it would take most of that out of the way.",
    ),
    *_clicks(),
)
BENCHMARKS = tuple(dict.fromkeys(one.benchmark for one in PROMISES))
