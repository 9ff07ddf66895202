"""Whether scores come true: bins and losses against scikit-learn, and what cannot be calibrated."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from runlake.analysis.classification import Binary, Bins, calibration, top_label
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import a_binary, a_random_binary, binaries, some_predictions

EXACT = 1e-9
each_kind_of_bins = pytest.mark.parametrize("bins", list(Bins))


class TestBins:
    @each_kind_of_bins
    @pytest.mark.parametrize("n_bins", [1, 5, 10, 33])
    def test_are_those_of_scikit_learn(self, bins: Bins, n_bins: int) -> None:
        binary = a_random_binary(7, n=900, digits=2)

        found = calibration(binary, bins=bins, n_bins=n_bins)

        observed, mean_score = calibration_curve(binary.truth, binary.score, n_bins=n_bins, strategy=str(bins))
        filled = found.count > 0
        np.testing.assert_allclose(found.observed[filled], observed, atol=EXACT)
        np.testing.assert_allclose(found.mean_score[filled], mean_score, atol=EXACT)
        assert (len(found.edges), found.count.sum()) == (n_bins + 1, 900)

    def test_without_a_score_are_undefined(self) -> None:
        found = calibration(a_binary([0, 1], [0.1, 0.9]), n_bins=3)

        assert found.count.tolist() == [1, 0, 1]
        np.testing.assert_array_equal(found.observed, [0, math.nan, 1])

    @settings(deadline=None)
    @given(binaries, st.sampled_from(Bins), st.integers(1, 12))
    def test_hold_every_example_once(self, binary: Binary, bins: Bins, n_bins: int) -> None:
        found = calibration(binary, bins=bins, n_bins=n_bins)

        assert found.count.sum() == found.histogram.sum() == binary.n
        filled = found.count > 0
        assert np.nansum(found.observed * found.count) == pytest.approx(binary.positives)
        assert (found.low[filled] <= found.observed[filled]).all()
        assert (found.observed[filled] <= found.high[filled]).all()
        assert 0 <= found.expected_error <= 1

    def test_have_wilsons_interval(self) -> None:
        found = calibration(a_binary([1] * 8 + [0] * 2, [0.5] * 10), n_bins=1)

        # Worked out by hand: z = 1.959964, n = 10, share 0.8.
        assert (found.low[0], found.high[0]) == (pytest.approx(0.490162, abs=1e-6), pytest.approx(0.943318, abs=1e-6))

    def test_must_be_one_at_least(self) -> None:
        with pytest.raises(InvalidValue, match="n_bins: expected at least 1"):
            calibration(a_binary([0], [0.5]), n_bins=0)


class TestLosses:
    @pytest.mark.parametrize("seed", range(4))
    def test_are_those_of_scikit_learn(self, seed: int) -> None:
        binary = a_random_binary(seed)

        found = calibration(binary)

        assert found.brier == pytest.approx(reference.brier_score_loss(binary.truth, binary.score), abs=EXACT)
        assert found.log_loss == pytest.approx(reference.log_loss(binary.truth, binary.score), abs=EXACT)

    def test_are_what_their_definitions_say(self) -> None:
        found = calibration(a_binary([1, 0], [0.8, 0.4]))

        assert found.brier == pytest.approx((0.2**2 + 0.4**2) / 2)
        assert found.log_loss == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2)

    def test_of_one_kind_are_defined(self) -> None:
        assert calibration(a_binary([1], [0.8])).brier == pytest.approx(0.04)

    @each_kind_of_bins
    @pytest.mark.parametrize("seed", range(3))
    def test_are_split_into_what_bins_explain_and_what_they_leave_over(self, bins: Bins, seed: int) -> None:
        binary = a_random_binary(seed, n=700)
        found = calibration(binary, bins=bins)
        at = np.searchsorted(found.edges[1:-1], binary.score)

        # Murphy's three parts and the two of Stephenson and others, bin by bin from their definitions.
        parts = np.zeros(4)
        base = binary.truth.mean()
        for one in np.unique(at):
            score, truth = binary.score[at == one], binary.truth[at == one].astype(float)
            within = score.var() - 2 * np.cov(score, truth, bias=True)[0, 1]
            of_bin = [(score.mean() - truth.mean()) ** 2, (truth.mean() - base) ** 2, base * (1 - base), within]
            parts += len(score) / 700 * np.array(of_bin)

        split = (found.reliability, found.resolution, found.uncertainty, found.within)
        assert split == pytest.approx(parts, abs=1e-12)
        assert found.reliability - found.resolution + found.uncertainty + found.within == pytest.approx(found.brier)

    def test_weigh_the_error_of_a_bin_by_its_count(self) -> None:
        found = calibration(a_binary([1, 1, 1, 0], [0.9, 0.9, 0.9, 0.2]), n_bins=2)

        assert found.expected_error == pytest.approx(0.75 * 0.1 + 0.25 * 0.2)

    def test_of_scores_that_come_true_are_small(self) -> None:
        random = np.random.default_rng(0)
        score = random.random(200_000)
        binary = Binary("pos", random.random(200_000) < score, score)

        assert calibration(binary).expected_error < 0.005

    def test_of_many_classes_are_those_of_the_predicted_one(self) -> None:
        assert calibration(top_label(some_predictions(0))).problem is None


class TestScoresThatAreNoProbabilities:
    @pytest.mark.parametrize(
        ("score", "problem"),
        [
            ([-1.0, 2.0], "scores reach from -1 to 2, so they are no probabilities"),
            ([float("nan"), 0.5], "1 of 2 scores are NaN or infinite"),
        ],
    )
    @each_kind_of_bins
    def test_give_nothing_and_say_why(self, score: list[float], problem: str, bins: Bins) -> None:
        found = calibration(a_binary([0, 1], score), bins=bins)

        assert (found.problem, found.count.sum(), found.n) == (problem, 0, 2)
        assert all(map(math.isnan, (found.brier, found.log_loss, found.expected_error)))
