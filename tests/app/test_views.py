"""Saved views: opened by a link, saved, changed, shared, deleted and brought back; the lake is asked what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import polars as pl
import pytest
import streamlit as st

import runlake
import state
import view_state
from runlake.actions import ViewDetails, claimed_actor, delete_view, save_view
from runlake.store.folder import Folder
from runlake.store.ingest import drain
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

NAMES = ("a", "b", "c")
HOSTILE = {
    "where": "name = 'a'); DROP TABLE runs; --",
    "sort": "javascript:alert(1)",
    "show": "<script>",
    "limit": "1e999",
    "columns": ",".join(["params.x"] * 5000),
    "redirect": "https://evil.example",
    "frame.page": "admin",
    "saved": "another",
}


@pytest.fixture
def runs(stores: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Ids of three runs in a store of their own, by name."""
    stores["viewed"] = str(tmp_path / "viewed")
    made = {}
    for name in NAMES:
        with runlake.start_run("lab", name, store=stores["viewed"], capture=False, params={"lr": 1}) as run:
            run.log({"loss": 1.0}, step=0)
        made[name] = run.id
    drain(stores["viewed"])
    return made


@pytest.fixture
def page(dashboard: Dashboard, runs: dict[str, str]) -> Any:
    def open_page(page: str = "runs", *, user: str = "Ann", **query: str) -> AppTest:
        at = dashboard("viewed", page)
        for key, value in query.items():
            at.query_params[key] = value
        at.session_state["settings.now"] = Settings(user)
        at.run()
        assert not at.exception
        return at

    return open_page


@pytest.fixture
def saved(stores: dict[str, str], runs: dict[str, str]) -> Callable[..., str]:
    def save(name: str = "Best", *, page: str = "runs", user: str = "Ann", shared: bool = True, **query: str) -> str:
        details = ViewDetails(name, query=urlencode(query), visibility="shared" if shared else "private")
        return save_view(stores["viewed"], page, details, actor=claimed_actor(user)).changes[0].target_id

    return save


def lake(stores: dict[str, str]) -> runlake.Lake:
    return runlake.open_lake(stores["viewed"])


def said(at: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*at.markdown, *at.caption, *at.text))


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def press(at: AppTest, label: str) -> None:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception


def fill(at: AppTest, label: str, text: str) -> None:
    next(box for box in at.text_input if box.label == label).set_value(text)


def opened(at: AppTest, name: str) -> AppTest:
    """Open a popover of the line above the page."""
    done = at.session_state["views.done"] if "views.done" in at.session_state else 0  # noqa: SIM401 - it has no get
    view = f".{at.session_state['runs.from_view']}" if name == "views.edit" else ""
    at.session_state[f"{name}{view}.{done}"] = True
    return at.run()


def offered(at: AppTest) -> list[str]:
    found = [json.loads(one.proto.json) for one in at.get("bidi_component")]
    return [row["cells"][0] for one in found if "rows" in one for row in one["rows"]]


