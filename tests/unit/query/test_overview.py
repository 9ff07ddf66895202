from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from builders import START, Logged, a_lake, a_run, at
from runlake.ids import experiment_id
from runlake.query.overview import DAYS, overview

if TYPE_CHECKING:
    from runlake.query import Lake

DAY = 86_400.0
NUMBERS = ("runs", "running", "finished", "failed", "killed")


def declares(path: str, /, **fields: object) -> Logged:
    return Logged().add("experiments", at=900, writer=f"by {path}", experiment_id=experiment_id(path), **fields)


def best(lake: Lake, path: str = "demo") -> tuple[str | None, float | None]:
    [row] = overview(lake).experiments.filter(pl.col("path") == path).to_dicts()
    return row["best_run_id"], row["best_value"]


class TestTheBestRun:
    @pytest.mark.parametrize(
        ("declared", "expected"),
        [
            ({"direction": "maximize", "reducer": "last"}, ("b", 3.0)),
            ({"direction": "maximize", "reducer": "max"}, ("a", 9.0)),
            ({"direction": "maximize", "reducer": "min"}, ("b", 2.0)),
            ({"direction": "maximize", "reducer": "mean"}, ("a", 4.0)),
            ({"direction": "minimize", "reducer": "last"}, ("a", 2.0)),
            ({"direction": "minimize", "reducer": "max"}, ("b", 4.0)),
            ({"direction": "maximize"}, ("a", 9.0)),
            ({"direction": "minimize"}, ("a", 1.0)),
            ({"direction": "minimize", "reducer": ""}, ("a", 1.0)),
        ],
    )
    def test_is_by_what_is_declared(self, declared: dict[str, str], expected: tuple[str, float]) -> None:
        runs = a_run("a", metrics={"loss": [1.0, 9.0, 2.0]}), a_run("b", metrics={"loss": [2.0, 4.0, 3.0]})
        lake = a_lake(*runs, declares("demo", primary_metric="loss", **declared))

        assert best(lake) == expected

    @pytest.mark.parametrize(
        "declared",
        [
            {},
            {"primary_metric": "loss"},
            {"direction": "minimize"},
            {"primary_metric": "", "direction": "minimize"},
            {"primary_metric": "loss", "direction": "sideways"},
            {"primary_metric": "loss", "direction": "minimize", "reducer": "median"},
            {"primary_metric": "never logged", "direction": "minimize"},
        ],
    )
    def test_is_none_where_nothing_decides(self, declared: dict[str, str]) -> None:
        lake = a_lake(a_run("a", metrics={"loss": [1.0]}), declares("demo", **declared))

        assert best(lake) == (None, None)

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_has_a_finite_number(self, value: float) -> None:
        runs = a_run("a", metrics={"loss": [value]}), a_run("b", metrics={"loss": [5.0]})
        ways = [declares("demo", primary_metric="loss", reducer="last", direction=d) for d in ("minimize", "maximize")]

        assert [best(a_lake(*runs, way)) for way in ways] == [("b", 5.0)] * 2

    def test_of_equal_ones_is_the_newest_as_in_the_run_table(self) -> None:
        runs = [a_run(name, started=second, metrics={"f1": [0.5]}) for name, second in (("a", 1), ("c", 9), ("b", 9))]
        lake = a_lake(*runs, declares("demo", primary_metric="f1", direction="maximize"))

        first = lake.runs(order_by="metrics.f1.max desc", limit=1)["run_id"].item()
        assert best(lake)[0] == first == "b"

    def test_is_by_stated_results_where_no_run_has_such_a_series(self) -> None:
        runs = [a_run(name, results={"auc": value}) for name, value in (("a", 0.7), ("b", 0.9), ("c", "good"))]
        lake = a_lake(*runs, declares("demo", primary_metric="auc", direction="maximize"))

        assert best(lake) == ("b", 0.9)

    def test_is_not_a_deleted_one(self) -> None:
        runs = a_run("a", metrics={"f1": [0.9]}, deleted=True), a_run("b", metrics={"f1": [0.1]})
        lake = a_lake(*runs, declares("demo", primary_metric="f1", direction="maximize"))

        assert best(lake) == ("b", 0.1)

    def test_is_not_looked_for_without_the_ranking(self) -> None:
        lake = a_lake(a_run(metrics={"f1": [0.9]}), declares("demo", primary_metric="f1", direction="maximize"))

        [row] = overview(lake, ranked=False).experiments.to_dicts()

        assert (row["best_run_id"], row["reducer"], row["latest_run_id"]) == (None, "max", "run-1")


