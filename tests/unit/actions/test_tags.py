from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runlake.actions import Outcome, remove_tags, set_tags
from runlake.errors import Ambiguous, InvalidType, InvalidValue, NotFound
from unit.actions.lab import ANA

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.actions.lab import Lab


class TestSettingTags:
    def test_replaces_what_was_there(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        done = set_tags(at.store, at.runs, {"stage": ["prod", "eu"], "flag": None, "team": "risk"}, actor=ANA)

        assert at.tags(at.runs[0]) == {"stage": ["prod", "eu"], "flag": [], "team": ["risk"]}
        assert [(c.target_id, c.old, c.new) for c in done.changes] == [
            ("stage", ["dev"], ["prod", "eu"]),
            ("flag", None, []),
            ("team", None, ["risk"]),
        ]
        assert (done.unchanged, done.denied, done.pending) == ((), (), ())

    def test_says_who_why_and_what_was_before(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        set_tags(at.store, at.runs, {"stage": "prod"}, actor=ANA, reason="passed review")
        (event,) = at.events()

        assert {k: event[k] for k in ("action", "target_type", "target_id", "run_id", "user", "host", "reason")} == {
            "action": "tag.set",
            "target_type": "tag",
            "target_id": "stage",
            "run_id": at.runs[0],
            "user": "ana",
            "host": "lab",
            "reason": "passed review",
        }
        assert (event["old"], event["new"], event["result"]) == ('["dev"]', '["prod"]', "ok")
        assert (event["client"], event["auth_method"], event["actor_id"]) == ("test 1", "local", "actor-ana")

    def test_takes_runs_by_name_and_each_once(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"), ("demo", "b"))
        done = set_tags(at.store, ["demo:a", at.runs[1][-8:], at.runs[0]], {"x": "1"}, actor=ANA)

        assert [c.run_id for c in done.changes] == list(at.runs)


class TestRemovingTags:
    def test_takes_them_away(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        remove_tags(at.store, at.runs, ["stage"], actor=ANA)

        assert at.tags(at.runs[0]) == {}
        assert at.told() == [("tag.remove", "stage", '["dev"]', None)]

    def test_that_are_not_there_changes_nothing(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        done = remove_tags(at.store, at.runs, ["nope"], actor=ANA)

        assert done == Outcome(unchanged=(f"run {at.runs[0][-8:]}: tag 'nope' is already as asked",))
        assert at.told() == []


class TestTagsThatAreAsAsked:
    def test_leave_no_row_and_no_event(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        before = at.lake.snapshot.versions
        done = set_tags(at.store, at.runs, {"stage": "dev"}, actor=ANA)

        assert done.changes == ()
        assert len(done.unchanged) == 1
        assert at.lake.snapshot.versions == before


class TestAMistake:
    def test_in_one_run_leaves_all_runs_alone(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        with pytest.raises(NotFound):
            set_tags(at.store, [at.runs[0], "nothing-of-that-name"], {"x": "1"}, actor=ANA)

        assert at.told() == []

    def test_two_runs_of_one_name(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"), ("demo", "a"))
        with pytest.raises(Ambiguous):
            set_tags(at.store, ["demo:a"], {"x": "1"}, actor=ANA)

    def test_a_key_both_set_and_removed(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        with pytest.raises(InvalidValue, match="not both"):
            set_tags(at.store, at.runs, {"x": "1"}, remove=["x"], actor=ANA)

    @pytest.mark.parametrize("key", ["", "  ", "a\nb", "x" * 1001, "\ud800"])
    def test_a_key_that_names_nothing(self, store: str, key: str) -> None:
        with pytest.raises(InvalidValue, match="tag: key"):
            set_tags(store, ["any"], {key: "1"}, actor=ANA)

    def test_a_value_that_is_no_text(self, store: str) -> None:
        with pytest.raises(InvalidType, match="tag 'x'"):
            set_tags(store, ["any"], {"x": [1]}, actor=ANA)  # type: ignore[list-item]

    def test_no_run_at_all(self, lab: Callable[..., Lab]) -> None:
        with pytest.raises(InvalidValue, match="at least one run"):
            set_tags(lab(("demo", "a")).store, [], {"x": "1"}, actor=ANA)


class TestASecret:
    def test_is_taken_out_of_value_reason_and_event(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        secret = "ghp_" + "aB3dE6fG9hJ2kL5mN8pQ1rS4tU7vW0xY3zA6"
        set_tags(
            at.store, at.runs, {"note": f"push with {secret}", "api_key": "hunter2hunter2"}, actor=ANA, reason=secret
        )
        stored = json.dumps([at.tags(at.runs[0]), at.lake.events().drop("ts", "logged_at").to_dicts()])

        assert secret not in stored
        assert "hunter2" not in stored
        assert "redacted" in stored
