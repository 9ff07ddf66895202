from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any, Protocol

import pytest

import runlake
from runlake.actions import Details, archive_experiment, edit_experiment, local_actor
from runlake.store.folder import Folder
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

DECLARED = Details(primary_metric="val/f1", direction="maximize", reducer="max")


class Own(Protocol):
    """Makes a copy of a store that a test may change."""

    def __call__(self, name: str = "sample") -> str:
        """Return its path; the dashboard knows it by the name `own`."""


@pytest.fixture
def own(stores: dict[str, str], tmp_path: Path) -> Own:
    def copied(name: str = "sample") -> str:
        stores["own"] = str(tmp_path / "own")
        copytree(stores[name], stores["own"])
        return stores["own"]

    return copied


def declare(store: str, path: str, details: Details = DECLARED) -> None:
    edit_experiment(store, path, details, actor=local_actor("cli"))


def tree(at: AppTest) -> Any:
    """The grid of experiments, which stands below that of the runs that need attention."""
    frame = at.dataframe[-1].value.astype(object)
    return frame.where(frame.notna(), None)


def cell(at: AppTest, path: str, column: str) -> Any:
    """What a row says; `path` is the last part of one, without the blanks before it."""
    rows = tree(at)
    [value] = rows[rows["name"].str.strip() == path][column].to_list()
    return value


def said(at: AppTest) -> list[str]:
    return [str(element.value) for element in (*at.caption, *at.text, *at.markdown, *at.code)]


