"""The part of the page in the browser that shows the state of the page in the address bar."""

from __future__ import annotations

import state
import view_state
from components.browser_part import part
from components.runs import chosen


def show(page: str, *, key: str = "frame.url") -> None:
    """Mirror the state of `page` into the address; a fragment that changes state mounts its own by `key`."""
    mirror = part("url_mirror", is_styled=False)
    mirror(data={"page": page, "query": state.query_string(page, chosen.shorter())}, key=key, height=0)
    view_state.keep_true(page)
