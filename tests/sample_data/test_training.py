"""What the sample shows is what training gives: a run trained again has the numbers of the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from threadpoolctl import threadpool_limits

import datasets
import evaluation
import people
import runlake
import studies
import training

STORE = Path(__file__).parents[2] / "sample_data/store"
PLANS = {f"{plan.experiment}:{plan.name}": plan for plan in studies.plans()}


class TestTheNumbers:
    @pytest.mark.parametrize(
        "name",
        [
            "tumour_diagnosis/baseline:sgd_seed3",
            "wine_cultivar/baseline:bayes_seed0",
            "diabetes_progression/baseline:boosting_seed1",
        ],
    )
    def test_repeat(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path))
        plan = PLANS[name]
        data = datasets.load(plan.data)
        with threadpool_limits(1):
            steps = training.TRAINERS[plan.trainer](data, plan.params, plan.seed)
            trained = [
                (float(s.step), evaluation.measure(data, data.validation, s.model, "val")[plan.aim]) for s in steps
            ]

        lake = runlake.open_lake(STORE)
        stored = lake.metrics(run_ids=[lake.find(name)], keys=[plan.aim]).select("step", "value").sort("step")

        assert [step for step, _ in trained] == stored["step"].to_list()
        assert [value for _, value in trained] == pytest.approx(stored["value"].to_list(), rel=1e-6)


class TestThePlans:
    def test_are_named_once(self) -> None:
        names = [f"{p.experiment}:{p.name}" for plan in studies.plans() for p in (plan, *plan.children)]

        assert len(names) == len(set(names)) == 63

    def test_belong_to_experiments_that_say_what_counts(self) -> None:
        assert {plan.experiment for plan in PLANS.values()} <= {e.path for e in studies.EXPERIMENTS}

    def test_have_ids_that_sort_by_time_and_stay(self) -> None:
        ids = [people.run_id(plan.experiment, plan.name, plan.start) for plan in studies.plans()]

        assert ids == sorted(ids)
        assert ids[0] == people.run_id(
            "tumour_diagnosis/baseline", "sgd_seed0", datetime(2026, 1, 12, 8, 12, tzinfo=UTC)
        )


class TestTheClock:
    def test_moves_only_when_told(self) -> None:
        clock = people.StoryClock(datetime(2026, 1, 12, tzinfo=UTC))
        before = clock.now_us()
        clock.advance(1.5)

        assert (clock.now_us(), clock.now_us()) == (before + 1_500_000, before + 1_500_000)


def test_a_precision_of_nothing_is_no_number() -> None:
    data = datasets.load("breast_cancer")
    first = next(training.boosting(data, studies.BOOSTING, 0))

    assert pl.Series([evaluation.measure(data, data.test, first.model, "t")["t/precision_at_0.99"]]).is_nan().all()
