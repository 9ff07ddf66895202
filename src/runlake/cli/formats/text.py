"""Text on a terminal: measured, cut to fit, and values written for people."""

from __future__ import annotations

import math
import unicodedata
from datetime import UTC, datetime, timedelta

from runlake.formats import plain

ELLIPSIS = "…"


class Whole(str):
    """A text of which a part would be a wrong one, such as an id: a table does not cut it."""

    __slots__ = ()


def width(text: str) -> int:
    """Count terminal columns: East Asian wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(c) for c in text)


def cut(text: str, columns: int) -> str:
    """Shorten to at most `columns` terminal columns, the last one an ellipsis where something is left out."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for c in text:
        used += _columns(c)
        if used > columns - 1:
            break
        kept.append(c)
    return "".join(kept) + ELLIPSIS


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill with spaces up to `columns` terminal columns."""
    fill = " " * max(0, columns - width(text))
    return fill + text if right else text + fill


def cell(value: object) -> str:
    """Write one value for people; what is not there is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, timedelta):
        return duration(value.total_seconds())
    if isinstance(value, list | tuple):
        return ", ".join(cell(v) for v in value)
    return plain(str(value))


def number(value: float) -> str:
    """Write a number with at most six significant digits; NaN and infinities by their names."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return f"{value:.6g}"


def when(moment: datetime) -> str:
    """Write a time to the second, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def duration(seconds: float) -> str:
    """Write a duration in its two largest units: `3 d 4 h`, `12 min 5 s`, `0.8 s`, `12 ms`."""
    if not math.isfinite(seconds):
        return number(seconds)
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((i for i, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun: `1 run`, `2 runs`, `3 processes`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def size(count: int) -> str:
    """Write a number of bytes in a unit that reads well."""
    value, units = float(count), iter(["B", "kB", "MB", "GB", "TB"])
    unit = next(units)
    for larger in units:
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"


def _columns(c: str) -> int:
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in {"W", "F"} else 1
