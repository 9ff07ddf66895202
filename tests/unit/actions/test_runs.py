from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlake.actions import delete_runs, note_run, rename_run, restore_runs
from runlake.errors import InvalidValue, NotFound, StoreError
from unit.actions.lab import ANA

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.actions.lab import Lab


class TestRenamingARun:
    def test_changes_its_name_and_not_its_id(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        rename_run(at.store, "demo:a", "  better ", actor=ANA, reason="clearer")

        assert at.header(at.runs[0])["name"] == "better"
        assert at.told() == [("run.rename", at.runs[0], '{"name": "a"}', '{"name": "better"}')]

    def test_to_the_name_that_it_has_changes_nothing(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        done = rename_run(at.store, "demo:a", "a", actor=ANA)

        assert (done.changes, done.unchanged) == ((), (f"run {at.runs[0][-8:]}: name is already as asked",))
        assert at.told() == []

    @pytest.mark.parametrize("name", ["", "   ", "x" * 501])
    def test_needs_a_name(self, store: str, name: str) -> None:
        with pytest.raises(InvalidValue, match="1 to 500 characters"):
            rename_run(store, "any", name, actor=ANA)


class TestANote:
    def test_is_one_event_for_each_text(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        note_run(at.store, at.runs[0], notes="seen", conclusion="works", actor=ANA)
        header = at.header(at.runs[0])

        assert (header["notes"], header["conclusion"], header["hypothesis"]) == ("seen", "works", None)
        assert at.told() == [
            ("run.note", at.runs[0], '{"notes": null}', '{"notes": "seen"}'),
            ("run.note", at.runs[0], '{"conclusion": null}', '{"conclusion": "works"}'),
        ]

    def test_is_taken_away_by_an_empty_text(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        note_run(at.store, at.runs[0], notes="seen", actor=ANA)
        done = note_run(at.store, at.runs[0], notes="", hypothesis="", actor=ANA)

        assert at.header(at.runs[0])["notes"] == ""
        assert [(c.old, c.new) for c in done.changes] == [({"notes": "seen"}, {"notes": ""})]
        assert done.unchanged == (f"run {at.runs[0][-8:]}: hypothesis is already as asked",)

    def test_needs_a_text(self, store: str) -> None:
        with pytest.raises(InvalidValue, match="at least one of notes"):
            note_run(store, "any", actor=ANA)


class TestDeletingRuns:
    def test_hides_them_and_erases_nothing(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"), ("demo", "b"), ("demo", "c"))
        delete_runs(at.store, at.runs[:2], actor=ANA, reason="wrong data")

        assert at.lake.runs(columns=["name"])["name"].to_list() == ["c"]
        assert sorted(at.lake.runs(columns=["name"], deleted=True)["name"]) == ["a", "b", "c"]
        assert at.lake.metrics(run_ids=at.runs[0]).height == 1
        assert [e["reason"] for e in at.events()] == ["wrong data", "wrong data"]

    def test_that_are_deleted_changes_nothing(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"), ("demo", "b"))
        delete_runs(at.store, at.runs[:1], actor=ANA)
        done = delete_runs(at.store, at.runs, actor=ANA)

        assert [c.target_id for c in done.changes] == [at.runs[1]]
        assert done.unchanged == (f"run {at.runs[0][-8:]} is already deleted",)


class TestRestoringRuns:
    def test_brings_them_back(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        delete_runs(at.store, at.runs, actor=ANA)
        restore_runs(at.store, ["demo:a"], actor=ANA)

        assert at.lake.runs().height == 1
        assert at.told() == [
            ("run.delete", at.runs[0], '{"deleted": false}', '{"deleted": true}'),
            ("run.restore", at.runs[0], '{"deleted": true}', '{"deleted": false}'),
        ]

    def test_that_are_not_deleted_changes_nothing(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))

        assert restore_runs(at.store, at.runs, actor=ANA).unchanged == (f"run {at.runs[0][-8:]} is not deleted",)


class TestARunThatIsStillLogging:
    def test_can_be_changed(self, store: str) -> None:
        import runlake

        with runlake.start_run("demo", "live", store=store, capture=False) as run:
            run.log({"loss": 1.0})
            rename_run(store, run.id, "renamed", actor=ANA)
            run.log({"loss": 0.5})
        lake = runlake.open_lake(store)

        assert lake.runs(columns=["name", "status", "metrics.loss"]).rows() == [("renamed", "finished", 0.5)]


class TestAStoreThatIsNotThere:
    def test_is_named(self, store: str) -> None:
        with pytest.raises(NotFound, match="no store"):
            delete_runs(store, ["any"], actor=ANA)


class TestAJournalThatCannotBeWritten:
    def test_is_said_and_nothing_changes(
        self, lab: Callable[..., Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = lab(("demo", "a"))
        _ = at.lake
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "file"))
        with pytest.raises(StoreError):
            delete_runs(at.store, at.runs, actor=ANA)
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "journals"))

        assert at.lake.runs().height == 1
        assert at.told() == []
