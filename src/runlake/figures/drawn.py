"""The points of a picture as a table: exactly what is drawn, no more and no less."""

from __future__ import annotations

import html
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import plotly.graph_objects as go

COLUMNS = ("panel", "series", "x", "y", "value", "width", "error", "error_minus")
_TAG = re.compile(r"<br\s*/?>|<[^<>]*>")


class Drawn(NamedTuple):
    """Columns, of `COLUMNS` those that have something, and a row per point."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


def drawn(figure: go.Figure) -> Drawn:
    """Read the points back from a figure of `figures`, trace by trace in the order in which they are drawn.

    A gap in a line is no point. What a mark at the edge stands for, such as NaN, is written in words. Moments of a
    time axis are ISO 8601 in the zone that its title names. Texts that only label cells or bars are left out.
    """
    layout = figure.layout.to_plotly_json()
    rows: list[tuple[object, ...]] = []
    for trace in figure.data:
        if trace.type == "heatmap":
            rows += _cells(trace, layout)
        elif trace.type != "scatter" or "text" not in (trace.mode or ""):
            rows += _points(trace, layout)
    kept = [at for at in range(len(COLUMNS)) if any(row[at] is not None for row in rows)]
    return Drawn(tuple(COLUMNS[at] for at in kept), [tuple(row[at] for at in kept) for row in rows])


def _points(trace: Any, layout: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    x_axis, y_axis = (_axis(layout, side, getattr(trace, f"{side}axis")) for side in ("x", "y"))
    if trace.type == "bar" and trace.orientation == "h":
        errors = trace.error_x
    else:
        errors = trace.error_y if "error_y" in trace else None
    n = max(len(part) for part in (trace.x, trace.y) if part is not None) if _has_points(trace) else 0
    x, y = _list(trace.x, n), _list(trace.y, n)
    width = _list(trace.width, n) if trace.type == "bar" else [None] * n
    error = _list(errors.array if errors is not None else None, n)
    minus = _list(errors.arrayminus if errors is not None else None, n)
    panel, name = _panel(layout, trace), _words(trace.name)
    stands_for = _words(trace.hovertemplate) if y_axis.get("overlaying") and y_axis.get("visible") is False else None
    for one in zip(x, y, width, error, minus, strict=True):
        left, right = _value(one[0], x_axis), stands_for or _value(one[1], y_axis)
        if left is not None and right is not None:
            yield (panel, name, left, right, None, *(_value(part, {}) for part in one[2:]))


def _cells(trace: Any, layout: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    z = np.asarray(trace.z)
    x, y = _list(trace.x, z.shape[1]), _list(trace.y, z.shape[0])
    axes = [_axis(layout, side, getattr(trace, f"{side}axis")) for side in ("x", "y")]
    panel, name = _panel(layout, trace), _words(trace.name)
    for row, up in enumerate(y):
        for column, across in enumerate(x):
            at = [column if across is None else across, row if up is None else up]
            shown = [_named(value, axis) for value, axis in zip(at, axes, strict=True)]
            yield (panel, name, *shown, _value(z[row, column], {}), None, None, None)


def _has_points(trace: Any) -> bool:
    return trace.x is not None or trace.y is not None


def _list(part: Any, n: int) -> list[Any]:
    if part is None:
        return [None] * n
    found = list(part) if not np.isscalar(part) else [part] * n
    return found + [None] * (n - len(found))


def _axis(layout: dict[str, Any], side: str, name: str | None) -> dict[str, Any]:
    found: dict[str, Any] = layout.get(f"{side}axis{(name or side)[1:]}", {})
    return found


def _value(found: Any, axis: dict[str, Any]) -> object:
    """Return a number, a text or a moment; None for a gap."""
    if found is None:
        return None
    if isinstance(found, str):
        return _words(found)
    number = float(found)
    if math.isnan(number):
        return None
    if axis.get("type") == "date":
        return datetime.fromtimestamp(number / 1000, UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    named = _named(found, axis)
    return named if isinstance(named, str) else int(number) if number.is_integer() and abs(number) < 2**53 else number


def _named(found: Any, axis: dict[str, Any]) -> object:
    """Return what stands at a place of an axis that names its places."""
    places, texts = axis.get("tickvals"), axis.get("ticktext")
    if places is None or texts is None or isinstance(found, str):
        return _words(found) if isinstance(found, str) else found
    return next((_words(text) for place, text in zip(places, texts, strict=False) if place == found), found)


def _panel(layout: dict[str, Any], trace: Any) -> str | None:
    """Return the title that stands at the upper left corner of the trace's panel."""
    y_axis = _axis(layout, "y", trace.yaxis)
    over = y_axis.get("overlaying")
    top = _axis(layout, "y", over if isinstance(over, str) else trace.yaxis).get("domain", (0, 1))[1]
    left = _axis(layout, "x", trace.xaxis).get("domain", (0, 1))[0]
    notes: Sequence[dict[str, Any]] = layout.get("annotations") or ()
    here = [n for n in notes if n.get("xref") == "paper" and n.get("x") == left and n.get("y") == top]
    return _words(here[0].get("text")) if here else None


def _words(text: str | None) -> str | None:
    if text is None:
        return None
    return html.unescape(_TAG.sub(lambda tag: " " if tag[0].startswith("<br") else "", text)).strip() or None
