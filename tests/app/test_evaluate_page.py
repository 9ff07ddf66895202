"""The Evaluate page, and the view of the same on the page of a run; measures are computed again by scikit-learn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn import metrics

import runlake
from app.made import MARKUP
from app.test_run_page import as_markdown, curves, tables
from runlake import media
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

N = 200
RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, 2, N)
SCORES = {
    name: np.clip(LABELS * lift + RNG.random(N) * (1 - lift), 0, 1) for name, lift in (("good", 0.5), ("bad", 0.1))
}
THREE = RNG.integers(0, 3, N)
CHANCES = RNG.dirichlet(np.ones(3), N)
IDS = [f"row-{at}" for at in range(N)]


@pytest.fixture(scope="module")
def runs(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder: Path = tmp_path_factory.mktemp("evaluate")
    stores["judged"] = str(folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        yield {name: log(name, stores["judged"]) for name in ("good", "bad", "hard", "three", "fit", "hostile", "none")}


def log(name: str, store: str) -> str:
    with runlake.start_run("judged", name, store=store, capture=False) as run:
        if name in SCORES:
            given: dict[str, Any] = {"classes": ["ham", "spam"], "ids": IDS, "examples": {"words": IDS[::-1]}}
            run.log({"test": media.classification(LABELS, SCORES[name], **given)}, step=1)
        elif name == "hard":
            run.log({"test": media.confusion_matrix(counts=[[90, 10], [5, 95]], classes=["ham", "spam"])}, step=1)
        elif name == "three":
            run.log({"test": media.classification(THREE, CHANCES, classes=["a", "b", "c"], ids=IDS)}, step=1)
        elif name == "fit":
            run.log({"fit": media.regression([1.0, 2.0, math.nan, 4.0], [1.5, 2.0, 3.0, 3.0])}, step=1)
        elif name == "hostile":
            labels, scores = [MARKUP, "b", "b", MARKUP], [0.1, math.nan, 0.9, 0.4]
            run.log({MARKUP: media.classification(labels, scores, ids=[*"xyz", MARKUP])}, step=1)
    drain(store)
    return run.id


@pytest.fixture
def page(dashboard: Dashboard, runs: dict[str, str], stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("RUNLAKE_JOURNAL", stores["judged"].replace("/store", "/journals"))

    def open_page(*names: str, **query: str) -> AppTest:
        at = dashboard("judged", "evaluate", **query)
        # The dashboard was on its first page before, which takes what pages share from the address once.
        at.session_state["shared.runs"] = [runs[name] for name in names]
        at.run()
        assert not at.exception
        return at

    return open_page


def with_intervals(at: AppTest, name: str) -> dict[str, str]:
    """The measures of one run as they are shown, of all tables that have a row for it."""
    found = [table for table in tables(at) if "Run" in table]
    return {measure: values[table["Run"].index(name)] for table in found for measure, values in table.items()}


def row(at: AppTest, name: str) -> dict[str, str]:
    """The measures of one run without their intervals."""
    return {measure: str(value).partition(" (")[0] for measure, value in with_intervals(at, name).items()}


class TestTheMeasures:
    def test_are_those_of_scikit_learn(self, page: Any) -> None:
        found = row(page("good", "bad"), "bad")
        guess = SCORES["bad"] >= 0.5

        assert found["n"] == str(N)
        assert found["Average precision"] == f"{metrics.average_precision_score(LABELS, SCORES['bad']):.4f}"
        assert found["ROC AUC"] == f"{metrics.roc_auc_score(LABELS, SCORES['bad']):.4f}"
        assert found["Brier"] == f"{metrics.brier_score_loss(LABELS, SCORES['bad']):.4f}"
        assert found["Accuracy"] == f"{metrics.accuracy_score(LABELS, guess):.4f}"
        assert found["Matthews"] == f"{metrics.matthews_corrcoef(LABELS, guess):.4f}"

    def test_are_of_the_threshold_that_is_chosen(self, page: Any) -> None:
        at = page("good", "bad", threshold="0.3")

        for name, scores in SCORES.items():
            guess = scores >= 0.3
            assert row(at, name)["Accuracy"] == f"{metrics.accuracy_score(LABELS, guess):.4f}"
            assert row(at, name)["Recall"] == f"{metrics.recall_score(LABELS, guess):.4f}"

    def test_move_with_the_slider(self, page: Any) -> None:
        at = page("good")
        at.slider[0].set_value(0.7).run()

        assert row(at, "good")["Precision"] == f"{metrics.precision_score(LABELS, SCORES['good'] >= 0.7):.4f}"

    def test_of_the_other_class_are_asked_of_its_scores(self, page: Any) -> None:
        at = page("good", **{"class": "ham"})

        wanted = metrics.average_precision_score(1 - LABELS, 1 - SCORES["good"])
        assert row(at, "good")["Average precision"].startswith(f"{wanted:.4f}")

    def test_of_many_classes_are_one_against_the_rest(self, page: Any) -> None:
        at = page("three", **{"class": "b"})

        assert row(at, "three")["ROC AUC"].startswith(f"{metrics.roc_auc_score(THREE == 1, CHANCES[:, 1]):.4f}")
        assert row(at, "three")["Macro F1"] == f"{metrics.f1_score(THREE, CHANCES.argmax(1), average='macro'):.4f}"
        assert any("of b against the rest" in text for text in as_markdown(at))

    def test_by_class_stand_below_a_single_run(self, page: Any) -> None:
        found = next(table for table in tables(page("three")) if "class" in table)
        _, recall, _, support = metrics.precision_recall_fscore_support(THREE, CHANCES.argmax(1))

        assert found["recall"][:3] == [f"{value:.4f}" for value in recall]
        assert found["support"][:3] == [str(value) for value in support]

    def test_say_whether_two_runs_differ(self, page: Any) -> None:
        said = " ".join(as_markdown(page("good", "bad")))

        assert "200 shared examples, joined by ids" in said
        assert "McNemar's exact test" in said
        assert "DeLong's paired test" in said


class TestThePictures:
    @pytest.mark.parametrize("picture", ["Precision–recall", "ROC", "Calibration", "Cost", "Lift", "DET"])
    def test_show_each_run(self, page: Any, picture: str) -> None:
        at = page("good", "bad", picture=picture)

        named = [trace.get("name", "") for trace in curves(at)[0]["data"]]
        assert [any(name.startswith(run) for name in named) for run in SCORES] == [True, True]

    def test_of_counts_alone_are_the_matrix(self, page: Any) -> None:
        at = page("hard")

        assert row(at, "hard")["Accuracy"] == "0.9250"
        assert any("Without scores there are no curves" in text for text in as_markdown(at))
        assert any("Only counts were logged" in text for text in as_markdown(at))

    def test_of_cost_offer_the_cheapest_threshold(self, page: Any) -> None:
        at = page("good", picture="Cost", cost_fp="1", cost_fn="5")
        (cut,) = [button for button in at.button if button.label.startswith("Cut at")]
        best = float(cut.label.removeprefix("Cut at "))
        cut.click().run()

        def cost(threshold: float) -> float:
            guess = SCORES["good"] >= threshold
            return float((guess & (LABELS == 0)).sum() + 5 * (~guess & (LABELS == 1)).sum())

        least = min(cost(threshold) for threshold in (*SCORES["good"], math.inf))
        chosen = row(at, "good")
        at_least = min(SCORES["good"], key=lambda score: abs(score - best))
        assert cost(at_least) == least
        assert chosen["Recall"] == f"{metrics.recall_score(LABELS, SCORES['good'] >= at_least):.4f}"


class TestTheExamples:
    def test_are_those_of_a_cell_the_surest_first(self, page: Any) -> None:
        at = page("good", cell="ham,spam", threshold="0.3")
        wrong = [
            at for at in np.argsort(-SCORES["good"], kind="stable") if not LABELS[at] and SCORES["good"][at] >= 0.3
        ]

        found = next(table for table in tables(at) if "id" in table)

        assert found["id"] == [IDS[at] for at in wrong]
        assert found["words"] == [IDS[::-1][at] for at in wrong]

    def test_are_first_those_of_the_commonest_mistake(self, page: Any) -> None:
        at = page("three")
        counts = metrics.confusion_matrix(THREE, CHANCES.argmax(1))
        np.fill_diagonal(counts, -1)
        row, column = np.unravel_index(counts.argmax(), counts.shape)

        assert [box.value for box in at.selectbox if box.label in {"Examples of", "taken for"}] == [
            "abc"[row],
            "abc"[column],
        ]

    def test_follow_the_choice_of_label_and_prediction(self, page: Any) -> None:
        at = page("good")
        next(box for box in at.selectbox if box.label == "Examples of").set_value("spam").run()
        next(box for box in at.selectbox if box.label == "taken for").set_value("spam").run()

        found = next(table for table in tables(at) if "id" in table)
        assert len(found["id"]) == int((LABELS & (SCORES["good"] >= 0.5)).sum())


class TestNumbers:
    def test_are_measured_and_drawn(self, page: Any) -> None:
        at = page("fit")
        (measures,) = [table for table in tables(at) if "RMSE" in table]
        true, guess = [1.0, 2.0, 4.0], [1.5, 2.0, 3.0]
        measures = {
            name: [str(values[0]).partition(" (")[0]] if name != "n" else values for name, values in measures.items()
        }

        assert float(measures["RMSE"][0]) == pytest.approx(metrics.root_mean_squared_error(true, guess), abs=1e-4)
        assert float(measures["R²"][0]) == pytest.approx(metrics.r2_score(true, guess), abs=1e-4)
        assert measures["n"] == ["3 (1 not finite)"]
        assert len(curves(at)[0]["data"]) == 2

    def test_have_their_picture_in_the_link(self, page: Any) -> None:
        at = page("fit", picture="Residuals")

        assert curves(at)[0]["layout"]["yaxis"]["title"]["text"] == "residual (predicted − true)"


class TestWhatDoesNotFit:
    def test_is_said_beside_what_does(self, page: Any) -> None:
        at = page("good", "three", "none")

        said = " ".join(as_markdown(at))
        assert "three: its classes are others than those of good" in said.replace("\\", "").replace("\u2060", "")
        assert "none: nothing was logged there" in said.replace("\\", "").replace("\u2060", "")

    def test_of_a_run_without_any_says_how_to_log_one(self, page: Any) -> None:
        assert any("No evaluation was logged" in text for text in as_markdown(page("none")))

    def test_without_runs_leads_to_them(self, page: Any) -> None:
        assert any("No runs are chosen" in text for text in as_markdown(page()))

    @pytest.mark.parametrize("picture", ["Confusion", "Precision–recall", "Calibration", "Cost"])
    def test_of_hostile_names_is_text(self, page: Any, picture: str) -> None:
        at = page("hostile", picture=picture)

        shown = " ".join(as_markdown(at))
        assert "![x](" not in shown
        assert "<b>" not in shown.replace("\\<b\\>", "")


def test_the_page_of_a_run_shows_the_same(dashboard: Dashboard, runs: dict[str, str]) -> None:
    at = dashboard("judged", "run", id=runs["good"], view="Evaluation")

    assert not at.exception
    assert row(at, "good")["Accuracy"] == f"{metrics.accuracy_score(LABELS, SCORES['good'] >= 0.5):.4f}"