class TestALinkToAView:
    def test_makes_the_page_what_it_says_and_nothing_else(self, page: Any, saved: Callable[..., str]) -> None:
        at = page(q="other", sort="name", saved=saved(where="name = 'a'", asc="1"))

        assert (at.session_state["runs.where"], at.session_state["runs.asc"]) == ("name = 'a'", True)
        assert (at.session_state["runs.q"], at.session_state["runs.sort"]) == ("", "")
        assert list(at.dataframe[0].value["name"]) == ["a"]
        assert "**Best**" in said(at)
        assert "Back to saved" not in labels(at)

    def test_of_another_page_leads_there(self, page: Any, saved: Callable[..., str], runs: dict[str, str]) -> None:
        view_id = saved("Two", page="compare", runs=f"{runs['a']},{runs['b']}", logy="1")

        at = page(saved=view_id)

        assert at.session_state["frame.page"] == "compare"
        assert at.session_state["shared.runs"] == [runs["a"], runs["b"]]
        assert at.session_state["compare.logy"] is True

    def test_leaves_what_is_chosen_afterwards_alone(self, page: Any, saved: Callable[..., str]) -> None:
        at = page(saved=saved(q="a"))
        at.text_input(key="runs.q").set_value("b").run()

        assert at.session_state["runs.q"] == "b"
        assert "Back to saved" in labels(at)

    @pytest.mark.parametrize("text", ["nope", "x" * 5000, "../home", "<b>", ""])
    def test_that_names_none_says_so(self, page: Any, text: str) -> None:
        at = page(saved=text)

        assert "The saved view of this link is not there" in said(at)
        assert len(at.dataframe[0].value) == 3

    def test_to_the_private_one_of_somebody_else_opens_nothing(self, page: Any, saved: Callable[..., str]) -> None:
        view_id = saved("Secret plans", shared=False, q="a")
        other, own = page(saved=view_id, user="Bo"), page(saved=view_id)

        assert ("is not there" in said(other), "Secret plans" in said(other)) == (True, False)
        assert len(other.dataframe[0].value) == 3
        assert "**Secret plans**" in said(own)

    def test_to_a_deleted_one_says_so(self, page: Any, saved: Callable[..., str], stores: dict[str, str]) -> None:
        view_id = saved()
        delete_view(stores["viewed"], view_id, actor=claimed_actor("Ann"))

        assert "is not there" in said(page(saved=view_id))


class TestAHostileView:
    def test_is_read_as_any_address_is(self, page: Any, saved_raw: Callable[..., str]) -> None:
        at = page(saved=saved_raw("runs", urlencode(HOSTILE)))

        assert not at.exception
        assert at.session_state["frame.page"] == "runs"
        assert (at.session_state["runs.show"], at.session_state["runs.limit"]) == ("Summary", 200.0)
        assert "runs.redirect" not in at.session_state
        assert "evil" not in said(at)

    @pytest.mark.parametrize("where", ["https://evil.example", "//evil.example/", "../etc", "admin", "start"])
    def test_of_no_page_of_ours_leads_nowhere(self, page: Any, saved_raw: Callable[..., str], where: str) -> None:
        at = page(saved=saved_raw(where, "q=a"))

        assert (at.session_state["frame.page"], "is not there" in said(at)) == ("runs", True)
        assert offered(opened(page(), "views.menu")) == []

    @pytest.mark.parametrize("query", ["%%%", "a=1;b=2", "&".join(f"k{n}=1" for n in range(999)), "q=\x00", "q=%ff"])
    def test_with_a_query_that_is_none_opens_the_page(
        self, page: Any, saved_raw: Callable[..., str], query: str
    ) -> None:
        assert not page(saved=saved_raw("runs", query)).exception

    def test_with_markup_in_its_name_shows_it_as_text(self, page: Any, saved: Callable[..., str]) -> None:
        name = "![x](http://evil.example) <b> :material/x: \u202eevil"
        at = page(saved=saved(name))

        assert "](http" not in said(at)
        assert "\u202e" not in said(at)
        assert offered(opened(at, "views.menu")) == [name.replace("\u202e", "\\u202e")]


@pytest.fixture
def saved_raw(stores: dict[str, str], saved: Callable[..., str]) -> Callable[..., str]:
    """Write a view past all checks, as anybody who can write the files of the store could."""

    def write(page: str, query: str) -> str:
        view_id = saved("Raw")
        lying = pl.read_delta(f"{stores['viewed']}/views").filter(pl.col("view_id") == view_id)
        lying = lying.with_columns(page=pl.lit(page), query=pl.lit(query), seq=pl.col("seq") + 1000)
        lying.write_delta(f"{stores['viewed']}/views", mode="append")
        return view_id

    return write


