"""Text that users logged is shown as it is."""

from __future__ import annotations

import pytest

from runlake.figures.text import literal, shorten


class TestTextFromData:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("val/loss", "val/loss"),
            ("<a href='javascript:alert(1)'>x</a>", "&lt;a href='javascript:alert(1)'&gt;x&lt;/a&gt;"),
            ("a&lt;b", "a&amp;lt;b"),
            ("%{x} $x^2$", "&#37;{x} &#36;x^2&#36;"),
            ("two\nlines", "two lines"),
            ("ünïcødé 🚀", "ünïcødé 🚀"),
        ],
    )
    def test_is_shown_literally(self, text: str, shown: str) -> None:
        assert literal(text) == shown

    def test_is_cut_before_it_is_escaped(self) -> None:
        assert literal("<" * 100, limit=3) == "&lt;…&lt;"


class TestALongText:
    def test_loses_its_middle(self) -> None:
        assert shorten("encoder/layer10/attention/weight_norm", limit=15) == "encoder…ht_norm"

    @pytest.mark.parametrize("limit", [2, 3, 8, 9])
    def test_has_exactly_the_limit(self, limit: int) -> None:
        assert len(shorten("x" * 50, limit=limit)) == limit

    def test_that_fits_is_left_alone(self) -> None:
        assert shorten("abc", limit=3) == "abc"
