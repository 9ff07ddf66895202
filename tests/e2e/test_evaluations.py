"""Evaluations in a browser; what is shown is worked out again from the Parquet files by DuckDB."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import numpy as np
import pytest
from playwright.sync_api import expect

import driving
import runlake
from app.made import MARKUP
from e2e.test_run_page import parameters
from runlake import media
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from driving import Driver

NAMES = [f"{group}/{name}" for group, names in (("a", "bcd"), ("x", "yz")) for name in names]
PRECISION = 0.85
TRUE, GUESSED = [1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 6.0, 4.5]  # of numbers
TICK = 16  # pixels from the left edge of a list of examples
WARM_MS = 120_000  # a server's first page loads all that the others use


@pytest.fixture(scope="module")
def judged(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve a store with two runs whose numbers follow from a seed, and yield its address and its folder."""
    folder = tmp_path_factory.mktemp("judged")
    random = np.random.default_rng(29)
    labels, classes = random.integers(0, 2, 300), random.integers(0, len(NAMES), 300)
    own = {"RUNLAKE_JOURNAL": str(folder / "journals"), "RUNLAKE_INGESTER": "off"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.items():
            patch.setenv(name, value)
        with runlake.start_run("judged", "two", store=str(folder / "store"), capture=False) as run:
            for step, lift in ((5, 0.2), (15, 0.4)):
                scores = np.round(labels * lift + random.random(300) * (1 - lift), 3)
                ids = [f"row-{at}" for at in range(300)]
                run.log({"test": media.classification(labels, scores, classes=["no", "yes"], ids=ids)}, step=step)
        with runlake.start_run("judged", "many", store=str(folder / "store"), capture=False) as run:
            chances = random.dirichlet(np.ones(len(NAMES)), 300) * 0.7 + 0.3 * np.eye(len(NAMES))[classes]
            run.log({"test": media.classification(classes, chances, classes=NAMES)}, step=1)
        with runlake.start_run("judged", "numbers", store=str(folder / "store"), capture=False) as run:
            run.log({"fit": media.regression(TRUE, GUESSED, ids=["a", "b", "c", "d"])}, step=1)
        with runlake.start_run("judged", MARKUP, store=str(folder / "store"), capture=False) as run:
            for step in (1, 2):
                scores = random.dirichlet(np.ones(4), 8)
                names = [f"{MARKUP}/1", f"{MARKUP}/2", "<i>b</i>/3", "c"]
                run.log({MARKUP: media.classification([0, 1, 2, 3] * 2, scores, classes=names)}, step=step)
        drain(str(folder / "store"))
    with driving.serving(str(folder / "store"), own) as address:
        with driving.driving(browser, address) as first:
            first.page.goto(f"{address}/run?id=judged:two&view=Evaluation")
            first.page.wait_for_selector(driving.CHART, timeout=WARM_MS)
            first.page.wait_for_selector(driving.READY, timeout=WARM_MS)
        yield address, folder / "store"


@pytest.fixture
def driver(browser: Browser, judged: tuple[str, Path]) -> Iterator[Driver]:
    with driving.driving(browser, judged[0]) as driver:
        yield driver
        assert (driver.foreign, driver.errors) == ([], [])


def stored(folder: Path, run: str, step: float) -> list[tuple[Any, ...]]:
    """Read an evaluation from its bytes: label, then the scores in the order of the classes."""
    with duckdb.connect() as db:
        query = f"""
            SELECT sha256 FROM read_parquet('{folder}/artifacts/*.parquet') a
            JOIN (SELECT DISTINCT run_id FROM read_parquet('{folder}/runs/*.parquet') WHERE name = ?) USING (run_id)
            WHERE step = ? AND path LIKE 'media/%'
        """
        ((digest,),) = db.execute(query, [run, step]).fetchall()
        (blob,) = folder.glob(f"blobs/sha256/*/*{digest[2:]}*")
        return db.execute(f"SELECT label, COLUMNS('^score/.*') FROM read_parquet('{blob}')").fetchall()


def threshold_at(rows: list[tuple[Any, ...]], precision: float) -> float:
    """Search every score for the most recall at a precision."""
    kept = []
    for threshold in sorted({row[-1] for row in rows}):
        called = [label == "yes" for label, *_, score in rows if score >= threshold]
        if sum(called) / len(called) >= precision:
            kept.append((sum(called), sum(called) / len(called), threshold))
    return float(max(kept)[2])


class TestAThresholdAtAPrecision:
    def test_moves_every_picture(self, driver: Driver, judged: tuple[str, Path]) -> None:
        rows = stored(judged[1], "two", 15)
        threshold = threshold_at(rows, PRECISION)
        driver.open("/run?id=judged:two&view=Evaluation&picture=Confusion")
        driver.page.get_by_role("combobox", name="Threshold").first.click()
        driver.page.get_by_role("option", name="Precision at least").click()
        driver.settle()
        share = driver.page.get_by_label("Share", exact=True)
        share.fill(str(PRECISION))
        share.press("Enter")
        driver.settle()

        expect(driver.page.get_by_text(f"threshold {threshold:.4g}", exact=True)).to_be_visible()
        counts = [
            sum(row[0] == label and (row[-1] >= threshold) == called for row in rows)
            for label in ("no", "yes")
            for called in (False, True)
        ]
        expect(driver.shown(".js-plotly-plot .textpoint text")).to_have_text([str(count) for count in counts])
        assert parameters(driver)["rule"] == ["precision"]
        for picture, axis in (("ROC", "false positive rate"), ("Precision–recall", "recall")):
            driver.page.get_by_text(picture, exact=True).first.click()
            driver.settle()
            expect(driver.shown(".js-plotly-plot .xtitle")).to_have_text(axis)
            tn, fp, fn, tp = counts
            wanted = (fp / (fp + tn), tp / (tp + fn)) if picture == "ROC" else (tp / (tp + fn), tp / (tp + fp))
            assert marked(driver) == pytest.approx(wanted, abs=1e-9)

    def test_is_taken_from_a_click_on_a_curve(self, driver: Driver, judged: tuple[str, Path]) -> None:
        driver.open("/run?id=judged:two&view=Evaluation&picture=ROC")
        plot = driver.still(driver.shown(".js-plotly-plot .nsewdrag"))
        point = driver.page.evaluate(
            """() => {
                const plot = [...document.querySelectorAll('.js-plotly-plot')].find(p => !p.closest('[data-retained]'));
                const trace = plot._fullData.find(t => t.mode === 'markers' && t.x.length > 9);
                const at = Math.floor(trace.x.length / 2), {xaxis, yaxis} = plot._fullLayout;
                return [xaxis.l2p(trace.x[at]), yaxis.l2p(trace.y[at]), trace.customdata[at]];
            }"""
        )
        driver.page.mouse.move(plot["x"] + point[0] + 2, plot["y"] + point[1] + 2)
        driver.page.wait_for_timeout(300)
        driver.page.mouse.click(plot["x"] + point[0], plot["y"] + point[1])
        driver.settle()

        threshold = float(parameters(driver)["threshold"][0])
        scores = {row[-1] for row in stored(judged[1], "two", 15)}
        assert threshold in scores
        assert threshold == pytest.approx(point[2], abs=0.05)
        assert "rule" not in parameters(driver)


def marked(driver: Driver) -> list[float]:
    """Where the mark of the threshold is."""
    found: list[float] = json.loads(
        driver.page.evaluate(
            """() => {
                const plot = [...document.querySelectorAll('.js-plotly-plot')].find(p => !p.closest('[data-retained]'));
                const trace = plot._fullData.find(t => t.cliponaxis === false);
                return JSON.stringify([trace.x[0], trace.y[0]]);
            }"""
        )
    )
    return found


class TestManyClasses:
    def test_have_a_curve_of_all_at_once(self, driver: Driver, judged: tuple[str, Path]) -> None:
        rows = stored(judged[1], "many", 1)
        driver.open("/run?id=judged:many&view=Evaluation&picture=ROC")
        driver.page.get_by_role("combobox", name="Class", exact=True).click()
        driver.page.get_by_role("option", name="All classes (micro-average)").click()
        driver.settle()

        # The share of pairs of a right and a wrong answer that are in order.
        right = np.array([row[1 + NAMES.index(row[0])] for row in rows])
        wrong = np.array([s for row in rows for at, s in enumerate(row[1:]) if NAMES[at] != row[0]])
        area = float((right[:, None] > wrong).mean() + (right[:, None] == wrong).mean() / 2)
        expect(driver.shown(".js-plotly-plot .legendtext")).to_have_text(f"many · AUC {area:.4f}")
        assert parameters(driver)["micro"] == ["1"]

    def test_in_groups_open_the_examples_of_a_cell(self, driver: Driver, judged: tuple[str, Path]) -> None:
        rows = stored(judged[1], "many", 1)
        guess = [NAMES[int(np.argmax(row[1:]))] for row in rows]
        taken = [
            at for at, (row, name) in enumerate(zip(rows, guess, strict=True)) if row[0][0] == "a" and name[0] == "x"
        ]
        driver.open("/run?id=judged:many&view=Evaluation&picture=Confusion")
        driver.page.get_by_role("combobox", name="Groups of classes").click()
        driver.page.get_by_role("option", name="Groups by prefix").click()
        driver.settle()
        expect(driver.shown(".js-plotly-plot .textpoint text")).to_have_count(4)
        place = driver.still(driver.shown(".js-plotly-plot .textpoint text").nth(1))
        driver.page.mouse.move(place["x"] + 12, place["y"] + 12)
        driver.page.mouse.click(place["x"] + 10, place["y"] + 10)
        driver.settle()

        assert parameters(driver)["cell"] == ["a,x"]
        expect(driver.page.get_by_text(f"{len(taken)} examples, the surest first.")).to_be_visible()

    def test_open_the_examples_of_a_pair_that_is_ticked(self, driver: Driver, judged: tuple[str, Path]) -> None:
        rows = stored(judged[1], "many", 1)
        guess = [NAMES[int(np.argmax(row[1:]))] for row in rows]
        pairs = Counter((row[0], name) for row, name in zip(rows, guess, strict=True) if row[0] != name)
        driver.open("/run?id=judged:many&view=Evaluation&picture=Confusion")
        tick(driver, "Pairs of classes that are confused most")

        driver.page.wait_for_url("**cell=**")
        label, taken = parameters(driver)["cell"][0].split(",")
        assert pairs[label, taken] == max(pairs.values())
        expect(driver.page.get_by_text(f"{pairs[label, taken]} examples, the surest first.")).to_be_visible()


class TestNumbers:
    def test_are_looked_at_where_they_are_furthest_off(self, driver: Driver) -> None:
        driver.open("/run?id=judged:numbers&view=Evaluation")
        tick(driver, "Largest errors of numbers")

        driver.page.wait_for_url("**example=c**")
        driver.settle()
        told = {row["Example"]: next(text for head, text in row.items() if head != "Example") for row in driver.rows(0)}
        assert (told["predicted by numbers"], told["true"]) == ("6", "3")

    def test_are_looked_at_where_a_point_is_clicked(self, driver: Driver) -> None:
        driver.open("/run?id=judged:numbers&view=Evaluation")
        plot = driver.still(driver.shown(".js-plotly-plot .nsewdrag"))
        x, y, true = driver.page.evaluate(
            """() => {
                const plot = [...document.querySelectorAll('.js-plotly-plot')].find(p => !p.closest('[data-retained]'));
                const trace = plot._fullData.find(t => t.mode === 'markers' && t.customdata);
                const {xaxis, yaxis} = plot._fullLayout;
                return [xaxis.l2p(trace.x[0]), yaxis.l2p(trace.y[0]), trace.x[0]];
            }"""
        )
        driver.page.mouse.move(plot["x"] + x + 2, plot["y"] + y + 2)
        driver.page.wait_for_timeout(300)
        driver.page.mouse.click(plot["x"] + x, plot["y"] + y)

        driver.page.wait_for_url("**example=**")
        driver.settle()
        told = {row["Example"]: next(text for head, text in row.items() if head != "Example") for row in driver.rows(0)}
        assert float(told["true"]) == true


def tick(driver: Driver, grid: str) -> None:
    """Tick the first row of a grid."""
    place = driver.page.get_by_role("region", name=grid).locator("visible=true")
    place.scroll_into_view_if_needed()
    box = driver.still(place)
    driver.page.mouse.click(box["x"] + TICK, box["y"] + driving.ROW_PX * 1.5)


class TestSeveralSteps:
    def test_lie_over_each_other(self, driver: Driver) -> None:
        driver.open("/run?id=judged:two&view=Evaluation&picture=ROC")
        expect(driver.shown(".js-plotly-plot .legendtext")).to_have_count(1)
        box = driver.page.get_by_role("combobox", name="Steps over each other")
        for word in ("first step", "last step"):
            box.click()
            driver.page.get_by_role("option", name=word).click()
            driver.settle()

        expect(driver.shown(".js-plotly-plot .legendtext")).to_have_count(2)
        assert parameters(driver)["steps"] == ["first,last"]
        names = [re.compile(r"^step 5 · AUC"), re.compile(r"^step 15 · AUC")]
        expect(driver.shown(".js-plotly-plot .legendtext")).to_have_text(names)


class TestHostileNames:
    @pytest.mark.parametrize(
        "more", ["&picture=Confusion&group=prefix", "&picture=ROC&steps=first,last&micro=1", "&picture=Steps"]
    )
    def test_are_text_in_groups_and_over_steps(self, driver: Driver, more: str) -> None:
        driver.open(f"/run?id=judged:{quote(MARKUP)}&view=Evaluation{more}")

        expect(driver.shown(driving.CHART).first).to_be_visible()
        assert driver.page.locator("a[href*='//evil'], a[href*='www.evil'], img[src*='evil']").count() == 0
