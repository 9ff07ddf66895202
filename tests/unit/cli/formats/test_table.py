from __future__ import annotations

from datetime import UTC, datetime

from runlake.cli.formats.table import aligned, facts
from runlake.cli.formats.text import width

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ROWS = [("9a1b2c3d", "baseline", 0.91), ("00ff00ff", "数据 tuned", None)]


class TestATableWithoutALimit:
    def test_stands_in_columns_with_numbers_at_the_right(self) -> None:
        assert aligned(("run", "name", "f1"), ROWS) == (
            "run       name          f1\n"
            "9a1b2c3d  baseline    0.91\n"
            "00ff00ff  数据 tuned"
        )  # fmt: skip

    def test_without_rows_is_its_names(self) -> None:
        assert aligned(("run", "name"), []) == "run  name"


class TestATableThatIsWiderThanTheTerminal:
    def test_takes_the_width_from_the_widest_text_first(self) -> None:
        text = aligned(("a", "b", "c"), [("x" * 30, "y" * 13, NOON)], columns=56)

        assert text.splitlines()[1] == "x" * 18 + "…" + "  " + "y" * 13 + "  2026-01-31 12:00:00Z"

    def test_never_cuts_a_number_or_a_time(self) -> None:
        assert aligned(("a", "b"), [(NOON, 123456)], columns=12) == (
            "a\n2026-01-31 12:00:00Z\n(1 more column; use --format csv)"
        )

    def test_leaves_columns_out_and_says_so(self) -> None:
        names = [f"metric_{i}" for i in range(9)]
        text = aligned(names, [[float(i) for i in range(9)]], columns=40)

        assert max(width(line) for line in text.splitlines()[:-1]) <= 40
        assert text.splitlines()[-1] == "(5 more columns; use --format csv)"

    def test_never_leaves_the_first_column_out(self) -> None:
        assert aligned(("a", "b"), [(12345678901234, 1)], columns=5).splitlines()[0].strip() == "a"


class TestHostileCells:
    def test_stay_one_line_and_drive_nothing(self) -> None:
        text = aligned(("na\x1bme",), [("a\nb\x1b[2J",), ("\u202egnp.exe",)])

        assert text == "na\\x1bme\na\\nb\\x1b[2J\n\\u202egnp.exe"


class TestFacts:
    def test_are_one_pair_a_line_with_the_whole_value(self) -> None:
        assert facts([("name", "x" * 50), ("started at", None)], columns=20) == f"name        {'x' * 50}\nstarted at"


class TestColumnsThatAreEquallyWide:
    def test_give_way_in_turn(self) -> None:
        text = aligned(("a", "b"), [("x" * 30, "y" * 30)], columns=42)

        assert text.splitlines()[1] == "x" * 19 + "…" + "  " + "y" * 19 + "…"
