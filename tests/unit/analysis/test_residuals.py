"""How errors are spread: bins and quantiles, against NumPy and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped] # SciPy ships no types

from runlake.analysis.residuals import MAX_QUANTILES, quantiles, spreads

ERRORS = np.random.default_rng(0).normal(3, 2, 400)


class TestTheSpread:
    def test_of_several_runs_is_counted_on_the_same_bins(self) -> None:
        one, other = spreads([ERRORS, ERRORS[:50] * 3])

        np.testing.assert_array_equal(one.edges, other.edges)
        assert (one.count.sum(), other.count.sum()) == (400, 50)
        assert one.count.tolist() == np.histogram(ERRORS, bins=one.edges)[0].tolist()

    def test_leaves_out_what_is_not_finite(self) -> None:
        (found,) = spreads([np.array([1.0, np.nan, np.inf, 2.0])])

        assert (found.n, found.count.sum()) == (2, 2)

    def test_of_equal_errors_is_one_bin(self) -> None:
        (found,) = spreads([np.full(9, 2.0)])

        assert found.count.tolist() == [9]

    def test_of_nothing_is_empty(self) -> None:
        assert spreads([np.array([np.nan])])[0].count.tolist() == []
        assert spreads([]) == []

    def test_is_not_stretched_by_one_outlier(self) -> None:
        (found,) = spreads([np.append(ERRORS, 1e9)])

        assert len(found.count) == 60


class TestQuantiles:
    def test_are_those_of_scipy(self) -> None:
        (expected, observed), _ = stats.probplot(ERRORS)

        found = quantiles(ERRORS)

        np.testing.assert_allclose(found.expected, expected, atol=1e-9)
        np.testing.assert_allclose(found.observed, observed)
        np.testing.assert_allclose(ERRORS[found.row], found.observed)
        assert (found.mean, found.deviation) == pytest.approx((ERRORS.mean(), ERRORS.std(ddof=1)))

    def test_of_many_keep_the_ends(self) -> None:
        many = np.random.default_rng(1).normal(size=50_000)
        many[7] = np.nan

        found = quantiles(many)

        ordered = np.sort(many[np.isfinite(many)])
        assert len(found.observed) <= MAX_QUANTILES
        np.testing.assert_array_equal(found.observed[:200], ordered[:200])
        np.testing.assert_array_equal(found.observed[-200:], ordered[-200:])

    def test_of_one_have_no_line(self) -> None:
        found = quantiles(np.array([2.0]))

        assert (found.n, np.isnan(found.deviation)) == (1, True)
        assert quantiles(np.array([])).n == 0
