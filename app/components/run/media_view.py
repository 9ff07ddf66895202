"""What a run logged as media: by key, as it was at a step."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
import streamlit as st

import state
from components import artifact_preview, format, matching, search_box, step_choice
from components.charts import curves
from reads import data
from runlake.errors import NotFound, StoreError
from runlake.figures.histogram import histogram_figure
from runlake.figures.logged import logged_figure
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from runlake.query import RunDetail

SHOWN = 24  # objects on a page
_IMAGE_PX = 200
_PAGE = "run.media.page"
_SOUND = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "m4a": "audio/mp4",
}
_FILM = {"mp4": "video/mp4", "webm": "video/webm", "ogv": "video/ogg"}


def show(detail: RunDetail) -> None:
    """Draw the controls and what matches.

    Raises:
        QueryError: the search does not parse.
    """
    found = of_run(detail)
    if found.is_empty():
        st.caption("No media were logged. run.log takes images, tables, figures and more, made by runlake.media.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        search_box.show("Search media")
        kept = set(matching.matching(found["key"].unique().to_list(), state.RUN_SEARCH.get()))
        found = found.filter(pl.col("key").is_in(kept))
        if not found.is_empty():
            steps = found["step"].unique().sort().to_list()
            step = step_choice.show(state.RUN_STEP, steps, key="run.media.step", width=320)
    if found.is_empty():
        st.caption("No key matches.")
        return
    groups = [rows for _, rows in _page_of(at_step(found, step)).group_by("key", maintain_order=True)]
    # Histograms stand two and two, whatever is wider below each other.
    for narrow, several in itertools.groupby(groups, key=lambda rows: rows["kind"][0] == "histogram"):
        for row in _in_rows(list(several), 2 if narrow else 1):
            for place, rows in zip(st.columns(2 if narrow else 1, gap="medium"), row, strict=False):
                with place:
                    _draw(detail.run_id, rows)


def _in_rows(groups: list[pl.DataFrame], wide: int) -> list[list[pl.DataFrame]]:
    return [groups[start : start + wide] for start in range(0, len(groups), wide)]


def of_run(detail: RunDetail) -> pl.DataFrame:
    """Return the media of a run that are no evaluations."""
    return data.media((detail.run_id,)).filter(pl.col("kind") != "evaluation")


def at_step(found: pl.DataFrame, step: float) -> pl.DataFrame:
    """Return what each key showed at a step: all that was logged at its last one up to there."""
    before = found.filter(pl.col("step") <= step)
    return before.filter(pl.col("step") == pl.col("step").max().over("run_id", "key"))


def _page_of(rows: pl.DataFrame) -> pl.DataFrame:
    pages = -(-rows.height // SHOWN)
    if pages <= 1:
        return rows
    at = st.pagination(pages, key=f"{_PAGE}.{pages}", default=min(int(state.RUN_PART.get()), pages))
    state.RUN_PART.set(float(at))
    return rows.slice((at - 1) * SHOWN, SHOWN)


def _draw(run_id: str, rows: pl.DataFrame) -> None:
    """Draw what one key showed: pictures in a row that wraps, the rest below each other."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{format.markdown(rows['key'][0])}**", width="content")
        st.caption(f"{rows['kind'][0]} · step {rows['step'][0]:.15g}", width="content")
    are_pictures = (rows["kind"] == "image").all()
    with st.container(horizontal=are_pictures, gap="medium"):
        for row in rows.iter_rows(named=True):
            with st.container(width=_IMAGE_PX if are_pictures else "stretch", gap="xsmall"):
                one(run_id, row)


def one(
    run_id: str, row: dict[str, Any], *, scope: str = "run.media", width: Literal["stretch"] | int = "stretch"
) -> None:
    """Draw one object with its caption.

    Args:
        run_id: whose it is.
        row: as `Lake.media` gives it.
        scope: what its widget's key begins with, where one page shows objects of several runs.
        width: of a picture, pixels.
    """
    if (row["size_bytes"] or 0) > artifact_preview.MOST_BYTES:
        st.caption(f"Too large to be shown here ({format.size(row['size_bytes'])}); download it under Artifacts.")
        return
    try:
        content = data.media_bytes(run_id, row["path"], row["version"])
    except (NotFound, StoreError) as error:
        st.code(in_order(str(error)), language=None, wrap_lines=True)
        return
    _drawn(row, content, key=f"{scope}.{row['path']}@{row['version']}", width=width)
    if row["caption"]:
        st.caption(format.markdown(row["caption"]))


def _drawn(row: dict[str, Any], content: bytes, *, key: str, width: Literal["stretch"] | int) -> None:
    suffix = row["path"].rpartition(".")[2].lower()
    match row["kind"]:
        case "histogram":
            _histogram(content, key=key, name=row["key"])
        case "figure":
            _figure(content, key=key, name=row["key"])
        case "text":
            st.code(
                in_order(content.decode("utf-8", "replace")), language=None, wrap_lines=True, height=_height(content)
            )
        case "audio":
            st.audio(content, format=_SOUND.get(suffix, "audio/wav"))
        case "video" if suffix in _FILM:
            st.video(content, format=_FILM[suffix])
        case "image":
            artifact_preview.image(content, alt=row["caption"] or row["key"], width=width)
        case _:
            artifact_preview.show(row["path"], content)


def _height(content: bytes) -> int:
    return min(400, 60 + 21 * content.count(b"\n"))


def _histogram(content: bytes, *, key: str, name: str) -> None:
    try:
        found = json.loads(content)
        figure = histogram_figure(found["counts"], found["edges"], tokens=theme(st.context.theme.type))
        beside = [f"{found['count']:,} values"]
        beside += [
            f"{found[part]:,} {said}" for part, said in (("nan_count", "NaN"), ("inf_count", "infinite")) if found[part]
        ]
    except (ValueError, KeyError, TypeError):
        artifact_preview.show("histogram.json", content)
        return
    st.plotly_chart(
        figure,
        theme=None,
        key=key,
        config=curves.CONFIG | {"displayModeBar": False},
        alt=in_order(f"Histogram of {name}"),
    )
    st.caption(" · ".join(beside))


def _figure(content: bytes, *, key: str, name: str) -> None:
    found = logged_figure(content)
    if found.figure is None:
        st.caption(format.markdown(found.problem or ""))
        return
    st.plotly_chart(found.figure, key=key, config=curves.CONFIG, alt=in_order(f"Figure {name}"))
