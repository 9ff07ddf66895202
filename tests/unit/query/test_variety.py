from __future__ import annotations

import pytest

from builders import a_lake, a_run
from runlake.errors import InvalidValue, NotFound
from runlake.query import compare
from runlake.query.variety import variety

LAKE = a_lake(
    a_run("run-0", name="a", params={"lr": 0.1, "model": "net"}, metrics={"loss": [3.0, 1.0]}),
    a_run("run-1", name="b", params={"lr": 0.2, "model": "net"}, metrics={"loss": [2.0, float("nan")]}),
    a_run("run-2", name="c", params={"lr": 0.2, "model": "net", "extra": "x"}, tags={"stage": "dev"}),
    a_run("run-3", name="d", params={"lr": "0.2", "model": "net"}),
)
IDS = [f"run-{n}" for n in range(4)]


def field(section: str, name: str, aspect: str = "") -> dict[str, object]:
    rows = variety(LAKE, IDS).fields.rows(named=True)
    return next(r for r in rows if (r["section"], r["field"], r["aspect"]) == (section, name, aspect))


class TestAField:
    def test_has_its_values_counted_by_text_and_type(self) -> None:
        found = field("params", "lr")

        assert (found["distinct"], found["common"], found["common_type"], found["common_runs"]) == (
            3,
            "0.2",
            "float",
            2,
        )
        assert (found["reference"], found["differs"]) == ("0.1", True)

    def test_counts_none_as_a_value(self) -> None:
        found = field("params", "extra")

        assert (found["has"], found["distinct"], found["common"], found["common_runs"]) == (1, 2, None, 3)
        assert found["reference"] is None

    def test_that_all_have_alike_does_not_differ(self) -> None:
        found = field("params", "model")

        assert (found["distinct"], found["common"], found["common_runs"], found["differs"]) == (1, "net", 4, False)

    def test_of_numbers_has_a_range_without_nan(self) -> None:
        assert [field("metrics", "loss", "max")[end] for end in ("least", "greatest")] == [2.0, 3.0]
        assert [field("params", "model")[end] for end in ("least", "greatest")] == [None, None]


class TestManyRuns:
    def test_differ_in_what_the_comparison_side_by_side_says(self) -> None:
        cells = compare(LAKE, IDS).cells.filter(differs=True, run=0)

        found = variety(LAKE, IDS)
        place = ["section", "field", "aspect"]
        assert found.fields.filter("differs").select(place).rows() == cells.select(place).rows()
        assert found.different == cells.height

    def test_are_one_at_least_and_must_be_there(self) -> None:
        with pytest.raises(InvalidValue):
            variety(LAKE, [])
        with pytest.raises(NotFound):
            variety(LAKE, ["run-0", "nobody-there"])
