from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from scipy import stats  # type: ignore[import-untyped]  # it ships no types

from builders import a_lake, a_run
from runlake.errors import InvalidType, InvalidValue, QueryError
from runlake.query.group_keys import condition
from runlake.query.grouped import mixed
from runlake.query.language import parse, unparse
from runlake.query.varying import varying

if TYPE_CHECKING:
    from runlake.query import Lake


def seeds(**settings: Any) -> Lake:
    """Two settings with five and three seeds, of which each run has its own output folder."""
    rng = np.random.default_rng(4)
    runs = [
        a_run(
            f"run-{lr}-{seed}",
            params={"lr": lr, "train/seed": seed, "model": "rf", "out": f"/tmp/{lr}/{seed}"},
            metrics={"val/f1": [0.1, float(rng.normal(lr, 0.05))], "loss": [1.0]},
            status=("finished", "failed")[seed == 4],
            started=seed,
            **settings,
        )
        for lr, count in ((0.5, 5), (0.1, 3))
        for seed in range(count)
    ]
    return a_lake(*runs)


class TestRunsOfSeveralSeeds:
    def test_form_groups_by_all_but_the_seed(self) -> None:
        found = seeds().grouped(["all-but-seed"], leave_out=["params.out"])

        assert found.columns[:6] == ["params.lr", "n", "running", "finished", "failed", "killed"]
        assert found.select("params.lr", "n", "finished", "failed").rows() == [("0.5", 5, 4, 1), ("0.1", 3, 3, 0)]

    def test_form_none_where_each_has_something_of_its_own_which_is_named(self) -> None:
        lake = seeds()
        found = varying(lake.folded, lake.folded.headers["_row"])

        assert (found.keys, found.seeds, found.own) == (
            ("params.lr", "params.out"),
            ("params.train/seed",),
            ("params.out",),
        )
        assert lake.grouped(["all-but-seed"])["n"].to_list() == [1] * 8

    def test_have_the_numbers_that_numpy_and_scipy_find(self) -> None:
        lake = seeds()
        values = defaultdict(list)
        for row in lake.runs(columns=["params.lr", "metrics.val/f1"]).to_dicts():
            values[row["params.lr"]].append(row["metrics.val/f1"])

        found = lake.grouped(["params.lr"], ["metrics.val/f1"]).to_dicts()

        for row in found:
            v = np.array(values[row["params.lr"]])
            low, high = stats.t.interval(0.95, len(v) - 1, loc=v.mean(), scale=v.std(ddof=1) / math.sqrt(len(v)))
            expected = {
                **{"n": len(v), "missing": 0, "not_finite": 0, "mean": v.mean(), "median": np.median(v)},
                **{
                    "sd": v.std(ddof=1),
                    "min": v.min(),
                    "max": v.max(),
                    "ci_low": low,
                    "ci_high": high,
                    "ci_half": high - v.mean(),
                },
            }
            got = {how: row[f"{how}(metrics.val/f1)"] for how in expected}
            assert got == pytest.approx(expected, rel=1e-12)
        assert {row["params.lr"] for row in found} == {"0.5", "0.1"}

    def test_name_their_runs_the_newest_first(self) -> None:
        found = seeds().grouped(["params.lr"])

        assert found["run_ids"].to_list()[1] == ["run-0.1-2", "run-0.1-1", "run-0.1-0"]


