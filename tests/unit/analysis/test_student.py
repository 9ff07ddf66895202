from __future__ import annotations

import pytest
from scipy import stats  # type: ignore[import-untyped]  # it ships no types

from runlake.analysis.student import t_quantile


class TestTheQuantile:
    @pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 9, 10, 31, 99, 100, 998, 999, 5_000])
    @pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
    def test_is_that_of_scipy(self, level: float, df: int) -> None:
        assert t_quantile(level, df) == pytest.approx(stats.t.ppf((1 + level) / 2, df), rel=1e-11)

    @pytest.mark.parametrize(("level", "df"), [(0.0, 3), (1.0, 3), (0.95, 0), (0.95, -1)])
    def test_is_of_a_share_and_of_one_degree_of_freedom_or_more(self, level: float, df: int) -> None:
        with pytest.raises(ValueError, match=f"level={level}, df={df}"):
            t_quantile(level, df)
