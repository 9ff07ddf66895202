"""The Runs page in groups: what is shown is checked against numbers that NumPy and SciPy find by themselves."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]  # it ships no types

import runlake
from app.test_run_page import as_markdown
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

LR = (0.1, 0.2)
F1 = {(lr, seed): lr + math.sin(seed) / 20 for lr in LR for seed in range(4)}


@pytest.fixture
def seeded(stores: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Two settings of four seeds, each with a folder of its own; one run has no number and one NaN."""
    stores["seeded"] = str(tmp_path / "seeded")
    for (lr, seed), f1 in F1.items():
        params = {"lr": lr, "train/seed": seed, "out": f"/tmp/{lr}/{seed}"}
        run = runlake.start_run("lab", f"lr{lr}_{seed}", params=params, store=stores["seeded"], capture=False)
        if (lr, seed) != (0.2, 0):
            run.log({"f1": math.nan if (lr, seed) == (0.2, 1) else f1}, step=0)
        run.finish("failed" if (lr, seed) == (0.1, 3) else "finished")
    drain(stores["seeded"])
    return stores


def table(at: AppTest) -> list[dict[str, Any]]:
    assert not at.exception
    found: list[dict[str, Any]] = at.dataframe[0].value.to_dict("records")
    return found


def config(at: AppTest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(at.dataframe[0].proto.columns)
    return found


def captions(at: AppTest) -> str:
    return " ".join(caption.value.replace("\\", "") for caption in at.caption)


class TestEverythingButTheSeed:
    def test_is_one_click(self, dashboard: Dashboard, seeded: dict[str, str]) -> None:
        at = dashboard("seeded").button(key="runs.by.seed.below").click().run()

        assert at.session_state["runs.by"] == ["all-but-seed"]
        assert "Everything but the seed. Left out: train/seed." in captions(at).replace("**", "")
        assert [row["runs"] for row in table(at)] == ["1 run"] * 8

    def test_is_in_the_menu_too(self, dashboard: Dashboard, seeded: dict[str, str]) -> None:
        at = dashboard("seeded", where="params.out LIKE '%/1' OR params.out LIKE '%/2'")
        at.session_state["runs.by.menu"] = True
        at.run().button(key="runs.by.seed").click().run()

        assert [(row["params.lr"], row["params.out"], row["runs"]) for row in table(at)] == [
            (lr, f"/tmp/{lr}/{seed}", "1 run") for lr in LR for seed in (1, 2)
        ]

    def test_names_what_keeps_groups_from_forming_and_leaves_it_out_on_a_click(
        self, dashboard: Dashboard, seeded: dict[str, str]
    ) -> None:
        at = dashboard("seeded", by="all-but-seed")
        assert "Each run has its own out, which keeps groups from forming." in captions(at)

        at.button(key="runs.by.own").click().run()

        assert [row["runs"] for row in table(at)] == ["4 runs", "4 runs"]
        assert "by you: out" in captions(at)
        assert at.session_state["runs.out"] == ["params.out"]

    def test_has_the_numbers_of_scipy_and_says_what_does_not_count(
        self, dashboard: Dashboard, seeded: dict[str, str]
    ) -> None:
        rows = table(dashboard("seeded", by="all-but-seed", out="params.out"))

        for row, lr in zip(rows, LR, strict=True):
            v = np.array([F1[lr, seed] for seed in range(4) if (lr, seed) not in ((0.2, 0), (0.2, 1))])
            low, high = stats.t.interval(0.95, len(v) - 1, loc=v.mean(), scale=stats.sem(v))
            found = [row[f"{how}(metrics.f1)"] for how in ("mean", "ci_half", "sd", "median", "min", "max")]
            expected = [v.mean(), (high - low) / 2, v.std(ddof=1), np.median(v), v.min(), v.max()]
            assert row["params.lr"] == lr
            assert found == pytest.approx(expected)
        assert [(row["missing(metrics.f1)"], row["not_finite(metrics.f1)"]) for row in rows] == [(0, 0), (1, 1)]
        assert [row["failed"] for row in rows] == [1, 0]

    def test_says_how_many_runs_are_in_no_mean(self, dashboard: Dashboard, seeded: dict[str, str]) -> None:
        said = captions(dashboard("seeded", by="params.lr"))

        assert "In no mean, of 8 runs: f1: 1 without a value and 1 with NaN or an infinity." in said

    def test_is_offered_only_where_a_seed_varies(self, dashboard: Dashboard) -> None:
        assert "runs.by.seed.below" not in {button.key for button in dashboard("sample").button}

    def test_can_be_edited_and_goes_on_following_the_runs(self, dashboard: Dashboard, seeded: dict[str, str]) -> None:
        at = dashboard("seeded", by="all-but-seed")
        at.multiselect(key="runs.by.shown").set_value(["params.lr", "status"]).run()

        assert (at.session_state["runs.by"], at.session_state["runs.out"]) == (
            ["all-but-seed", "status"],
            ["params.out"],
        )
        assert sorted(row["runs"] for row in table(at)) == ["1 run", "3 runs", "4 runs"]

        at.multiselect(key="runs.by.shown").set_value(["params.lr", "status", "params.out"]).run()
        assert at.session_state["runs.out"] == []


class TestGroups:
    def test_are_by_what_the_link_says_without_what_is_not_there(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", by="params.model,params.none,user,datasets.none", of="metrics.loss.min,metrics.none")

        assert [c for c in at.dataframe[0].value.columns if "(" not in c] == ["runs", "params.model", "user", "failed"]
        assert "mean(metrics.loss.min)" in at.dataframe[0].value.columns
        assert len(table(at)) == 6

    def test_are_of_one_metric_until_more_are_chosen(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", by="user")
        assert at.multiselect(key="runs.of.shown").value == ["metrics.val/f1"]

        at.multiselect(key="runs.of.shown").set_value(["metrics.loss", "summary.test/f1", "duration_s"]).run()

        assert at.session_state["runs.of"] == ["metrics.loss", "summary.test/f1", "duration_s"]
        assert {"mean(metrics.loss)", "mean(summary.test/f1)", "sd(duration_s)"} <= set(table(at)[0])

    def test_show_the_spread_that_is_chosen(self, dashboard: Dashboard) -> None:
        names = list(dashboard("sample", by="user", spread="sd").dataframe[0].value.columns)
        none = list(dashboard("sample", by="user", spread="").dataframe[0].value.columns)

        assert [n for n in names if "(" in n] == ["mean(metrics.val/f1)", "sd(metrics.val/f1)"]
        assert [n for n in none if "(" in n] == ["mean(metrics.val/f1)"]

    def test_show_another_spread_and_more_groups_on_a_click(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", by="name", limit="2")
        at.button_group(key="runs.spread").set_value(["range"]).run()
        shown = [n for n in at.dataframe[0].value.columns if "(" in n]
        assert shown == [f"{how}(metrics.val/f1)" for how in ("mean", "min", "max")]
        assert len(table(at)) == 2

        at.button(key="runs.groups.more").click().run()
        assert len(table(at)) == 10

    def test_are_sorted_by_what_the_link_says(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", by="params.model,user", group_sort="mean(metrics.val/f1)", group_asc="1")

        means = [row["mean(metrics.val/f1)"] for row in table(at)]
        assert means == sorted(means)
        assert config(at)["mean(metrics.val/f1)"]["label"] == "val/f1 mean ↑"

    def test_have_no_best_where_nothing_is_declared(self, dashboard: Dashboard) -> None:
        assert not any("★" in row["runs"] for row in table(dashboard("sample", by="user", experiment="wine")))

    def test_say_that_they_mix_experiments_and_offer_to_keep_them_apart(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", by="params.model")
        assert "Runs of one group differ in Experiment, Data set versions." in captions(at)

        at.button(key="runs.by.mix").click().run()

        assert at.session_state["runs.by"] == ["params.model", "experiment", "datasets.version"]
        assert "differ in" not in captions(at)

    def test_open_to_the_runs_that_they_are_made_of(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", by="user", group="user = 'ana'")

        assert {row["user"] for row in table(at)} == {"ana"}
        assert at.code[0].value == "user = 'ana'"

        at.button(key="runs.group.close").click().run()
        assert len(table(at)) == 3

    def test_stay_closed_where_the_link_makes_no_sense(self, dashboard: Dashboard) -> None:
        assert len(table(dashboard("sample", by="user", group="user >> 1"))) == 3

    def test_end_on_a_click(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", by="user", of="metrics.loss").button(key="runs.by.none").click().run()

        assert (len(table(at)), at.session_state["runs.by"], at.session_state["runs.of"]) == (12, [], [])

    def test_begin_with_a_key_from_the_menu(self, dashboard: Dashboard) -> None:
        at = dashboard("sample")
        at.session_state["runs.by.menu"] = True
        at.run()
        at.multiselect(key="runs.by.shown").set_value(["params.model"]).run()

        assert [row["params.model"] for row in table(at)] == ["boosting", "forest"]

    def test_whose_runs_are_all_chosen_are_ticked(self, dashboard: Dashboard) -> None:
        every = dashboard("sample", where="user = 'ana'").session_state["runs.shown"]
        at = dashboard("sample", by="user", runs=",".join(every), group_sort="user", group_asc="1")

        assert at.session_state["runs.groups"]["selection"]["rows"] == [0]


class TestOtherStores:
    @pytest.mark.parametrize("by", ["all-but-seed", "user", "status", "name", "tags.a b", "git_commit"])
    def test_of_one_hostile_run_are_shown_as_text(self, dashboard: Dashboard, by: str) -> None:
        at = dashboard("hostile", by=by)

        assert not at.exception
        assert not any("<b>" in text for text in as_markdown(at))

    def test_without_runs_there_is_nothing_to_group(self, dashboard: Dashboard) -> None:
        assert not dashboard("empty", by="all-but-seed").exception

    def test_runs_that_none_fit_say_so(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", by="user", q="no such run")

        assert not at.exception
        assert not at.dataframe