class TestWhatAPageShows:
    def test_is_saved_as_a_private_view(self, page: Any, stores: dict[str, str], runs: dict[str, str]) -> None:
        at = page()
        at.session_state["runs.q"], at.session_state["runs.sort"] = "a", "name"
        at.session_state["shared.runs"] = [runs["b"]]
        at.run()
        opened(at, "views.menu")
        fill(at, "Save what is shown, as", "Mine")
        press(at, "Save the view")

        [row] = lake(stores).views(user="Ann").to_dicts()
        assert (row["name"], row["page"], row["visibility"]) == ("Mine", "runs", "private")
        assert dict(parse_qsl(row["query"])) == {"q": "a", "sort": "name"}  # ticks are no part of a view of Runs
        assert lake(stores).views(user="Bo").is_empty()
        assert at.session_state["runs.from_view"] == row["view_id"]
        assert "**Mine**" in said(at)
        [event] = lake(stores).events(action="view.save").to_dicts()
        assert (event["user"], event["auth_method"]) == ("Ann", "claimed")

    def test_is_saved_with_its_runs_where_they_are_its_subject(
        self, page: Any, stores: dict[str, str], runs: dict[str, str]
    ) -> None:
        at = page("compare")
        at.session_state["shared.runs"] = [runs["b"], runs["a"]]
        at.run()
        opened(at, "views.menu")
        fill(at, "Save what is shown, as", "Both")
        next(t for t in at.toggle if t.label == "For everybody who opens the store").set_value(True)
        press(at, "Save the view")

        [row] = lake(stores).views().to_dicts()
        assert dict(parse_qsl(row["query"]))["runs"] == f"{runs['b']},{runs['a']}"

    def test_is_saved_with_what_it_is_for_which_its_list_says(
        self, page: Any, saved: Callable[..., str], stores: dict[str, str]
    ) -> None:
        saved("Other")
        at = opened(page(), "views.menu")
        fill(at, "Save what is shown, as", "Mine")
        fill(at, "Description", "of the lab")
        press(at, "Save the view")
        opened(at, "views.edit")
        fill(at, "Description", "of the old lab")
        press(at, "Save")

        assert lake(stores).views(user="Ann").filter(name="Mine")["description"].to_list() == ["of the old lab"]
        rows = [row for one in page("home").get("bidi_component") for row in json.loads(one.proto.json).get("rows", ())]
        assert [row["cells"][-1] for row in rows] == ["of the old lab", ""]

    def test_is_not_saved_without_a_name(self, page: Any, stores: dict[str, str]) -> None:
        at = opened(page(), "views.menu")
        press(at, "Save the view")

        assert "Nothing was changed" in said(at)
        assert lake(stores).views(user="Ann").is_empty()

    def test_is_compared_with_what_was_saved(
        self, page: Any, saved: Callable[..., str], stores: dict[str, str]
    ) -> None:
        at = page(saved=saved(q="a"))
        at.text_input(key="runs.q").set_value("b").run()
        changed = labels(at)
        press(at, "Back to saved")

        assert {"Back to saved", "Save the change"} <= set(changed)
        assert at.session_state["runs.q"] == "a"
        assert "Back to saved" not in labels(at)

    def test_is_kept_as_the_view_where_asked_to(
        self, page: Any, saved: Callable[..., str], stores: dict[str, str]
    ) -> None:
        at = page(saved=saved(q="a"))
        at.text_input(key="runs.q").set_value("b").run()
        press(at, "Save the change")

        [row] = lake(stores).views().to_dicts()
        assert row["query"] == "q=b"
        assert "Back to saved" not in labels(at)
        [event] = lake(stores).events(action="view.change").to_dicts()
        assert (json.loads(event["old"]), json.loads(event["new"])) == ({"query": "q=a"}, {"query": "q=b"})

    def test_stays_when_the_view_is_closed(self, page: Any, saved: Callable[..., str]) -> None:
        at = page(saved=saved(q="a"))
        at.button(key="views.close").click().run()

        assert at.session_state["runs.q"] == "a"
        assert "**Best**" not in said(at)


