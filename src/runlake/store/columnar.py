"""Reads tables that wait in the spool, in the form of `schema.columnar`, and makes Parquet of them."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from runlake.errors import InvalidValue
from runlake.schema.columnar import MAGIC

if TYPE_CHECKING:
    from collections.abc import Callable

_UNITS = {"s", "ms", "us", "ns"}
_WIDTHS = {"int": "<i8", "uint": "<u8", "float": "<f8", "bool": "u1"}
_TEXTS = {"text", "decimal", "json"}


def parquet(content: bytes) -> bytes:
    """Turn the bytes of a spooled table into those of a Parquet file.

    Raises:
        InvalidValue: they are not in that form, or are cut short.
    """
    out = io.BytesIO()
    pq.write_table(table(content), out, compression="zstd", compression_level=3)
    return out.getvalue()


def table(content: bytes) -> pa.Table:
    """Read the bytes of a spooled table.

    Raises:
        InvalidValue: they are not in that form, or are cut short.
    """
    if not content.startswith(MAGIC):
        raise InvalidValue("spooled table", f"{len(content)} bytes", "the form of schema.columnar")
    try:
        return _table(_Reader(memoryview(content), len(MAGIC)))
    except (ValueError, KeyError, TypeError, pa.ArrowException) as problem:
        raise InvalidValue("spooled table", f"{len(content)} bytes: {problem}", "a table that is whole") from problem


class _Reader:
    """Takes one part after the other, each preceded by its length."""

    def __init__(self, content: memoryview, at: int) -> None:
        self._content, self._at = content, at

    def part(self) -> memoryview:
        length = int.from_bytes(self._content[self._at : self._at + 8], "little")
        start, self._at = self._at + 8, self._at + 8 + length
        if self._at > len(self._content):
            raise ValueError("it is cut short")
        return self._content[start : self._at]


def _table(reader: _Reader) -> pa.Table:
    header = json.loads(bytes(reader.part()))
    rows, block_rows = int(header["rows"]), int(header["block_rows"])
    sizes = [min(block_rows, rows - start) for start in range(0, rows, block_rows)]
    columns = {}
    for name, kind in header["columns"]:
        dtype, read = _reading(kind)
        columns[name] = pa.chunked_array([read(reader.part(), reader.part(), size) for size in sizes], dtype)
    return pa.table(columns)


def _reading(kind: str) -> tuple[pa.DataType, Callable[[memoryview, memoryview, int], pa.Array]]:
    """Return the type of a column and what makes an array of validity, values and number of rows."""
    if kind == "null":
        return pa.null(), lambda validity, values, rows: pa.nulls(rows)
    if kind in _TEXTS:
        return pa.large_string(), lambda validity, values, rows: _strings(validity, values, rows, pa.large_string())
    if kind == "bytes":
        return pa.large_binary(), lambda validity, values, rows: _strings(validity, values, rows, pa.large_binary())
    if kind in _WIDTHS:
        number = {"int": pa.int64(), "uint": pa.uint64(), "float": pa.float64(), "bool": pa.bool_()}[kind]
        return number, lambda validity, values, rows: _numbers(validity, values, rows, _WIDTHS[kind], number)
    dtype, physical = _temporal(kind)

    def read(validity: memoryview, values: memoryview, rows: int) -> pa.Array:
        plain = _numbers(validity, values, rows, "<i8", pa.int64())
        return (plain if physical == pa.int64() else plain.cast(physical)).cast(dtype)

    return dtype, read


def _temporal(kind: str) -> tuple[pa.DataType, pa.DataType]:
    """Return the type of `date`, `datetime[us, UTC]` and the like, and the integer that it is stored as."""
    if kind == "date":
        return pa.date32(), pa.int32()
    if kind == "date[ms]":
        return pa.date64(), pa.int64()
    what, _, rest = kind.rstrip("]").partition("[")
    unit, _, zone = rest.partition(", ")
    if unit not in _UNITS:
        raise ValueError(f"{kind!r} is no kind of column")
    if what == "datetime":
        return pa.timestamp(unit, zone or None), pa.int64()
    if what == "duration":
        return pa.duration(unit), pa.int64()
    if what == "time":
        narrow = unit in {"s", "ms"}
        return (pa.time32(unit), pa.int32()) if narrow else (pa.time64(unit), pa.int64())
    raise ValueError(f"{kind!r} is no kind of column")


def _numbers(validity: memoryview, values: memoryview, rows: int, width: str, dtype: pa.DataType) -> pa.Array:
    numbers = np.frombuffer(values, width, count=rows)
    missing = np.frombuffer(validity, "u1", count=rows) == 0
    return pa.array(numbers.astype(bool) if dtype == pa.bool_() else numbers, dtype, mask=missing)


def _strings(validity: memoryview, values: memoryview, rows: int, dtype: pa.DataType) -> pa.Array:
    present = np.frombuffer(validity, "u1", count=rows) != 0
    offsets = np.zeros(rows + 1, "<i8")
    np.cumsum(np.frombuffer(values, "<i8", count=rows), out=offsets[1:])
    text = bytes(values[8 * rows :])
    if (np.diff(offsets) < 0).any() or offsets[-1] != len(text):
        raise ValueError("its texts are cut short")
    if dtype == pa.large_string():
        try:
            text.decode()
        except UnicodeDecodeError:
            return pa.array(_mended(text, offsets, present), dtype)
    bits = pa.py_buffer(np.packbits(present, bitorder="little").tobytes())
    return pa.Array.from_buffers(dtype, rows, [bits, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text)])


def _mended(text: bytes, offsets: Any, present: Any) -> list[str | None]:
    """Decode text with lone surrogates, which Python can hold and UTF-8 cannot."""
    pairs = zip(offsets[:-1].tolist(), offsets[1:].tolist(), present.tolist(), strict=True)
    return [text[start:end].decode("utf-8", "replace") if is_there else None for start, end, is_there in pairs]