class TestTheLatestRun:
    def test_is_the_first_of_the_default_order(self) -> None:
        runs = a_run("a", started=5), a_run("b", started=9), a_run("c", started=None), a_run("d", started=7)

        [row] = overview(a_lake(*runs)).experiments.to_dicts()

        assert (row["latest_run_id"], row["latest_name"], row["latest_started_at"]) == ("b", "b", at(9))


class TestTheActivity:
    def test_is_counted_by_day_up_to_the_newest_start(self) -> None:
        starts = (0, 60, -DAY, -3 * DAY, -(DAYS - 1) * DAY, -DAYS * DAY)
        lake = a_lake(*(a_run(f"run-{n}", started=start) for n, start in enumerate(starts)))

        found = overview(lake)

        counts = {DAYS - 1: 2, DAYS - 2: 1, DAYS - 4: 1, 0: 1}
        assert found.experiments["activity"].to_list() == [[counts.get(day, 0) for day in range(DAYS)]]
        assert found.until == START.date()

    def test_has_the_days_of_the_zone(self) -> None:
        late = a_run(started=11.5 * 3600)  # 23:30 in UTC, 01:30 of the next day in Helsinki

        found = [overview(a_lake(late), zone=zone).until for zone in ("UTC", "Europe/Helsinki")]

        assert [day.isoformat() for day in found if day] == ["2026-01-31", "2026-02-01"]

    def test_knows_no_start_in_the_future_and_none_that_is_not_recorded(self) -> None:
        lake = a_lake(a_run("a", started=0), a_run("b", started=900 * DAY), a_run("c", started=None))

        found = overview(lake)

        assert (found.until, found.experiments["activity"].list.sum().to_list()) == (START.date(), [1])

    def test_is_none_of_an_empty_store(self) -> None:
        found = overview(a_lake())

        assert (found.until, found.experiments.height, found.paths.height) == (None, 0, 0)


