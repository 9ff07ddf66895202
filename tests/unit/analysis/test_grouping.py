from __future__ import annotations

import math

import polars as pl
import pytest

from runlake.analysis.grouping import Group, but_seed, by_value, described, largest, seeds
from runlake.analysis.seedlike import is_seedlike


def facts(**runs: dict[str, str]) -> pl.DataFrame:
    rows = [(run, key, value) for run, params in runs.items() for key, value in params.items()]
    return pl.DataFrame(rows, schema={"run_id": pl.String, "key": pl.String, "value": pl.String}, orient="row")


class TestASeed:
    @pytest.mark.parametrize(
        "key",
        [
            "seed", "Seed", "random_state", "random_seed", "rng", "fold", "train/seed", "cfg.model.random_state",
            "svc__random_state", "data:rng", "randomState", "torch_seed", "np_random_state", "a b/seed",
        ],
    )  # fmt: skip
    def test_is_known_by_the_last_part_of_its_name(self, key: str) -> None:
        assert is_seedlike(key)

    @pytest.mark.parametrize(
        "key", ["", "/", "seeds", "n_folds", "k_fold", "seed/kind", "reseed", "scaffold", "lr", "range"]
    )
    def test_is_nothing_that_only_looks_like_one(self, key: str) -> None:
        assert not is_seedlike(key)

    def test_is_listed_in_natural_order(self) -> None:
        assert seeds(["lr", "m10/seed", "m2/seed"]) == ["m2/seed", "m10/seed"]


class TestByAValue:
    def test_numbers_come_by_size_and_runs_in_their_order(self) -> None:
        values = pl.DataFrame({"run_id": ["a", "b", "c", "d"], "value": ["0.1", "1e-3", "0.02", "0.1"]})

        assert by_value(["d", "c", "b", "a"], values, name="lr") == (
            Group("lr = 1e-3", ("b",)),
            Group("lr = 0.02", ("c",)),
            Group("lr = 0.1", ("d", "a")),
        )

    def test_runs_without_one_are_a_group_of_their_own_and_last(self) -> None:
        values = pl.DataFrame({"run_id": ["a", "b"], "value": ["x", None]})

        assert by_value(["c", "b", "a"], values, name="k") == (
            Group("k = x", ("a",)),
            Group("k: not recorded", ("c", "b")),
        )

    def test_each_run_is_in_one_group(self) -> None:
        values = pl.DataFrame({"run_id": [f"r{n}" for n in range(50)], "value": [str(n % 7) for n in range(50)]})
        run_ids = [f"r{n}" for n in range(60)]

        groups = by_value(run_ids, values, name="k")
        assert sorted(run_id for group in groups for run_id in group.run_ids) == sorted(run_ids)


class TestEverythingButTheSeed:
    def test_makes_one_group_of_repeats(self) -> None:
        found = but_seed(
            ["a", "b", "c"],
            facts(
                a={"lr": "0.1", "seed": "1", "x/random_state": "5"},
                b={"lr": "0.1", "seed": "2"},
                c={"lr": "0.01", "seed": "1"},
            ),
        )

        assert found == (Group("lr=0.01", ("c",)), Group("lr=0.1", ("a", "b")))

    def test_tells_what_is_not_recorded_from_what_is(self) -> None:
        found = but_seed(["a", "b", "c"], facts(a={"lr": "1"}, b={"lr": "1", "dropout": "0"}, c={"lr": "1"}))

        assert found == (Group("dropout=0", ("b",)), Group("dropout=not recorded", ("a", "c")))

    def test_tells_groups_apart_whose_labels_have_no_room_for_it(self) -> None:
        runs = {f"r{n}": {"a": "1", "b": "1", "c": "1", "d": str(n), "e": str(n)} for n in range(5)}
        # a, b and c vary too, but not between the first five
        runs["r5"] = {"a": "2", "b": "2", "c": "2", "d": "9", "e": "9"}
        found = but_seed(list(runs), facts(**runs))

        assert len({group.label for group in found}) == len(found) == 6

    def test_makes_one_group_of_runs_that_differ_in_nothing_else(self) -> None:
        assert but_seed(["a", "b"], facts(a={"seed": "1"}, b={"seed": "2"})) == (Group("all runs", ("a", "b")),)
        assert but_seed([], facts()) == ()


class TestManyGroups:
    def test_leave_those_with_the_most_runs_in_their_order(self) -> None:
        groups = [Group(str(n), tuple("x" * size)) for n, size in enumerate([1, 3, 2, 3])]

        kept, rest = largest(groups, 2)
        assert ([g.label for g in kept], [g.label for g in rest]) == (["1", "3"], ["0", "2"])

    def test_are_described_by_their_finite_numbers(self) -> None:
        groups = [Group("g", ("a", "b", "c", "d")), Group("h", ("e",)), Group("i", ("f",))]
        found = described(groups, {"a": 1.0, "b": 2.0, "c": 6.0, "d": math.nan, "e": 5.0, "f": math.inf})

        assert found.rows() == [
            ("g", 4, 3, 3.0, 2.0, pytest.approx(math.sqrt(7))),
            ("h", 1, 1, 5.0, 5.0, None),
            ("i", 1, 0, None, None, None),
        ]
