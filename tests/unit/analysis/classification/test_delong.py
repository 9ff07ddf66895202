"""DeLong's interval and test, against the definition of 1988 worked out pair by pair."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats  # type: ignore[import-untyped] # SciPy ships no types

from runlake.analysis.classification import Binary, Predictions, auc_interval, auc_test, pair, predictions
from runlake.errors import InvalidValue
from unit.analysis.classification.examples import a_binary, a_random_binary, two_kinds

EXACT = 1e-12


def kernel(binary: Binary) -> np.ndarray:
    """(positives, negatives): 1 where the positive scores higher, 0.5 where both score alike."""
    gap = binary.score[binary.truth][:, None] - binary.score[~binary.truth][None]
    return np.asarray((gap > 0) + 0.5 * (gap == 0))


def covariance(kernels: list[np.ndarray]) -> np.ndarray:
    """Covariance of the areas: S10 / m + S01 / n of DeLong et al."""
    s10 = np.cov(np.array([k.mean(axis=1) for k in kernels]))
    s01 = np.cov(np.array([k.mean(axis=0) for k in kernels]))
    m, n = kernels[0].shape
    return np.atleast_2d(s10 / m + s01 / n)


def two(seed: int, n: int = 150, digits: int = 1) -> tuple[Predictions, Predictions]:
    random = np.random.default_rng(seed)
    labels = (random.random(n) < 0.4).astype(int)
    common = random.normal(size=n)
    scores = [np.round(common + random.normal(size=n) + skill * labels, digits) for skill in (1.0, 1.6)]
    first, second = (predictions(labels, ("neg", "pos"), scores=np.column_stack((-s, s))) for s in scores)
    return first, second


def binary_of(given_: Predictions) -> Binary:
    assert given_.scores is not None
    return Binary("pos", given_.labels == 1, given_.scores[:, 1])


class TestTheInterval:
    @settings(deadline=None)
    @given(two_kinds.filter(lambda b: 2 <= b.positives <= b.n - 2))
    def test_has_the_standard_error_of_the_definition(self, binary: Binary) -> None:
        found = auc_interval(binary)

        expected = kernel(binary)
        assert found.auc == pytest.approx(expected.mean(), abs=EXACT)
        assert found.standard_error**2 == pytest.approx(covariance([expected])[0, 0], abs=EXACT)

    def test_of_a_small_example_is_what_a_pencil_gives(self) -> None:
        # Positives 3, 2; negatives 1, 2.5: pairs won 3>1, 3>2.5, 2>1, so the area is 3/4. Placements of the
        # positives are 1 and 1/2, of the negatives 1 and 1/2; each has variance 1/8, so 1/16 + 1/16 = 1/8.
        found = auc_interval(a_binary([1, 1, 0, 0], [3, 2, 1, 2.5]))

        error = math.sqrt(1 / 8)
        assert [found.auc, found.standard_error] == pytest.approx([0.75, error])
        assert [found.low, found.high] == pytest.approx([0.75 - 1.959963984540054 * error, 1.0])

    def test_is_narrower_at_a_lower_level(self) -> None:
        wide, narrow = (auc_interval(a_random_binary(0), level=level) for level in (0.95, 0.8))

        assert wide.low < narrow.low < narrow.high < wide.high

    def test_of_classes_told_apart_without_an_error_says_little(self) -> None:
        found = auc_interval(a_binary([1, 1, 0, 0], [4, 3, 2, 1]))

        assert (found.low, found.high) == (1, 1)
        assert found.problem is not None

    @pytest.mark.parametrize(
        ("binary", "problem"),
        [
            (a_binary([1, 0, 0], [3, 2, 1]), "1 positive and 2 negative examples: two of each are needed"),
            (a_binary([1, 0], [float("nan"), 1]), "1 of 2 scores are NaN or infinite"),
        ],
    )
    def test_of_too_little_says_why(self, binary: Binary, problem: str) -> None:
        found = auc_interval(binary)

        assert (found.problem, math.isnan(found.low)) == (problem, True)

    def test_needs_a_level(self) -> None:
        with pytest.raises(InvalidValue, match="level: expected a share"):
            auc_interval(a_random_binary(0), level=95)


class TestTheTest:
    @pytest.mark.parametrize("seed", range(6))
    def test_is_what_the_definition_gives(self, seed: int) -> None:
        first, second = two(seed, digits=seed % 3)

        found = auc_test(pair(first, second))

        kernels = [kernel(binary_of(first)), kernel(binary_of(second))]
        spread = covariance(kernels)
        contrast = np.array([-1.0, 1.0])
        error = math.sqrt(contrast @ spread @ contrast)
        assert (found.first, found.second) == pytest.approx((kernels[0].mean(), kernels[1].mean()), abs=EXACT)
        assert found.standard_error == pytest.approx(error, abs=EXACT)
        assert found.z == pytest.approx(found.difference / error)
        assert found.p == pytest.approx(2 * stats.norm.sf(abs(found.z)))
        assert (found.n, found.problem) == (150, None)
        assert found.low < found.difference < found.high

    def test_is_turned_around_with_its_sides(self) -> None:
        first, second = two(1)

        one, other = auc_test(pair(first, second)), auc_test(pair(second, first))

        assert [one.z, one.p] == pytest.approx([-other.z, other.p])

    def test_of_one_with_itself_finds_nothing(self) -> None:
        first, _ = two(1)

        found = auc_test(pair(first, first))

        assert (found.difference, found.z, found.p, found.problem) == (0, 0, 1, None)

    def test_of_equally_good_ones_rejects_about_as_often_as_it_claims(self) -> None:
        rejected = 0
        for seed in range(400):
            random = np.random.default_rng(seed)
            labels = np.arange(80) % 2
            common = random.normal(size=80) + labels
            first, second = (
                predictions(labels, ("neg", "pos"), scores=np.column_stack((-s, s)))
                for s in (common + 0.7 * random.normal(size=80) for _ in range(2))
            )
            rejected += auc_test(pair(first, second)).p < 0.1

        # Three standard errors of a share of 0.1 in 400 are 0.045.
        assert 0.055 <= rejected / 400 <= 0.145

    def test_without_variation_says_why(self) -> None:
        labels = [0, 0, 1, 1]
        first = predictions(labels, ("neg", "pos"), scores=[0.1, 0.2, 0.8, 0.9])
        second = predictions(labels, ("neg", "pos"), scores=[0.9, 0.8, 0.2, 0.1])

        found = auc_test(pair(first, second))

        assert (found.first, found.second, math.isnan(found.p)) == (1, 0, True)
        assert found.problem == "the areas differ by the same amount in every example, so nothing varies"

    def test_of_too_little_says_why(self) -> None:
        one = predictions([0, 1], ("neg", "pos"), scores=[0.1, 0.9])

        assert auc_test(pair(one, one)).problem == "1 positive and 1 negative examples: two of each are needed"
