"""The chosen runs on their way from a link to the session and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

import runlake
import state
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

MORE = 6  # runs than can be compared


@pytest.fixture(scope="module")
def crowd(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """More runs than can be compared; half of them are of one model."""
    folder = tmp_path_factory.mktemp("crowd")
    stores["crowd"] = str(folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        made = []
        for number in range(state.BASKET_SIZE + MORE):
            params = {"model": "a" if number < 30 else "b"}
            run = runlake.start_run("crowd", f"run {number}", params=params, store=stores["crowd"], capture=False)
            run.finish()
            made.append(run.id)
        drain(stores["crowd"])
        yield made


def toasts(at: AppTest) -> list[str]:
    return [toast.value for toast in at.toast]


class TestEveryRunThatFits:
    def test_is_chosen_in_one_click(self, dashboard: Dashboard, crowd: list[str]) -> None:
        at: Any = dashboard("crowd", where="params.model = 'a'")
        at.get_by_key("basket.all").click().run()

        assert at.session_state["shared.runs"] == crowd[29::-1]  # the newest first, as the table has them
        assert toasts(at) == ["30 runs were chosen."]
        assert at.get_by_key("basket.compare").label == "**Compare 30**"

    def test_joins_what_is_chosen_up_to_what_fits(self, dashboard: Dashboard, crowd: list[str]) -> None:
        at: Any = dashboard("crowd")
        at.session_state["shared.runs"] = [crowd[0]]
        at.run().get_by_key("basket.all").click().run()

        assert at.session_state["shared.runs"][:2] == [crowd[0], crowd[-1]]
        assert len(at.session_state["shared.runs"]) == state.BASKET_SIZE
        assert toasts(at) == [
            f"{state.BASKET_SIZE - 1} runs were chosen, the first in this order; {MORE} were left out, "
            "since at most 1,000 can be compared."
        ]

    def test_can_be_given_back(self, dashboard: Dashboard, crowd: list[str]) -> None:
        at: Any = dashboard("crowd", where="params.model = 'a'")
        at.get_by_key("basket.all").click().run()
        at.get_by_key("basket.clear").click().run()

        assert at.session_state["shared.runs"] == []


class TestALink:
    def test_names_a_thousand_runs_by_short_ids(self, dashboard: Dashboard, crowd: list[str]) -> None:
        wanted = crowd[: state.BASKET_SIZE]
        short = runlake.open_lake(at_store(dashboard, crowd), live=False).abbreviated(wanted)
        link = ",".join(short.values())
        at: Any = dashboard("crowd", runs=link)

        assert len(link) < 9_500
        assert at.session_state["shared.runs"] == wanted

    def test_that_names_too_many_is_cut_and_the_page_says_so(self, dashboard: Dashboard, crowd: list[str]) -> None:
        at: Any = dashboard("crowd", runs=",".join(crowd))
        at.switch_page("app_pages/compare.py").run()

        assert at.session_state["shared.runs"] == crowd[: state.BASKET_SIZE]
        assert "The link names 1,006 runs; the first 1,000 are compared." in [text.value for text in at.caption]

    def test_is_written_with_what_tells_a_run_from_all_others(self) -> None:
        state.set_basket(["0192-aaaa"])

        assert parse_qs(state.query_string("compare", {"0192-aaaa": "aaaa"}))["runs"] == ["aaaa"]


class TestTheEvaluation:
    def test_is_of_the_first_and_says_so(self, dashboard: Dashboard, crowd: list[str]) -> None:
        at: Any = dashboard("crowd", runs=",".join(crowd[:100]))
        at.switch_page("app_pages/evaluate.py").run()

        assert not at.exception
        assert any(text.value.startswith("The first 24 of the 100 chosen runs are evaluated") for text in at.caption)


def at_store(dashboard: Dashboard, crowd: list[str]) -> str:
    import os

    dashboard("crowd")
    return os.environ["RUNLAKE_STORE"]
