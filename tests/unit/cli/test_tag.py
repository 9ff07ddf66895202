from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.cli.argv import REMOVE
from runlake.cli.tag import parsed, split
from runlake.errors import Ambiguous, NotFound

if TYPE_CHECKING:
    from unit.cli.lab import Shell

IDS = {"demo:a": "0001", "01a2b3c4": "0002", "flag-ship": "0003"}


def find(text: str) -> str:
    if text == "01a2b3c5":
        raise Ambiguous(text, ("x", "y"))
    if text not in IDS:
        raise NotFound("run", text)
    return IDS[text]


class TestTellingRunsFromTags:
    @pytest.mark.parametrize(
        ("words", "runs", "tags"),
        [
            (["demo:a", "x=1"], ["0001"], ["x=1"]),
            (["demo:a", "01a2b3c4", "x=1", "y"], ["0001", "0002"], ["x=1", "y"]),
            (["demo:a", "flag"], ["0001"], ["flag"]),
            (["demo:a", "flag-ship"], ["0001", "0003"], []),
            (["demo:a", f"{REMOVE}x", "flag-ship"], ["0001"], [f"{REMOVE}x", "flag-ship"]),
        ],
    )
    def test_runs_come_first(self, words: list[str], runs: list[str], tags: list[str]) -> None:
        assert split(words, find) == (runs, tags)

    @pytest.mark.parametrize("word", ["01a2b3c9", "other:name", "deadbeef-0000"])
    def test_a_mistyped_run_is_no_tag(self, word: str) -> None:
        with pytest.raises(NotFound):
            split(["demo:a", word, "x=1"], find)

    def test_a_shortened_id_of_several_runs_is_no_tag(self) -> None:
        with pytest.raises(Ambiguous):
            split(["demo:a", "01a2b3c5"], find)

    @pytest.mark.parametrize("word", ["x=1", "stage", f"{REMOVE}x"])
    def test_the_first_word_is_always_a_run(self, word: str) -> None:
        with pytest.raises(NotFound):
            split([word], find)


class TestTagWords:
    def test_are_read(self) -> None:
        assert parsed(["a=1", "b", "a=2=3", "c=", f"{REMOVE}d", "b=1"]) == (
            {"a": ["1", "2=3"], "b": ["1"], "c": [""]},
            ["d"],
        )


class TestTheCommand:
    def test_sets_and_removes_in_one_go(self, shell: Shell) -> None:
        with runlake.start_run("demo", "a", tags={"stage": "dev", "old": "1"}, store=shell.store, capture=False) as run:
            pass
        done = shell("tag", "demo:a", "stage=prod", "stage=eu", "flag", "-old", "--reason", "passed review")
        short = run.id[-8:]

        assert (done.code, done.err) == (0, "")
        assert done.out == (
            f"run {short}: tag stage set to prod, eu (was dev)\n"
            f"run {short}: tag flag set to no value\n"
            f"run {short}: tag old removed (was 1)\n"
        )
        assert runlake.open_lake(shell.store).tags().rows() == [
            (run.id, "flag", []),
            (run.id, "stage", ["prod", "eu"]),
        ]

    def test_says_what_changed_as_json(self, shell: Shell) -> None:
        with runlake.start_run("demo", "a", tags={"stage": "dev"}, store=shell.store, capture=False) as run:
            pass
        done = shell("tag", "demo:a", "stage=dev", "x=1", "--format", "json")
        event = runlake.open_lake(shell.store).events(action="tag.set").row(0, named=True)

        assert done.document["schema"] == "runlake.changes/1"
        assert done.data == [
            {
                "result": "ok",
                "event_id": event["event_id"],
                "action": "tag.set",
                "target_type": "tag",
                "target_id": "x",
                "run_id": run.id,
                "old": None,
                "new": ["1"],
            },
            {"result": "unchanged", "message": f"run {run.id[-8:]}: tag 'stage' is already as asked"},
        ]

    def test_removes_keys_that_look_like_options(self, shell: Shell) -> None:
        runlake.start_run("demo", "a", tags={"o": "1", "h": "2"}, store=shell.store, capture=False).finish()
        shell("tag", "demo:a", "--remove", "o", "--remove", "h")

        assert runlake.open_lake(shell.store).tags().height == 0

    def test_without_tags_is_wrong_usage(self, shell: Shell) -> None:
        runlake.start_run("demo", "a", store=shell.store, capture=False).finish()
        done = shell("tag", "demo:a")

        assert (done.code, done.out) == (2, "")
        assert "at least one key=value" in done.err
