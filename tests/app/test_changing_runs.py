"""Runs are tagged, deleted, restored and written about from the pages; the lake is asked what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import runlake
from app.test_run_page import as_markdown
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

NAMES = ("a", "b", "c")


@pytest.fixture
def runs(stores: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Ids of three runs in a store of their own, by name."""
    stores["changed"] = str(tmp_path / "changed")
    made = {}
    for name in NAMES:
        with runlake.start_run("lab", name, store=stores["changed"], capture=False, hypothesis="Old.") as run:
            run.log({"loss": 1.0}, step=0)
        made[name] = run.id
    drain(stores["changed"])
    return made


@pytest.fixture
def page(dashboard: Dashboard, runs: dict[str, str]) -> Any:
    def open_page(*ticked: str, page: str = "runs", **query: str) -> AppTest:
        at = dashboard("changed", page, **query)
        at.session_state["shared.runs"] = [runs[name] for name in ticked]
        at.run()
        assert not at.exception
        return at

    return open_page


def lake(stores: dict[str, str]) -> runlake.Lake:
    return runlake.open_lake(stores["changed"])


def fill(at: AppTest, label: str, text: str) -> None:
    found = [widget for widget in (*at.text_input, *at.text_area) if widget.label == label]
    found[0].set_value(text)


def press(at: AppTest, label: str) -> None:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception


def events(stores: dict[str, str], action: str) -> list[tuple[str, str | None]]:
    found = lake(stores).events().filter(pl.col("action") == action).sort("run_id")
    return list(found.select("run_id", "reason").iter_rows())


class TestTickedRuns:
    def test_are_tagged_with_a_reason(self, page: Any, runs: dict[str, str], stores: dict[str, str]) -> None:
        at = page("a", "b")
        fill(at, "Tag", "stage")
        fill(at, "Values", "prod, eu")
        fill(at, "Reason", "they won")
        press(at, "Tag 2 runs")

        tags = lake(stores).tags().filter(pl.col("key") == "stage").sort("run_id")
        assert tags.select("run_id", "values").rows() == [(runs["a"], ["prod", "eu"]), (runs["b"], ["prod", "eu"])]
        assert events(stores, "tag.set") == [(runs["a"], "they won"), (runs["b"], "they won")]
        assert at.session_state["shared.runs"] == [runs["a"], runs["b"]]

    def test_lose_a_tag(self, page: Any, runs: dict[str, str], stores: dict[str, str]) -> None:
        at = page("a", "b")
        fill(at, "Tag", "stage")
        press(at, "Tag 2 runs")
        fill(at, "Tag", "stage")
        press(at, "Take the tag away")

        assert lake(stores).tags().filter(pl.col("key") == "stage").is_empty()

    def test_are_deleted_with_a_reason_and_ticked_no_more(
        self, page: Any, runs: dict[str, str], stores: dict[str, str]
    ) -> None:
        at = page("a", "b")
        fill(at, "Reason to delete", "superseded")
        press(at, "Delete 2 runs")

        assert lake(stores).runs(columns=["name"])["name"].to_list() == ["c"]
        assert events(stores, "run.delete") == [(runs["a"], "superseded"), (runs["b"], "superseded")]
        assert list(at.session_state["shared.runs"]) == []

    def test_are_not_deleted_without_a_reason(self, page: Any, stores: dict[str, str]) -> None:
        at = page("a")
        press(at, "Delete 1 run")

        assert lake(stores).count() == 3
        assert any("Nothing was deleted" in text for text in as_markdown(at))

    def test_cannot_be_changed_in_a_look_back(self, page: Any) -> None:
        at = page("a", as_of="2999-01-01T00:00:00+00:00")

        assert not [button for button in at.button if button.label.startswith("Delete")]

    def test_with_a_key_that_is_none_say_so(self, page: Any, stores: dict[str, str]) -> None:
        at = page("a")
        press(at, "Tag 1 run")

        assert any("Nothing was changed" in text for text in as_markdown(at))
        assert events(stores, "tag.set") == []


class TestTheRun:
    def test_that_was_deleted_is_restored(self, page: Any, runs: dict[str, str], stores: dict[str, str]) -> None:
        at = page("a")
        fill(at, "Reason to delete", "by mistake")
        press(at, "Delete 1 run")
        at = page(page="run", id=runs["a"])
        fill(at, "Reason", "it was needed")
        press(at, "Restore")

        assert lake(stores).count() == 3
        assert events(stores, "run.restore") == [(runs["a"], "it was needed")]

    def test_gets_a_conclusion(self, page: Any, runs: dict[str, str], stores: dict[str, str]) -> None:
        at = page(page="run", id=runs["a"])
        fill(at, "Conclusion", "It is so.")
        fill(at, "Reason", "looked twice")
        press(at, "Save")

        header = lake(stores).run(runs["a"]).header
        assert (header["conclusion"], header["hypothesis"]) == ("It is so.", "Old.")
        assert events(stores, "run.note") == [(runs["a"], "looked twice")]
        assert any("It is so" in text.value for text in at.text)

    def test_is_not_changed_by_a_form_that_is_as_it_was(self, page: Any, runs: dict[str, str]) -> None:
        at = page(page="run", id=runs["a"])
        press(at, "Save")

        assert any("This was not saved" in text for text in as_markdown(at))
