"""Aligned columns for people, fitted to the width of the terminal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from runlake.cli.formats.text import Whole, cell, counted, cut, pad, width
from runlake.formats import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = "  "
NARROWEST = 12


def aligned(
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    columns: int | None = None,
    rest: str = "use --format csv",
) -> str:
    """Lay out rows below their names.

    Numbers stand at the right. Where the table is wider than `columns`, columns of text give way
    first, down to 12; then columns at the right are left out and counted in a last line.

    Args:
        columns: width in terminal columns; None does not limit it.
        rest: how to see the columns that are left out.
    """
    cells = [[cell(value) for value in row] for row in rows]
    heads = [plain(name) for name in names]
    right = [_is_number(rows, i) for i in range(len(heads))]
    widths = [max([width(heads[i]), *(width(row[i]) for row in cells)]) for i in range(len(heads))]
    shown = len(heads)
    if columns is not None:
        gives = [not _is_whole(rows, i) for i in range(len(heads))]
        shown = _fitting(_shrunk(widths, gives, columns), columns)
        widths = _shrunk(widths[:shown], gives, columns)
    lines = [_line(row[:shown], widths, right) for row in (heads, *cells)]
    if shown < len(heads):
        lines.append(f"({counted(len(heads) - shown, 'more column')}; {rest})")
    return "\n".join(lines)


def facts(pairs: Sequence[tuple[str, object]], *, columns: int | None = None) -> str:
    """Lay out names and values, one pair a line; long values keep their whole text."""
    names = [plain(name) for name, _ in pairs]
    widest = min(max((width(n) for n in names), default=0), 40 if columns is None else max(NARROWEST, columns // 2))
    return "\n".join(
        f"{pad(cut(n, widest), widest)}{GAP}{cell(v)}".rstrip() for n, (_, v) in zip(names, pairs, strict=True)
    )


def _is_whole(rows: Sequence[Sequence[object]], i: int) -> bool:
    """Whether half of a value would be a wrong one."""
    values = [row[i] for row in rows if row[i] is not None]
    return bool(values) and all(isinstance(v, int | float | datetime | Whole) for v in values)


def _is_number(rows: Sequence[Sequence[object]], i: int) -> bool:
    values = [row[i] for row in rows if row[i] is not None]
    return bool(values) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def _shrunk(widths: list[int], gives: list[bool], columns: int) -> list[int]:
    widths = list(widths)
    over = sum(widths) + len(GAP) * (len(widths) - 1) - columns
    while over > 0:
        text = [i for i in range(len(widths)) if gives[i] and widths[i] > NARROWEST]
        if not text:
            break
        widest = max(text, key=lambda i: widths[i])
        second = max([NARROWEST, *(widths[i] for i in text if i != widest)])
        take = min(over, max(1, widths[widest] - second))  # of several that are as wide, each in turn
        widths[widest] -= take
        over -= take
    return widths


def _fitting(widths: list[int], columns: int) -> int:
    used, shown = -len(GAP), 0
    for w in widths:
        used += len(GAP) + w
        if used > columns and shown:
            break
        shown += 1
    return shown


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [pad(cut(c, w), w, right=r) for c, w, r in zip(cells, widths, right, strict=False)]
    return GAP.join(parts).rstrip()
