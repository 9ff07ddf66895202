from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from runlake.formats.document import document, iso, value

NAN, INF = float("nan"), float("inf")


class TestTheEnvelope:
    def test_names_schema_snapshot_and_data(self) -> None:
        text = document("runlake.runs/1", [{"x": 1}], snapshot={"key": "k"})

        assert text == '{"schema": "runlake.runs/1", "snapshot": {"key": "k"}, "data": [{"x": 1}]}'

    def test_has_no_snapshot_where_nothing_was_read(self) -> None:
        assert json.loads(document("s/1", [])) == {"schema": "s/1", "snapshot": None, "data": []}

    def test_is_ascii_on_one_line(self) -> None:
        text = document("s/1", [{"name": "数据 \x1b[2J \u202e \n"}])

        assert text.isascii()
        assert text.isprintable()


class TestAValue:
    def test_that_json_has_no_number_for_goes_by_its_name(self) -> None:
        assert value([NAN, INF, -INF, 0.5]) == ["NaN", "Infinity", "-Infinity", 0.5]

    def test_that_is_a_time_is_in_utc(self) -> None:
        east = datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2)))

        assert (iso(east), iso(datetime(2026, 1, 31, 12, 0, 0, 5))) == (  # noqa: DTZ001  # naive on purpose
            "2026-01-31T12:00:00.000000Z",
            "2026-01-31T12:00:00.000005Z",
        )

    def test_of_another_kind_is_still_json(self) -> None:
        assert value({"a": timedelta(seconds=1.5), 2: b"\x00\xff", "c": (1, None)}) == {
            "a": 1.5,
            "2": "00ff",
            "c": [1, None],
        }

    def test_time_with_a_zone_is_iso(self) -> None:
        assert value({"at": datetime(2026, 1, 31, tzinfo=UTC)}) == {"at": "2026-01-31T00:00:00.000000Z"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    )
)
def test_every_value_gives_strict_json(found: object) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    json.loads(document("s/1", [found]), parse_constant=refuse)
