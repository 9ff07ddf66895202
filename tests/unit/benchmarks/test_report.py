"""What the benchmarks found becomes a page that says what was met, what was missed and why."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from benchmarks.measures import Measure, Taken, load
from benchmarks.promises import PROMISES
from benchmarks.report import met, number, render

if TYPE_CHECKING:
    from pathlib import Path

P50, OVER = PROMISES[0], next(one for one in PROMISES if one.over)


def taken(*measures: Measure, quick: bool = False, benchmark: str = "log_cost") -> Taken:
    return Taken(
        benchmark=benchmark,
        at="2026-01-02T03:04:05+00:00",
        took_s=61.5,
        quick=quick,
        machine={"processor": "a processor, 2 cores", "python": "3.11.7"},
        load=(0.5, 1.5),
        versions={"runlake": "0.1.0", "wandb": "0.31.0"},
        size={"calls": 20_000},
        measures=measures,
    )


def ours(*values: float) -> Measure:
    return Measure(P50.figure, "runlake", values, "20,000 calls")


def row_of(page: str, says: str) -> list[str]:
    [line] = [line for line in page.splitlines() if line.startswith(f"| {says} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


class TestAPromise:
    def test_that_is_kept_stands_with_its_peers_and_their_ratio(self) -> None:
        page = render([taken(ours(4.0, 5.0, 3.0), Measure(P50.figure, "wandb", (160.0,), "20,000 calls"))])

        assert row_of(page, P50.says) == [
            "`log()` of 5 metrics, p50",
            "≤ 5 µs",
            "4 [3 to 5] (20,000 calls)",
            "met",
            "W&B 160",
            "W&B 40",
        ]
        assert "Why it was missed" not in page

    def test_that_is_missed_says_why(self) -> None:
        page = render([taken(ours(6.0))])

        assert row_of(page, P50.says)[3] == "**missed**"
        assert f"- **{P50.says}.** {P50.missed}" in page

    def test_that_was_not_measured_says_so(self) -> None:
        assert row_of(render([]), P50.says)[2] == "not measured"

    def test_of_a_ratio_is_judged_by_the_ratio(self) -> None:
        found = {(P50.figure, "runlake"): ours(10.0), (P50.figure, "wandb"): Measure(P50.figure, "wandb", (150.0,))}

        assert met(OVER, found) is False
        assert met(dataclasses.replace(OVER, limit=15), found) is True

    def test_beside_a_peer_that_did_less_has_a_lower_bound(self) -> None:
        theirs = Measure(P50.figure, "mlflow", (400.0,), "500 calls", same=False)
        cells = row_of(render([taken(ours(4.0), theirs)]), P50.says)

        assert cells[4:] == ["MLflow 400 (500 calls)", "MLflow over 100"]


class TestThePage:
    def test_says_where_and_when(self) -> None:
        page = render([taken(ours(4.0))])

        assert "| `log_cost` | 2026-01-02 03:04 | 62 s | 0.5, 1.5 | calls 20000 |" in page
        assert "Machine: a processor, 2 cores; 3.11.7" in page
        assert "Versions: runlake 0.1.0, wandb 0.31.0." in page

    def test_warns_of_figures_that_only_tried_the_code(self) -> None:
        assert "Nothing is to be concluded from log_cost" in render([taken(ours(4.0), quick=True)])

    @pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (0.0213, "0.0213"), (4.254, "4.25"), (12345.6, "12,346")])
    def test_writes_three_digits(self, value: float, text: str) -> None:
        assert number(value) == text


class TestWhatWasTaken:
    def test_is_read_back_as_it_was(self, tmp_path: Path) -> None:
        both = [taken(ours(4.0, 5.0), benchmark="a"), taken(benchmark="b", quick=True)]
        for one in both:
            one.save(tmp_path)

        assert load(tmp_path) == both
