from __future__ import annotations

import getpass

import pytest

from runlake.actions import Actor, Change, allow, claimed_actor, claimed_name, local_actor
from runlake.errors import InvalidValue
from runlake.schema import IDENTITIES
from runlake.version import VERSION


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


class TestAClaimedActor:
    def test_has_the_account_beside_the_name_and_nothing_else_that_is_said_of_it(self) -> None:
        actor = claimed_actor("  Ann  B ")
        row = actor.identity_row()

        assert (actor.user, actor.auth_method, row["user_source"]) == ("Ann B", "claimed", "settings")
        assert row["process_owner"] == getpass.getuser()
        assert not row.keys() & {"git_name", "email", "home"}
        assert row.keys() <= IDENTITIES.position.keys()

    def test_is_another_one_than_the_account_of_that_name(self, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_USER", "ann")
        account, claimed = local_actor("app").known_in(store), claimed_actor("ann").known_in(store)

        assert account.actor_id != claimed.actor_id
        assert claimed.actor_id == claimed_actor("ann").known_in(store).actor_id

    @pytest.mark.parametrize("name", ["Ann", "Zoë d'Arc", "王偉", "שלום", "O'Neil-Smith (2)", "<b>"])
    def test_may_have_any_name_that_can_be_seen(self, name: str) -> None:
        assert claimed_name(name) == name

    @pytest.mark.parametrize(
        "name", ["", "  ", "x" * 81, "a\0b", "a\u202eb", "a\u200bb", "a\u2066b", "a\ud800", "\u2028"]
    )
    def test_has_no_name_that_looks_like_another(self, name: str) -> None:
        with pytest.raises(InvalidValue):
            claimed_name(name)

    def test_may_do_what_the_account_may(self) -> None:
        change = Change("tag.set", "tag", "k", None, None, None)

        assert [allow(Actor("a", "app", method), "tag.set", change) for method in ("claimed", "oidc", "")] == [
            True, False, False,
        ]  # fmt: skip
