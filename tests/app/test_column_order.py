from __future__ import annotations

import pytest

from components.runs.column_order import Order

ALL = Order(("a", "b", "c", "d"), ("c",))


class TestAColumn:
    @pytest.mark.parametrize(
        ("column", "by", "shown"),
        [
            ("a", 1, ("c", "b", "a", "d")),
            ("a", -1, ("c", "a", "b", "d")),  # it is the first of those that are not pinned
            ("d", -1, ("c", "a", "d", "b")),
            ("d", 1, ("c", "a", "b", "d")),
            ("a", 9, ("c", "b", "d", "a")),
            ("c", 1, ("c", "a", "b", "d")),  # it is the only one that is pinned
        ],
    )
    def test_moves_among_its_like(self, column: str, by: int, shown: tuple[str, ...]) -> None:
        assert ALL.moved(column, by).shown == shown
        assert ALL.moved(column, by).pins == ("c",)

    def test_that_is_pinned_stands_last_of_the_pinned_and_comes_back_first_of_the_others(self) -> None:
        pinned = ALL.turned("a")

        assert (pinned.shown, pinned.pins) == (("c", "a", "b", "d"), ("c", "a"))
        assert (pinned.turned("c").shown, pinned.turned("c").pins) == (("a", "c", "b", "d"), ("a",))

    def test_that_is_hidden_is_neither_shown_nor_pinned(self) -> None:
        assert (ALL.without("c").shown, ALL.without("c").pins) == (("a", "b", "d"), ())

    def test_that_is_added_stands_last_and_once(self) -> None:
        assert ALL.having("e").shown == ("c", "a", "b", "d", "e")
        assert ALL.having("a") is ALL

    def test_that_is_pinned_twice_or_is_not_there_makes_no_difference(self) -> None:
        assert Order(("a", "b"), ("b", "b", "z")).shown == ("b", "a")
