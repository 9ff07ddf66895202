from __future__ import annotations

import itertools
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import Logged, a_lake, at
from runlake.query.views import COLUMNS


def a_view(
    view_id: str = "v1", *, user: str = "ana", second: float = 0.0, writer: str = "w1", **fields: object
) -> Logged:
    """A view as its first row says, and who wrote it."""
    given: dict[str, Any] = {"name": "Best", "page": "runs", "query": "q=a", "visibility": "shared", **fields}
    return a_patch(view_id, user=user, second=second, writer=writer, **given)


def a_patch(
    view_id: str = "v1", *, user: str = "ana", second: float = 0.0, writer: str = "w1", seq: int = 0, **fields: object
) -> Logged:
    """One patch of a view, and the identity of who wrote it."""
    row = {"view_id": view_id, "actor_id": f"actor-{user}", "writer": writer, "seq": seq, **fields}
    identity = {"actor_id": f"actor-{user}", "user": user, "writer": writer, "seq": seq}
    return Logged().add("views", at=second, **row).add("identities", at=second, **identity)


def listed(*logged: Logged, user: str | None = None, deleted: bool = False) -> list[dict[str, object]]:
    return a_lake(*logged).views(user=user, deleted=deleted).to_dicts()


class TestAStoreWithoutViews:
    def test_has_a_frame_without_rows(self) -> None:
        frame = a_lake().views(user="ana")

        assert (tuple(frame.columns), frame.height) == (COLUMNS, 0)


class TestAView:
    def test_is_listed_with_who_saved_it_and_who_changed_it_last(self) -> None:
        [row] = listed(a_view(description="why"), a_patch(user="bo", second=60, writer="w2", name="Better"))

        assert row == {
            "view_id": "v1",
            "name": "Better",
            "description": "why",
            "page": "runs",
            "query": "q=a",
            "visibility": "shared",
            "user": "ana",
            "created_at": at(0),
            "changed_by": "bo",
            "changed_at": at(60),
            "deleted": False,
        }

    def test_without_its_first_row_is_not_listed_yet(self) -> None:
        assert listed(a_patch(name="Renamed", visibility="shared")) == []

    def test_of_which_no_link_is_known_is_the_page_as_it_is(self) -> None:
        assert listed(a_view(query=None))[0]["query"] == ""


class TestPatchesOfOneView:
    def test_fold_field_by_field_whatever_order_they_arrive_in(self) -> None:
        patches = [
            a_view(),
            a_patch(second=10, writer="w2", name="Second"),
            a_patch(second=20, writer="w1", seq=1, query="q=b"),
        ]
        for order in itertools.permutations(patches):
            [row] = listed(*order)

            assert (row["name"], row["query"], row["user"]) == ("Second", "q=b", "ana")

    def test_of_one_moment_are_told_apart_by_writer_and_call(self) -> None:
        first = a_view()
        by_a = a_patch(second=5, writer="a", seq=9, name="of a")
        by_b = [a_patch(second=5, writer="b", seq=seq, name=f"of b {seq}") for seq in (1, 2)]

        assert listed(first, *by_b, by_a)[0]["name"] == "of b 2"

    def test_of_a_writer_whose_clock_was_set_back_stay_in_order(self) -> None:
        late = a_patch(second=-500, writer="w1", seq=5, name="Newest")

        assert listed(a_view(), late)[0]["name"] == "Newest"

    @given(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.sampled_from(["name", "query"])), max_size=8)
    )
    def test_fold_as_a_walk_through_them_in_order_does(self, made: list[tuple[int, str, str]]) -> None:
        # Each writer's clock runs forward, so that time, writer and call number alone say what is newest.
        ordered = sorted((second, writer, n, field) for n, (second, writer, field) in enumerate(made))
        expected = {"name": "Best", "query": "q=a"}
        patches = []
        for n, (second, writer, _, field) in enumerate(ordered):
            expected[field] = f"q={n}"
            patches.append(a_patch(second=1 + second, writer=writer, seq=n + 1, **{field: f"q={n}"}))
        [row] = listed(a_view(), *reversed(patches))

        assert {name: row[name] for name in expected} == expected


class TestAPrivateView:
    def test_is_offered_to_who_saved_it_alone(self) -> None:
        logged = (a_view(visibility="private"), a_view("v2", user="bo", writer="w2", name="Another"))
        names = {user: [row["name"] for row in listed(*logged, user=user)] for user in ("ana", "bo", None)}

        assert names == {"ana": ["Another", "Best"], "bo": ["Another"], None: ["Another"]}

    def test_stays_theirs_where_somebody_else_has_changed_it(self) -> None:
        changed = a_patch(user="bo", second=9, writer="w2", visibility="private")

        assert (listed(a_view(), changed, user="ana") != [], listed(a_view(), changed, user="bo")) == (True, [])

    def test_of_somebody_who_is_not_recorded_is_offered_to_nobody(self) -> None:
        nameless = Logged().add("views", view_id="v1", name="x", page="runs", visibility="private", actor_id="gone")

        assert (listed(nameless), listed(nameless, user=""), listed(nameless, user="gone")) == ([], [], [])

    @pytest.mark.parametrize("word", ["Shared", "public", "", None])
    def test_is_what_a_visibility_that_is_not_known_makes(self, word: str | None) -> None:
        assert listed(a_view(visibility=word)) == []


class TestADeletedView:
    def test_is_listed_only_where_asked_for_and_again_when_restored(self) -> None:
        gone = a_patch(second=9, seq=1, deleted=True)
        back = a_patch(second=20, seq=2, deleted=False)

        assert listed(a_view(), gone) == []
        assert [row["deleted"] for row in listed(a_view(), gone, deleted=True)] == [True]
        assert [row["deleted"] for row in listed(a_view(), gone, back)] == [False]


class TestTheOrder:
    def test_is_by_name_in_small_letters(self) -> None:
        made = [a_view(f"v{n}", name=name, writer=f"w{n}") for n, name in enumerate(["b", "A", "a", "C"])]

        assert pl.Series([row["name"] for row in listed(*made)]).to_list() == ["A", "a", "b", "C"]
