"""How numbers, durations, sizes and times read; pure text, no widget."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

import settings
from runlake.formats import in_order

NOTHING = "–"
_MARKDOWN = "\\`*_{}[]()<>#+-.!|~$:"
_JOINER = "\u2060"
_LINKING = re.compile(r"(?i::|@|www)")
_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"))


def number(value: float | None) -> str:
    """Show a number by its size: four significant digits, thousands apart, powers of ten at the ends.

    >>> [number(v) for v in (0.83456789, 12345.678, 3e-7, 12.0, float("nan"), None)]
    ['0.8346', '12,346', '3e-07', '12', 'NaN', '–']
    """
    if value is None:
        return NOTHING
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if value == int(value) and size < 1e15:
        return f"{int(value):,}"
    if 1000 <= size < 1e7:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def signed(value: float) -> str:
    """Show a difference with its sign.

    >>> signed(0.25), signed(-2.0), signed(0.0), signed(math.nan), signed(-math.inf)
    ('+0.25', '−2', '0', 'NaN', '−∞')
    """
    return ("+" if value > 0 else "−" if value < 0 else "") + number(abs(value))


def duration(seconds: float | None) -> str:
    """Show a duration in its two largest units.

    >>> [duration(v) for v in (0.034, 8.24, 75, 3_700, 200_000, None)]
    ['34 ms', '8.2 s', '1 min 15 s', '1 h 1 min', '2 d 7 h', '–']
    """
    if seconds is None or math.isnan(seconds):
        return NOTHING
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    for (size, unit), (small, small_unit) in pairwise(_UNITS):
        if seconds >= size:
            large, rest = divmod(round(seconds), int(size))
            return f"{large} {unit}" + (f" {rest // int(small)} {small_unit}" if rest // int(small) else "")
    return f"{seconds:.1f} s"


def size(count: int | None) -> str:
    """Show a number of bytes.

    >>> [size(v) for v in (0, 900, 4_096, 5_300_000, None)]
    ['0 B', '900 B', '4.1 kB', '5.3 MB', '–']
    """
    if count is None:
        return NOTHING
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def utc(moment: datetime | None) -> str:
    """Show an instant exactly, in UTC."""
    return NOTHING if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def local(moment: datetime | None) -> str:
    """Show an instant in the reader's time zone."""
    return NOTHING if moment is None else f"{moment.astimezone(zone()):%Y-%m-%d %H:%M:%S}"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """Show how long ago an instant was, in its largest unit.

    >>> from datetime import timedelta
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> [ago(now - timedelta(seconds=s), now) for s in (2, 90, 7_300, 400_000)]
    ['just now', '1 min ago', '2 h ago', '4 d ago']
    """
    if moment is None:
        return NOTHING
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for unit_s, unit in _UNITS[:3]:
        if seconds >= unit_s:
            return f"{int(seconds // unit_s)} {unit} ago"
    return "just now" if seconds < 5 else f"{int(seconds)} s ago"


def zone() -> ZoneInfo:
    """Return the reader's time zone: what they chose, else the browser's, or UTC where that does not say."""
    try:
        return ZoneInfo(settings.now().zone or st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def handle(name: str) -> str:
    """Turn a name from data into a key for a widget: it goes to the browser, where a name could reorder what is read.

    >>> handle("lr")
    '6c72'
    """
    return name.encode().hex()


def segment(label: str) -> str:
    """Give a label of ours, in a control that tints what is chosen, the colour of text.

    Streamlit writes the chosen one in the accent, on a tint of it. In dark no accent is readable there and under
    white words too. Its Markdown has no name for the colour of text, so the theme gives that to one it does not need.
    """
    return f":violet[{label}]"


def markdown(text: str) -> str:
    """Escape text from data for a heading or a label that reads Markdown.

    Streamlit turns addresses, icon names and directives into links and pictures after the Markdown was read,
    where a backslash no longer helps; an invisible joiner keeps them the text that they are.

    >>> markdown("a*b").replace("\\\\", "/"), markdown(":material/x:") == ":material/x:"
    ('a/*b', False)
    """
    escaped = "".join(f"\\{c}" if c in _MARKDOWN else c for c in " ".join(in_order(text).split()))
    return _LINKING.sub(lambda found: found[0] + _JOINER, escaped)
