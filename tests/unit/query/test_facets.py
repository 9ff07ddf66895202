from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_lake, a_run
from runlake.query.choice import Choice
from runlake.query.expression import Field, FieldKind, Number, Text, Truth
from runlake.query.facets import FEW, facets, histogram

MODEL = Field(FieldKind.PARAM, "model")
DEPTH = Field(FieldKind.PARAM, "depth")
LR = Field(FieldKind.PARAM, "lr")
TEAM = Field(FieldKind.TAG, "team")
LOSS = Field(FieldKind.METRIC, "loss")
STATUS = Field(FieldKind.ATTRIBUTE, "status")
CONCLUSION = Field(FieldKind.ATTRIBUTE, "conclusion")
DIRTY = Field(FieldKind.ATTRIBUTE, "git_dirty")
DATA = Field(FieldKind.DATASET, "", "name")
VERSION = Field(FieldKind.DATASET, "iris", "version")

RUNS: list[dict[str, Any]] = [
    {
        "model": ("rf", "nn", "svm")[n % 3],
        "depth": n % 4,
        "lr": 10.0 ** -(n % 20),
        "loss": float(n) if n % 7 else math.nan,
        "status": "failed" if n % 5 == 0 else "finished",
        "team": [[], ["a"], ["a", "b"], None][n % 4],
        "conclusion": [None, "", "It helps."][n % 3],
        "dirty": [True, False, None][n % 3],
        "data": [{}, {"iris": "v1"}, {"iris": "v2", "wine": "v1"}][n % 3],
    }
    for n in range(40)
]
LAKE = a_lake(
    *(
        a_run(
            f"run-{n}",
            params={key: one[key] for key in ("model", "depth", "lr")},
            metrics={"loss": [one["loss"]]} if n % 8 else {},
            tags={"team": one["team"]} if one["team"] is not None else {},
            status=one["status"],
            conclusion=one["conclusion"],
            git_dirty=one["dirty"],
            datasets=one["data"],
        )
        for n, one in enumerate(RUNS)
    ),
    a_run("gone", params={"model": "rf"}, deleted=True),
)


class TestCounts:
    def test_leave_out_the_choice_of_the_key_itself(self) -> None:
        model, depth = facets(LAKE, "params.model IN ('rf', 'nn') AND params.depth >= 2", [MODEL, DEPTH])

        deep = [run for run in RUNS if run["depth"] >= 2]
        assert (model.choice, model.runs) == (Choice((Text("rf"), Text("nn"))), len(deep))
        assert dict(model.values) == {Text(m): c for m, c in Counter(run["model"] for run in deep).items()}
        assert (depth.choice, depth.runs) == (Choice(low=2.0), sum(run["model"] != "svm" for run in RUNS))
        assert depth.values == tuple(
            (Number(float(d)), sum(run["depth"] == d and run["model"] != "svm" for run in RUNS)) for d in range(4)
        )

    def test_of_texts_have_the_most_common_first_and_say_how_many_more_there_are(self) -> None:
        (name,) = facets(LAKE, "", [Field(FieldKind.ATTRIBUTE, "name")], most=3)
        (status,) = facets(LAKE, "", [STATUS], most=1)

        assert (len(name.values), name.more) == (3, 37)
        assert (status.values, status.more) == (((Text("finished"), 32),), 1)

    def test_hold_what_is_chosen_even_where_no_run_has_it(self) -> None:
        (model,) = facets(LAKE, "params.model IN ('svm', 'none')", [MODEL], most=1)

        assert model.values == ((Text("rf"), 14), (Text("svm"), 13), (Text("none"), 0))
        assert model.more == 1

    def test_of_tags_count_a_run_for_each_of_its_values(self) -> None:
        (team,) = facets(LAKE, "", [TEAM])

        assert (team.values, team.bare, team.missing) == (((Text("a"), 20), (Text("b"), 10)), 10, 10)

    def test_of_prose_tell_what_is_written_from_what_was_emptied(self) -> None:
        (conclusion,) = facets(LAKE, "conclusion IS NULL OR conclusion = ''", [CONCLUSION])

        assert conclusion.choice == Choice(missing=True)
        assert (conclusion.runs, conclusion.written, conclusion.missing) == (40, 13, 27)

    def test_of_flags(self) -> None:
        (dirty,) = facets(LAKE, "", [DIRTY])

        assert dirty.values == ((Truth(True), 14), (Truth(False), 13))
        assert dirty.missing == 13

    def test_of_data_sets(self) -> None:
        names, versions = facets(LAKE, "", [DATA, VERSION])

        assert (names.values, names.missing) == (((Text("iris"), 26), (Text("wine"), 13)), 14)
        assert (versions.values, versions.missing) == (((Text("v1"), 13), (Text("v2"), 13)), 14)

    def test_of_a_metric_are_a_histogram_beside_what_has_no_place_in_it(self) -> None:
        (loss,) = facets(LAKE, "", [LOSS])

        logged = [run["loss"] for n, run in enumerate(RUNS) if n % 8]
        finite = [value for value in logged if not math.isnan(value)]
        assert (loss.nan, loss.missing, loss.values) == (len(logged) - len(finite), 5, ())
        assert loss.histogram is not None
        assert loss.histogram.lows == tuple(float(v) for v in range(0, 40, 2))
        assert loss.histogram.highs == tuple(float(v) for v in range(1, 40, 2))
        assert loss.histogram.counts == tuple(sum(low <= v <= low + 1 for v in finite) for low in range(0, 40, 2))

    def test_of_many_numbers_of_a_param_are_a_histogram_whatever_the_filter_leaves(self) -> None:
        for where in ("", "params.lr > 0.05"):
            (lr,) = facets(LAKE, where + " " * (not where), [LR])

            assert lr.values == ()
            assert lr.histogram is not None
            assert lr.histogram.is_log
            assert sum(lr.histogram.counts) == 40

    def test_of_params_with_texts_among_them_are_of_texts(self) -> None:
        lake = a_lake(a_run("1", params={"x": 1}), a_run("2", params={"x": "auto"}), a_run("3"))
        (found,) = facets(lake, "", [Field(FieldKind.PARAM, "x")])

        assert found.values == ((Text("1"), 1), (Text("auto"), 1))
        assert found.missing == 1

    def test_of_what_no_run_has_are_of_nothing(self) -> None:
        for field in (Field(FieldKind.PARAM, "no"), Field(FieldKind.METRIC, "no"), Field(FieldKind.TAG, "no"), VERSION):
            (found,) = facets(a_lake(a_run()), "", [field])

            assert (found.missing, found.values, found.histogram) == (1, (), None)

    def test_of_no_runs_are_zero(self) -> None:
        for found in facets(a_lake(), "", [MODEL, LOSS, TEAM, STATUS, CONCLUSION, DATA, DIRTY]):
            assert (found.runs, found.values, found.missing) == (0, (), 0)

    def test_are_what_a_filter_finds(self) -> None:
        """Each count is that of the runs which the choice would leave."""
        where = "params.model != 'svm'"
        for field, special in ((MODEL, ""), (DEPTH, ""), (TEAM, "NOT LIKE '%'")):
            (found,) = facets(LAKE, where, [field])
            name = f"{field.kind}.{field.key}"
            for value, count in found.values:
                written = f"'{value.value}'" if isinstance(value, Text) else str(value.value)
                assert LAKE.count(f"{where} AND {name} = {written}") == count
            assert LAKE.count(f"{where} AND {name} IS NULL") == found.missing
            if special:
                assert LAKE.count(f"{where} AND {name} {special}") == found.bare


