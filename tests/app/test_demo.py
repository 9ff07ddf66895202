"""Every page of the demo has something to show, from the sample store as it is committed."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

import runlake
import state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[2]


def pages() -> list[str]:
    """Names of the pages that the entry registers."""
    calls = (node for node in ast.walk(ast.parse((ROOT / "app/main.py").read_text())) if isinstance(node, ast.Call))
    files = [c.args[0].value for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "Page" and c.args
             and isinstance(c.args[0], ast.Constant)]  # fmt: skip
    return [Path(str(file)).stem for file in files]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A copy of the sample store: the committed one is never written to."""
    copy = tmp_path_factory.mktemp("demo") / "store"
    shutil.copytree(ROOT / "sample_data/store", copy)
    return str(copy)


@pytest.fixture
def show(sample: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    monkeypatch.setenv("RUNLAKE_STORE", sample)

    def show(page: str, basket: Sequence[str] = (), **query: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app/main.py"), default_timeout=60)
        if page != "runs":
            at.run().switch_page(f"app_pages/{page}.py")
        for key, value in query.items():
            at.query_params[key] = value
        at.session_state["shared.runs"] = list(basket)
        return at.run()

    return show


def shown(at: AppTest) -> int:
    """Count the tables and charts of a page."""
    return len(at.dataframe) + len(at.get("plotly_chart"))


@pytest.fixture(scope="module")
def best(sample: str) -> list[str]:
    where = "experiment UNDER 'digit_recognition' AND status = 'finished'"
    lake = runlake.open_lake(sample, live=False)
    return list(lake.runs(where=where, order_by="metrics.val/accuracy desc", limit=3)["run_id"])


@pytest.mark.parametrize("page", pages())
def test_a_page_of_the_demo_is_not_empty(page: str, show: Callable[..., AppTest], best: list[str]) -> None:
    at = show(page, best, **({"id": best[0]} if page == "run" else {}))

    assert not at.exception
    assert shown(at) >= 1


def test_the_demo_lists_every_run_that_is_not_deleted(show: Callable[..., AppTest], sample: str) -> None:
    listed = show("runs").dataframe[0].value

    assert len(listed) == runlake.open_lake(sample, live=False).runs().height >= 60


@pytest.mark.parametrize("view", state.EXPLORE_VIEWS)
def test_a_view_of_what_parameters_did_in_the_demo_has_a_picture(view: str, show: Callable[..., AppTest]) -> None:
    at = show("explore", view=view)

    assert not at.exception
    assert len(at.get("plotly_chart")) == 1


@pytest.mark.parametrize("view", state.RUN_VIEWS)
def test_a_view_of_a_run_of_the_demo_has_content(view: str, show: Callable[..., AppTest], best: list[str]) -> None:
    at = show("run", id=best[0], view=view)

    assert not at.exception
    assert shown(at) + len(at.code) > 0
