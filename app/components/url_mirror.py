"""The state of the page, shown in the address bar."""

from __future__ import annotations

import state
import view_state
from components import browser


def show(page: str, *, key: str = "frame.url") -> None:
    """Mirror the state of `page` into the address; a fragment that changes state mounts its own by `key`."""
    browser.component("url_mirror")(data={"page": page, "query": state.query_string(page)}, key=key, height=0)
    view_state.keep_true(page)
