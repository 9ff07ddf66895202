"""Where a run came from and how to make it again, on its page; the gap between its splits there and in the table of runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import runlake
from app.made import KEY, MARKUP
from runlake.actions import Details, edit_experiment, local_actor
from runlake.query import reproduce
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

EPOCHS = 4


@pytest.fixture(scope="module")
def runs(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A parent with two children, the first of which makes a file that the second reads, and a hostile run."""
    folder: Path = tmp_path_factory.mktemp("origins")
    store = stores["origins"] = str(folder / "store")
    rows = folder / "rows.csv"
    rows.write_text("a,b\n1,2\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        found = {}
        with runlake.start_run("wine/trees", "parent", store=store, capture=False) as parent:
            parent.log_dataset(rows, "wine")
        found["parent"] = parent.id
        for name in ("first", "second"):
            with runlake.start_run("wine/trees", name, parent=parent.id, store=store, capture=False) as run:
                for epoch in range(EPOCHS):
                    run.log(
                        {"train/loss": 1 / (epoch + 1), "val_loss": 0.5 + abs(epoch - 1) / 8, "lr": 0.1}, step=epoch
                    )
                if name == "first":
                    run.log_artifact(rows, "clean.csv")
                else:
                    run.log_dataset(rows, "clean", role="test")
            found[name] = run.id
        with runlake.start_run("a", MARKUP, store=store, capture=False) as hostile:
            hostile.log({f"train/{KEY}": math.nan, f"val/{KEY}": 1.0})
            hostile.log_artifact(MARKUP.encode(), "![x](evil) `code` $x$.md")
            hostile.log_reference("javascript:alert(1)", "link")
            hostile.log_dataset(None, MARKUP, version=MARKUP)
        found["hostile"] = hostile.id
        with runlake.start_run("b", MARKUP, parent=hostile.id, store=store, capture=False) as child:
            child.log_dataset(None, MARKUP, version=MARKUP)
        declared = Details(primary_metric="val_loss", direction="minimize", reducer="min")
        drain(store)
        edit_experiment(store, "wine/trees", declared, actor=local_actor("cli"))
        yield found


@pytest.fixture
def page(dashboard: Dashboard, runs: dict[str, str]) -> Any:
    def open_page(name: str, view: str) -> AppTest:
        return dashboard("origins", "run", id=runs[name], view=view)

    return open_page


def tables(at: AppTest) -> list[dict[str, list[Any]]]:
    return [frame.value.to_dict("list") for frame in at.dataframe]


def read(at: AppTest) -> str:
    """Everything on the page that Streamlit reads as Markdown."""
    found = [str(e.value) for e in (*at.markdown, *at.caption, *at.subheader)]
    return "\n".join([*found, *(str(e.label) for e in at.button)])


class TestLineage:
    def test_is_a_tree_from_above_this_run_to_below_it(self, page: Any) -> None:
        tree = tables(page("parent", "Lineage"))[0]

        assert tree["name"] == ["● parent", "\u2003└ first", "\u2003└ second"]
        assert tree["relation"] == ["this run", "nested run", "nested run"]
        above = tables(page("first", "Lineage"))[0]
        assert (above["name"], above["relation"]) == (["parent", "● first"], ["parent", "this run"])

    def test_counts_and_leads_to_the_other_runs_of_a_version(self, page: Any) -> None:
        at = page("second", "Lineage")

        data = next(table for table in tables(at) if "others" in table)
        assert (data["name"], data["others"]) == (["clean"], ["0"])
        made = next(table for table in tables(at) if "dataset" in table)
        assert (made["name"], made["dataset"], made["path"]) == (["first"], ["clean"], ["clean.csv"])

    def test_says_who_used_what_the_run_made(self, page: Any) -> None:
        at = page("first", "Lineage")

        made = next(table for table in tables(at) if "used" in table)
        assert (made["path"], made["used"]) == (["clean.csv"], ["2"])
        users = next(table for table in tables(at) if "how" in table)
        assert (users["name"], users["how"]) == (["parent", "second"], ["used as data"] * 2)

    def test_reads_nothing_hostile_as_markdown(self, page: Any) -> None:
        at = page("hostile", "Lineage")

        assert [e.value for e in at.exception] == []
        assert "](http" not in read(at).replace("\\", "\0")
        assert MARKUP not in read(at)
        assert tables(at)[0]["name"] == [f"● {MARKUP}", f"\u2003└ {MARKUP}"]


class TestReproduce:
    def test_says_what_is_missing(self, page: Any) -> None:
        at = page("first", "Reproduce")

        said = [text.value for text in at.text]
        assert any("The commit of the code was not recorded" in text for text in said)
        assert any("System libraries" in text for text in said)
        assert next(table for table in tables(page("parent", "Reproduce")) if "path" in table)["name"] == ["wine"]

    def test_gives_the_script_of_the_store(self, page: Any, runs: dict[str, str], stores: dict[str, str]) -> None:
        at = page("first", "Reproduce")

        buttons = {button.proto.label for button in at.get("download_button")}
        assert "reproduce.sh" in buttons
        script = reproduce.script(runlake.open_lake(stores["origins"]).recipe(runs["first"]))
        assert b"the commit is not known" in script

    def test_reads_nothing_hostile_as_markdown(self, page: Any) -> None:
        at = page("hostile", "Reproduce")

        assert [e.value for e in at.exception] == []
        assert MARKUP not in read(at)


class TestTheGap:
    def test_stands_beside_the_curves_and_is_said_by_the_direction(self, page: Any) -> None:
        at = page("first", "Overview")

        gap = next(table for table in tables(at) if "gap" in table)
        assert gap == {"metric": ["loss"], "train": ["0.25"], "validation": ["0.75"], "gap": ["+0.5"]}
        told = next(e.value for e in at.caption if "at the end" in e.value).replace("\\", "").replace("\u2060", "")
        # validation is best at step 1: 0.5, where train is 0.5
        assert told == "loss: validation worse by 0.5 at the end; no gap at step 1, where validation is best."

    def test_of_nothing_is_not_there(self, page: Any) -> None:
        assert not any("gap" in table for table in tables(page("parent", "Overview")))

    def test_of_hostile_names_is_text(self, page: Any) -> None:
        at = page("hostile", "Overview")

        assert [e.value for e in at.exception] == []
        assert next(table for table in tables(at) if "gap" in table)["gap"] == ["NaN"]
        assert MARKUP not in read(at)

    def test_is_a_column_to_show_sort_and_filter_by(self, dashboard: Dashboard, runs: dict[str, str]) -> None:
        column = "metrics.loss.gap"
        at = dashboard("origins", show="Custom", columns=column, sort=column, where="metrics.loss.gap >= 0.5")

        shown = at.dataframe[0].value
        assert sorted(shown["name"]) == ["first", "second"]
        assert shown[column].to_list() == [0.5, 0.5]
        assert column in dashboard("origins", show="Metrics").dataframe[0].value.columns

    def test_that_no_run_has_is_named(self, dashboard: Dashboard, runs: dict[str, str]) -> None:
        at = dashboard("origins", where="metrics.nothing.gap > 0")

        assert any("metrics.nothing.gap" in str(e.value) for e in (*at.caption, *at.text, *at.code))
