"""A look into an artifact: text, tables, images. Nothing is executed, and no reference is fetched.

A file is read by what its bytes are, not by what its name promises, and shown as text wherever it could be code:
HTML and SVG are never handed to the browser as such.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import polars as pl
import streamlit as st
from polars.exceptions import PolarsError

from components import format, table
from runlake.formats import in_order

MOST_BYTES = 25_000_000
_TEXT_BYTES = 200_000
_JSON_BYTES = 500_000
_COLOURED = 40_000  # characters; colouring more takes the browser seconds
_LINE = 2000
_ROWS = 200
_CELL = 500
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_LANGUAGES = {
    "py": "python", "json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "html": "html", "svg": "xml",
    "xml": "xml", "md": "markdown", "patch": "diff", "diff": "diff", "sh": "bash", "sql": "sql", "ipynb": "json",
}  # fmt: skip


class Look(StrEnum):
    """How an artifact can be shown."""

    IMAGE = "image"
    TABLE = "table"
    JSON = "json"
    TEXT = "text"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Preview:
    """What to show of an artifact.

    Attributes:
        look: how.
        text: for text.
        parsed: for JSON.
        frame: for tables, all columns as text.
        note: what is left out, in fixed words of ours.
    """

    look: Look
    text: str = ""
    parsed: object = None
    frame: pl.DataFrame | None = None
    note: str = ""


def preview(path: str, content: bytes) -> Preview:
    """Decide what to show of `content`, which was logged as `path`; raises nothing on damaged files."""
    suffix = path.rpartition(".")[2].lower()
    if content.startswith(_MAGIC) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return Preview(Look.IMAGE)
    if content[:4] == b"PAR1" or suffix in {"csv", "tsv"}:
        table = _table(suffix, content)
        if table is not None:
            return table
    if suffix == "json" and len(content) <= _JSON_BYTES:
        try:
            parsed = json.loads(content)
        except (ValueError, RecursionError):
            parsed = None
        if isinstance(parsed, dict | list):
            return Preview(Look.JSON, parsed=parsed)
    return _text(content)


def show(path: str, content: bytes) -> None:
    """Draw the preview."""
    found = preview(path, content)
    match found.look:
        case Look.IMAGE:
            image(content, alt=path)
        case Look.TABLE if found.frame is not None:
            st.dataframe(
                table.arrow(found.frame),
                hide_index=True,
                height=table.height(found.frame.height, most_px=460),
                row_height=table.ROW_PX,
                placeholder=format.NOTHING,
            )
        case Look.JSON:
            st.json(found.parsed, expanded=2)
        case Look.TEXT:
            language = _LANGUAGES.get(path.rpartition(".")[2].lower()) if len(found.text) <= _COLOURED else None
            st.code(in_order(found.text), language=language, height=min(560, 60 + 19 * found.text.count("\n")))
        case _:
            st.caption("No preview for this kind of file; download it to look inside.")
    if found.note:
        st.caption(found.note)


def image(content: bytes, *, alt: str, width: Literal["stretch", "content"] | int = "content") -> None:
    """Draw a picture, or say that it is none; `alt` is what it is, for those who do not see it."""
    try:
        st.image(content, width=width, alt=in_order(alt))
    except (OSError, ValueError, SyntaxError) as error:
        # Pillow raises all of these on damaged files, and on one that would unpack to gigabytes.
        st.caption("The image is damaged or too large to be shown.")
        st.code(str(error), language=None)


def _table(suffix: str, content: bytes) -> Preview | None:
    source = io.BytesIO(content)
    try:
        if content[:4] == b"PAR1":
            head = pl.scan_parquet(source).head(_ROWS + 1).collect()
        else:
            separator = "\t" if suffix == "tsv" else ","
            head = pl.read_csv(
                source, separator=separator, n_rows=_ROWS + 1, infer_schema=False, truncate_ragged_lines=True
            )
    except (PolarsError, OSError, ValueError):
        return None
    note = f"The first {_ROWS} rows." if head.height > _ROWS else ""
    return Preview(Look.TABLE, frame=as_text(head.head(_ROWS)), note=note)


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn every cell into short text, so that nested, binary and huge cells are harmless."""
    return pl.DataFrame(
        {
            name: pl.Series([None if cell is None else _short(cell) for cell in frame[name]], dtype=pl.String)
            for name in frame.columns
        }
    )


def _short(cell: object) -> str:
    if isinstance(cell, bytes):
        return f"{len(cell):,} bytes"
    if isinstance(cell, pl.Series):
        cell = cell.to_list()
    text = format.number(cell) if isinstance(cell, float) else str(cell)
    return text if len(text) <= _CELL else f"{text[:_CELL]}…"


def _text(content: bytes) -> Preview:
    head = content[:_TEXT_BYTES]
    if b"\x00" in head:
        return Preview(Look.NONE)
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A cut in the middle of a character at the very end is the cut's fault, not the file's.
        if error.start < len(head) - 3 or len(content) <= _TEXT_BYTES:
            return Preview(Look.NONE)
        text = head[: error.start].decode("utf-8")
    lines = text.splitlines()
    text = "\n".join(line if len(line) <= _LINE else f"{line[:_LINE]}…" for line in lines)
    note = f"The first {format.size(_TEXT_BYTES)} of {format.size(len(content))}." if len(content) > len(head) else ""
    return Preview(Look.TEXT, text=text, note=note)
