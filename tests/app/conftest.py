"""Stores to show, and the dashboard on one of them, without a browser."""

from __future__ import annotations

import sys
from collections import Counter
from importlib import import_module
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from streamlit.elements.lib.options_selector_utils import create_mappings
from streamlit.elements.widgets import multiselect, radio, select_slider, selectbox
from streamlit.testing.v1 import AppTest

from app.made import emptied, log_hostile, log_sample
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = Path(__file__).parents[2] / "app"
sys.path.insert(0, str(APP))  # the app's modules import each other as the script that Streamlit starts does

TIMEOUT_S = 30


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Stores by name: none at all, empty, sample, hostile."""
    root = tmp_path_factory.mktemp("stores")
    made = {name: str(root / name) for name in ("missing", "empty", "sample", "hostile")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(root / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        emptied(made["empty"])
        log_sample(made["sample"], patch)
        log_hostile(made["hostile"])
        for name in ("sample", "hostile"):
            drain(made[name])
        yield made


@pytest.fixture(autouse=True)
def no_list_offers_the_same_words_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit takes a choice by its words, and of two options that read the same the last."""

    def checked(options: Any, format_func: Any = str) -> tuple[list[str], dict[str, int]]:
        words, places = create_mappings(options, format_func)
        assert len(places) == len(words), [word for word, times in Counter(words).items() if times > 1]
        return words, places

    for widget in (multiselect, radio, select_slider, selectbox):
        monkeypatch.setattr(widget, "create_mappings", checked)


class Dashboard(Protocol):
    """Runs the dashboard on a store."""

    def __call__(self, name: str, /, page: str = "runs", **query: str) -> AppTest:
        """Run `page` on the store of this name with these parameters in its address."""


@pytest.fixture
def dashboard(stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Dashboard:
    def run(name: str, /, page: str = "runs", **query: str) -> AppTest:
        monkeypatch.setenv("RUNLAKE_STORE", stores[name])
        # What the test has just written is shown, however little ago the last page has read this store.
        import_module("stores").holder(stores[name], None).read_at = -inf
        at = AppTest.from_file(str(APP / "main.py"), default_timeout=TIMEOUT_S)
        if page == "runs":
            for key, value in query.items():
                at.query_params[key] = value
            return at.run()
        at.run().switch_page(f"app_pages/{page}.py")
        for key, value in query.items():
            at.query_params[key] = value
        return at.run()

    return run
