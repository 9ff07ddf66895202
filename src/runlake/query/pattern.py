"""Patterns of text as regular expressions of Rust's `regex`, which match in linear time."""

from __future__ import annotations

import polars as pl

from runlake.query.expression import Style

_SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def regex(style: Style, pattern: str) -> str:
    r"""Translate a pattern; LIKE and ILIKE must fit the whole text, RLIKE any part of it.

    In LIKE, `%` is any number of characters, `_` is one, and `\%`, `\_`, `\\` stand for themselves.
    """
    match style:
        case Style.RLIKE:
            return pattern
        case Style.CONTAINS:
            return "".join(map(_escape, pattern))
        case Style.LIKE:
            return f"(?s)^{_wildcards(pattern)}$"
        case Style.ILIKE:
            return f"(?is)^{_wildcards(pattern)}$"


def problem(expression: str) -> str | None:
    """Say why a regular expression cannot be used, or None where it can."""
    try:
        pl.Series([""], dtype=pl.String).str.contains(expression)
    except pl.exceptions.PolarsError as fault:
        lines = str(fault).splitlines()
        reasons = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        return reasons[0] if reasons else "too large"
    return None


def _wildcards(pattern: str) -> str:
    found: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\" and pattern[at + 1 : at + 2] in ("%", "_", "\\"):
            found.append(_escape(pattern[at + 1]))
            at += 2
            continue
        found.append({"%": ".*", "_": "."}.get(pattern[at]) or _escape(pattern[at]))
        at += 1
    return "".join(found)


def _escape(character: str) -> str:
    return f"\\{character}" if character in _SPECIAL else character
