from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from runlake.cli.formats.text import cell, cut, duration, number, pad, size, width
from runlake.formats import plain, plain_lines

ESC, RLO, ZWSP = "\x1b", "\u202e", "\u200b"


class TestANameFromData:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("baseline", "baseline"),
            ("größe 数据", "größe 数据"),
            (f"{ESC}[31mred", "\\x1b[31mred"),
            (f"a{RLO}b", "a\\u202eb"),
            (f"a{ZWSP}b", "a\\u200bb"),
            ("two\nlines\tand\rmore", "two\\nlines\\tand\\rmore"),
            ("half \ud800 pair", "half \\ud800 pair"),
            ("\x9b31m", "\\x9b31m"),
            ("\U000e0041", "\\U000e0041"),
        ],
    )
    def test_cannot_drive_the_terminal(self, name: str, shown: str) -> None:
        assert plain(name) == shown

    def test_keeps_its_lines_where_lines_are_wanted(self) -> None:
        assert plain_lines(f"one\n{ESC}two") == "one\n\\x1btwo"


class TestWidth:
    def test_counts_what_the_terminal_shows(self) -> None:
        assert (width("abc"), width("数据"), width("e\u0301")) == (3, 4, 1)

    def test_text_is_cut_with_an_ellipsis(self) -> None:
        assert (cut("abcdef", 4), cut("abcd", 4), cut("数据数据", 5)) == ("abc…", "abcd", "数据…")

    def test_text_is_filled_on_either_side(self) -> None:
        assert (pad("数", 4), pad("7", 3, right=True), pad("long", 2)) == ("数  ", "  7", "long")


class TestAValueForPeople:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (None, ""),
            (True, "yes"),
            (False, "no"),
            (3, "3"),
            (0.1 + 0.2, "0.3"),
            (1234567.0, "1.23457e+06"),
            (float("nan"), "NaN"),
            (float("inf"), "Infinity"),
            (float("-inf"), "-Infinity"),
            (["a", "b"], "a, b"),
            ([], ""),
            (datetime(2026, 1, 31, 12, 30, tzinfo=UTC), "2026-01-31 12:30:00Z"),
            (datetime(2026, 1, 31, 12, 30, tzinfo=timezone(timedelta(hours=2))), "2026-01-31 10:30:00Z"),
            (timedelta(minutes=2), "2 min"),
        ],
    )
    def test_reads_well(self, value: object, shown: str) -> None:
        assert cell(value) == shown

    @pytest.mark.parametrize(
        ("seconds", "shown"),
        [
            (0.0, "0 ms"),
            (0.0123, "12 ms"),
            (0.5, "0.5 s"),
            (9.94, "9.9 s"),
            (59.6, "1 min"),
            (61, "1 min 1 s"),
            (7_320, "2 h 2 min"),
            (200_000, "2 d 7 h"),
            (float("nan"), "NaN"),
        ],
    )
    def test_durations_have_two_units(self, seconds: float, shown: str) -> None:
        assert duration(seconds) == shown

    @pytest.mark.parametrize(
        ("count", "shown"),
        [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (250_000, "250 kB"), (3_200_000_000, "3.2 GB")],
    )
    def test_sizes_have_a_unit(self, count: int, shown: str) -> None:
        assert size(count) == shown

    def test_numbers_keep_six_digits(self) -> None:
        assert number(0.123456789) == "0.123457"
