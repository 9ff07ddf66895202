"""Journeys through an evaluation: a false positive behind a cell, and a threshold by what mistakes cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from e2e.journeys.words import readable

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from driving import Driver
    from e2e.journeys.conftest import Traveller


def judged(traveller: Traveller) -> tuple[str, dict[str, list[Any]]]:
    """A run with an evaluation, and the columns of that as they are stored."""
    world, truth = traveller.world, traveller.truth()
    path = f"media/{world.evaluation}.parquet"
    ((run_id, stored),) = truth.rows(
        "select a.run_id, a.path from artifacts a join run using (run_id) "
        "where kind = 'evaluation' and experiment = ? order by a.path = ? desc, a.run_id limit 1",
        world.experiment, path,
    )  # fmt: skip
    return run_id, truth.column(run_id, stored)


def named(driver: Driver, css: str, name: str) -> Locator:
    """The text of a chart that stands for a name, whose middle is left out where it is long."""
    expect(driver.shown(css).first).to_be_visible()
    texts = [readable(text) for text in driver.shown(css).all_text_contents()]
    return driver.shown(css).nth(next(at for at, text in enumerate(texts) if name.startswith(text.partition("…")[0])))


class TestAFalsePositive:
    def test_is_found_behind_its_cell(self, traveller: Traveller) -> None:
        run_id, stored = judged(traveller)
        positive, scores = positive_of(stored)
        mistaken = {
            str(name)
            for name, label, score in zip(stored["id"], stored["label"], scores, strict=True)
            if label != positive and score >= 0.5
        }
        negative = next(label for label in stored["label"] if label != positive)
        driver = traveller.open(
            "run", id=run_id, view="Evaluation", picture="Confusion", evaluation=traveller.world.evaluation
        )
        column = driver.still(named(driver, ".js-plotly-plot .xtick text", positive))
        row = driver.still(named(driver, ".js-plotly-plot .ytick text", negative))
        driver.page.mouse.click(column["x"] + column["width"] / 2, row["y"] + row["height"] / 2 + 8)
        driver.settle()

        assert traveller.query()["cell"] == f"{negative},{positive}".replace("%", "%25")
        some = f"{len(mistaken)} {'example' if len(mistaken) == 1 else 'examples'}, the surest first."
        expect(driver.page.get_by_text(some if mistaken else "No example is in this cell.")).to_be_visible()
        if mistaken:
            shown = {readable(row["id"]) for row in traveller.rows_with("id")}
            assert shown <= {readable(name) for name in mistaken}


class TestAThreshold:
    def test_is_chosen_by_what_mistakes_cost(self, traveller: Traveller) -> None:
        run_id, stored = judged(traveller)
        positive, scores = positive_of(stored)
        driver = traveller.open("evaluate", runs=run_id, picture="Cost", evaluation=traveller.world.evaluation)
        misses = driver.page.get_by_label("A miss costs")
        misses.fill("7")
        misses.press("Enter")
        driver.settle()
        driver.page.get_by_role("button", name="Cut at").click()
        driver.page.wait_for_url("**threshold=**")
        driver.settle()

        def cost(threshold: float) -> float:
            return sum(
                7 * (score < threshold) if label == positive else score >= threshold
                for label, score in zip(stored["label"], scores, strict=True)
            )

        chosen = float(traveller.query()["threshold"])
        assert cost(chosen) == min(cost(threshold) for threshold in (*scores, 2.0))


def positive_of(stored: dict[str, list[Any]]) -> tuple[str, list[float]]:
    """Name the positive class, the second of the two, and its scores."""
    found = [name.removeprefix("score/") for name in stored if name.startswith("score/")]
    return found[-1], stored[f"score/{found[-1]}"]
