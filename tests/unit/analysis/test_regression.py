from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from runlake.analysis.regression import fit
from runlake.errors import InvalidValue

numbers = st.floats(-1e6, 1e6)


class TestAFit:
    @given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30))
    def test_is_what_scikit_learn_says(self, pairs: list[tuple[float, float]]) -> None:
        true, guess = (np.array(side) for side in zip(*pairs, strict=True))

        found = fit(true, guess)

        assert found.n == len(pairs)
        assert found.rmse == pytest.approx(metrics.root_mean_squared_error(true, guess), abs=1e-9)
        assert found.mae == pytest.approx(np.abs(true - guess).mean(), abs=1e-9)
        assert found.largest == pytest.approx(metrics.max_error(true, guess))
        assert found.bias == pytest.approx((guess - true).mean(), abs=1e-9)

    def test_has_its_relative_error_where_no_true_number_is_zero(self) -> None:
        true, guess = [1.0, -2.0, 4.0], [1.5, -2.0, 3.0]

        assert fit(true, guess).mape == pytest.approx(metrics.mean_absolute_percentage_error(true, guess), abs=1e-12)
        assert np.isnan(fit([0.0, 1.0], [1.0, 1.0]).mape)

    def test_leaves_out_what_is_not_finite_and_says_so(self) -> None:
        found = fit([1, np.nan, 3], [1.5, 2, np.inf])

        assert (found.n, found.left_out, found.rmse) == (1, 2, 0.5)
        assert np.isnan(found.r2)

    def test_of_nothing_is_nan(self) -> None:
        assert np.isnan(fit([], []).rmse)

    def test_of_unequal_lengths_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="two of shape"):
            fit([1, 2], [1])
