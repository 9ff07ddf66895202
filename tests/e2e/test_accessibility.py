"""What axe finds on the pages as they are drawn: contrast, names, roles and structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

import state
from e2e.test_compare_page import THREE
from e2e.test_home import DETAILS, WINE, click

if TYPE_CHECKING:
    from driving import Driver
    from e2e.conftest import Drive

GRAVE = {"serious", "critical"}
# The value at the handle of a slider has the colour of Streamlit's primary; the words beside it repeat it.
HANDLE = "[data-testid=stSliderThumbValue]"
RUN = "/run?id=wine:train_forest_v2&view="
PLACES = {
    "home": "/home",
    "home-narrowed": "/home?needs=failed&folded=fraud",
    "home-nothing": "/home?q=no+such+experiment",
    "runs": "/",
    "runs-grouped": "/?by=params.model,user",
    "runs-filtered": "/?status=finished&show=Custom&where=metrics.loss+>+0",
    "runs-empty": "/?q=no+such+run",
    "runs-wrong": "/?where=metrics.loss+>>+1",
    "runs-facets": "/?faceted=1&facets=status,params.model,params.depth,metrics.loss&where=params.model+=+'forest'",
    "data": "/data",
    "data-one": "/data?name=mails&version=v2",
    "explore": "/explore?brush=params.depth+>=+4",
    "explore-scatter": "/explore?view=Scatter&x=metrics.loss",
    "explore-importance": "/explore?view=Importance",
    "explore-empty": "/explore?where=params.depth+>+99",
    "compare": THREE,
    "compare-empty": "/compare",
    "evaluate": THREE.replace("compare", "evaluate"),
    "evaluate-confusion": THREE.replace("compare", "evaluate") + "&picture=Confusion",
    "evaluate-cost": THREE.replace("compare", "evaluate") + "&picture=Cost",
    "evaluate-empty": "/evaluate",
    "run-unknown": "/run?id=no-such-run",
    "look-back": "/?as_of=2999-01-01",
    **{f"run-{view.lower()}": RUN + view for view in state.RUN_VIEWS},
}
# What Streamlit's own markup breaks, by rule and a part of the element: nothing of ours can mend it.
THEIRS = {
    ("color-contrast", 'class="token'): "colours of code in the preview of an artifact, which follow no theme",
    ("aria-dialog-name", "stToast"): "a passing notice has the role of a dialog, but no name",
}


def grave(driver: Driver) -> list[tuple[str, str, str]]:
    """The rule, the element and the reason of each finding that keeps somebody from using the page."""
    found: list[dict[str, Any]] = Axe().run(driver.page, context={"exclude": [[HANDLE]]}).response["violations"]
    return [
        (one["id"], node["html"], node["failureSummary"])
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
        if not any(one["id"] == rule and part in node["html"] for rule, part in THEIRS)
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
class TestNobodyIsKeptOut:
    def test_of_any_page(self, drive: Drive, theme: Literal["light", "dark"]) -> None:
        driver = drive(theme=theme)

        found = {}
        for name, path in PLACES.items():
            driver.open(path)
            found[name] = grave(driver)
        assert found == {name: [] for name in PLACES}

    def test_of_runs_that_are_ticked(self, drive: Drive, theme: Literal["light", "dark"]) -> None:
        driver = drive(theme=theme)
        driver.open("/")
        for row in range(2):
            driver.click_cell(row, x=18)

        assert driver.page.get_by_role("button", name="Compare 2").is_enabled()
        assert grave(driver) == []

    def test_of_the_drawer(self, drive: Drive, theme: Literal["light", "dark"]) -> None:
        driver = drive(theme=theme)
        driver.open("/")
        driver.click_cell(0, x=80)
        driver.page.get_by_text("Open the run's page").wait_for()

        assert grave(driver) == []

    def test_of_what_an_experiment_declares(self, drive: Drive, theme: Literal["light", "dark"]) -> None:
        driver = drive(theme=theme)
        driver.open("/home")
        click(driver, WINE, DETAILS)
        driver.page.get_by_role("button", name="Save").wait_for()
        driver.settle()

        assert grave(driver) == []

    @pytest.mark.parametrize("button", ["Syntax", "Look back", "Columns", "Group", "Export"])
    def test_of_what_opens_on_a_click(self, drive: Drive, theme: Literal["light", "dark"], button: str) -> None:
        driver = drive(theme=theme)
        driver.open("/?show=Custom")
        driver.page.get_by_test_id("stPopover").filter(has_text=button).get_by_role("button").first.click()
        driver.settle()

        assert grave(driver) == []