class TestTheViewThatIsOpen:
    def test_is_renamed_and_made_private_by_who_saved_it(
        self, page: Any, saved: Callable[..., str], stores: dict[str, str]
    ) -> None:
        at = opened(page(saved=saved()), "views.edit")
        fill(at, "Name", "Better")
        next(t for t in at.toggle if t.label.startswith("For everybody")).set_value(False)
        press(at, "Save")

        assert lake(stores).views().is_empty()
        assert lake(stores).views(user="Ann")["name"].to_list() == ["Better"]
        assert "**Better**" in said(at)

    def test_is_renamed_but_not_hidden_by_somebody_else(
        self, page: Any, saved: Callable[..., str], stores: dict[str, str]
    ) -> None:
        at = opened(page(saved=saved(), user="Bo"), "views.edit")
        toggle = next(t for t in at.toggle if t.label.startswith("For everybody"))
        fill(at, "Name", "Ours")
        press(at, "Save")

        assert toggle.disabled
        assert lake(stores).views().select("name", "user", "changed_by").rows() == [("Ours", "Ann", "Bo")]

    def test_is_deleted_with_a_reason_and_brought_back(
        self, page: Any, saved: Callable[..., str], stores: dict[str, str]
    ) -> None:
        at = opened(page(saved=saved(q="a")), "views.edit")
        fill(at, "Reason to delete", "stale")
        press(at, "Delete the view")
        gone = lake(stores).views().is_empty()
        press(at, "Undo")

        assert (gone, lake(stores).views()["name"].to_list()) == (True, ["Best"])
        told = lake(stores).events(action="view.").reverse().select("action", "reason").rows()
        assert told == [("view.save", None), ("view.delete", "stale"), ("view.restore", "undone")]
        assert "**Best**" in said(at)

    def test_is_not_deleted_without_a_reason(
        self, page: Any, saved: Callable[..., str], stores: dict[str, str]
    ) -> None:
        at = opened(page(saved=saved()), "views.edit")
        press(at, "Delete the view")

        assert "Nothing was deleted" in said(at)
        assert lake(stores).views().height == 1

    @pytest.mark.parametrize(
        ("where", "query", "words"),
        [
            ("runs", {"where": "params.gone > 1 AND metrics.loss > 0"}, "params.gone"),
            ("runs", {"columns": "metrics.lost,metrics.loss.min", "show": "Custom"}, "metrics.lost"),
            ("runs", {"experiment": "nowhere"}, "experiment nowhere"),
            ("compare", {"runs": "019c0000-0000-7000-8000-000000000000"}, "1 of its runs is not in this store"),
            ("explore", {"x": "params.gone"}, "params.gone"),
            ("run", {"id": "019c0000-0000-7000-8000-000000000000"}, "1 of its runs is not in this store"),
        ],
    )
    def test_says_what_it_names_that_is_not_there(
        self, page: Any, saved: Callable[..., str], where: str, query: dict[str, str], words: str
    ) -> None:
        at = page(saved=saved(page=where, **query))

        assert words in said(at)
        assert "metrics.loss" not in "".join(text.value for text in at.text)

    def test_says_nothing_of_what_is_there(self, page: Any, saved: Callable[..., str], runs: dict[str, str]) -> None:
        query = {"where": "metrics.loss.min > 0 AND params.lr = 1 AND status = 'finished'", "experiment": "lab"}

        assert "Not all of this view" not in said(page(saved=saved(**query)))


class TestTheListOnHome:
    def test_has_the_shared_ones_and_ones_own(self, page: Any, saved: Callable[..., str]) -> None:
        saved("Ours")
        saved("Mine", shared=False)
        saved("Of Bo", shared=False, user="Bo")

        assert {user: sorted(offered(page("home", user=user))) for user in ("Ann", "Bo", "Eve")} == {
            "Ann": ["Mine", "Ours"],
            "Bo": ["Of Bo", "Ours"],
            "Eve": ["Ours"],
        }

    def test_is_not_there_where_there_are_none(self, page: Any) -> None:
        assert "Saved views" not in said(page("home"))

    def test_shows_the_last_changed_first_and_the_rest_on_demand(self, page: Any, saved: Callable[..., str]) -> None:
        for n in range(6):
            saved(f"V{n}")
        at = page("home")
        few = offered(at)
        next(t for t in at.toggle if t.label == "Show all").set_value(True).run()

        assert few == ["V5", "V4", "V3", "V2"]
        assert offered(at) == [f"V{n}" for n in reversed(range(6))]


