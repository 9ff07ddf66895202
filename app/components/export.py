"""Tables as files: all runs that fit, as the command line would write them; the differences between some."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

import data
from components import exporting, run_table
from runlake.formats import comma_separated, latex_table, markdown_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from runlake.query import Lake


def button(columns: Sequence[str], *, where: str, order_by: str, found: int) -> None:
    """Draw the button that downloads the table; the file is written when it is clicked.

    Args:
        columns: as shown; the id comes first anyway.
        where: the filter, "" for all runs.
        order_by: the order.
        found: how many runs fit.
    """
    shown = [column for column in columns if not column.startswith(run_table.CURVE)]
    st.download_button(
        "CSV",
        data=partial(content, data.lake(), where, order_by, tuple(dict.fromkeys(("run_id", "name", *shown)))),
        file_name="runs.csv",
        mime="text/csv",
        # A rerun would find the file gone before the browser has fetched it.
        on_click="ignore",
        icon=":material/download:",
        help=f"{'All' if found > 1 else 'The'} {found:,} {'runs that fit' if found > 1 else 'run that fits'}, "
        "in this order, with these columns.",
        key="runs.csv",
    )


def differences(
    shown: pl.DataFrame, labels: Mapping[str, str], *, name: str = "differences", of: Sequence[str] = ()
) -> None:
    """Draw the choice of files that a table of texts can be had as.

    Args:
        shown: the table.
        labels: column to heading, in the order of the columns.
        name: of the file, and what the event calls it: a fixed word of ours.
        of: ids of the runs in it.
    """
    names, rows = list(labels.values()), list(shown.select(list(labels)).iter_rows())
    writers: dict[str, Callable[..., str]] = {"CSV": comma_separated, "Markdown": markdown_table, "LaTeX": latex_table}
    key = "compare.export" if name == "differences" else f"compare.export.{name}"
    with st.popover("Export", icon=":material/download:", key=key):
        book = exporting.book()
        for label, suffix in (("CSV", "csv"), ("Markdown", "md"), ("LaTeX", "tex")):
            exporting.button(
                label, partial(_encoded, writers[label], names, rows), kind="table", format=suffix, of=name,
                key=f"{key}.{suffix}", recorded=book, run_ids=of,
            )  # fmt: skip
        exporting.say_unrecorded(book)


def _encoded(
    write: Callable[..., str], names: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> tuple[bytes, int]:
    return write(names, rows).encode(), len(rows)


def content(lake: Lake, where: str, order_by: str, columns: Sequence[str]) -> bytes:
    """Write the runs of a snapshot as CSV in UTF-8: whole numbers, times in UTC, and no text that a spreadsheet runs."""
    frame = lake.runs(where=where or None, order_by=order_by, columns=list(columns))
    return comma_separated(frame.columns, frame.iter_rows()).encode()
