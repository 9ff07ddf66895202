"""Patterns become regular expressions that mean the same."""

from __future__ import annotations

import pytest

from runlake.query.expression import Style
from runlake.query.pattern import problem, regex


@pytest.mark.parametrize(
    ("style", "pattern", "expression"),
    [
        (Style.LIKE, "rf_%.py", r"(?s)^rf..*\.py$"),
        (Style.ILIKE, "RF", "(?is)^RF$"),
        (Style.LIKE, r"100\%\_\\\a", r"(?s)^100%_\\\\a$"),
        (Style.CONTAINS, "a+(b)", r"a\+\(b\)"),
        (Style.RLIKE, "^a+$", "^a+$"),
    ],
)
def test_a_pattern_is_translated(style: Style, pattern: str, expression: str) -> None:
    assert regex(style, pattern) == expression


def test_every_printable_sign_stands_for_itself_where_it_is_no_wildcard() -> None:
    signs = "".join(chr(code) for code in range(1, 128))

    assert problem(regex(Style.CONTAINS, signs)) is None
    assert problem(regex(Style.LIKE, signs)) is None


@pytest.mark.parametrize(
    ("expression", "why"), [("a(", "unclosed group"), ("_" * 10 + "(?s)" + "." * 50_000, "too large"), ("a", None)]
)
def test_what_cannot_be_used_is_said(expression: str, why: str | None) -> None:
    assert problem(expression) == why
