from __future__ import annotations

import pytest

from runlake.actions import Actor, compact_store, repair_store, vacuum_store
from runlake.schema import TABLES
from runlake.store.delta import latest_version
from runlake.store.layout import open_store
from unit.actions.lab import ANA, make_lab
from unit.cli.test_compact import grow

STRANGER = Actor(user="eve", client="test 1", auth_method="unknown", actor_id="actor-eve")


class TestAnActorWhoMayNot:
    @pytest.mark.parametrize("action", ["compact", "vacuum", "repair"])
    def test_changes_nothing_and_is_recorded(self, store: str, action: str) -> None:
        grow(store)
        before = latest_version(open_store(store).table("metrics"))
        if action == "compact":
            outcome = compact_store(store, TABLES.values(), actor=STRANGER, reason="curious")[0]
        elif action == "vacuum":
            outcome = vacuum_store(store, actor=STRANGER, reason="curious")[0]
        else:
            outcome = repair_store(store, actor=STRANGER, reason="curious")[0]

        assert [change.action for change in outcome.denied] == [f"store.{action}"]
        assert outcome.changes == ()
        assert latest_version(open_store(store).table("metrics")) == before


class TestNothingToDo:
    def test_leaves_no_event(self, store: str) -> None:
        lab = make_lab(store, ("demo", "a"))
        assert lab.lake.runs().height == 1

        assert compact_store(store, TABLES.values(), actor=ANA)[0].changes == ()
        assert vacuum_store(store, actor=ANA)[0].changes == ()
        assert repair_store(store, actor=ANA)[0].changes == ()
        assert lab.told() == []
