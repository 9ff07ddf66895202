"""`runlake runs --group-by`: groups of runs instead of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.cli.formats import Result, aligned, plain, write
from runlake.cli.formats.text import counted
from runlake.cli.reading import say_pending, snapshot

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import polars as pl

    from runlake.query import Lake
    from runlake.query.varying import Varying

SCHEMA = "runlake.groups/1"
_SHOWN = {"mean": "mean", "ci_half": "± 95 %", "sd": "sd", "median": "median", "min": "min", "max": "max"}
_REST = "choose metrics with --columns, or use --format csv"


def add_grouping(parser: argparse.ArgumentParser) -> None:
    """Add `--group-by` and `--leave-out`."""
    parser.add_argument(
        "--group-by",
        metavar="KEY,...",
        help="one row per group of runs that agree in these columns, with n, mean, interval and spread of the metrics "
        "that --columns names; all-but-seed takes every parameter that varies but seeds and folds",
    )
    parser.add_argument("--leave-out", metavar="KEY,...", help="columns that all-but-seed is not to take")


def print_groups(
    lake: Lake,
    args: argparse.Namespace,
    *,
    by: Sequence[str],
    metrics: Sequence[str] | None,
    left_out: Sequence[str],
) -> None:
    """Print groups of the runs that the arguments mean."""
    which = {"where": args.where, "experiment": args.experiment, "deleted": args.deleted}
    found = lake.grouped(by, metrics, order_by=args.order_by, limit=args.limit, leave_out=left_out, **which)
    keys = found.columns[: found.columns.index("n")]

    def text(columns: int | None) -> str:
        return "\n".join([table(found, columns), *_uncounted(found), *_remarks(lake, which, by, keys)])

    write(Result(SCHEMA, frame=found, snapshot=snapshot(lake), text=text), args.format, args.output)
    say_pending(lake)


def table(found: pl.DataFrame, columns: int | None) -> str:
    """Lay out groups for people: the keys, how many runs, and where their numbers lie.

    Args:
        found: as `Lake.grouped` gives it.
        columns: width of the terminal; None does not limit it.
    """
    if found.is_empty():
        return "no runs"
    keys = found.columns[: found.columns.index("n")]
    states = [name for name in ("running", "failed", "killed") if found[name].sum()]
    heads, columns_of = [*keys, "n", *states], [found[name].to_list() for name in (*keys, "n", *states)]
    metrics = _metrics(found)
    for metric in metrics:
        for how, word in _SHOWN.items():
            heads.append(word if len(metrics) == 1 and how != "mean" else f"{word}({metric})")
            columns_of.append(found[f"{how}({metric})"].to_list())
    rows = list(zip(*columns_of, strict=True))
    return aligned(heads, rows, columns=columns, rest=_REST)


def _metrics(found: pl.DataFrame) -> list[str]:
    # Keys come before the counts, so that one that is called like a statistic is not taken for one.
    told = found.columns[found.columns.index("killed") + 1 :]
    return [name[len("mean(") : -1] for name in told if name.startswith("mean(")]


def _uncounted(found: pl.DataFrame) -> list[str]:
    """Say which runs count in no mean."""
    said = []
    total = int(found["n"].sum())
    for metric in _metrics(found):
        missing, other = (found[f"{how}({metric})"].sum() for how in ("missing", "not_finite"))
        parts = [f"{missing:,} without a value"] * bool(missing) + [f"{other:,} with NaN or an infinity"] * bool(other)
        if parts:
            said.append(f"not in the numbers of {plain(metric)}: {' and '.join(parts)}, of {counted(total, 'run')}")
    return said


def _remarks(lake: Lake, which: dict[str, object], by: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Say what `all-but-seed` came to, what keeps groups from forming, and what their runs do not share."""
    from runlake.query.grouped import ALL_BUT_SEED, mixed
    from runlake.query.runs import Question, chosen
    from runlake.query.varying import varying

    rows = chosen(lake.folded, Question(**which), now=lake.now)[0]  # type: ignore[arg-type]  # as given to `grouped`
    said = told(varying(lake.folded, rows), keys) if ALL_BUT_SEED in by else []
    mix = mixed(lake.folded, rows, keys)
    return [*said, *([f"runs of one group differ in {', '.join(mix)}"] if mix else [])]


def told(found: Varying, keys: Sequence[str]) -> list[str]:
    """Say which parameters are left out as seeds, and which of the keys are a run's own."""
    said = [f"left out as seeds: {', '.join(map(plain, found.seeds))}"] if found.seeds else []
    own = [name for name in found.own if name in keys]
    if own:
        names = ",".join(f'"{name}"' if "," in name else name for name in map(plain, own))
        said.append(f"each run has its own {', '.join(map(plain, own))}: --leave-out {names} lets groups form")
    return said
