"""Every promise is shown by a benchmark, and the page that is kept says what the kept figures say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import benchmarks.__main__ as command
from benchmarks.measures import OURS, load
from benchmarks.promises import BENCHMARKS, PROMISES
from benchmarks.report import render

HERE = Path(command.__file__).parent
PROMISED = {
    "log.p50": "cost of log(), also as a multiple of W&B's",
    "log.p99": "cost of log()",
    "log.cpu": "cost until in the tables",
    "kill.lost": "lost by kill -9",
    "kill.doubled": "doubled by recovery",
    "writers.lost": "64 writers",
    "writers.failed": "64 writers",
    "writers.doubled": "64 writers",
    "short.per_s": "short runs",
    "short.together": "8 processes",
    "bytes.point": "bytes per point",
    "visible.here": "visible on the writer's machine",
    "visible.elsewhere": "visible elsewhere",
    "table.small": "20,000 runs",
    "table.large": "100,000 runs",
    "page.table": "100,000 runs in the page",
    "table.frame": "1,000 runs as a frame",
    "series.long": "a series of a million points",
    "series.many": "50 series",
    "start.import": "import",
    "start.first_log": "first log()",
} | {
    f"clicks.{store}_{what}": "from a click to the settled page"
    for store in ("sample", "large")
    for what in ("filter", "sort", "run", "compare10", "compare1000", "parallel")
}


def test_every_promise_has_a_figure() -> None:
    assert {one.figure for one in PROMISES} == set(PROMISED)


@pytest.mark.parametrize("name", BENCHMARKS)
class TestABenchmark:
    def test_names_the_figures_that_its_promises_need(self, name: str) -> None:
        tree = ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        needed = {one.figure for one in PROMISES if one.benchmark == name}

        # a figure may be put together from what its name begins with and the rest
        assert [f for f in needed if f not in texts and f.partition(".")[0] + "." not in texts] == []

    def test_says_what_it_promises_and_how_to_run_it(self, name: str) -> None:
        text = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))) or ""

        assert text.startswith("Promise")
        assert f"python -m benchmarks.{name}" in text

    def test_is_explained(self, name: str) -> None:
        assert f"`{name}.py`" in (HERE / "README.md").read_text(encoding="utf-8")


def test_the_page_is_what_its_figures_say() -> None:
    assert (HERE / "RESULTS.md").read_text(encoding="utf-8") == render(load(HERE / "results"))


def test_the_kept_figures_are_no_mere_trial() -> None:
    kept = load(HERE / "results")

    assert {one.benchmark for one in kept} <= set(BENCHMARKS)
    assert [one.benchmark for one in kept if one.quick] == []
    assert all(any(m.tracker == OURS for m in one.measures) for one in kept)
