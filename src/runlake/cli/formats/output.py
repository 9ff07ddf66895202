"""One place that prints: a result goes out as table, JSON, CSV or Parquet."""

from __future__ import annotations

import io
import os
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.cli.formats.table import aligned
from runlake.errors import InvalidValue
from runlake.formats.commas import comma_separated
from runlake.formats.document import document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl


class Format(StrEnum):
    """What `--format` takes."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Result:
    """What a command has to say.

    Attributes:
        schema: name and version of the JSON document.
        frame: the data for CSV and Parquet, and for JSON where `data` is None.
        data: the data for JSON where it is no frame.
        snapshot: what was read, for the envelope.
        text: makes the text for people, given the width of the terminal; None shows the frame.
    """

    schema: str
    frame: pl.DataFrame | None = None
    data: Sequence[object] | None = None
    snapshot: object = None
    text: Callable[[int | None], str] | None = None


def write(result: Result, form: Format, path: str | None = None) -> None:
    """Print a result, or write it to a file.

    Raises:
        InvalidValue: Parquet was asked for on a terminal.
        OSError: the file cannot be written.
    """
    if form is Format.PARQUET:
        _write_bytes(_parquet(result), path)
        return
    if form is Format.JSON:
        text = _json(result)
    elif form is Format.CSV:
        frame = _frame(result)
        text = comma_separated(frame.columns, frame.iter_rows())
    else:
        text = _table(result, terminal_width() if path is None else None)
    ended = text if text.endswith("\n") else f"{text}\n"
    if path is None:
        _send(ended.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
    else:
        _replace(path, ended.encode("utf-8", "backslashreplace"))


def terminal_width() -> int | None:
    """Return the width of the terminal; None where the output is none, unless `COLUMNS` says it."""
    if os.environ.get("COLUMNS", "").isdigit() or sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    return None


def _table(result: Result, columns: int | None) -> str:
    if result.text is not None:
        return result.text(columns)
    frame = _frame(result)
    return aligned(frame.columns, frame.rows(), columns=columns)


def _json(result: Result) -> str:
    data = result.data if result.data is not None else _frame(result).to_dicts()
    return document(result.schema, data, snapshot=result.snapshot)


def _frame(result: Result) -> pl.DataFrame:
    if result.frame is None:
        raise InvalidValue("--format", "csv or parquet", "table or json, since this result is not one table")
    return result.frame


def _parquet(result: Result) -> bytes:
    out = io.BytesIO()
    _frame(result).write_parquet(out)
    return out.getvalue()


def _write_bytes(content: bytes, path: str | None) -> None:
    if path is not None:
        _replace(path, content)
        return
    if sys.stdout.isatty():
        raise InvalidValue("--format parquet", "a terminal", "a pipe, or a file named with -o FILE")
    _send(content)


def _send(content: bytes) -> None:
    # With PYTHONUNBUFFERED the text layer writes once and forgets what did not fit into the pipe.
    rest = memoryview(content)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def _replace(path: str, content: bytes) -> None:
    target = Path(path).expanduser()
    if not target.parent.is_dir():
        raise InvalidValue("--output", path, "a file in a folder that is there")
    if target.exists() and not target.is_file():  # a device or a pipe is written to, not replaced
        target.write_bytes(content)
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
