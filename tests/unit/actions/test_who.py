from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from runlake.actions import Actor, local_actor
from runlake.schema import IDENTITIES
from runlake.version import VERSION

if TYPE_CHECKING:
    import pytest


class TestTheLocalActor:
    def test_is_the_user_of_this_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_USER", "ana")
        actor = local_actor("app")

        assert (actor.user, actor.client, actor.auth_method, actor.actor_id) == ("ana", f"app {VERSION}", "local", "")
        assert actor.facts["process_owner"] == getpass.getuser()

    def test_fits_the_table_of_identities(self) -> None:
        row = local_actor().identity_row()

        assert row.keys() <= IDENTITIES.position.keys()
        assert row["user"]


class TestAnActorWithAnId:
    def test_keeps_it(self, store: str) -> None:
        actor = Actor(user="ana", client="test", actor_id="known")

        assert actor.known_in(store) is actor
