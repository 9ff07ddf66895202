"""Counts at every threshold: against a plain count, and what holds for any scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.classification import Binary, at_thresholds
from unit.analysis.classification.examples import a_binary, a_random_binary, binaries


def plainly(binary: Binary, threshold: float) -> tuple[int, int, int, int]:
    called = binary.score >= threshold
    pairs = ((called, binary.truth), (called, ~binary.truth), (~called, binary.truth), (~called, ~binary.truth))
    return tuple(int((a & b).sum()) for a, b in pairs)  # type: ignore[return-value] # four pairs are four numbers


class TestCounts:
    @settings(deadline=None)
    @given(binaries)
    def test_are_what_counting_one_by_one_gives(self, binary: Binary) -> None:
        counts = at_thresholds(binary)

        assert counts.threshold.tolist() == [float("inf"), *sorted(set(binary.score.tolist()), reverse=True)]
        rows = zip(counts.tp.tolist(), counts.fp.tolist(), counts.fn.tolist(), counts.tn.tolist(), strict=True)
        assert list(rows) == [plainly(binary, t) for t in counts.threshold.tolist()]

    @settings(deadline=None)
    @given(binaries)
    def test_add_up_and_only_ever_rise_as_the_threshold_falls(self, binary: Binary) -> None:
        counts = at_thresholds(binary)

        assert set((counts.tp + counts.fp + counts.fn + counts.tn).tolist()) == {binary.n}
        assert set((counts.tp + counts.fn).tolist()) == {binary.positives}
        assert (np.diff(counts.threshold) < 0).all()
        assert (np.diff(counts.tp) >= 0).all()
        assert (np.diff(counts.fp) >= 0).all()

    @settings(deadline=None)
    @given(binaries, st.floats(-0.1, 1.1))
    def test_hold_between_the_scores_too(self, binary: Binary, threshold: float) -> None:
        counts = at_thresholds(binary)

        row = counts.at(threshold)
        assert (counts.tp[row], counts.fp[row], counts.fn[row], counts.tn[row]) == plainly(binary, threshold)

    def test_are_kept_at_each_of_many_scores(self) -> None:
        assert len(at_thresholds(a_random_binary(0, 20_000, digits=15)).threshold) > 19_900

    def test_give_every_rate(self) -> None:
        counts = at_thresholds(a_binary([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]))

        nan = pytest.approx(float("nan"), nan_ok=True)
        assert counts.precision.tolist() == [nan, 1, 1 / 2, 2 / 3, 1 / 2]
        assert counts.recall.tolist() == [0, 0.5, 0.5, 1, 1]
        assert counts.f1.tolist() == pytest.approx([0, 2 / 3, 0.5, 0.8, 2 / 3])
        assert counts.specificity.tolist() == [1, 1, 0.5, 0.5, 0]
        assert counts.false_positive_rate.tolist() == [0, 0, 0.5, 0.5, 1]
        assert counts.false_negative_rate.tolist() == [1, 0.5, 0.5, 0, 0]
        assert counts.accuracy.tolist() == [0.5, 0.75, 0.5, 0.75, 0.5]


class TestARow:
    def test_is_found_for_any_number(self) -> None:
        counts = at_thresholds(a_binary([1, 0], [0.9, 0.1]))

        asked = (float("inf"), 1.0, 0.9, 0.5, 0.1, 0.0, float("-inf"), float("nan"))
        assert [counts.at(t) for t in asked] == [0, 0, 1, 1, 2, 2, 2, 0]


class TestDegenerateScores:
    @pytest.mark.parametrize("score", [[float("nan"), 0.5], [float("inf"), 0.5]])
    def test_give_nothing_and_say_why(self, score: list[float]) -> None:
        counts = at_thresholds(a_binary([0, 1], score))

        assert counts.problem == "1 of 2 scores are NaN or infinite"
        assert (len(counts.threshold), len(counts.tp), counts.n, counts.positives) == (0, 0, 2, 1)

    def test_of_one_kind_are_still_counted(self) -> None:
        counts = at_thresholds(a_binary([1, 1], [0.5, 0.4]))

        assert (counts.tp.tolist(), counts.negatives, counts.problem) == ([0, 1, 2], 0, None)
        assert np.isnan(counts.specificity).all()

    def test_of_one_example_too(self) -> None:
        counts = at_thresholds(a_binary([0], [0.5]))

        assert (counts.fp.tolist(), counts.tn.tolist(), counts.prevalence) == ([0, 1], [1, 0], 0.0)
