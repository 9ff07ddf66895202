from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import runlake
from runlake.actions import Actor, ViewDetails, change_view, claimed_actor, delete_view, restore_view, save_view
from runlake.actions.views import QUERY_LIMIT, _query
from runlake.errors import InvalidValue, NotFound
from unit.actions.lab import ANA

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.actions.lab import Lab

BO = Actor(user="bo", client="test 1", actor_id="actor-bo", facts={"host": "lab", "process_owner": "bo"})


@pytest.fixture
def at(lab: Callable[..., Lab]) -> Lab:
    return lab(("demo", "a"))


def saved(at: Lab, name: str = "Best", *, actor: Actor = ANA, visibility: str = "private", query: str = "q=a") -> str:
    details = ViewDetails(name, "what for", query, visibility)
    return save_view(at.store, "runs", details, actor=actor).changes[0].target_id


def names(at: Lab, user: str | None = None) -> list[str]:
    return at.lake.views(user=user)["name"].to_list()


class TestSavingAView:
    def test_is_one_row_and_one_event(self, at: Lab) -> None:
        view_id = saved(at)
        [row] = at.lake.views(user="ana").drop("created_at", "changed_at").to_dicts()

        fields = {"name": "Best", "description": "what for", "page": "runs", "query": "q=a", "visibility": "private"}
        assert row == {"view_id": view_id, **fields, "user": "ana", "changed_by": "ana", "deleted": False}
        assert at.told() == [("view.save", view_id, None, json.dumps(fields, sort_keys=True))]

    def test_is_private_where_nothing_else_is_said(self, at: Lab) -> None:
        save_view(at.store, "home", ViewDetails("Mine"), actor=ANA)

        assert (names(at), names(at, "bo"), names(at, "ana")) == ([], [], ["Mine"])

    def test_names_nobody_outside_of_identities(self, at: Lab) -> None:
        saved(at, actor=claimed_actor("Wilhelmina Quux"))
        tables = [path.parent for path in Path(at.store).glob("*/_delta_log")]
        naming = {t.name for t in tables if "Quux" in str(pl.read_delta(str(t)).to_dicts())}

        assert naming == {"identities"}

    def test_takes_secrets_out_of_what_is_kept(self, at: Lab) -> None:
        secret = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"
        saved(at, query=urlencode({"where": f"params.token = '{secret}'", "sort": "name"}))
        kept = at.lake.views(user="ana")["query"].item()

        assert secret not in kept
        assert "redacted" in kept
        assert dict(parse_qsl(kept))["sort"] == "name"

    @pytest.mark.parametrize(
        "query",
        [
            "https://evil.example/?q=a",
            "q",
            "q=a&q=b",
            "Q=a",
            "__class__=a",
            "q=" + "x" * QUERY_LIMIT,
            "&".join(f"a{n}=1" for n in range(101)),
        ],
    )
    def test_with_what_no_page_writes_is_refused(self, at: Lab, query: str) -> None:
        with pytest.raises(InvalidValue, match="query"):
            saved(at, query=query)

        assert at.told() == []

    @pytest.mark.parametrize("page", ["", "//evil.example", "../x", "https://evil.example", "Runs", "a" * 41])
    def test_of_what_is_no_page_is_refused(self, at: Lab, page: str) -> None:
        with pytest.raises(InvalidValue, match="page"):
            save_view(at.store, page, ViewDetails("x"), actor=ANA)

    @pytest.mark.parametrize("details", [ViewDetails(), ViewDetails(" "), ViewDetails("x" * 121), ViewDetails("a\0")])
    def test_without_a_name_is_refused(self, at: Lab, details: ViewDetails) -> None:
        with pytest.raises(InvalidValue):
            save_view(at.store, "runs", details, actor=ANA)

    @pytest.mark.parametrize("visibility", ["", "public", "Shared"])
    def test_for_whom_nobody_knows_is_refused(self, at: Lab, visibility: str) -> None:
        with pytest.raises(InvalidValue, match="visibility"):
            saved(at, visibility=visibility)


