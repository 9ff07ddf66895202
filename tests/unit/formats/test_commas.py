from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.formats.commas import comma_separated


def one(value: object) -> str:
    return comma_separated(["x"], [[value]]).split("\n")[1]


class TestATextThatASpreadsheetWouldRun:
    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1"],
    )
    def test_gets_an_apostrophe_in_front(self, text: str) -> None:
        (row,) = list(csv.reader(io.StringIO(comma_separated(["x"], [[text]]).split("\n", 1)[1], newline="")))

        assert row == [f"'{text}"]

    def test_is_guarded_in_a_heading_as_well(self) -> None:
        assert comma_separated(["=x", "y"], []) == "'=x,y\n"


class TestATextThatIsANumber:
    @pytest.mark.parametrize("text", ["-0.5", "+1e-3", "-1", "-inf", "-.5", "+nan", "0.1"])
    def test_stays_as_it_is(self, text: str) -> None:
        assert one(text) == text


class TestAField:
    @pytest.mark.parametrize(
        ("value", "field"),
        [
            (None, '""'),  # a line of its own needs something in it
            (True, "true"),
            (-0.5, "-0.5"),
            (float("nan"), "NaN"),
            (float("-inf"), "-Infinity"),
            (7, "7"),
            (["a", "b"], '"[""a"", ""b""]"'),
            (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00.000000Z"),
            ("a,b", '"a,b"'),
            ("nul\0", "nul\\x00"),
            ("\ud800", "\\ud800"),
        ],
    )
    def test_is_written_like_this(self, value: object, field: str) -> None:
        assert one(value) == field


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_a_reader_gets_every_text_back_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(comma_separated(["a", "b"], rows), newline="")))

    assert len(read) == len(rows) + 1
    for before, after in zip(rows, read[1:], strict=True):
        kept = [t.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode() for t in before]
        assert [a.removeprefix("'") for a in after] == [k.removeprefix("'") for k in kept]


class TestWhatIsMissing:
    def test_is_told_from_an_empty_text(self) -> None:
        assert comma_separated(["a", "b"], [[None, ""]]) == 'a,b\n,""\n'
