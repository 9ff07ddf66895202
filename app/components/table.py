"""A plain table of text: every cell is shown as it was logged, numbers set to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import polars.selectors as cs
import streamlit as st

from components import format
from runlake.formats import ESCAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

ROW_PX, HEADER_PX = 33, 36


def height(rows: int, *, most_px: int) -> int | Literal["content"]:
    """Return what fits the rows, or `most_px`, beyond which the table scrolls."""
    return "content" if HEADER_PX + ROW_PX * rows <= most_px else most_px


def arrow(frame: pl.DataFrame) -> object:
    """Hand a frame to a grid; what would reorder a text of it is shown as an escape."""
    return frame.with_columns(cs.string().str.replace_many(ESCAPES)).to_arrow()


def show(
    frame: pl.DataFrame,
    *,
    labels: Mapping[str, str],
    right: Sequence[str] = (),
    widths: Mapping[str, int] | None = None,
    most_px: int = 548,
    missing: str = format.NOTHING,
    key: str | None = None,
    on_select: Callable[[], None] | None = None,
    alt: str,
) -> None:
    """Draw the columns that have a label, in the order of the labels.

    Args:
        frame: columns of text.
        labels: column to heading, fixed words of ours.
        right: columns that are set to the right.
        widths: column to pixels.
        most_px: the table scrolls beyond this height.
        missing: what stands where nothing is known.
        key: where its rows can be told apart by more than their place on the page.
        on_select: called when a row is ticked; needs a key.
        alt: what the table is, for those who do not see it.
    """
    widths = widths or {}
    selecting: dict[str, Any] = {} if on_select is None else {"on_select": on_select, "selection_mode": "single-row"}
    st.dataframe(
        arrow(frame.select(list(labels))),
        column_config={
            name: st.column_config.TextColumn(
                label, alignment="right" if name in right else None, width=widths.get(name)
            )
            for name, label in labels.items()
        },
        hide_index=True,
        height=height(frame.height, most_px=most_px),
        row_height=ROW_PX,
        placeholder=missing,
        key=key,
        alt=alt,
        **selecting,
    )
