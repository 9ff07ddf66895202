"""Columns of any source, laid out as `schema.columnar` says: Parquet is made of them where there is time for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from runlake.capture.frames import BLOCK_ROWS, Column, as_json, bytes_block, numbers, slices, text_block
from runlake.capture.redact_names import check_key
from runlake.errors import InvalidType, InvalidValue
from runlake.media.base import array_of, library_of
from runlake.schema.columnar import MAGIC

if TYPE_CHECKING:
    from collections.abc import Callable

    Block = tuple[bytes, bytes]

MOST_COLUMNS = 5000
_INT64 = range(-(2**63), 2**63)


def lay_out(columns: Sequence[Column], rows: int) -> bytes:
    """Return the bytes of a table."""
    header = {"rows": rows, "block_rows": BLOCK_ROWS, "columns": [[column.name, column.kind] for column in columns]}
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "backslashreplace")
    parts = [MAGIC, _length(text), text]
    for column in columns:
        for block in column.blocks():
            for half in block:
                parts += [_length(half), half]
    return b"".join(parts)


def _length(part: bytes) -> bytes:
    return len(part).to_bytes(8, "little")


def columns_of(source: object, call: str) -> tuple[list[Column], int]:
    """Read the columns of a frame, or of a mapping of names to lists, arrays or series.

    Returns:
        The columns and the number of rows.

    Raises:
        InvalidType: the source is neither.
        InvalidValue: columns differ in length, two have one name or one has none, or there are more than
            `MOST_COLUMNS`.
    """
    library = library_of(source, "polars", "pandas", "pyarrow")
    if library is not None and not isinstance(source, Mapping):
        try:
            found: list[Column] = import_module(f"runlake.capture.frames_{library}").columns_of(source)
        except TypeError as problem:
            raise InvalidType(call, source, "a frame that holds its data") from problem
        rows = len(source)  # type: ignore[arg-type]  # a frame
    elif isinstance(source, Mapping):
        found = [column_of(name, values, f"{call}: column {name!r}") for name, values in source.items()]
        lengths = {str(name): len(values) for name, values in source.items()}
        rows = next(iter(lengths.values()), 0)
        if set(lengths.values()) - {rows}:
            raise InvalidValue(call, lengths, "columns of equal length")
    else:
        raise InvalidType(call, source, "a Polars, pandas or PyArrow frame, or a mapping of names to columns")
    found = [column._replace(name=check_key(column.name, call)) for column in found]
    names = [column.name for column in found]
    if len(set(names)) < len(names) or len(names) > MOST_COLUMNS:
        raise InvalidValue(call, f"{len(names)} columns", f"at most {MOST_COLUMNS}, each with a name of its own")
    return found, rows


def column_of(name: str, values: Any, call: str) -> Column:
    """Read one column: a list, an array or tensor of one dimension, or a series.

    Raises:
        InvalidType, InvalidValue: it is none of these.
    """
    library = library_of(values, "polars", "pandas", "pyarrow")
    if library is not None:
        found: list[Column] = import_module(f"runlake.capture.frames_{library}").columns_of(values)
        return found[-1]._replace(name=name)  # an index of pandas comes before its series
    array = array_of(values)
    if array is not None:
        if array.ndim != 1:
            raise InvalidValue(call, f"an array of shape {array.shape}", "an array of shape (n,)")
        return _of_array(name, array) or _of_list(name, array.tolist())
    if isinstance(values, str | bytes) or not isinstance(values, Sequence):
        raise InvalidType(call, values, "a list, an array or a series")
    return _of_list(name, list(values))


def _of_array(name: str, array: Any) -> Column | None:
    kind, width = {"b": ("bool", "u1"), "i": ("int", "<i8"), "u": ("uint", "<u8"), "f": ("float", "<f8")}.get(
        array.dtype.kind, (None, "")
    )
    if kind is None:
        return None

    def blocks() -> Iterator[Block]:
        for start, length in slices(len(array)):
            yield b"\x01" * length, array[start : start + length].astype(width).tobytes()

    return Column(name, kind, blocks)


def _of_list(name: str, values: list[Any]) -> Column:
    plain = [value.item() if hasattr(value, "item") and hasattr(value, "dtype") else value for value in values]
    kind, block = _layout(plain)

    def blocks() -> Iterator[Block]:
        for start, length in slices(len(plain)):
            yield block(plain[start : start + length])

    return Column(name, kind, blocks)


def _layout(values: list[Any]) -> tuple[str, Callable[[list[Any]], Block]]:
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return "null", lambda part: (bytes(len(part)), b"")
    if kinds == {bool}:
        return "bool", lambda part: _packed(part, "B")
    if kinds == {int} and all(value is None or value in _INT64 for value in values):
        return "int", lambda part: _packed(part, "q")
    if kinds <= {int, float}:
        return "float", lambda part: _packed([None if v is None else _float(v) for v in part], "d")
    if kinds == {str}:
        return "text", text_block
    if kinds == {bytes}:
        return "bytes", bytes_block
    if kinds == {datetime} and all(value is None or value.tzinfo is not None for value in values):
        return "datetime[us, UTC]", lambda part: _packed([None if v is None else _micros(v) for v in part], "q")
    if kinds == {date}:
        return "date", lambda part: _packed([None if v is None else v.toordinal() - _EPOCH_DAY for v in part], "q")
    return "json", lambda part: text_block([as_json(value) for value in part])


_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(moment: datetime) -> int:
    gap = moment - _EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _packed(values: list[Any], code: str) -> Block:
    validity = bytes(value is not None for value in values)
    return validity, numbers([0 if value is None else value for value in values], code)
