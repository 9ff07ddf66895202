from __future__ import annotations

import ast
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import streamlit as st

import state

APP = Path(state.__file__).parent


@pytest.fixture(autouse=True)
def _fresh_session() -> None:
    st.session_state.clear()


class TestAParameter:
    @pytest.mark.parametrize(
        ("param", "value"),
        [
            (state.RUNS_WHERE, "metrics.\"a b\" > 1 AND name = 'ü,%&='"),
            (state.RUNS_COLUMNS, ("metrics.a,b", "params.c%2Cd", "params.e f")),
            (state.RUNS_ASCENDING, True),
            (state.RUNS_LIMIT, 1000.0),
            (state.RUNS_STATUS, ("failed", "killed")),
        ],
    )
    def test_comes_back_from_an_address(self, param: state.Param[Any], value: object) -> None:
        param.set(value)
        written = param.write()
        assert written is not None

        assert param.read(written) == value

    def test_leaves_its_default_out(self) -> None:
        state.RUNS_SORT.reset()

        assert state.RUNS_SORT.write() is None

    @pytest.mark.parametrize(
        ("param", "text"),
        [
            (state.RUNS_LIMIT, "1e9"),
            (state.RUNS_LIMIT, "nan"),
            (state.RUNS_LIMIT, "many"),
            (state.RUNS_ASCENDING, "yes"),
            (state.RUNS_PRESET, "<script>"),
            (state.RUNS_WHERE, "x" * 8001),
        ],
    )
    def test_ignores_what_is_not_allowed(self, param: state.Param[Any], text: str) -> None:
        assert param.read(text) is None

    def test_takes_only_listed_items(self) -> None:
        assert state.RUNS_STATUS.read("failed,paused,failed") == ("failed",)


class TestRestoring:
    def test_takes_what_belongs_to_the_page_and_ignores_the_rest(self) -> None:
        state.restore("runs", {"q": "a", "id": "b", "runs": "c,d", "_secret": "e", "frame.page": "f"})

        kept = dict(st.session_state.items())
        assert kept == {"frame.page": "runs", "runs.q": "a", "shared.runs": ["c", "d"]}

    def test_takes_what_pages_share_once(self) -> None:
        state.restore("runs", {"runs": "a"})
        state.set_basket(["b"])
        state.restore("compare", {"runs": "a"})

        assert state.basket() == ("b",)

    def test_leaves_later_choices_on_the_page_alone(self) -> None:
        state.restore("runs", {"q": "a"})
        state.RUNS_TEXT.set("b")
        state.restore("runs", {"q": "a"})

        assert state.RUNS_TEXT.get() == "b"

    def test_follows_a_link_to_another_run(self) -> None:
        state.restore("run", {"id": "a"})
        state.restore("run", {"id": "b"})

        assert state.RUN_ID.get() == "b"


class TestTheAddress:
    def test_has_what_is_not_the_default_of_this_page(self) -> None:
        state.set_basket(["a", "b"])
        state.RUNS_TEXT.set("x y")
        state.RUN_ID.set("r")

        assert state.query_string("runs") == "runs=a,b&q=x+y"

    def test_abbreviates_runs_and_nothing_else(self) -> None:
        state.set_basket(["run-a", "run-b"])
        state.RUNS_TEXT.set("run-a")

        assert state.query_string("runs", {"run-a": "a"}) == "runs=a,run-b&q=run-a"

    def test_keeps_a_comma_of_an_item_apart_from_those_between(self) -> None:
        state.RUNS_COLUMNS.set(("params.a,b", "params.c"))
        written = dict(parse_qsl(state.query_string("runs")))

        assert state.RUNS_COLUMNS.read(written["columns"]) == ("params.a,b", "params.c")


class TestTheBasket:
    def test_comes_back_from_an_address_of_a_thousand_whole_ids(self) -> None:
        ids = [f"{n:036d}" for n in range(state.BASKET_SIZE)]
        state.set_basket(ids)

        assert state.BASKET.read(state.BASKET.write() or "") == tuple(ids)

    def test_holds_each_run_once_and_not_too_many(self) -> None:
        state.set_basket(["a", "a", *(str(n) for n in range(2 * state.BASKET_SIZE))])

        assert state.basket() == ("a", *(str(n) for n in range(state.BASKET_SIZE - 1)))


class TestAKey:
    def test_of_what_a_link_carries_is_written_nowhere_else(self) -> None:
        # A button whose key a link or a saved view may set cannot be drawn.
        keys = {param.key for param in state.ALLOWED}
        found = {
            (path.name, node.value)
            for path in APP.rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and node.value in keys
        }
        assert found == set()
