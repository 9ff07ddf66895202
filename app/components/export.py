"""Tables as files: all runs or groups that fit, as the command line would write them; the differences between some."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components import exporting
from components.runs import run_table
from reads import data
from runlake.formats import comma_separated, document, latex_table, markdown_table
from runlake.query.described import described

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from runlake.query import Lake

FORMATS = {"CSV": "csv", "Parquet": "parquet", "JSON": "json"}


def menu(kind: str, frame: Callable[[Lake], pl.DataFrame], *, of: Mapping[str, object], about: str) -> None:
    """Draw the menu of files that a table can be had as; each is written when it is clicked, and is an event.

    Args:
        kind: runs or groups.
        frame: reads what the file holds.
        of: what the event says of it: filter, order, columns.
        about: what the file holds, in words of ours.
    """
    book, lake = exporting.book(), data.lake()
    with st.popover("Export", icon=":material/download:", key=f"runs.export.{kind}"):
        st.caption(about)
        with st.container(horizontal=True, gap="small"):
            for label, form in FORMATS.items():
                make = partial(made, frame, form, schema=f"runlake.{kind}/1", lake=lake)
                exporting.button(
                    label, make, kind=kind, format=form, of=of, name=kind, key=f"runs.export.{kind}.{form}",
                    recorded=book,
                )  # fmt: skip
        exporting.say(book)


def runs(columns: Sequence[str], *, where: str, order_by: str, found: int) -> None:
    """Draw the menu of files of all runs that fit.

    Args:
        columns: as shown; id and name come first anyway.
        where: the filter, "" for all runs.
        order_by: the order.
        found: how many runs fit.
    """
    wanted = tuple(dict.fromkeys(("run_id", "name", *(c for c in columns if not c.startswith(run_table.CURVE)))))
    menu(
        "runs",
        partial(rows, where=where, order_by=order_by, columns=wanted),
        of={"where": where, "order_by": order_by, "columns": list(wanted)},
        about=f"{'All' if found > 1 else 'The'} {found:,} {'runs that fit' if found > 1 else 'run that fits'}, "
        "in this order, with these columns.",
    )


def rows(lake: Lake, *, where: str, order_by: str, columns: Sequence[str]) -> pl.DataFrame:
    """Read the runs of a snapshot for a file."""
    return lake.runs(where=where or None, order_by=order_by, columns=list(columns))


def made(frame: Callable[[Lake], pl.DataFrame], form: str, *, schema: str, lake: Lake) -> tuple[bytes, int]:
    """Read a table and write it, and count its rows."""
    found = frame(lake)
    return written(found, form, schema=schema, lake=lake), found.height


def written(frame: pl.DataFrame, form: str, *, schema: str, lake: Lake) -> bytes:
    """Write a frame as CSV that no spreadsheet runs, as Parquet, or as the JSON document of the command line."""
    if form == "parquet":
        out = io.BytesIO()
        frame.write_parquet(out)
        return out.getvalue()
    if form == "json":
        return f"{document(schema, frame.to_dicts(), snapshot=described(lake))}\n".encode()
    return comma_separated(frame.columns, frame.iter_rows()).encode()


def differences(
    shown: pl.DataFrame, labels: Mapping[str, str], *, name: str = "differences", of: Sequence[str] = ()
) -> None:
    """Draw the choice of files that a table of texts can be had as.

    Args:
        shown: the table.
        labels: column to heading, in the order of the columns.
        name: what it shows, a word.
        of: the ids of the runs that it compares.
    """
    names, rows = list(labels.values()), list(shown.select(list(labels)).iter_rows())
    writers: dict[str, Callable[..., str]] = {"CSV": comma_separated, "Markdown": markdown_table, "LaTeX": latex_table}
    key = f"compare.export.{name}"
    with st.popover("Export", icon=":material/download:", key=key):
        book = exporting.book()
        for label, form in (("CSV", "csv"), ("Markdown", "md"), ("LaTeX", "tex")):
            exporting.button(
                label, partial(_encoded, writers[label], names, rows), kind="table", format=form,
                of={"title": name, "runs": list(of)}, name=name, key=f"{key}.{form}", recorded=book,
            )  # fmt: skip
        exporting.say(book)


def _encoded(
    write: Callable[..., str], names: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> tuple[bytes, int]:
    return write(names, rows).encode(), len(rows)
