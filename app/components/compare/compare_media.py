"""What several runs logged under one key, beside each other as it was at a step."""

from __future__ import annotations

import json
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import artifact_preview, choose, format, step_choice
from components.charts import chart_export, curve_controls, curves
from components.compare import beside
from components.run import media_view
from reads import data
from runlake.analysis.bins import Binned, on_the_same_edges
from runlake.errors import NotFound, StoreError
from runlake.figures.histograms import Shape, alone_figure, overlaid_figure
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from components.compare.slots import Slot

MOST = 4  # runs beside each other
ROWS = 6  # objects of each run on a page
_WIDTHS = {"Fit": "stretch", "100 px": 100, "200 px": 200, "400 px": 400}


def show(runs: tuple[Slot, ...]) -> None:
    """Draw the choice of a key and a step, and a column per run."""
    found = data.media(tuple(run.run_id for run in runs)).filter(pl.col("kind") != "evaluation")
    if found.is_empty():
        st.caption("None of these runs logged media. run.log takes images, tables, figures and more.")
        return
    counts = dict(found.group_by("key").agg(pl.col("run_id").n_unique()).sort("key").iter_rows())
    keys = sorted(counts, key=lambda key: (-counts[key], key))
    curve_controls.ready(state.COMPARE_ZOOM)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        key = choose.one(
            state.COMPARE_KEY,
            keys,
            label="Key",
            shown=lambda key: in_order(f"{key} · {counts[key]} of {len(runs)} runs"),
            width=300,
        )
        rows = found.filter(pl.col("key") == key)
        step = step_choice.show(
            state.COMPARE_STEP, rows["step"].unique().sort().to_list(), key="compare.media.step", width=320
        )
        if (rows["kind"] == "image").any():
            st.segmented_control(
                "Zoom", state.COMPARE_ZOOM.choices, key=state.COMPARE_ZOOM.key, format_func=format.segment,
                required=True, label_visibility="collapsed", persist_state="session",
            )  # fmt: skip
    now = media_view.at_step(rows, step)
    have = set(rows["run_id"])
    with_it = tuple(run for run in runs if run.run_id in have or run is runs[0])
    shown = beside.show(with_it, most=MOST, key="compare.media.beside")
    without = len(runs) - len(have)
    if without:
        st.caption(f"{without:,} of the {len(runs):,} runs never logged this key.")
    if (now["kind"] == "histogram").all() and now.height:
        _histograms(now, shown, step)
    else:
        _columns(now, shown, step)


def _columns(now: pl.DataFrame, runs: tuple[Slot, ...], step: float) -> None:
    """Draw a column per run; what has the same place in a list stands in the same row."""
    of_run = {run.run_id: now.filter(pl.col("run_id") == run.run_id) for run in runs}
    first = _page(max(rows.height for rows in of_run.values()))
    width = _WIDTHS[state.COMPARE_ZOOM.get()]
    for place, run in zip(st.columns(len(runs), gap="small"), runs, strict=True):
        with place:
            _head(run, of_run[run.run_id], step)
    for at in range(first, first + ROWS):
        if all(at >= rows.height for rows in of_run.values()):
            break
        for place, run in zip(st.columns(len(runs), gap="small"), runs, strict=True):
            rows = of_run[run.run_id]
            with place:
                if at < rows.height:
                    scope = f"compare.media.{run.run_id}"
                    media_view.one(run.run_id, rows.row(at, named=True), scope=scope, width=width)  # type: ignore[arg-type]  # of `_WIDTHS`


def _page(objects: int) -> int:
    """Draw what pages through long lists, and return the place of the first object."""
    pages = -(-objects // ROWS)
    if pages <= 1:
        return 0
    at = st.pagination(pages, key=f"compare.media.page.{pages}", default=min(int(state.COMPARE_PART.get()), pages))
    state.COMPARE_PART.set(float(at))
    return (at - 1) * ROWS


def _head(run: Slot, rows: pl.DataFrame, step: float) -> None:
    st.markdown(f"**{format.markdown(run.label)}**")
    st.caption(said(rows, step))


def said(rows: pl.DataFrame, step: float) -> str:
    """Say which step of a run is shown, and where it is not the one that was asked for."""
    if rows.is_empty():
        return "Nothing up to this step."
    real = rows["step"][0]
    return f"step {real:.15g}" + (f" – the last one before {step:.15g}" if real != step else "")


def _histograms(now: pl.DataFrame, runs: tuple[Slot, ...], step: float) -> None:
    """Draw histograms on the same edges: laid over each other, then beside each other."""
    read: list[tuple[Slot, dict[str, Any]]] = []
    for run in runs:
        for row in now.filter(pl.col("run_id") == run.run_id).iter_rows(named=True):
            one = _histogram(run.run_id, row)
            if one is not None:
                read.append((run, one))
    if not read:
        _columns(now, runs, step)
        return
    binned = on_the_same_edges([(one["counts"], one["edges"]) for _, one in read])
    shapes = [Shape(run.label, run.color, run.dash) for run, _ in read]
    _overlaid(binned, shapes, now)
    for place, run in zip(st.columns(len(runs), gap="small"), runs, strict=True):
        with place:
            _head(run, now.filter(pl.col("run_id") == run.run_id), step)
            for at, (owner, one) in enumerate(read):
                if owner is run:
                    _alone(binned, at, shapes[at], one, key=f"compare.media.{run.run_id}.{at}")


def _overlaid(binned: Binned, shapes: list[Shape], now: pl.DataFrame) -> None:
    draw = partial(overlaid_figure, binned, shapes)
    title = f"{now['key'][0]}: {len(shapes)} distributions"
    st.plotly_chart(
        draw(tokens=theme(st.context.theme.type)), theme=None, key="compare.media.overlaid",
        config=curves.CONFIG | {"displayModeBar": False}, alt=in_order(title),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "All have the same bins."
            if binned.exact
            else "The runs have other bins each. They are drawn on common ones: a bin that is cut counts by its length, "
            "as if its values were spread evenly.",
            width="stretch",
        )
        chart_export.show(draw, of=title, key="compare.media.export", run_ids=now["run_id"].unique().to_list())


def _alone(binned: Binned, at: int, shape: Shape, found: dict[str, Any], *, key: str) -> None:
    figure = alone_figure(binned, at, shape, tokens=theme(st.context.theme.type))
    config = curves.CONFIG | {"displayModeBar": False}
    st.plotly_chart(figure, theme=None, key=key, config=config, alt=in_order(f"Histogram of {shape.name}"))
    beside_it = [("nan_count", "NaN"), ("inf_count", "infinite")]
    parts = [f"{found['count']:,} values"] + [f"{found[part]:,} {word}" for part, word in beside_it if found[part]]
    st.caption(" · ".join(parts))


def _histogram(run_id: str, row: dict[str, Any]) -> dict[str, Any] | None:
    """Read a histogram; None where it is none, or has no finite edges."""
    if (row["size_bytes"] or 0) > artifact_preview.MOST_BYTES:
        return None
    try:
        found = json.loads(data.media_bytes(run_id, row["path"], row["version"]))
        counts, edges = [[float(part) for part in found[name]] for name in ("counts", "edges")]
        kept = {name: int(found[name]) for name in ("count", "nan_count", "inf_count")}
    except (NotFound, StoreError, ValueError, KeyError, TypeError):
        return None
    rising = all(low <= high for low, high in pairwise(edges))
    fits = len(edges) == len(counts) + 1 > 1 and rising and all(abs(part) < 1e300 for part in (*edges, *counts))
    return {"counts": counts, "edges": edges} | kept if fits else None
