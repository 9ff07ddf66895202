"""Links between pages that also work in a new tab."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


_FILE, _TITLE, _ICON = "app_pages/runs.py", "Runs", ":material/table_rows:"
_PATH = "runs"


def both_runs(address: str | None) -> tuple[StreamlitPage, StreamlitPage]:
    """Return the Runs page at `/` and its double, of which the navigation shows the one that is open.

    The name that the default page reserves is free for the double, see `runs`.
    """
    is_double = urlsplit(address or "").path.rstrip("/").endswith(f"/{_PATH}")
    start = st.Page(
        _FILE, title=_TITLE, icon=_ICON, url_path="start", default=True, visibility="hidden" if is_double else "visible"
    )
    return start, runs(visible=is_double)


def runs(*, visible: bool = False) -> StreamlitPage:
    """Return the Runs page at an address of its own.

    Streamlit writes a link to the page at `/` as nothing but its parameters, which a new tab would open
    on the page that holds the link.
    """
    return st.Page(_FILE, title=_TITLE, icon=_ICON, url_path=_PATH, visibility="visible" if visible else "hidden")


def explore(where: str, experiment: str) -> None:
    """Draw the link from runs that fit a filter to what their parameters did."""
    # No brush: one that was made on other runs would hide some of these.
    query = {"where": where, "experiment": experiment, "brush": ""}
    st.page_link(
        "app_pages/explore.py", label="Explore these", icon=":material/stacked_line_chart:", query_params=query
    )


def to(page: str) -> StreamlitPage | str | None:
    """Return what leads to a page by the name that it has in addresses; None where there is no such page."""
    if page == _PATH:
        return runs()
    return f"app_pages/{page}.py" if page in _pages() else None


@lru_cache(maxsize=1)
def _pages() -> frozenset[str]:
    return frozenset(path.stem for path in (Path(__file__).resolve().parents[1] / "app_pages").glob("*.py"))
