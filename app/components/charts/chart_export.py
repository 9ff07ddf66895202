"""A picture as a file: SVG, PNG at twice its size, or its points as CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import streamlit as st

import stores
from components import exporting, format
from components.browser_part import part
from reads import data
from runlake.actions import Export
from runlake.figures.drawn import drawn
from runlake.figures.export import exported_figure
from runlake.figures.theme import LIGHT, Theme, theme
from runlake.formats import comma_separated
from runlake.ids import short_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import plotly.graph_objects as go
    import polars as pl

_GROUNDS = ("White", "As shown")
_NAMED = 6  # runs that the line beneath the title names


class Draw(Protocol):
    """Draws a picture for a look; the functions of `figures` do, once they know what they are of."""

    def __call__(self, *, tokens: Theme) -> go.Figure:
        """Return the picture."""


def show(
    draw: Draw, *, of: str, key: str, run_ids: Sequence[str] = (), rows: Callable[[], pl.DataFrame] | None = None
) -> None:
    """Draw the button behind which the files are; nothing of them is made or sent before it is opened.

    Args:
        draw: draws what the page shows.
        of: what it shows, in words; the title of the picture, and what the event says.
        key: of the widgets.
        run_ids: the runs in it, where they are chosen ones.
        rows: gives the data, where the places of the points in the picture are not what they stand for.
    """
    opened = st.popover("Save chart", icon=":material/download:", key=key, type="tertiary", on_change="rerun")
    if not opened.open:
        return
    with opened:
        book = exporting.book()
        ground = _GROUNDS[0]
        if st.context.theme.type == "dark":
            ground = st.segmented_control(
                "Ground", _GROUNDS, default=_GROUNDS[0], key=f"{key}.ground", format_func=format.segment, required=True,
                label_visibility="collapsed",
            )  # fmt: skip
        tokens = LIGHT if ground == _GROUNDS[0] else theme(st.context.theme.type)
        figure = exported_figure(draw(tokens=tokens), title=of, lines=lines(run_ids), tokens=tokens)
        content = points(figure) if rows is None else written(rows())
        held = {"title": of, "runs": list(run_ids)}
        part("chart_export", is_styled=False)(
            data={"figure": figure.to_json(), "name": exporting.file_stem(of)},
            key=f"{key}.saved",
            on_saved_change=partial(_note, f"{key}.saved", book, held, content[1]),
        )
        exporting.button(
            "Data (CSV)", lambda: content, kind="chart", format="csv", of=held, name=of, key=f"{key}.csv", recorded=book
        )
        exporting.say(book)


def points(figure: go.Figure) -> tuple[bytes, int]:
    """Write the points of a figure as CSV, and count them."""
    found = drawn(figure)
    return comma_separated(found.columns, found.rows).encode(), len(found.rows)


def written(rows: pl.DataFrame) -> tuple[bytes, int]:
    """Write a table as CSV, and count its rows."""
    return comma_separated(rows.columns, rows.iter_rows()).encode(), rows.height


def lines(run_ids: Sequence[str]) -> list[str]:
    """Say what a picture is of: store, snapshot and date, then the runs."""
    moment = data.as_of()
    shown = f" (as of {format.utc(moment)})" if moment else ""
    name = "sample data" if stores.is_sample() else stores.store().rstrip("/").rpartition("/")[2]
    first = (
        f"Runlake · store {name} · snapshot {data.lake().snapshot.key}{shown} · drawn {format.utc(datetime.now(UTC))}"
    )
    if not run_ids:
        return [first]
    names = dict(data.headers(tuple(run_ids[:_NAMED])).select("run_id", "name").iter_rows())
    named = [f"{names.get(run_id) or '(unnamed)'} ({short_id(run_id)})" for run_id in run_ids[:_NAMED]]
    more = f" and {len(run_ids) - _NAMED:,} more" if len(run_ids) > _NAMED else ""
    return [first, f"Runs: {', '.join(named)}{more}"]


def _note(key: str, book: exporting.Book, of: Mapping[str, object], rows: int) -> None:
    """Callback of the browser: record what it says that it has made."""
    said: Any = getattr(st.session_state.get(key), "saved", None)
    if not isinstance(said, dict) or said.get("format") not in ("svg", "png"):
        return
    digest, size = said.get("sha256"), said.get("size")
    is_digest = isinstance(digest, str) and len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    book.note(
        Export(
            "chart", said["format"], "", of, rows, digest if is_digest else None,
            size_bytes=size if isinstance(size, int) else None, made_by="browser",
        )
    )  # fmt: skip
