from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.actions import Change, Outcome
from runlake.cli.changes import report
from runlake.cli.main import build_parser

if TYPE_CHECKING:
    from unit.cli.lab import Shell


def a_run(store: str, name: str = "a") -> str:
    with runlake.start_run("demo", name, store=store, capture=False) as run:
        pass
    return run.id


class TestEachChangingCommand:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["rename", "demo:a", "b"], "run {run}: name set to 'b' (was 'a')\n"),
            (["rename", "demo:a", "a"], "nothing to change: run {run}: name is already as asked\n"),
            (["note", "demo:a", "seen"], "run {run}: notes set to 'seen'\n"),
            (["note", "demo:a", "--conclusion", "ok"], "run {run}: conclusion set to 'ok'\n"),
            (["delete", "demo:a"], "run {run} deleted\n"),
            (["restore", "demo:a"], "nothing to change: run {run} is not deleted\n"),
            (["tag", "demo:a", "x=\x1b[2J"], "run {run}: tag x set to \\x1b[2J\n"),
        ],
    )
    def test_says_what_changed(self, shell: Shell, words: list[str], said: str) -> None:
        short = a_run(shell.store)[-8:]
        done = shell(*words)

        assert (done.code, done.out, done.err) == (0, said.format(run=short), "")

    @pytest.mark.parametrize(
        "words",
        [
            ["rename", "demo:a", "b"],
            ["note", "demo:a", "seen"],
            ["delete", "demo:a"],
            ["tag", "demo:a", "x"],
            ["experiments", "create", "new"],
            ["experiments", "rename", "demo", "new"],
            ["experiments", "archive", "demo"],
            ["experiments", "describe", "demo", "about"],
            ["experiments", "set", "demo", "--owner", "ana"],
        ],
    )
    def test_keeps_the_reason_and_who_did_it(
        self, shell: Shell, words: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RUNLAKE_USER", "ana")
        a_run(shell.store)
        before = runlake.open_lake(shell.store).events().height
        shell(*words, "--reason", "because")
        events = runlake.open_lake(shell.store).events()
        newest = events.row(0, named=True)

        assert events.height == before + 1
        assert (newest["user"], newest["reason"], newest["client"]) == ("ana", "because", f"cli {runlake.__version__}")

    @pytest.mark.parametrize(
        "words", [["rename", "x:y", "b"], ["note", "x:y", "t"], ["delete", "x:y"], ["restore", "x:y"]]
    )
    def test_of_no_run_is_wrong_usage(self, shell: Shell, words: list[str]) -> None:
        a_run(shell.store)
        done = shell(*words)

        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("runlake: no run 'x:y'")


class TestDeletingAndRestoring:
    def test_several_runs_at_once(self, shell: Shell) -> None:
        ids = [a_run(shell.store, name) for name in ("a", "b")]
        deleted, restored = shell("delete", *ids), shell("restore", *ids)

        assert deleted.out == "".join(f"run {i[-8:]} deleted\n" for i in ids)
        assert restored.out == "".join(f"run {i[-8:]} restored\n" for i in ids)


class TestANoteFromStandardInput:
    def test_is_read_whole(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        import io
        import sys

        run_id = a_run(shell.store)
        monkeypatch.setattr(sys, "stdin", io.StringIO("two\nlines\n"))
        shell("note", run_id, "-")

        assert runlake.open_lake(shell.store).run(run_id).header["notes"] == "two\nlines\n"


class TestWhatIsDenied:
    def test_is_a_failure_and_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        args = build_parser().parse_args(["delete", "x"])
        denied = Change("run.delete", "run", "01a2b3c4-0001", "01a2b3c4-0001", {"deleted": False}, {"deleted": True})
        code = report(Outcome(denied=(denied,), pending=("still in the journal",)), args)
        printed = capsys.readouterr()

        assert (code, printed.out) == (1, "nothing changed\n")
        assert printed.err == (
            "runlake: denied: run.delete on run 01a2b3c4-0001\nrunlake: note: still in the journal\n"
        )
