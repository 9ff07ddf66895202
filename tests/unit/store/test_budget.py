from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlake.store.budget import BURST, PER_DAY, Budget

if TYPE_CHECKING:
    from pathlib import Path


def commits_in(budget: Budget, seconds: int, *, wanted_every: int) -> int:
    count = 0
    start = budget.at
    for now in range(0, seconds, wanted_every):
        if budget.available(start + now):
            budget.spend(start + now)
            count += 1
    return count


class TestABudget:
    def test_allows_a_burst_at_once(self, tmp_path: Path) -> None:
        budget = Budget.load(tmp_path)

        assert sum(_spent(budget, budget.at) for _ in range(BURST + 50)) == BURST

    @pytest.mark.parametrize("wanted_every", [10, 40])
    def test_allows_no_more_than_so_many_in_a_day(self, tmp_path: Path, wanted_every: int) -> None:
        count = commits_in(Budget.load(tmp_path), 86_400, wanted_every=wanted_every)

        assert PER_DAY - 10 <= count <= PER_DAY

    def test_does_not_stand_in_the_way_of_one_a_minute(self, tmp_path: Path) -> None:
        assert commits_in(Budget.load(tmp_path), 86_400, wanted_every=60) == 1440

    def test_is_kept_over_restarts(self, tmp_path: Path) -> None:
        budget = Budget.load(tmp_path)
        now = budget.at
        while _spent(budget, now):
            pass

        again = Budget.load(tmp_path)

        assert not again.available(now)
        assert again.available(now + 60)

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"tokens": "many", "at": 0}', '{"tokens": 1e9, "at": 0}'])
    def test_is_full_again_where_its_file_makes_no_sense(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "budget.json").write_text(content)

        budget = Budget.load(tmp_path)

        assert budget.tokens == BURST

    def test_survives_a_clock_that_is_set_back(self, tmp_path: Path) -> None:
        budget = Budget.load(tmp_path)
        now = budget.at
        while _spent(budget, now):
            pass

        assert not budget.available(now - 1_000_000)
        assert budget.available(now - 1_000_000 + 60)


def _spent(budget: Budget, now: float) -> bool:
    if not budget.available(now):
        return False
    budget.spend(now)
    return True