class TestAPath:
    def test_counts_what_is_below_it_and_its_own(self) -> None:
        lake = a_lake(
            a_run("1", experiment="fraud"),
            a_run("2", experiment="fraud/tuning", status="failed", started=50),
            a_run("3", experiment="fraud/tuning/deep", status="running", started=20),
            a_run("4", experiment="fraud b"),
        )

        rows = overview(lake).paths.select("path", "depth", "inner", "own", *NUMBERS, "latest_run_id").rows()

        assert rows == [
            ("fraud", 0, True, 1, 3, 1, 1, 1, 0, "2"),
            ("fraud/tuning", 1, True, 1, 2, 1, 0, 1, 0, "2"),
            ("fraud/tuning/deep", 2, False, 1, 1, 1, 0, 0, 0, "3"),
            ("fraud b", 0, False, 1, 1, 0, 1, 0, 0, "4"),
        ]

    def test_that_is_no_experiment_stands_above_those_that_are(self) -> None:
        rows = overview(a_lake(a_run(experiment="a/b"))).paths.select("path", "experiment_id", "own", "runs").rows()

        assert rows == [("a", None, 0, 1), ("a/b", experiment_id("a/b"), 1, 1)]

    def test_has_the_best_of_all_below_where_they_declare_the_same(self) -> None:
        runs = [a_run(path, experiment=f"x/{path}", metrics={"f1": [f1]}) for path, f1 in (("a", 0.2), ("b", 0.8))]
        same = {"primary_metric": "f1", "direction": "maximize"}
        empty = declares("x/empty", path="x/empty", primary_metric="other", direction="minimize")
        lake = a_lake(*runs, declares("x/a", **same), declares("x/b", **same, reducer="max"), empty)

        row = overview(lake).paths.row(0, named=True)

        assert (row["path"], row["agreed"], row["best_run_id"], row["best_value"]) == ("x", True, "b", 0.8)

    def test_has_the_best_of_its_own_where_those_below_declare_something_else(self) -> None:
        runs = a_run("own", experiment="x", metrics={"f1": [0.1]}), a_run("b", experiment="x/b", metrics={"f1": [0.8]})
        upper = declares("x", primary_metric="f1", direction="maximize")
        lower = declares("x/b", primary_metric="f1", direction="minimize")

        rows = overview(a_lake(*runs, upper, lower)).paths.select("agreed", "direction", "best_run_id").rows()

        assert rows == [(False, "maximize", "own"), (True, "minimize", "b")]

    def test_that_only_some_below_declare_for_has_no_best(self) -> None:
        runs = [a_run(path, experiment=f"x/{path}", metrics={"f1": [0.5]}) for path in ("a", "b")]
        lake = a_lake(*runs, declares("x/a", primary_metric="f1", direction="maximize"))

        assert overview(lake).paths["best_run_id"].to_list() == [None, "a", None]

    def test_is_archived_where_all_at_and_below_it_is(self) -> None:
        runs = a_run("1", experiment="x/a"), a_run("2", experiment="x/b")
        one = declares("x/a", archived=True)

        assert overview(a_lake(*runs, one)).paths["archived"].to_list() == [False, True, False]
        assert overview(a_lake(*runs, one, declares("x/b", archived=True))).paths["archived"].all()

    def test_of_nothing_known_is_none(self) -> None:
        assert overview(a_lake(a_run(experiment=None))).paths.is_empty()


def recomputed(lake: Lake, path: str) -> dict[str, Any]:
    """What the run table says of everything at and below a path, the slow way."""
    runs = lake.runs(experiment=path, columns=["run_id", "experiment", "status", "started_at", "ended_at"])
    rows = sorted(runs.to_dicts(), key=lambda r: (-r["started_at"].timestamp(), r["run_id"]))
    counts = {status: sum(r["status"] == status for r in rows) for status in NUMBERS[1:]}
    return {"runs": len(rows), **counts, "latest_run_id": rows[0]["run_id"] if rows else None}


def best_by_hand(lake: Lake, path: str, declared: dict[str, str]) -> tuple[str | None, float | None]:
    column = f"metrics.loss.{declared['reducer']}"
    order = f"{column} {'asc' if declared['direction'] == 'minimize' else 'desc'}"
    rows = lake.runs(experiment=f"{path}/.", columns=["run_id", column], order_by=order).rows()
    return next(((run, value) for run, value in rows if value is not None and math.isfinite(value)), (None, None))


def test_it_says_what_the_run_table_says() -> None:
    rolled = random.Random(7)
    paths = ["a", "a/b", "a/b/c", "a/d", "e/f", "g"]
    declared = {p: {"reducer": rolled.choice(["last", "min", "max", "mean"]),
                    "direction": rolled.choice(["minimize", "maximize"])} for p in paths}  # fmt: skip
    logged = [
        a_run(
            f"run-{number:03d}",
            experiment=rolled.choice(paths),
            status=rolled.choice(["running", "finished", "failed", "killed"]),
            started=float(rolled.randrange(80_000)),
            metrics={"loss": [rolled.choice([round(rolled.random(), 1), math.nan, math.inf]) for _ in range(3)]}
            if rolled.random() < 0.9
            else {},
        )
        for number in range(150)
    ]
    lake = a_lake(*logged, *(declares(path, primary_metric="loss", **how) for path, how in declared.items()))

    found = overview(lake)

    for row in found.paths.to_dicts():
        assert {name: row[name] for name in (*NUMBERS, "latest_run_id")} == recomputed(lake, row["path"]), row["path"]
    for row in found.experiments.to_dicts():
        assert (row["best_run_id"], row["best_value"]) == best_by_hand(lake, row["path"], declared[row["path"]])
