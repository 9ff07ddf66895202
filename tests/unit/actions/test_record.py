from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runlake.actions import (
    Actor,
    Details,
    Outcome,
    archive_experiment,
    create_experiment,
    delete_runs,
    edit_experiment,
    note_run,
    record_event,
    rename_experiment,
    rename_run,
    restore_runs,
    set_tags,
)
from runlake.errors import RunlakeError
from unit.actions.lab import ANA, Lab, make_lab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STRANGER = Actor(user="eve", client="test 1", auth_method="cookie", actor_id="actor-eve")


class TestAnActorWhoIsNotAdmitted:
    def test_changes_nothing_and_leaves_a_denied_event(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        done = set_tags(at.store, at.runs, {"stage": "prod"}, actor=STRANGER, reason="let me in")

        assert done.changes == ()
        assert [(c.action, c.target_id, c.old, c.new) for c in done.denied] == [("tag.set", "stage", ["dev"], ["prod"])]
        assert at.tags(at.runs[0]) == {"stage": ["dev"]}
        (event,) = at.lake.events(user="eve").to_dicts()
        assert (event["action"], event["result"], event["reason"]) == ("tag.set", "denied", "let me in")

    def test_is_refused_every_verb(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        one = at.runs[0]
        delete_runs(at.store, [lab(("demo", "b")).runs[0]], actor=ANA)
        outcomes = [
            set_tags(at.store, [one], {"x": "1"}, remove=["stage"], actor=STRANGER),
            rename_run(at.store, one, "b", actor=STRANGER),
            note_run(at.store, one, notes="x", actor=STRANGER),
            delete_runs(at.store, [one], actor=STRANGER),
            create_experiment(at.store, "new", actor=STRANGER),
            edit_experiment(at.store, "demo", Details(owner="eve"), actor=STRANGER),
            rename_experiment(at.store, "demo", "mine", actor=STRANGER),
            archive_experiment(at.store, "demo", actor=STRANGER),
            record_event(at.store, "runs.export", ("run", one), actor=STRANGER),
        ]

        assert [len(done.changes) for done in outcomes] == [0] * 9
        assert [len(done.denied) for done in outcomes] == [2, 1, 1, 1, 1, 1, 1, 1, 1]
        assert at.paths() == ["demo"]
        assert at.lake.events(user="eve")["result"].to_list() == ["denied"] * 10


class TestAnActor:
    def test_keeps_one_random_id_in_a_store(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        unknown = Actor(user="ben", client="test 1", facts={"host": "lab", "process_owner": "ben"})
        for value in ("1", "2"):
            set_tags(at.store, at.runs, {"x": value}, actor=unknown)
        events = at.lake.events(user="ben")

        assert events["actor_id"].n_unique() == 1
        assert "ben" not in events["actor_id"][0]
        assert len(events["actor_id"][0]) == 36


class TestAnEventThatChangesNoRow:
    def test_is_recorded(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        record_event(
            at.store,
            "runs.export",
            ("file", "report.html"),
            run_id=at.runs[0],
            new={"sha256": "ab"},
            actor=ANA,
            reason="audit",
        )
        (event,) = at.events()

        assert (event["action"], event["target_type"], event["target_id"]) == ("runs.export", "file", "report.html")
        assert (event["run_id"], event["new"], event["reason"]) == (at.runs[0], '{"sha256": "ab"}', "audit")

    def test_keeps_no_secret(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        token = "ghp_" + "aB3dE6fG9hJ2kL5mN8pQ1rS4tU7vW0xY3zA6"
        new = {"password": "hunter2", "log": token}
        record_event(at.store, "runs.export", ("uri", f"s3://x?t={token}"), new=new, actor=ANA)
        (event,) = at.events()

        assert token not in str(event)
        assert "hunter2" not in str(event)

    @pytest.mark.parametrize("action", ["export", "runs.", ".export", "runs.export.all", "a b.c"])
    def test_needs_a_noun_and_a_verb(self, store: str, action: str) -> None:
        with pytest.raises(RunlakeError, match=r"noun\.verb"):
            record_event(store, action, ("run", "x"), actor=ANA)

    def test_needs_a_target(self, store: str) -> None:
        with pytest.raises(RunlakeError, match="a type and an id"):
            record_event(store, "runs.export", ("run", ""), actor=ANA)


VALUES = st.sampled_from(["dev", "prod", "x"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tag"), st.dictionaries(VALUES, VALUES, max_size=2), st.lists(VALUES, max_size=1)),
        st.tuples(st.just("rename"), VALUES),
        st.tuples(st.just("note"), VALUES, VALUES),
        st.tuples(st.just("delete"), st.integers(1, 2)),
        st.tuples(st.just("restore"), st.integers(1, 2)),
        st.tuples(st.just("move"), VALUES, VALUES),
        st.tuples(st.just("edit"), VALUES, VALUES),
        st.tuples(st.just("archive"), VALUES),
        st.tuples(st.just("create"), VALUES),
    ),
    min_size=4,
    max_size=8,
)


def do(at: Lab, step: tuple[object, ...]) -> Outcome:
    """Do one step; a refused one changes nothing."""
    verbs: dict[object, Callable[..., Outcome]] = {
        "tag": lambda tags, removed: set_tags(at.store, at.runs, tags, remove=removed, actor=ANA),
        "rename": lambda name: rename_run(at.store, at.runs[0], name, actor=ANA),
        "note": lambda a, b: note_run(at.store, at.runs[0], notes=a, conclusion=b, actor=ANA),
        "delete": lambda n: delete_runs(at.store, at.runs[:n], actor=ANA),
        "restore": lambda n: restore_runs(at.store, at.runs[:n], actor=ANA),
        "move": lambda a, b: rename_experiment(at.store, a, b, actor=ANA),
        "edit": lambda path, owner: edit_experiment(at.store, path, Details(owner=owner), actor=ANA),
        "archive": lambda path: archive_experiment(at.store, path, actor=ANA),
        "create": lambda path: create_experiment(at.store, path, actor=ANA),
    }
    try:
        return verbs[step[0]](*step[1:])
    except RunlakeError:
        return Outcome()


def state(at: Lab) -> object:
    """All that an action can change."""
    lake = at.lake
    runs = lake.runs(columns=["run_id", "name", "notes", "conclusion", "deleted"], order_by="run_id", deleted=True)
    experiments = lake.experiments().select("experiment_id", "path", "owner", "archived").sort("experiment_id")
    return runs.rows(), lake.tags().rows(), experiments.rows()


@given(steps=STEPS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_change_leaves_one_event_and_nothing_else_does(
    steps: list[tuple[object, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("lake")
    at = make_lab(str(folder / "store"), ("dev", "a"), ("dev", "b"))
    told = 0
    for step in steps:
        before = state(at)
        done = do(at, step)
        told += len(done.changes)

        assert at.lake.events(user="ana").height == told
        assert (state(at) != before) == bool(done.changes)
    assert [e["event_id"] for e in at.events()] == sorted(e["event_id"] for e in at.events())
