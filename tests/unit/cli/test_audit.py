from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import runlake
from builders import a_run, at
from runlake.actions import claimed_actor, set_tags
from runlake.cli.audit import _paths, _text
from unit.cli.lab import a_lake

if TYPE_CHECKING:
    from unit.cli.lab import Shell


class TestForPeople:
    def test_who_what_when_to_what_and_why(self) -> None:
        logged = a_run("01a2b3c4-0001", experiment="fraud", name="rf")
        common = {"run_id": "01a2b3c4-0001", "actor_id": "actor-ada", "result": "ok"}
        logged.add(
            "events", **common, event_id="e2", at=at(60), action="tag.set", target_type="tag", target_id="st\x1bage",
            old='["dev"]', new='["prod", "eu"]', reason="passed review",
        )  # fmt: skip
        logged.add(
            "events", **(common | {"run_id": None, "actor_id": None, "result": "denied"}), event_id="e3", at=at(120),
            action="experiment.archive", target_type="experiment", target_id=logged.rows["experiments"][0]["experiment_id"],
            old='{"archived": false}', new='{"archived": true}',
        )  # fmt: skip
        lake = a_lake(logged)

        lines = [re.split(r" {2,}", line) for line in _text(lake.events().to_dicts(), _paths(lake), None).splitlines()]

        assert lines == [
            ["when", "who", "what", "target", "change", "reason", "result"],
            [
                "2026-01-31 12:02:00Z",
                "not recorded",
                "experiment.archive",
                "experiment fraud",
                "archived: no -> yes",
                "denied",
            ],
            [
                "2026-01-31 12:01:00Z",
                "ada",
                "tag.set",
                "tag st\\x1bage of run 3c4-0001",
                "dev -> prod, eu",
                "passed review",
                "ok",
            ],
            ["2026-01-31 12:00:00Z", "ada", "run.start", "run 3c4-0001", "ok"],
        ]

    def test_no_event_is_a_sentence(self) -> None:
        assert _text([], {}, 80) == "no events"


class TestChoosing:
    @pytest.mark.parametrize(
        ("words", "actions"),
        [
            ([], ["run.delete", "tag.set", "run.finish", "run.start", "run.finish", "run.start"]),
            (["--run", "demo:b"], ["tag.set", "run.finish", "run.start"]),
            (["--action", "tag.set"], ["tag.set"]),
            (["--action", "run."], ["run.delete", "run.finish", "run.start", "run.finish", "run.start"]),
            (["--limit", "1"], ["run.delete"]),
            (["--user", "ana"], ["run.delete"]),
            (["--user", "nobody"], []),
            (["--since", "-1h", "--user", "ana"], ["run.delete"]),
            (["--until", "-1h"], []),
            (["--since", "2100-01-01"], []),
        ],
    )
    def test_gives_these(
        self, shell: Shell, words: list[str], actions: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("a", "b"):
            runlake.start_run("demo", name, store=shell.store, capture=False).finish()
        shell("tag", "demo:b", "x=1")
        monkeypatch.setenv("RUNLAKE_USER", "ana")
        shell("delete", "demo:a")
        done = shell("audit", "log", *words, "--format", "json")

        assert (done.code, done.document["schema"]) == (0, "runlake.events/1")
        assert [event["action"] for event in done.data] == actions


class TestAnEventOfSomebodyWhoChoseTheirName:
    def test_says_that_it_is_claimed(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_USER", "ana")
        with runlake.start_run("demo", "a", store=shell.store, capture=False) as run:
            pass
        set_tags(shell.store, [run.id], {"stage": "prod"}, actor=claimed_actor("ana"))
        done = shell("audit", "log", "--action", "tag.set")
        (event,) = shell("audit", "log", "--action", "tag.set", "--format", "json").data

        assert "  ana (claimed)  " in done.out.splitlines()[1]
        assert "claimed" not in shell("audit", "log", "--action", "run.").out
        assert (event["user"], event["auth_method"]) == ("ana", "claimed")


class TestAnEvent:
    def test_has_old_and_new_as_values(self, shell: Shell) -> None:
        runlake.start_run("demo", "a", store=shell.store, capture=False).finish()
        shell("rename", "demo:a", "b", "--reason", "=1+1")
        (event,) = shell("audit", "log", "--action", "run.rename", "--format", "json").data
        row = shell("audit", "log", "--action", "run.rename", "--format", "csv").out.splitlines()[1]

        assert (event["old"], event["new"], event["reason"]) == ({"name": "a"}, {"name": "b"}, "=1+1")
        assert ",'=1+1," in row
