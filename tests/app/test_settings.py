"""Who the reader is, and what the browser keeps of it: the cookie is hostile input."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import streamlit as st
from hypothesis import given, strategies

import runlake
import settings
from app.made import log_few
from runlake.actions import claimed_actor, set_tags
from runlake.errors import InvalidValue
from runlake.store.ingest import drain
from settings import Settings, parsed

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard


class TestACookie:
    @given(strategies.text())
    def test_of_any_content_is_read_without_an_error(self, text: str) -> None:
        found = parsed(text)

        assert found.name == "" or settings.is_name(found.name)
        assert found.zone == "" or found.zone in settings.zones()

    @given(
        strategies.text(strategies.characters(categories=["L", "N", "P", "S"]), max_size=80).filter(
            lambda text: text == "" or settings.is_name(text)
        ),
        strategies.sampled_from(("", *settings.zones())),
    )
    def test_comes_back_as_it_was_written(self, name: str, zone: str) -> None:
        written = Settings(name, zone).cookie()

        assert parsed(written) == Settings(name, zone)
        assert (written.isascii(), set(written) & set('";, \\'), len(written) < 2000) == (True, set(), True)

    @pytest.mark.parametrize(
        "text",
        [
            "name=" + quote("a\u202eb"),
            "name=" + quote("a\nb"),
            "name=" + "x" * 81,
            "name=" + quote(" padded "),
            "name=" + "x" * 100_000,
            "zone=../../etc/passwd",
            "zone=%2Fetc%2Fpasswd",
            "&".join(f"k{n}=1" for n in range(50)),
            "name=%ff%fe",
            7,
        ],
    )
    def test_with_what_could_not_have_been_chosen_says_nothing(self, text: object) -> None:
        found = parsed(text)

        assert (found.name in ("", "\ufffd\ufffd"), found.zone) == (True, "")

    def test_is_read_once_and_then_the_session_is_the_truth(self) -> None:
        st.session_state.clear()
        before = settings.now()
        settings.choose_name("  Ann ")
        settings.choose_zone("Asia/Tokyo")

        assert (before, settings.now(), settings.chosen_since()) == (Settings(), Settings("Ann", "Asia/Tokyo"), 2)
        settings.choose_name("")
        assert settings.now().cookie() == "zone=Asia%2FTokyo"

    def test_is_not_changed_by_what_is_refused(self) -> None:
        st.session_state.clear()
        with pytest.raises(InvalidValue):
            settings.choose_name("a\u202eb")
        with pytest.raises(InvalidValue):
            settings.choose_zone("Mars/Base")

        assert (settings.now(), settings.chosen_since()) == (Settings(), 0)


@pytest.fixture
def page(dashboard: Dashboard, stores: dict[str, str], tmp_path: Path) -> Any:
    stores["few"] = str(tmp_path / "few")
    log_few(stores["few"])
    drain(stores["few"])

    def open_page(page: str = "runs", **query: str) -> AppTest:
        at = dashboard("few", page, **query)
        at.session_state["frame.settings"] = True
        return at.run()

    return open_page


def said(at: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*at.markdown, *at.caption, *at.get("alert")))


class TestTheSettings:
    def test_say_who_one_is_where_nothing_was_chosen(self, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        at = page()

        assert "the account that started the dashboard; not verified" in said(at)

    def test_take_a_name(self, page: Any, stores: dict[str, str]) -> None:
        runs = runlake.open_lake(stores["few"]).runs(limit=1)["run_id"]
        set_tags(stores["few"], runs.to_list(), {"x": "1"}, actor=claimed_actor("Ann B"))
        at = page()
        at.selectbox(key="settings.choose.name").set_value("Ann B").run()

        assert not at.exception
        assert at.session_state["settings.now"] == Settings("Ann B")
        kept = [json.loads(one.proto.json) for one in at.get("bidi_component")]
        assert {"name": settings.COOKIE, "value": "name=Ann%20B", "serial": 1} in kept
        at.session_state["frame.settings"] = True
        assert "Ann B, as claimed; not verified" in said(at.run())

    def test_offer_the_names_that_the_store_knows(self, page: Any, stores: dict[str, str]) -> None:
        known = pl.read_delta(f"{stores['few']}/identities")["user"].unique().sort().to_list()
        options = page().selectbox(key="settings.choose.name").options

        assert (options[0].startswith("The account"), options[1:]) == (True, known)

    def test_show_times_in_the_zone_that_is_chosen(self, page: Any, stores: dict[str, str]) -> None:
        run = runlake.open_lake(stores["few"]).runs(limit=1)
        at = page("run", id=run["run_id"][0], view="Events")
        at.selectbox(key="settings.choose.zone").set_value("Asia/Tokyo").run()
        event = runlake.open_lake(stores["few"]).events(run_ids=run["run_id"][0])["ts"][0]

        assert at.session_state["settings.now"].zone == "Asia/Tokyo"
        shown = at.dataframe[0].value["when"].to_list()
        assert f"{event.astimezone(ZoneInfo('Asia/Tokyo')):%Y-%m-%d %H:%M:%S}" in shown


class TestAChangeMadeInAClaimedName:
    def test_has_that_name_behind_it_and_the_account_beside_it(self, page: Any, stores: dict[str, str]) -> None:
        at = page()
        at.session_state["settings.now"] = Settings("Ann")
        at.session_state["shared.runs"] = runlake.open_lake(stores["few"]).runs(limit=1)["run_id"].to_list()
        at.run()
        next(box for box in at.text_input if box.label == "Tag").set_value("stage")
        next(button for button in at.button if button.label == "Tag 1 run").click().run()

        events = pl.read_delta(f"{stores['few']}/events").filter(pl.col("action") == "tag.set")
        people = pl.read_delta(f"{stores['few']}/identities")
        [row] = events.join(people, on="actor_id").to_dicts()
        assert (row["auth_method"], row["user"], row["user_source"]) == ("claimed", "Ann", "settings")
        assert row["process_owner"] == getpass.getuser()
        assert (row["git_name"], row["email"], row["home"]) == (None, None, None)
