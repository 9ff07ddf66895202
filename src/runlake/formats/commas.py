"""CSV that a spreadsheet can open without running anything."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from runlake.formats.document import iso, special, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_SPECIAL = re.compile(r'[",\r\n]|^\s|\s$')
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|infinity|nan)", re.IGNORECASE)


def comma_separated(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows below their names as RFC 4180 has it, but with lines ended by a line feed.

    A text that begins like a formula and is no number gets a `'` in front. What is missing is
    empty, an empty text is `""`; NaN and infinities go by their names; lists are JSON; times are
    ISO 8601 in UTC.
    """
    lines = [",".join(map(_field, names)), *(",".join(map(_field, row)) for row in rows)]
    # a line without anything in it is no row to most readers
    return "".join(f"{line or _quoted('')}\n" for line in lines)


def _field(found: object) -> str:
    if found is None:
        return ""
    if isinstance(found, str):
        text = _safe(found)
        return _quoted(text) if not text or _SPECIAL.search(text) else text
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float):
        return repr(found) if math.isfinite(found) else special(found)
    if isinstance(found, datetime):
        return iso(found)
    if isinstance(found, timedelta):
        return repr(found.total_seconds())
    if isinstance(found, int):
        return str(found)
    return _quoted(json.dumps(value(found)))


def _quoted(text: str) -> str:
    # the csv module leaves a carriage return bare where lines end in a line feed
    return '"' + text.replace('"', '""') + '"'


def _safe(text: str) -> str:
    # lone surrogates cannot be encoded, and NUL ends a field in some readers
    text = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