class TestChangingAView:
    def test_is_one_event_for_each_field_that_changes(self, at: Lab) -> None:
        view_id = saved(at)
        done = change_view(
            at.store, view_id, ViewDetails("Better", "what for", "q=b", "shared"), actor=ANA, reason="clearer"
        )

        assert [(c.action, c.old, c.new) for c in done.changes] == [
            ("view.rename", {"name": "Best"}, {"name": "Better"}),
            ("view.change", {"query": "q=a"}, {"query": "q=b"}),
            ("view.share", {"visibility": "private"}, {"visibility": "shared"}),
        ]
        assert done.unchanged == ("view 'Best': description is already as asked",)
        assert {e["reason"] for e in at.events()[1:]} == {"clearer"}
        assert names(at, "bo") == ["Better"]

    def test_leaves_a_row_that_sets_what_changed_alone(self, at: Lab) -> None:
        change_view(at.store, saved(at), ViewDetails("Better"), actor=ANA)
        rows = (
            pl.read_delta(f"{at.store}/views").sort("seq").select("name", "description", "query", "visibility").rows()
        )

        assert rows == [("Best", "what for", "q=a", "private"), ("Better", None, None, None)]

    def test_to_what_it_is_writes_nothing(self, at: Lab) -> None:
        view_id = saved(at)

        assert change_view(at.store, view_id, ViewDetails("Best"), actor=ANA).changes == ()
        assert len(at.told()) == 1

    def test_of_the_private_one_of_somebody_else_is_refused(self, at: Lab) -> None:
        view_id = saved(at)
        for act in (delete_view, restore_view):
            with pytest.raises(NotFound, match="somebody else"):
                act(at.store, view_id, actor=BO)
        with pytest.raises(NotFound):
            change_view(at.store, view_id, ViewDetails("x"), actor=BO)

    def test_that_is_shared_is_everybodys(self, at: Lab) -> None:
        view_id = saved(at, visibility="shared")
        change_view(at.store, view_id, ViewDetails("Ours"), actor=BO)
        [row] = at.lake.views().to_dicts()

        assert (row["name"], row["user"], row["changed_by"]) == ("Ours", "ana", "bo")

    def test_is_made_private_by_who_saved_it_alone(self, at: Lab) -> None:
        view_id = saved(at, visibility="shared")
        with pytest.raises(InvalidValue, match="who saved a view"):
            change_view(at.store, view_id, ViewDetails(visibility="private"), actor=BO)
        done = change_view(at.store, view_id, ViewDetails(visibility="private"), actor=ANA)

        assert [c.action for c in done.changes] == ["view.unshare"]
        assert (names(at, "bo"), names(at, "ana")) == ([], ["Best"])

    def test_to_nothing_is_refused(self, at: Lab) -> None:
        with pytest.raises(InvalidValue, match="at least one of"):
            change_view(at.store, saved(at), ViewDetails(), actor=ANA)


class TestDeletingAView:
    def test_hides_it_with_a_reason_until_it_is_restored(self, at: Lab) -> None:
        view_id = saved(at, visibility="shared")
        delete_view(at.store, view_id, actor=BO, reason="stale")
        hidden = names(at)
        restore_view(at.store, view_id, actor=ANA, reason="needed")

        assert (hidden, names(at)) == ([], ["Best"])
        told = at.lake.events(action="view.").reverse().select("action", "user", "reason").rows()
        assert told == [("view.save", "ana", None), ("view.delete", "bo", "stale"), ("view.restore", "ana", "needed")]

    def test_of_what_is_not_there_is_refused(self, at: Lab) -> None:
        with pytest.raises(NotFound, match="no view 'nope'"):
            delete_view(at.store, "nope", actor=ANA)


class TestTwoWhoChangeOneViewAtOnce:
    def test_lose_nothing_of_either(self, at: Lab) -> None:
        view_id = saved(at, visibility="shared")
        actors = [Actor(user=f"u{n}", client="test 1", actor_id=f"actor-{n}") for n in range(4)]
        at_once = [
            threading.Thread(
                target=change_view,
                args=(at.store, view_id, ViewDetails(description=f"by {n}") if n % 2 else ViewDetails(f"Name {n}")),
                kwargs={"actor": actor},
            )
            for n, actor in enumerate(actors)
        ]
        for thread in at_once:
            thread.start()
        for thread in at_once:
            thread.join()
        [row] = at.lake.views().to_dicts()

        assert row["name"] in {"Name 0", "Name 2"}
        assert row["description"] in {"by 1", "by 3"}
        assert at.lake.events(action="view.")["action"].sort().to_list() == [
            "view.describe", "view.describe", "view.rename", "view.rename", "view.save",
        ]  # fmt: skip


class TestAStoreFromBeforeThereWereViews:
    def test_opens_and_gets_the_table_with_the_first_view(self, at: Lab) -> None:
        runlake.open_lake(at.store)
        shutil.rmtree(f"{at.store}/views", ignore_errors=True)

        assert names(at, "ana") == []
        saved(at)
        assert names(at, "ana") == ["Best"]
        assert Path(at.store, "views/_delta_log").is_dir()


class TestAQuery:
    @given(
        st.dictionaries(
            st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
            max_size=6,
        )
    )
    def test_is_kept_in_the_form_that_pages_write(self, given: dict[str, str]) -> None:
        written = urlencode(given)

        kept = _query(written)
        assert dict(parse_qsl(kept, keep_blank_values=True)) == given
        assert _query(kept) == kept == written
