from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

STORES = ("missing", "empty", "sample", "hostile")


def everything_said(at: AppTest) -> str:
    """What is read as Markdown, wherever it stands."""
    said = [*at.markdown, *at.caption, *at.header, *at.subheader, *at.title, *at.get("alert")]
    return "\n".join(str(element.value) for element in said)


class TestEveryPage:
    @pytest.mark.parametrize("page", ["home", "runs", "dataset", "explore", "compare", "evaluate", "run"])
    @pytest.mark.parametrize("store", STORES)
    def test_opens_on_every_store(self, dashboard: Dashboard, store: str, page: str) -> None:
        at = dashboard(store, page)

        assert [e.value for e in at.exception] == []

    @pytest.mark.parametrize("page", ["home", "runs", "dataset", "explore", "compare", "evaluate", "run"])
    def test_says_that_there_is_no_store_and_how_to_make_one(self, dashboard: Dashboard, page: str) -> None:
        at = dashboard("missing", page)

        assert "There is no such store yet." in everything_said(at)
        assert any("start_run" in code.value for code in at.code)

    def test_reads_no_name_as_markdown(self, dashboard: Dashboard) -> None:
        at = dashboard("hostile")

        assert "](http" not in everything_said(at)
