from __future__ import annotations

import polars as pl

from components.compare.same_data import found

LABELS = {"a": "first", "b": "second", "c": "third"}


def used(*rows: tuple[str, str, str | None, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["run_id", "name", "version", "role"], orient="row")


class TestRuns:
    def test_of_the_same_data_bring_no_warning(self) -> None:
        assert found(used(*((run, "wine", "v1", "test") for run in "abc")), LABELS) == []

    def test_that_learnt_from_other_data_bring_none(self) -> None:
        assert found(used(("a", "wine", "v1", "train"), ("b", "wine", "v2", "train")), LABELS) == []

    def test_that_recorded_nothing_bring_none(self) -> None:
        assert found(used(("b", "wine", "v1", "test")), LABELS) == []

    def test_of_another_version_are_named(self) -> None:
        rows = used(("a", "wine", "v1", "test"), ("b", "wine", "v2", "test"), ("c", "beer", "v1", "test"))

        assert found(rows, LABELS) == ["Not the same data (test): second, third used other data than first."]

    def test_are_compared_role_by_role(self) -> None:
        rows = used(
            ("a", "wine", "v1", "test"),
            ("b", "wine", "v1", "test"),
            ("b", "wine", "v1", "validation"),
            ("c", "wine", "v2", "validation"),
        )

        assert found(rows, LABELS) == ["Not the same data (validation): third used other data than second."]

    def test_of_other_data_in_several_roles_are_named_once(self) -> None:
        rows = used(*((run, "wine", f"{run} {role}", role) for run in "ab" for role in ("test", "validation")))

        assert found(rows, LABELS) == ["Not the same data (test, validation): second used other data than first."]

    def test_that_are_many_are_counted(self) -> None:
        labels = {str(n): f"run {n}" for n in range(6)}
        rows = used(*((str(n), "wine", f"v{n}", "test") for n in range(6)))

        assert found(rows, labels) == [
            "Not the same data (test): run 1, run 2, run 3 and 2 more used other data than run 0."
        ]