class TestTheTree:
    def test_has_a_row_for_each_experiment_and_what_is_above_it(self, dashboard: Dashboard) -> None:
        rows = tree(dashboard("sample", "home"))

        assert list(rows["name"]) == ["fraud", "\u2003baseline", "\u2003tuning", "wine"]
        assert list(rows["runs"]) == ["8", "4", "4", "4"]
        assert [list(labels) for labels in rows["states"]] == [[], [], [], ["1 failed"]]
        assert list(rows["latest"]) == [
            f"train_{name}" for name in ("forest_v10", "boosting_v9", "forest_v10", "boosting_v11")
        ]

    def test_calls_nothing_best_that_nothing_decides(self, dashboard: Dashboard) -> None:
        rows = tree(dashboard("sample", "home"))

        assert list(rows["best"]) == [None, "Declare a metric", "Declare a metric", "Declare a metric"]
        assert list(rows["value"]) == [None] * 4

    def test_has_the_best_run_by_what_an_experiment_declares(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        declare(store, "wine")

        at = dashboard("own", "home")

        rows = runlake.open_lake(store).runs(experiment="wine", order_by="metrics.val/f1.max desc")
        assert cell(at, "wine", "best") == f"★ {rows['name'][0]}"
        assert (cell(at, "wine", "by"), cell(at, "wine", "value")) == ("val/f1 ↑", "0.9786")
        assert cell(at, "baseline", "best") == "Declare a metric"

    def test_counts_the_runs_of_a_day(self, dashboard: Dashboard) -> None:
        rows = tree(dashboard("sample", "home"))

        assert [sum(days) for days in rows["activity"]] == [8, 4, 4, 4]

    def test_folds(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "home", folded="fraud,no such path")

        assert list(tree(at)["name"]) == ["fraud", "wine"]
        assert cell(at, "fraud", "fold") == ":material/chevron_right:"

    def test_is_searched_and_then_shows_what_is_folded(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "home", q="BASE", folded="fraud")

        assert list(tree(at)["name"]) == ["fraud", "\u2003baseline"]

    def test_follows_what_is_typed_into_the_search(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "home").text_input(key="home.q").set_value("tun").run()
        assert list(tree(at)["name"]) == ["fraud", "\u2003tuning"]

        at.text_input(key="home.q").set_value("").run()
        assert len(tree(at)) == 4

    def test_is_searched_by_expressions(self, dashboard: Dashboard) -> None:
        assert list(tree(dashboard("sample", "home", q="/^w/"))["name"]) == ["wine"]

    def test_says_that_an_expression_is_wrong(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "home", q="/(/")

        assert [e.value for e in at.exception] == []
        assert any("does not parse" in text for text in said(at))

    def test_that_a_search_leaves_empty_can_be_shown_again(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "home", q="no such experiment")
        at.button(key="empty.Clear the search").click().run()

        assert len(tree(at)) == 4

    def test_hides_what_is_archived_until_asked(self, dashboard: Dashboard, own: Own) -> None:
        archive_experiment(own(), "wine", actor=local_actor("cli"))

        at = dashboard("own", "home")
        assert list(tree(at)["name"])[-1] == "\u2003tuning"

        at.toggle(key="home.archived").set_value(True).run()
        assert list(tree(at)["name"])[-1] == "wine"


class TestNeedsAttention:
    def test_lists_what_failed_of_late(self, dashboard: Dashboard) -> None:
        listed = dashboard("sample", "home").dataframe[0].value

        assert list(listed["name"]) == ["train_boosting_v5"]
        assert [list(kind) for kind in listed["kind"]] == [["failed"]]

    def test_counts_by_kind_and_shows_one(self, dashboard: Dashboard) -> None:
        at = dashboard("hostile", "home", needs="unconcluded")
        options = [option.content for option in at.button_group[0].proto.options]

        assert [text.partition("[")[2].rstrip("]") for text in options] == [
            "0 silent",
            "0 failed",
            "0 killed",
            "1 not concluded",
        ]
        assert any("on the page of the run" in text for text in said(at))

    def test_shows_one_kind_on_a_click_and_all_on_the_next(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        with pytest.raises(KeyboardInterrupt), runlake.start_run("wine", "stopped", store=store, capture=False):
            raise KeyboardInterrupt
        drain(store)
        at = dashboard("own", "home")
        assert sorted(at.dataframe[0].value["name"]) == ["stopped", "train_boosting_v5"]

        at.button_group(key="home.needs").set_value("failed").run()
        assert list(at.dataframe[0].value["name"]) == ["train_boosting_v5"]
        assert "its error" in " ".join(said(at))

        at.button_group(key="home.needs").set_value(None).run()
        assert len(at.dataframe[0].value) == 2

    def test_says_that_there_is_nothing(self, dashboard: Dashboard, own: Own) -> None:
        store = own("empty")
        runlake.start_run("calm", store=store, capture=False).finish()
        drain(store)

        at = dashboard("own", "home")

        assert any(text.startswith("Nothing: no run has been silent") for text in said(at))
        assert len(at.dataframe) == 1


class TestPins:
    def test_are_cards_with_the_best_run(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        declare(store, "wine", Details(primary_metric="val/f1", direction="maximize", tags={"pinned": ["ana"]}))

        labels = [button.label.replace("\\", "") for button in dashboard("own", "home").button]

        assert "**wine**" in labels
        assert any(label.startswith("★ 0.9786 val/f1 ↑ · train") for label in labels)

    def test_can_be_taken_off_which_is_an_event_of_a_person(
        self, dashboard: Dashboard, own: Own, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = own()
        declare(store, "wine", Details(tags={"pinned": ["ana"], "team": ["risk"]}))
        [experiment] = runlake.open_lake(store).experiments().filter(path="wine")["experiment_id"]

        at = dashboard("own", "home").button(key=f"home.pin.{experiment}.unpin").click().run()

        assert not [button for button in at.button if "**wine**" in button.label]
        lake = runlake.open_lake(store)
        assert json.loads(lake.experiments().filter(path="wine")["tags"].item()) == {"team": ["risk"]}
        newest = lake.events(action="experiment.edit").row(0, named=True)
        assert newest["client"].startswith("app ")
        assert json.loads(newest["old"])["tags"]["pinned"] == ["ana"]

    def test_lead_to_the_runs_to_the_best_and_to_what_is_declared(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        declare(store, "wine", Details("Which?", None, "val/f1", "max", "maximize", {"pinned": []}))
        lake = runlake.open_lake(store)
        [experiment] = lake.experiments().filter(path="wine")["experiment_id"]
        ranked = lake.runs(experiment="wine", order_by="metrics.val/f1.max desc")

        at = dashboard("own", "home").button(key=f"home.pin.{experiment}.runs").click().run()
        assert list(at.dataframe[0].value["name"]) == [f"★ {ranked['name'][0]}", *ranked["name"][1:]]

        at = dashboard("own", "home").button(key=f"home.pin.{experiment}.best").click().run()
        assert (at.session_state["frame.page"], at.session_state["run.id"]) == ("run", ranked["run_id"][0])
        assert ranked["name"][0] in at.subheader[0].value.replace("\\", "")

        at = dashboard("own", "home").button(key=f"home.pin.{experiment}.details").click().run()
        assert next(area for area in at.text_area if area.label == "Description").value == "Which?"

    def test_cannot_be_taken_off_where_nothing_can_be_written(
        self, dashboard: Dashboard, own: Own, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        declare(own(), "wine", Details(tags={"pinned": []}))
        monkeypatch.setattr(Folder, "may_write", lambda self: False)

        at = dashboard("own", "home")

        assert not [button for button in at.button if str(button.key).endswith(".unpin")]
        assert "pin" not in tree(at)


class TestTheDrawer:
    def open(self, at: AppTest, path: str) -> AppTest:
        at.session_state["home.drawer"] = path
        return at.run()

    def test_has_what_an_experiment_declares_in_a_form(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        declare(store, "wine", Details("Which cultivar?", "eve", "loss", "min", "minimize", {"team": ["a", "b"]}))
        declare(store, "wine", Details(splits={"loss": ("loss", "train"), "val_cost": None}))

        at = self.open(dashboard("own", "home"), "wine")

        areas = ["Which cultivar?", "team=a\nteam=b", "loss=loss@train\nval_cost="]
        assert [area.value for area in at.text_area] == areas
        assert [box.value for box in at.selectbox] == ["loss", "minimize", "min"]
        assert any(text.startswith("Best by loss, its least value: the least is best.") for text in said(at))

    def test_changes_every_field_and_the_page_follows(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        declare(store, "wine", Details(primary_metric="val/f1", direction="minimize", reducer="last"))
        [one] = runlake.open_lake(store).experiments().filter(path="wine")["experiment_id"]
        at = self.open(dashboard("own", "home"), "wine")
        at.text_area(key=f"home.edit.{one}.description").set_value("Which cultivar?")
        at.text_input(key=f"home.edit.{one}.owner").set_value("eve")
        at.text_area(key=f"home.edit.{one}.tags").set_value("team=a\nteam=b")
        at.selectbox(key=f"home.edit.{one}.primary_metric").set_value("loss")
        at.selectbox(key=f"home.edit.{one}.direction").set_value("maximize")
        at.selectbox(key=f"home.edit.{one}.reducer").set_value("max")
        at.text_input(key=f"home.edit.{one}.reason").set_value("agreed")
        next(button for button in at.button if button.label == "Save").click().run()

        assert (cell(at, "wine", "by"), cell(at, "wine", "value")) == ("loss ↑", "1")
        assert runlake.open_lake(store).events(action="experiment.edit").row(0, named=True)["reason"] == "agreed"
        at = self.open(at, "wine")
        shown = [*at.text_area, *at.text_input]
        assert [next(box.value for box in shown if box.label == label) for label in ("Description", "Owner", "Tags")] == [
            "Which cultivar?", "eve", "team=a\nteam=b",
        ]  # fmt: skip

    def test_takes_splits_as_lines_and_keeps_what_no_line_can_say(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        declare(store, "wine", Details(splits={"a\nb": None, "loss": ("loss", "train")}))
        at = self.open(dashboard("own", "home"), "wine")

        next(a for a in at.text_area if a.label == "Splits").set_value("h/*=*@holdout")
        next(b for b in at.button if b.label == "Save").click().run()

        lake = runlake.open_lake(store)
        [kept] = lake.experiments().filter(path="wine")["splits"]
        assert json.loads(kept) == {"a\nb": None, "h/*": ["*", "holdout"]}
        assert lake.events(action="experiment.edit").row(0, named=True)["client"].startswith("app ")

    def test_says_which_line_is_no_split(self, dashboard: Dashboard, own: Own) -> None:
        own()
        at = self.open(dashboard("own", "home"), "wine")

        next(a for a in at.text_area if a.label == "Splits").set_value("loss is train")
        next(b for b in at.button if b.label == "Save").click().run()

        assert any("key=metric@split" in text and "loss is train" in text for text in said(at))

    def test_shows_it_without_a_form_where_nothing_can_be_written(
        self, dashboard: Dashboard, own: Own, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        declare(own(), "wine", Details("Which cultivar?", "eve"))
        monkeypatch.setattr(Folder, "may_write", lambda self: False)

        at = self.open(dashboard("own", "home"), "wine")

        assert len(at.text_area) == 0
        assert {"Which cultivar?", "eve", "not recorded"} <= set(said(at))
        assert any("cannot be written by this user" in text for text in said(at))

    def test_shows_it_without_a_form_when_looking_back(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "home")
        at.session_state["shared.as_of"] = "2999-01-01T00:00:00+00:00"
        at = self.open(at, "wine")

        assert len(at.text_area) == 0
        assert any("go back to now" in text for text in said(at))

    def test_of_what_is_no_experiment_stays_shut(self, dashboard: Dashboard) -> None:
        at = self.open(dashboard("sample", "home"), "fraud")

        assert (len(at.text_area), [e.value for e in at.exception]) == (0, [])


class TestTheRunsOfAnExperiment:
    def test_that_declares_a_metric_stand_best_first(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        declare(store, "wine")
        ranked = runlake.open_lake(store).runs(experiment="wine", order_by="metrics.val/f1.max desc")["name"].to_list()

        shown = dashboard("own", experiment="wine").dataframe[0].value

        assert list(shown["name"]) == [f"★ {ranked[0]}", *ranked[1:]]
        assert next(c for c in shown.columns if c.startswith("metrics.")) == "metrics.val/f1.max"

    def test_where_the_least_is_best_begin_with_it(self, dashboard: Dashboard, own: Own) -> None:
        declare(own(), "wine", Details(primary_metric="val/f1", direction="minimize", reducer="last"))

        at = dashboard("own", experiment="wine")

        assert at.dataframe[0].value["name"].to_list()[0] == "★ train_boosting_v11"
        assert at.selectbox(key="runs.sort").options[0] == "★ val/f1"

    def test_can_be_put_in_another_order_and_keep_the_star(self, dashboard: Dashboard, own: Own) -> None:
        declare(own(), "wine")

        turned = dashboard("own", experiment="wine").button(key="runs.turn").click().run()
        newest = dashboard("own", experiment="wine", sort="started_at")

        assert [frame.dataframe[0].value["name"].to_list()[-1][0] for frame in (turned, newest)] == ["★", "★"]
        assert newest.dataframe[0].value["name"].to_list()[0] == "train_boosting_v11"

    def test_of_a_subtree_stand_so_where_all_declare_the_same(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        for path in ("fraud/baseline", "fraud/tuning"):
            declare(store, path)

        assert dashboard("own", experiment="fraud").dataframe[0].value["name"].to_list()[0] == "★ train_forest_v0"

    def test_of_a_subtree_of_which_some_declare_nothing_are_the_newest_first(
        self, dashboard: Dashboard, own: Own
    ) -> None:
        declare(own(), "fraud/baseline")

        assert dashboard("own", experiment="fraud").dataframe[0].value["name"].to_list()[0] == "train_forest_v10"

    def test_of_several_experiments_are_the_newest_first(self, dashboard: Dashboard, own: Own) -> None:
        declare(own(), "wine")

        assert not any(name.startswith("★") for name in dashboard("own").dataframe[0].value["name"])


class TestADamagedTable:
    def test_of_summaries_leaves_the_counts(self, dashboard: Dashboard, own: Own) -> None:
        store = own()
        declare(store, "wine")
        for data in Path(store, "summaries").glob("*.parquet"):
            data.write_bytes(b"PAR1 nothing PAR1")

        at = dashboard("own", "home")

        assert [e.value for e in at.exception] == []
        assert any("The best runs cannot be told." in text for text in said(at))
        assert (cell(at, "wine", "runs"), cell(at, "wine", "best")) == ("4", None)


class TestAnEmptyStore:
    def test_says_how_to_begin_and_shows_what_is_planned(self, dashboard: Dashboard) -> None:
        at = dashboard("empty", "home")

        assert any("No runs yet" in text for text in said(at))
        assert list(tree(at)["name"]) == ["nothing", "\u2003yet"]


class TestAHostileStore:
    def test_is_shown_as_text(self, dashboard: Dashboard, own: Own) -> None:
        path = "a/[b](http:evil.example)/<i>"
        declare(own("hostile"), path, Details("![x](http://evil.example)", tags={"pinned": ["<b>"]}))
        at = dashboard("own", "home")
        at.session_state["home.drawer"] = path

        at.run()

        read = [*at.markdown, *at.caption, *at.subheader]
        assert not any("](http" in str(element.value) for element in read)
        assert not any("](http" in button.label for button in at.button)
