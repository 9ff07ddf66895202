"""Search in lists of names: words, or a regular expression between slashes. Pure, no widget."""

from __future__ import annotations

import polars as pl
from polars.exceptions import ComputeError

from runlake.errors import QueryError


def matches(texts: list[str], query: str) -> list[bool]:
    """Say for each text whether it matches; case counts in neither way of searching.

    The expression runs in Polars' engine, whose time is linear in the text: no pattern can hang the server.

    Raises:
        QueryError: the regular expression does not parse.
    """
    query = query.strip()
    if len(query) >= 2 and query.startswith("/") and query.endswith("/"):
        return _by_expression(texts, query)
    words = query.casefold().split()
    return [all(word in text.casefold() for word in words) for text in texts]


def matching(texts: list[str], query: str) -> list[str]:
    """Return the texts that match, in their order.

    Raises:
        QueryError: the regular expression does not parse.
    """
    return [text for text, found in zip(texts, matches(texts, query), strict=True) if found]


def _by_expression(texts: list[str], query: str) -> list[bool]:
    try:
        found = pl.Series(texts, dtype=pl.String).str.contains(f"(?i){query[1:-1]}", strict=True)
    except ComputeError:
        raise QueryError(query, 1, "a regular expression without look-around between the slashes") from None
    return found.to_list()
