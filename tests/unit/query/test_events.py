from __future__ import annotations

from typing import Any

import pytest

from builders import START, Logged, a_lake, a_run, at
from runlake.errors import InvalidValue
from runlake.query.events import COLUMNS


def an_event(number: int, action: str, **fields: Any) -> Logged:
    common = {"event_id": f"e{number}", "target_type": "run", "target_id": "run-1", "result": "ok", "at": number}
    return Logged().add("events", **(common | {"action": action} | fields))


LAKE = a_lake(
    a_run(),
    an_event(10, "tag.set", run_id="run-1", actor_id="actor-ada", old='["dev"]', new='["prod"]', reason="released"),
    an_event(20, "tag.remove", run_id="run-1"),
    an_event(30, "experiment.rename", actor_id="actor-ada"),
    an_event(30, "experiment.rename", actor_id="actor-ada"),
    an_event(40, "run.delete", run_id="not there yet"),
)


def actions(**settings: Any) -> list[str]:
    return LAKE.events(**settings)["action"].to_list()


class TestEvents:
    def test_are_newest_first_each_once_and_of_known_runs_or_of_none(self) -> None:
        assert actions() == ["experiment.rename", "tag.remove", "tag.set", "run.start"]

    def test_say_who_did_what_when_to_what_and_why(self) -> None:
        [row] = LAKE.events(action="tag.set").to_dicts()

        assert row == dict.fromkeys(COLUMNS) | {
            "ts": at(10),
            "user": "ada",
            "action": "tag.set",
            "target_type": "run",
            "target_id": "run-1",
            "run_id": "run-1",
            "old": '["dev"]',
            "new": '["prod"]',
            "reason": "released",
            "result": "ok",
            "host": "tower",
            "actor_id": "actor-ada",
            "logged_at": at(10),
            "event_id": "e10",
        }

    @pytest.mark.parametrize(
        ("settings", "found"),
        [
            ({"run_ids": "run-1"}, ["tag.remove", "tag.set", "run.start"]),
            ({"run_ids": []}, []),
            ({"user": "ada"}, ["experiment.rename", "tag.set", "run.start"]),
            ({"user": "bob"}, []),
            ({"action": "tag."}, ["tag.remove", "tag.set"]),
            ({"action": "tag"}, []),
            ({"since": at(20)}, ["experiment.rename", "tag.remove"]),
            ({"until": "2026-01-31T12:00:20Z"}, ["tag.set", "run.start"]),
            ({"since": "-1d", "until": at(11)}, ["tag.set", "run.start"]),
            ({"since": "-86370s"}, ["experiment.rename"]),
        ],
    )
    def test_are_filtered(self, settings: dict[str, Any], found: list[str]) -> None:
        assert actions(**settings) == found

    def test_refuse_a_moment_that_is_none(self) -> None:
        with pytest.raises(InvalidValue, match=r"^since: "):
            LAKE.events(since="yesterday")
        with pytest.raises(InvalidValue, match=r"^until: "):
            LAKE.events(until=START.replace(tzinfo=None))