class TestANumber:
    LAKE = a_lake(
        a_run("a", params={"g": 1}, metrics={"f1": [1.0]}),
        a_run("b", params={"g": 1}, metrics={"f1": [math.nan]}),
        a_run("c", params={"g": 1}, metrics={"f1": [3.0]}),
        a_run("d", params={"g": 1}, metrics={"f1": [math.inf]}),
        a_run("e", params={"g": 1}, status="running"),
        a_run("f", params={"g": 2}, metrics={"f1": [1e9 + 1]}),
        a_run("g", params={"g": 2}, metrics={"f1": [1e9 + 3]}),
        a_run("h", params={"g": 3}, metrics={"f1": [math.nan]}),
        a_run("i"),
    )

    def of(self, name: str) -> dict[str | None, Any]:
        found = self.LAKE.grouped(["params.g"], ["metrics.f1"])
        return dict(found.select("params.g", f"{name}(metrics.f1)").iter_rows())

    def test_that_is_missing_or_not_finite_is_counted_and_not_averaged(self) -> None:
        assert self.of("n") == {"1": 2, "2": 2, "3": 0, None: 0}
        assert self.of("missing") == {"1": 1, "2": 0, "3": 0, None: 1}
        assert self.of("not_finite") == {"1": 2, "2": 0, "3": 1, None: 0}
        assert self.of("mean") == {"1": 2.0, "2": 1e9 + 2, "3": None, None: None}

    def test_of_one_run_has_no_spread(self) -> None:
        found = a_lake(a_run("a", metrics={"f1": [2.0]})).grouped(["user"], ["metrics.f1"]).to_dicts()[0]

        assert (found["mean(metrics.f1)"], found["sd(metrics.f1)"], found["ci_low(metrics.f1)"]) == (2.0, None, None)

    def test_is_not_lost_to_rounding(self) -> None:
        assert self.of("sd")["2"] == pytest.approx(math.sqrt(2))

    def test_of_running_runs_is_said_to_be_of_them(self) -> None:
        found = self.LAKE.grouped(["params.g"], ["metrics.f1"])

        assert dict(found.select("params.g", "running").iter_rows()) == {"1": 1, "2": 0, "3": 0, None: 0}

    def test_is_chosen_by_what_experiments_declare_else_by_what_most_have(self) -> None:
        lake = a_lake(a_run("a", metrics={"a": [1.0], "val/z": [1.0], "b": [1.0]}), a_run("b", metrics={"a": [1.0]}))

        assert "mean(metrics.a)" in lake.grouped(["user"]).columns
        assert "mean(metrics.val/z)" in lake.grouped(["user"], where="run_id = 'a'").columns


class TestKeys:
    LAKE = a_lake(
        a_run("a", params={"lr": 1, "m": "x'y"}, tags={"t": ["p", "q"]}, datasets={"iris": "v1"}, git_dirty=True),
        a_run("b", params={"lr": 1.0, "m": "x'y"}, tags={"t": ["q", "p"]}, datasets={"iris": "v1", "wine": "v2"}),
        a_run("c", params={"lr": "1"}, tags={"t": ["p"]}, user="bo", results={"r": 0.5}),
        a_run("d", params={"lr": math.nan}, tags={"t": []}, user=None, results={"r": math.nan}, git_dirty=False),
        a_run("e", params={"lr": 9007199254740993}, experiment="other/path", status="killed", seconds=3),
        a_run("f", params={"lr": 9007199254740992}, metrics={"loss": [math.nan]}, status="failed"),
        a_run("g", metrics={"loss": [2.0, 1.0]}),
    )

    def groups(self, *by: str) -> set[str]:
        return {"".join(sorted(ids)) for ids in self.LAKE.grouped(list(by))["run_ids"]}

    @pytest.mark.parametrize(
        ("key", "groups"),
        [
            # The text "1" is written like the number; a filter would not tell them apart either.
            ("params.lr", {"abc", "d", "e", "f", "g"}),
            ("params.m", {"ab", "cdefg"}),
            ("tags.t", {"ab", "c", "d", "efg"}),
            ("user", {"abefg", "c", "d"}),
            ("experiment", {"abcdfg", "e"}),
            ("status", {"abcdg", "e", "f"}),
            ("datasets.iris", {"ab", "cdefg"}),
            ("datasets.name", {"a", "b", "cdefg"}),
            ("git_dirty", {"a", "d", "bcefg"}),
            ("summary.r", {"c", "d", "abefg"}),
            ("metrics.loss", {"abcde", "f", "g"}),
            ("metrics.loss.max", {"abcdef", "g"}),
            ("duration_s", {"abcdfg", "e"}),
            ("started_at", {"abcdefg"}),
        ],
    )
    def test_of_any_kind_bring_together_what_agrees(self, key: str, groups: set[str]) -> None:
        assert self.groups(key) == groups

    @pytest.mark.parametrize(
        "by",
        [
            *([[key] for key in ("params.lr", "params.m", "tags.t", "user", "experiment", "status", "datasets.iris")]),
            *([[key] for key in ("datasets.name", "git_dirty", "summary.r", "metrics.loss", "duration_s")]),
            *([["started_at"], ["params.lr", "tags.t", "user", "git_dirty"], ["run_id"], ["name", "params.m"]]),
        ],
    )
    def test_become_a_filter_that_finds_the_very_runs_of_a_group(self, by: list[str]) -> None:
        for ids in self.LAKE.grouped(by)["run_ids"].to_list():
            found = condition(self.LAKE.folded, by, ids)
            assert found is not None
            text = unparse(found)

            assert sorted(self.LAKE.runs(text)["run_id"]) == sorted(ids), text
            assert unparse(parse(text)) == text

    def test_together_make_finer_groups(self) -> None:
        assert self.groups("params.m", "user") == {"ab", "c", "d", "efg"}

    def test_may_be_called_as_anything(self) -> None:
        names = ("n", "k0", "m0_value", "status", "run_id", "all", "mean(x)", "")
        lake = a_lake(*(a_run(f"r{n}", params=dict.fromkeys(names[:-1], n % 2)) for n in range(4)))

        found = lake.grouped([f"params.{name}" for name in names[:-1]])

        assert found["n"].to_list() == [2, 2]
        assert found.columns[:7] == [f"params.{name}" for name in names[:-1]]