finite = st.floats(allow_nan=False, allow_infinity=False)


class TestHistograms:
    @given(st.lists(finite, min_size=1, max_size=50))
    def test_hold_every_number_once(self, numbers: list[float]) -> None:
        made = histogram(pl.Series(numbers, dtype=pl.Float64))

        assert made is not None
        assert sum(made.counts) == len(numbers)
        assert made.lows[0] <= min(numbers)
        assert max(numbers) <= made.highs[-1]
        assert all(math.isfinite(edge) for edge in (*made.lows, *made.highs))
        assert list(made.lows) == sorted(set(made.lows))
        for low, high, count in zip(made.lows, made.highs, made.counts, strict=True):
            inside = [n for n in numbers if low <= n <= high]
            assert sum(n < high for n in inside) <= count or low == high
            assert count <= len(inside)

    @given(st.lists(st.integers(-500, 500), min_size=2, max_size=50))
    def test_of_whole_numbers_have_ends_that_are_counted(self, numbers: list[int]) -> None:
        made = histogram(pl.Series(numbers, dtype=pl.Float64))

        assert made is not None
        assert made.is_log or [
            sum(low <= n <= high for n in numbers) for low, high in zip(made.lows, made.highs, strict=True)
        ] == list(made.counts)

    @pytest.mark.parametrize(
        ("low", "high", "lows"),
        [
            (0.9, 0.981, (0.9, 0.905, 0.91)),
            (0.0, 0.999, (0.0, 0.05, 0.1)),
            (0.0, 1.0, (0.0, 1.0)),
            (1e-4, 1.0, (1e-4, 2e-4, 5e-4)),
            (-3e300, 1e300, (-3e300, -2.8e300, -2.6e300)),
            (1.0, 5.0, (1.0, 2.0, 3.0)),
        ],
    )
    def test_begin_at_round_numbers(self, low: float, high: float, lows: tuple[float, ...]) -> None:
        made = histogram(pl.Series([low, high]))

        assert made is not None
        assert made.lows[:3] == pytest.approx(lows)
        assert len(made.lows) <= 3 * FEW

    def test_agree_with_numpy(self) -> None:
        numbers = np.random.default_rng(3).normal(0.8, 0.05, 5000)
        made = histogram(pl.Series(numbers))

        assert made is not None
        assert list(made.counts) == np.histogram(numbers, [*made.lows, made.highs[-1]])[0].tolist()
