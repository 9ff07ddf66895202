from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest

import runlake
from journaling import RUN, Writer
from runlake.actions import Actor, Outcome, adopt_journals
from runlake.store.adopt import SILENT_S
from runlake.store.ingest import drain
from unit.actions.lab import ANA

if TYPE_CHECKING:
    from collections.abc import Mapping


def left(store: str, owner: Mapping[str, object], *, silent_s: float) -> Writer:
    """A run that was left open by a process which this machine cannot judge."""
    writer = Writer(store).start(name="left").log(0, loss=1.0).close().log(1, loss=0.5)
    path = writer.folder / "owner.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "started": "1", **owner}))
    at = time.time() - silent_s
    for segment in writer.folder.glob("*.seg"):
        os.utime(segment, (at, at))
    return writer


ELSEWHERE = {"machine": "a-container-that-is-gone"}
another_place = pytest.mark.parametrize(
    "owner", [ELSEWHERE, {"namespace": "pid:[1]"}, {"pid": "no number"}], ids=["machine", "container", "unreadable"]
)


class TestAJournalThatIsAdopted:
    @another_place
    def test_is_delivered_whole_and_its_run_is_killed(self, store: str, owner: Mapping[str, object]) -> None:
        writer = left(store, owner, silent_s=SILENT_S + 1)
        drain(store)

        done = adopt_journals(store, actor=ANA)
        lake = runlake.open_lake(store)

        assert [(change.action, change.target_id) for change in done.changes] == [("journal.adopt", writer.id)]
        assert lake.runs(columns=["run_id", "status"]).rows() == [(RUN, "killed")]
        assert lake.metrics(keys="loss")["value"].to_list() == [1.0, 0.5]
        assert not writer.folder.exists()

    def test_leaves_an_event_that_says_who_and_why(self, store: str) -> None:
        writer = left(store, ELSEWHERE, silent_s=SILENT_S + 1)

        adopt_journals(store, actor=ANA, reason="the node was scrapped")
        event = runlake.open_lake(store).events(action="journal.adopt").row(0, named=True)

        assert (event["user"], event["target_id"], event["reason"]) == ("ana", writer.id, "the node was scrapped")

    def test_is_not_asked_for_again(self, store: str) -> None:
        left(store, ELSEWHERE, silent_s=SILENT_S + 1)
        adopt_journals(store, actor=ANA)

        assert adopt_journals(store, actor=ANA).changes == ()


class TestAJournalThatMayLive:
    def test_stays_where_it_is(self, store: str) -> None:
        writer = left(store, ELSEWHERE, silent_s=20)

        done = adopt_journals(store, actor=ANA)
        drain(store)

        assert done.changes == ()
        assert "was written to 20 s ago, so its process may live" in done.unchanged[0]
        assert len(list(writer.folder.glob("*.seg"))) == 2

    def test_of_this_machine_is_not_concerned(self, store: str) -> None:
        Writer(store).start().log(0, loss=1.0)

        assert adopt_journals(store, actor=ANA) == Outcome()


class TestAnActorWhoMayNot:
    def test_changes_nothing(self, store: str) -> None:
        writer = left(store, ELSEWHERE, silent_s=SILENT_S + 1)
        stranger = Actor(user="eve", client="test 1", auth_method="unknown", actor_id="actor-eve")

        done = adopt_journals(store, actor=stranger)

        assert [change.target_id for change in done.denied] == [writer.id]
        assert json.loads((writer.folder / "owner.json").read_text())["machine"] == "a-container-that-is-gone"