class TestAStoreThatCannotBeWritten:
    def test_shows_views_and_says_why_it_cannot_save(
        self, page: Any, saved: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        view_id = saved(q="a")
        monkeypatch.setattr(Folder, "may_write", lambda self: False)
        at = opened(page(saved=view_id), "views.menu")

        assert "**Best**" in said(at)
        assert offered(at) == ["Best"]
        assert "cannot be written by this user" in said(at)
        assert "Save the view" not in labels(at)

    def test_in_a_look_back_saves_nothing(self, page: Any, saved: Callable[..., str]) -> None:
        saved(q="a")
        at = page()
        at.session_state["shared.as_of"] = "2999-01-01T00:00:00+00:00"
        opened(at, "views.menu")

        assert "go back to now" in said(at)
        assert "Save the view" not in labels(at)
        assert offered(at) == ["Best"]


class TestADamagedTableOfViews:
    def test_is_said_and_leaves_the_page(self, page: Any, saved: Callable[..., str], stores: dict[str, str]) -> None:
        saved()
        for file in Path(stores["viewed"], "views").glob("*.parquet"):
            file.write_bytes(b"not parquet")
        at = page()

        assert "The saved views cannot be read" in said(at)
        assert len(at.dataframe[0].value) == 3


class TestTheState:
    @pytest.fixture(autouse=True)
    def _fresh_session(self) -> None:
        st.session_state.clear()

    @pytest.mark.parametrize("where", ["home", "runs", "explore", "compare", "evaluate", "run"])
    def test_that_a_view_keeps_comes_back_whole(self, where: str) -> None:
        query = {}
        for param in state.kept(where):
            value: Any = param.choices[-1] if param.choices else "a,b%2Cc"
            if isinstance(param.default, bool):
                value = "0" if param.default else "1"
            elif isinstance(param.default, float):
                value = "3"
            query[param.name] = value
        state.replace(where, query)
        written = state.kept_query(where)
        state.replace(where, {})
        cleared = state.kept_query(where)
        state.replace(where, dict(parse_qsl(written)))

        assert (cleared, state.kept_query(where)) == ("", written)
        assert not state.differs(where, dict(parse_qsl(written)))
        assert state.differs(where, {})

    def test_of_a_view_that_another_version_wrote_is_no_change(self) -> None:
        state.replace("runs", {"q": "a", "of_a_later_version": "1", "limit": "-5"})

        assert not state.differs("runs", {"q": "a", "of_a_later_version": "1", "limit": "-5"})

    def test_forgets_the_view_where_a_link_says_what_to_show(self) -> None:
        state.view_of("runs").set("v1")
        state.restore("compare", {})
        state.restore("runs", {"q": "a"})
        forgotten = state.view_of("runs").get()
        state.restore("compare", {})
        state.restore("runs", {"q": "a", "from_view": "v2"})

        assert (forgotten, state.view_of("runs").get()) == ("", "v2")

    def test_keeps_the_view_of_a_page_that_is_come_back_to(self) -> None:
        state.restore("runs", {"from_view": "v1"})
        state.restore("compare", {})
        state.restore("runs", {})

        assert (state.view_of("runs").get(), state.query_string("runs")) == ("v1", "from_view=v1")

    def test_is_read_from_a_query_that_is_none_as_nothing(self) -> None:
        assert view_state.query_of({"query": "&".join(f"k{n}=1" for n in range(999))}) == {}
