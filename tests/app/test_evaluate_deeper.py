"""Evaluations looked at closely: promises of a threshold, averages, groups, many classes, steps, errors of numbers."""

from __future__ import annotations

import itertools
import math
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped] # SciPy ships no types
from sklearn import calibration, metrics
from streamlit.testing.v1 import AppTest

import runlake
from app.made import MARKUP
from app.test_evaluate_page import row, with_intervals
from app.test_run_page import as_markdown, curves, tables
from runlake import media
from runlake.store.ingest import drain
from unit.figures.classification.looks import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.conftest import Dashboard

N = 240
RANDOM = np.random.default_rng(11)
LABELS = RANDOM.integers(0, 2, N)
STEPS = (10, 20, 30)
# It gets better, but is best in the middle.
SCORES = {
    step: np.round(np.clip(LABELS * lift + RANDOM.random(N) * (1 - lift), 0, 1), 3)
    for step, lift in zip(STEPS, (0.1, 0.45, 0.3), strict=True)
}
ANIMALS = [f"animal/{name}" for name in ("cat", "dog", "owl", "eel")]
THINGS = [f"thing/{name}" for name in ("car", "cup", "pen")]
CLASSES = [*ANIMALS, *THINGS, "none"]
K = len(CLASSES)
TRUE = RANDOM.integers(0, K, N)
CHANCES = RANDOM.dirichlet(np.ones(K), N) * 0.8 + 0.2 * np.eye(K)[TRUE]
GROUP = np.array([0] * 4 + [1] * 3 + [2])
THOUSAND = [f"class {at:04}" for at in range(1000)]
OF_THOUSAND = RANDOM.integers(0, 1000, 4000)
GUESSED = np.where(RANDOM.random(4000) < 0.7, OF_THOUSAND, (OF_THOUSAND // 2 * 2 + RANDOM.integers(0, 2, 4000)) % 1000)
NUMBERS = RANDOM.normal(50, 9, 80)
GUESSES = {step: NUMBERS + RANDOM.normal(1, spread, 80) for step, spread in ((1, 6), (2, 3))}
IDS = [f"row-{at}" for at in range(N)]


@pytest.fixture(scope="module")
def runs(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder: Path = tmp_path_factory.mktemp("deeper")
    stores["deeper"] = str(folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        yield {
            name: log(name, stores["deeper"]) for name in ("two", "late", "many", "odds", "thousand", "fit", "hostile")
        }


def log(name: str, store: str) -> str:
    with runlake.start_run("deeper", name, store=store, capture=False) as run:
        if name in {"two", "late"}:
            for step in STEPS if name == "two" else STEPS[-1:]:
                scores = SCORES[step] if name == "two" else np.round(SCORES[step] * 0.9, 3)
                run.log({"test": media.classification(LABELS, scores, classes=["ham", "spam"], ids=IDS)}, step=step)
        elif name == "many":
            run.log({"test": media.classification(TRUE, CHANCES, classes=CLASSES, ids=IDS)}, step=1)
        elif name == "odds":
            run.log({"test": media.classification(TRUE, np.log(CHANCES), classes=CLASSES, ids=IDS)}, step=1)
        elif name == "thousand":
            run.log({"test": media.classification(OF_THOUSAND, predicted=GUESSED, classes=THOUSAND)}, step=1)
        elif name == "fit":
            told: dict[str, Any] = {"ids": IDS[:80], "examples": {"words": [f"w{at}" for at in range(80)]}}
            for step, guess in GUESSES.items():
                run.log({"test": media.regression(NUMBERS, guess, **told)}, step=step)
        else:
            names = [MARKUP, f"{MARKUP}/x", "c|d,e%", "f"]
            scores = np.full((6, 4), 0.25)
            scores[0, 0] = math.nan
            run.log({MARKUP: media.classification([0, 1, 2, 3, 0, 1], scores, classes=names)}, step=1)
            run.log({MARKUP: media.classification([0, 1, 2, 3, 0, 1], scores, classes=names)}, step=2)
    drain(store)
    return run.id


@pytest.fixture
def page(dashboard: Dashboard, runs: dict[str, str], stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("RUNLAKE_JOURNAL", stores["deeper"].replace("/store", "/journals"))

    def open_page(*names: str, **query: str) -> AppTest:
        at = dashboard("deeper", "evaluate", **query)
        at.session_state["shared.runs"] = [runs[name] for name in names]
        at.run()
        assert not at.exception
        return at

    return open_page


def said(at: AppTest) -> str:
    return " ".join(as_markdown(at)).replace("\\", "").replace("\u2060", "")


def best_at_precision(scores: Any, least: float) -> float:
    """Search all thresholds for the most recall at a precision."""
    found = []
    for threshold in sorted(set(scores.tolist())):
        called = scores >= threshold
        precision, recall = LABELS[called].mean(), LABELS[called].sum()
        if precision >= least:
            found.append((recall, precision, threshold))
    return float(max(found)[2])


class TestAPromise:
    def test_cuts_each_run_where_it_keeps_it(self, page: Any) -> None:
        at = page("two", "late", rule="precision", target="0.8")

        for name, scores in (("two", SCORES[30]), ("late", np.round(SCORES[30] * 0.9, 3))):
            threshold = best_at_precision(scores, 0.8)
            found = row(at, name)
            assert float(found["Threshold"]) == threshold
            assert found["Recall"] == f"{metrics.recall_score(LABELS, scores >= threshold):.4f}"
            assert found["Precision"] == f"{metrics.precision_score(LABELS, scores >= threshold):.4f}"
            assert float(found["Precision"]) >= 0.8

    @pytest.mark.parametrize("picture", ["Precision–recall", "ROC", "DET", "Lift", "Cost"])
    def test_moves_the_mark_of_every_picture(self, page: Any, picture: str) -> None:
        at = page("two", rule="precision", target="0.8", picture=picture)

        marks = [trace for trace in curves(at)[0]["data"] if trace.get("cliponaxis") is False]
        known = [trace["customdata"][0] for trace in marks if trace["marker"].get("symbol") == "circle"]
        threshold = best_at_precision(SCORES[30], 0.8)
        assert [one[-1] if isinstance(one, list) else one for one in known] == [threshold]

    def test_moves_the_matrix_and_the_calibration(self, page: Any) -> None:
        threshold = best_at_precision(SCORES[30], 0.8)
        matrix = curves(page("two", rule="precision", target="0.8", picture="Confusion"))[0]["data"][1]["text"]
        drawn = curves(page("two", rule="precision", target="0.8", picture="Calibration"))[0]["data"]

        wanted = metrics.confusion_matrix(LABELS, SCORES[30] >= threshold).ravel()
        assert matrix == [str(count) for count in wanted]
        assert [threshold] * 2 in [trace.get("x") for trace in drawn]

    def test_that_cannot_be_kept_says_so_and_leaves_the_predictions(self, page: Any) -> None:
        at = page("thousand", "two", rule="precision", target="1")  # the first has no scores, and none is needed

        assert not at.exception
        assert "others than those of thousand" in said(at)

    def test_is_given_up_by_a_cut_by_hand(self, page: Any) -> None:
        at = page("two", rule="recall", target="0.95", picture="Cost")
        next(button for button in at.button if button.label.startswith("Cut at")).click().run()

        assert at.session_state["evaluate.rule"] == ""
        assert at.session_state["evaluate.threshold"] != ""


class TestTheThreshold:
    def test_is_where_the_chosen_rule_or_the_slider_puts_it(self, page: Any) -> None:
        at = page("two")
        at.get_by_key("evaluate.rule").set_value("precision").run()
        at.get_by_key("evaluate.target").set_value(0.8).run()
        assert float(row(at, "two")["Threshold"]) == best_at_precision(SCORES[30], 0.8)

        at.get_by_key("evaluate.rule").set_value("").run()
        at.get_by_key("evaluate.evaluation.threshold").set_value(0.3).run()
        assert row(at, "two")["Recall"] == f"{metrics.recall_score(LABELS, SCORES[30] >= 0.3):.4f}"

    def test_is_of_the_step_that_is_chosen(self, page: Any) -> None:
        at = page("two", "late")
        at.get_by_key("evaluate.rule").set_value("f1").run()
        at.get_by_key("evaluate.evaluation.step").set_value("20").run()

        assert row(at, "two")["ROC AUC"] == f"{metrics.roc_auc_score(LABELS, SCORES[20]):.4f}"


class TestCosts:
    def test_at_another_base_rate_move_the_cheapest_threshold(self, page: Any) -> None:
        at = page("two", picture="Cost", base_rate="0.02", cost_fn="5")
        (cut,) = [button for button in at.button if button.label.startswith("Cut at")]

        def cost(threshold: float) -> float:
            called = SCORES[30] >= threshold
            missed, alarms = (~called)[LABELS == 1].mean(), called[LABELS == 0].mean()
            return float(0.02 * 5 * missed + 0.98 * alarms)

        best = min(sorted(set(SCORES[30].tolist()), reverse=True), key=cost)
        assert cut.label == f"Cut at {best:.4g}"

    def test_are_what_the_reader_says_they_are(self, page: Any) -> None:
        at = page("two", picture="Cost")
        at.get_by_key("evaluate.cost_fp").set_value(3.0).run()
        at.get_by_key("evaluate.cost_fn").set_value(5.0).run()
        at.get_by_key("evaluate.evaluation.base_rate").set_value(10.0).run()

        def cost(threshold: float) -> float:
            called = SCORES[30] >= threshold
            missed, alarms = (~called)[LABELS == 1].mean(), called[LABELS == 0].mean()
            return float(0.1 * 5 * missed + 0.9 * 3 * alarms)

        best = min(sorted(set(SCORES[30].tolist()), reverse=True), key=cost)
        (cut,) = [button for button in at.button if button.label.startswith("Cut at")]
        assert cut.label == f"Cut at {best:.4g}"


class TestIntervals:
    def test_of_shares_are_wilsons(self, page: Any) -> None:
        found = with_intervals(page("two"), "two")
        right = int(np.count_nonzero(np.equal(SCORES[30] >= 0.5, LABELS)))

        ends = stats.binomtest(right, N).proportion_ci(method="wilson")
        assert found["Accuracy"] == f"{right / N:.4f} ({ends.low:.3f}–{ends.high:.3f})"

    @pytest.mark.parametrize(
        ("measure", "statistic"), [("F1", metrics.f1_score), ("Matthews", metrics.matthews_corrcoef)]
    )
    def test_of_others_are_those_of_resampling_the_rows(self, page: Any, measure: str, statistic: Any) -> None:
        shown = with_intervals(page("two"), "two")[measure]
        low, high = (float(part) for part in shown.partition(" (")[2].rstrip(")").split("–"))
        guess, random = SCORES[30] >= 0.5, np.random.default_rng(0)
        drawn = []
        for _ in range(1500):
            rows = np.concatenate(
                [random.choice(at, len(at)) for at in (np.flatnonzero(LABELS < 1), np.flatnonzero(LABELS > 0))]
            )
            drawn.append(statistic(LABELS[rows], guess[rows]))

        assert (low, high) == pytest.approx(np.quantile(drawn, (0.025, 0.975)), abs=0.012)


class TestAveragesOverClasses:
    def test_are_those_of_scikit_learn(self, page: Any) -> None:
        found = next(table for table in tables(page("many")) if "class" in table)
        truth = np.eye(K)[TRUE]

        for kind in ("micro", "macro", "weighted"):
            at = found["class"].index(f"{kind} average")
            assert found["auc"][at] == f"{metrics.roc_auc_score(truth, CHANCES, average=kind):.4f}"
            assert found["ap"][at] == f"{metrics.average_precision_score(truth, CHANCES, average=kind):.4f}"
            assert found["f1"][at] == f"{metrics.f1_score(TRUE, CHANCES.argmax(1), average=kind):.4f}"

    def test_say_how_well_pairs_are_told_apart(self, page: Any) -> None:
        pairs = metrics.roc_auc_score(TRUE, CHANCES / CHANCES.sum(1, keepdims=True), multi_class="ovo")

        assert f"(Hand and Till): {pairs:.4f}" in said(page("many"))

    @pytest.mark.parametrize("picture", ["Precision–recall", "ROC"])
    def test_have_a_curve_of_all_classes_at_once(self, page: Any, picture: str) -> None:
        at = page("many", micro="1", picture=picture)
        truth = np.eye(K)[TRUE].ravel()
        area = (
            f"AP {metrics.average_precision_score(truth, CHANCES.ravel()):.4f}"
            if picture == "Precision–recall"
            else f"AUC {metrics.roc_auc_score(truth, CHANCES.ravel()):.4f}"
        )

        assert f"many · {area}" in [trace.get("name") for trace in curves(at)[0]["data"]]

    def test_can_be_chosen_beside_the_classes(self, page: Any) -> None:
        at = page("many", picture="ROC")
        next(box for box in at.selectbox if box.label == "Class").set_value(-1).run()

        assert not at.exception
        assert at.session_state["evaluate.micro"] is True


class TestGroups:
    def test_by_prefix_are_counted_and_measured(self, page: Any) -> None:
        at = page("many", group="prefix", picture="Confusion")
        guess = GROUP[CHANCES.argmax(1)]

        wanted = metrics.confusion_matrix(GROUP[TRUE], guess)
        assert curves(at)[0]["data"][1]["text"] == [str(count) for count in wanted.ravel()]
        assert row(at, "many")["Macro F1"] == f"{metrics.f1_score(GROUP[TRUE], guess, average='macro'):.4f}"

    def test_rank_by_the_sum_of_their_probabilities(self, page: Any) -> None:
        at = page("many", group="prefix", picture="ROC", **{"class": "animal"})

        wanted = metrics.roc_auc_score(GROUP[TRUE] == 0, CHANCES[:, :4].sum(1))
        assert row(at, "many")["ROC AUC"] == f"{wanted:.4f}"

    def test_lead_to_the_examples_of_a_cell_with_their_own_classes(self, page: Any) -> None:
        at = page("many", group="prefix", picture="Confusion", cell="animal,thing")
        guess = GROUP[CHANCES.argmax(1)]
        wrong = np.flatnonzero((GROUP[TRUE] == 0) & (guess == 1))

        found = next(table for table in tables(at) if "id" in table)
        assert sorted(found["id"]) == sorted(IDS[at] for at in wrong)
        assert {name.partition("/")[0] for name in found["label"]} == {"animal"}

    def test_of_the_readers_own_come_from_the_link(self, page: Any) -> None:
        at = page("many", group="own", groups="pets|animal/cat|animal/dog,rest|none|no such class", picture="Confusion")

        names = curves(at)[0]["layout"]["xaxis"]["ticktext"]
        assert names == ["pets", *ANIMALS[2:], *THINGS, "rest"]

    def test_are_made_and_taken_apart_on_the_page(self, page: Any) -> None:
        at = page("many", group="own", picture="Confusion")
        next(box for box in at.multiselect if box.label == "Classes").set_value(["none", "thing/cup"]).run()
        next(box for box in at.text_input if box.label == "Name of the group").set_value("a|b").run()
        next(button for button in at.button if button.label == "Put them together").click().run()

        assert at.session_state["evaluate.groups"] == ["a%7Cb|none|thing/cup"]
        assert "a|b" in curves(at)[0]["layout"]["xaxis"]["ticktext"]
        next(button for button in at.button if button.label == "Take apart").click().run()
        assert len(curves(at)[0]["layout"]["xaxis"]["ticktext"]) == K

    def test_of_scores_that_are_no_probabilities_say_what_is_lost(self, page: Any) -> None:
        at = page("odds", group="prefix")

        assert "scores that are no probabilities cannot be added up to those of groups" in said(at)


class TestAThousandClasses:
    def test_show_those_of_the_most_frequent_mistakes(self, page: Any) -> None:
        figure = curves(page("thousand"))[0]

        assert len(figure["layout"]["xaxis"]["ticktext"]) <= 30
        assert "30 of 1,000 classes" in figure["layout"]["annotations"][0]["text"]

    def test_list_the_pairs_that_are_confused_most(self, page: Any) -> None:
        found = next(table for table in tables(page("thousand")) if "share" in table)
        wrong = [(int(a), int(b)) for a, b in zip(OF_THOUSAND, GUESSED, strict=True) if a != b]
        counts = sorted((len(list(same)) for _, same in itertools.groupby(sorted(wrong))), reverse=True)

        assert [int(count) for count in found["count"]] == counts[:100]
        first = (THOUSAND.index(found["true"][0]), THOUSAND.index(found["predicted"][0]))
        assert wrong.count(first) == counts[0]

    def test_open_the_examples_of_a_pair(self, page: Any) -> None:
        wrong = next((int(a), int(b)) for a, b in zip(OF_THOUSAND, GUESSED, strict=True) if a != b)
        at = page("thousand", cell=f"{THOUSAND[wrong[0]]},{THOUSAND[wrong[1]]}")

        found = next(table for table in tables(at) if "row" in table)
        expected = np.flatnonzero((wrong[0] == OF_THOUSAND) & (wrong[1] == GUESSED))
        assert [int(value) for value in found["row"]] == expected.tolist()

    @pytest.mark.parametrize("order", ["By name", "By examples", "By mistakes", "By likeness"])
    def test_stand_in_any_order(self, page: Any, order: str) -> None:
        assert len(curves(page("thousand", order=order, every="1"))[0]["layout"]["xaxis"]["categoryarray"]) == 200

    def test_name_what_cannot_be_drawn_without_scores(self, page: Any) -> None:
        text = said(page("thousand"))

        assert "thousand: only predicted classes were logged" in text
        assert "no precision–recall, ROC, DET, lift, cost and calibration" in text


class TestTheMatrix:
    def test_has_the_shares_and_the_order_that_are_chosen(self, page: Any) -> None:
        at = page("many", picture="Confusion")
        at.get_by_key("evaluate.order").set_value("By name").run()
        names = sorted(CLASSES)
        assert curves(at)[0]["layout"]["xaxis"]["ticktext"] == names

        at.get_by_key("evaluate.share").set_value("By label").run()
        places = [CLASSES.index(name) for name in names]
        counts = metrics.confusion_matrix(TRUE, CHANCES.argmax(1), labels=places, normalize="true")
        shown = [int(text.removesuffix(" %")) for text in curves(at)[0]["data"][1]["text"]]
        assert np.array(shown) == pytest.approx(counts.ravel() * 100, abs=0.5 + 1e-9)

    def test_of_very_many_classes_has_more_of_them_on_demand(self, page: Any) -> None:
        at = page("thousand")
        at.get_by_key("evaluate.every").set_value(True).run()

        assert len(curves(at)[0]["layout"]["xaxis"]["categoryarray"]) == 200


class TestSeveralSteps:
    def test_lie_over_each_other_in_one_picture(self, page: Any) -> None:
        at = page("two", steps="first,20", picture="ROC")

        names = [trace["name"] for trace in curves(at)[0]["data"] if "name" in trace]
        for step in (10, 20):
            area = metrics.roc_auc_score(LABELS, SCORES[step])
            assert f"step {step} · AUC {area:.4f}" in names
        assert row(at, "step 20")["Accuracy"] == f"{metrics.accuracy_score(LABELS, SCORES[20] >= 0.5):.4f}"

    def test_can_be_named_by_what_they_are(self, page: Any) -> None:
        at = page("two", steps="best,last", picture="ROC")

        best = max(STEPS, key=lambda step: metrics.average_precision_score(LABELS, SCORES[step]))
        names = {name.partition(" ·")[0] for trace in curves(at)[0]["data"] if (name := trace.get("name"))}
        assert names == {f"step {best}", "step 30"}

    def test_are_followed_measure_by_measure(self, page: Any) -> None:
        figure = curves(page("two", "late", picture="Steps"))[0]
        titles = [note["text"].partition("</b>")[0].removeprefix("<b>") for note in figure["layout"]["annotations"]]

        areas = [metrics.roc_auc_score(LABELS, SCORES[step]) for step in STEPS]
        panel = titles.index("ROC AUC")
        of_panel = [t for t in figure["data"] if t["xaxis"] == ("x" if panel == 0 else f"x{panel + 1}")]
        assert numbers(of_panel[0]["y"]) == pytest.approx(areas)
        assert numbers(of_panel[1]["x"]) == [30]

    def test_follow_the_threshold_that_a_promise_sets(self, page: Any) -> None:
        figure = curves(page("two", picture="Steps", rule="precision", target="0.7"))[0]
        titles = [note["text"].partition("</b>")[0].removeprefix("<b>") for note in figure["layout"]["annotations"]]

        drawn = [t for t in figure["data"] if t["xaxis"] == f"x{titles.index('F1') + 1}"]
        wanted = [metrics.f1_score(LABELS, SCORES[s] >= best_at_precision(SCORES[s], 0.7)) for s in STEPS]
        assert numbers(drawn[0]["y"]) == pytest.approx(wanted)

    def test_of_numbers_have_theirs(self, page: Any) -> None:
        figure = curves(page("fit", picture="Steps"))[0]

        wanted = [metrics.root_mean_squared_error(NUMBERS, guess) for guess in GUESSES.values()]
        assert numbers(figure["data"][0]["y"]) == pytest.approx(wanted)

    def test_that_are_nothing_are_passed_over(self, page: Any) -> None:
        at = page("two", steps="99,x,10", picture="ROC")

        assert "step 10" in str([trace.get("name") for trace in curves(at)[0]["data"]])


class TestCalibration:
    def test_says_its_bins_and_the_parts_of_its_score(self, page: Any) -> None:
        text = said(page("two", picture="Calibration", bins="quantile", bin_count="8"))

        assert "over 8 bins of equally many scores" in text
        assert f"Brier score {metrics.brier_score_loss(LABELS, SCORES[30]):.4f} = reliability" in text

    def test_has_the_bins_that_are_chosen(self, page: Any) -> None:
        at = page("two", picture="Calibration")
        at.get_by_key("evaluate.bin_count").set_value(6.0).run()
        at.get_by_key("evaluate.bins").set_value("quantile").run()

        share, mean = calibration.calibration_curve(LABELS, SCORES[30], n_bins=6, strategy="quantile")
        drawn = next(trace for trace in curves(at)[0]["data"] if trace.get("name", "").startswith("two"))
        assert numbers(drawn["x"]) == pytest.approx(mean)
        assert numbers(drawn["y"]) == pytest.approx(share)


class TestErrorsOfNumbers:
    def test_have_intervals(self, page: Any) -> None:
        shown = with_intervals(page("fit"), "fit")["MAE"]
        value, _, ends = shown.partition(" (")
        low, high = (float(part) for part in ends.rstrip(")").split(" to "))

        expected = stats.bootstrap(
            (NUMBERS, GUESSES[2]), metrics.mean_absolute_error, n_resamples=1000, paired=True, vectorized=False,
            method="percentile", rng=0,
        ).confidence_interval  # fmt: skip
        assert float(value) == pytest.approx(metrics.mean_absolute_error(NUMBERS, GUESSES[2]), rel=1e-3)
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.12)

    @pytest.mark.parametrize("picture", ["Predicted over true", "Residuals", "Histogram", "Quantiles"])
    def test_are_drawn_for_several_steps_at_once(self, page: Any, picture: str) -> None:
        names = [trace.get("name") for trace in curves(page("fit", picture=picture, steps="first,last"))[0]["data"]]

        assert {"step 1", "step 2"} <= set(names)

    def test_are_in_the_picture_that_is_chosen(self, page: Any) -> None:
        at = page("fit")
        at.get_by_key("evaluate.evaluation.numbers").set_value("Residuals").run()

        points = curves(at)[0]["data"][0]
        assert sorted(numbers(points["y"])) == pytest.approx(sorted(GUESSES[2] - NUMBERS))

    def test_are_counted_by_bins(self, page: Any) -> None:
        (bars,) = curves(page("fit", picture="Histogram"))[0]["data"]

        assert sum(numbers(bars["y"])) == 80

    def test_lead_to_what_is_known_of_an_example(self, page: Any) -> None:
        at = page("fit", example="row-7")
        found = next(table for table in tables(at) if "what" in table)
        told = dict(zip(found["what"], found["value"], strict=True))

        assert (told["id"], told["words"]) == ("row-7", "w7")
        assert float(told["true"]) == pytest.approx(NUMBERS[7], rel=1e-3)
        ringed = [trace for trace in curves(at)[0]["data"] if trace.get("marker", {}).get("size") == 15]
        assert [(one["x"], one["y"]) for one in ringed] == [([NUMBERS[7]], [GUESSES[2][7]])]


class TestHostileNames:
    @pytest.mark.parametrize(("group", "picture"), [("prefix", "Confusion"), ("own", "ROC"), ("", "Steps")])
    def test_are_text_in_groups_pairs_and_steps(self, page: Any, group: str, picture: str) -> None:
        at = page("hostile", group=group, picture=picture, groups="<b>x</b>|c%7Cd,e%25|f", steps="first,last")

        shown = " ".join(as_markdown(at))
        assert "![x](" not in shown
        assert "<b>" not in shown.replace("\\<b\\>", "")


class TestWorkThatTakesLong:
    def test_shows_how_far_it_is_and_can_be_stopped_and_taken_up_again(self) -> None:
        import working

        go_on, desk = threading.Event(), working.Desk()

        def task(told: Any) -> str:
            told(0.25)
            go_on.wait(20)
            told(1.0)
            return "done"

        job = desk.job("a", task)
        deadline = time.monotonic() + 20
        while job.share < 0.25 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (job.share, job.future.done(), desk.job("a", task)) == (0.25, False, job)
        job.stop.set()
        go_on.set()
        with pytest.raises(working.Stopped):
            job.future.result(timeout=20)

        desk.forget("a")
        assert desk.job("a", task).future.result(timeout=20) == "done"

    def test_is_stopped_and_taken_up_again_by_its_buttons(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import working

        def page() -> None:
            import time
            from typing import Any  # noqa: F401  # the script that is made of this has no other imports

            import streamlit as st

            import working

            def task(told: Any) -> str:
                told(0.25)
                until = time.monotonic() + 20
                while not working.go_on.is_set() and time.monotonic() < until:  # type: ignore[attr-defined]
                    time.sleep(0.01)
                    told(0.25)
                return "all is counted"

            st.text(working.work("slow", "counting slowly", task) or "nothing yet")

        def shown() -> list[str]:
            return [str(text.value) for text in (*at.text, *at.caption)]

        go_on = threading.Event()
        monkeypatch.setattr(working, "WAIT_S", 0.3)
        monkeypatch.setattr(working, "go_on", go_on, raising=False)
        at = AppTest.from_function(page, default_timeout=30).run()
        assert shown() == ["nothing yet"]

        next(button for button in at.button if button.label == "Stop").click().run()
        at.run()
        assert shown() == ["nothing yet", "Stopped: counting slowly."]

        go_on.set()
        next(button for button in at.button if button.label == "Go on").click().run()
        assert shown() == ["all is counted"]