class TestManyKeys:
    LAKE = a_lake(
        *(a_run(f"r{n}", params={**{f"p{i}": i * (n // 2) for i in range(300)}, "seed": n}) for n in range(6)),
        a_run("odd", params={"p299": -1, "seed": 9}),
    )

    def test_form_the_groups_that_few_would(self) -> None:
        found = self.LAKE.grouped(["all-but-seed"], ["duration_s"])

        groups = sorted(sorted(ids) for ids in found["run_ids"].to_list())
        assert groups == [["odd"], ["r0", "r1"], ["r2", "r3"], ["r4", "r5"]]
        assert found.columns[:300] == sorted(f"params.p{i}" for i in range(300))
        for row in found.to_dicts():
            first = self.LAKE.params(run_ids=row["run_ids"][0])
            told = {f"params.{key}": value for key, value in first.select("key", "value").iter_rows() if key != "seed"}
            assert {key: row[key] for key in found.columns[:300] if row[key] is not None} == told

    def test_become_a_filter_of_the_runs(self) -> None:
        found = self.LAKE.grouped(["all-but-seed"], ["duration_s"])
        for ids in found["run_ids"].to_list():
            node = condition(self.LAKE.folded, found.columns[:300], ids)
            assert node is not None

            assert sorted(self.LAKE.runs(unparse(node))["run_id"]) == sorted(ids)


class TestTheOrder:
    LAKE = a_lake(
        *(a_run(f"a{n}", params={"lr": lr}, metrics={"f1": [f1]}) for n, (lr, f1) in enumerate(((10, 0.5), (10, 0.7)))),
        a_run("b", params={"lr": 9}, metrics={"f1": [0.9]}),
        a_run("c", params={"lr": "auto"}),
    )

    @pytest.mark.parametrize(
        ("order_by", "keys"),
        [
            (None, ["10", "9", "auto"]),
            ("n", ["9", "auto", "10"]),
            ("params.lr", ["9", "10", "auto"]),
            ("params.lr desc", ["10", "9", "auto"]),
            ("mean(metrics.f1) DESC", ["9", "10", "auto"]),
            ("sd(metrics.f1) asc", ["10", "9", "auto"]),
        ],
    )
    def test_is_by_any_column_with_what_is_missing_last(self, order_by: str | None, keys: list[str]) -> None:
        assert self.LAKE.grouped(["params.lr"], ["metrics.f1"], order_by=order_by)["params.lr"].to_list() == keys

    def test_is_cut_after_so_many(self) -> None:
        assert self.LAKE.grouped(["params.lr"], order_by="n desc", limit=1)["params.lr"].to_list() == ["10"]


class TestAQuestion:
    LAKE = seeds()

    @pytest.mark.parametrize(
        ("question", "word"),
        [
            ({"by": []}, "at least one column"),
            ({"by": ["params.nope"]}, "a column"),
            ({"by": ["params.*"]}, "single columns"),
            ({"by": ["datasets.nope"]}, "a data set"),
            ({"by": ["user"], "metrics": ["params.lr"]}, "a column of numbers"),
            ({"by": ["user"], "metrics": ["metrics.nope"]}, "a column"),
            ({"by": ["user"], "order_by": "nope"}, "'mean(metrics.val/f1)'"),
            ({"by": ["user"], "limit": -1}, "a whole number"),
        ],
    )
    def test_that_cannot_be_answered_says_what_could(self, question: dict[str, Any], word: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            self.LAKE.grouped(**question)

        assert word in str(caught.value)

    def test_with_one_text_for_a_list_is_refused(self) -> None:
        with pytest.raises(InvalidType):
            self.LAKE.grouped("user")

    def test_whose_filter_does_not_parse_points_at_it(self) -> None:
        with pytest.raises(QueryError):
            self.LAKE.grouped(["user"], where="metrics.f1 >")

    def test_that_no_run_fits_has_no_groups_but_all_columns(self) -> None:
        found = self.LAKE.grouped(["all-but-seed", "user"], ["metrics.loss"], where="name = 'none'")

        assert (found.height, "mean(metrics.loss)" in found.columns) == (0, True)

    def test_of_runs_that_do_not_differ_is_one_group(self) -> None:
        lake = a_lake(a_run("a", params={"lr": 1, "seed": 1}), a_run("b", params={"lr": 1, "seed": 2}))

        assert lake.grouped(["all-but-seed"])["n"].to_list() == [2]

    def test_takes_filters_experiments_and_deleted_runs_as_the_run_table_does(self) -> None:
        lake = a_lake(a_run("a", experiment="x/y"), a_run("b", experiment="x", deleted=True), a_run("c"))

        assert lake.grouped(["user"], experiment="x")["n"].to_list() == [1]
        assert lake.grouped(["user"], deleted=True)["n"].to_list() == [3]
        assert lake.grouped(["user"], where="run_id = 'c'")["n"].to_list() == [1]


class TestWhatVaries:
    def test_takes_a_param_that_some_runs_lack(self) -> None:
        lake = a_lake(a_run("a", params={"lr": 1}), a_run("b", params={"lr": 1, "warm": 5}))

        assert varying(lake.folded, lake.folded.headers["_row"]).keys == ("params.warm",)

    def test_takes_1_and_10_as_two_but_1_and_1_0_as_one(self) -> None:
        lake = a_lake(a_run("a", params={"lr": 1, "x": 1}), a_run("b", params={"lr": 1.0, "x": 10}))

        assert varying(lake.folded, lake.folded.headers["_row"]).keys == ("params.x",)

    def test_is_nothing_without_runs(self) -> None:
        lake = a_lake(a_run("a", params={"lr": 1}))

        assert varying(lake.folded, pl.Series(dtype=pl.UInt32)).keys == ()


class TestRunsOfOneGroup:
    LAKE = a_lake(
        a_run("a", params={"lr": 1}, experiment="x", datasets={"iris": "v1"}),
        a_run("b", params={"lr": 1}, experiment="y", datasets={"iris": "v2"}),
        a_run("c", params={"lr": 2}, experiment="y", datasets={"iris": "v2"}),
    )

    @pytest.mark.parametrize(
        ("keys", "differ"),
        [
            (["params.lr"], ("experiment", "datasets.version")),
            (["params.lr", "experiment"], ()),
            (["datasets.name"], ("experiment", "datasets.version")),
            ([], ("experiment", "datasets.version")),
        ],
    )
    def test_may_be_of_several_experiments_or_data_sets_which_is_said(
        self, keys: list[str], differ: tuple[str]
    ) -> None:
        folded = self.LAKE.folded

        assert mixed(folded, folded.headers["_row"], keys) == differ
        assert mixed(folded, folded.headers["_row"].head(0), keys) == ()
