"""Columns of PyArrow tables in the form of `frames.FORM`; reads their buffers."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from runlake.capture.frames import Column, as_json, bytes_block, slices, text_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Block = tuple[bytes, bytes]


def _arrow() -> Any:
    # The caller's value comes from it, so it is there; it is never loaded for anybody else.
    return sys.modules["pyarrow"]


def _compute() -> Any:
    return import_module(f"{_arrow().__name__}.compute")


def columns_of(source: Any) -> list[Column]:
    """Return the columns of a Table or RecordBatch, or an array as one.

    Raises:
        TypeError: something else, such as a data set that was not read.
    """
    pa = _arrow()

    if isinstance(source, pa.Table | pa.RecordBatch):
        return [column_of(name, column) for name, column in zip(source.schema.names, source.columns, strict=True)]
    if isinstance(source, pa.Array | pa.ChunkedArray):
        return [column_of("", source)]
    raise TypeError(f"{type(source).__name__} holds no data yet; read it into a table first")


def column_of(name: str, array: Any) -> Column:
    """Lay out one array or chunked array."""
    pa = _arrow()

    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    kind, block = _layout(array.type)

    def blocks() -> Iterator[Block]:
        for start, length in slices(len(array)):
            part = array.slice(start, length)
            yield block(part.combine_chunks() if isinstance(part, pa.ChunkedArray) else part)

    return Column(name, kind, blocks)


def _layout(dtype: Any) -> tuple[str, Callable[[Any], Block]]:
    types = _arrow().types

    temporal = _temporal(dtype)
    if temporal is not None:
        return temporal, _ints
    text = types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype)
    binary = types.is_binary(dtype) or types.is_large_binary(dtype) or types.is_fixed_size_binary(dtype)
    for kind, matches, block in (
        ("uint", types.is_uint64(dtype), _uints),
        ("int", types.is_integer(dtype), _ints),
        ("float", types.is_floating(dtype), _floats),
        ("bool", types.is_boolean(dtype), _bools),
        ("null", types.is_null(dtype), _nulls),
        ("decimal", types.is_decimal(dtype), _decimals),
        ("text", text, _texts),
        ("bytes", binary or types.is_binary_view(dtype), _binaries),
    ):
        if matches:
            return kind, block
    return "json", _nested


def _temporal(dtype: Any) -> str | None:
    types = _arrow().types

    if types.is_timestamp(dtype):
        return f"datetime[{dtype.unit}{', ' + dtype.tz if dtype.tz else ''}]"
    if types.is_duration(dtype):
        return f"duration[{dtype.unit}]"
    if types.is_time(dtype):
        return f"time[{dtype.unit}]"
    # Milliseconds, but of whole days.
    return {"date32[day]": "date", "date64[ms]": "date[ms]"}.get(str(dtype))


def _packed(array: Any, dtype: Any, zero: object) -> bytes:
    pc = _compute()

    plain = pc.fill_null(array.cast(dtype), zero)
    width = dtype.bit_width // 8
    return bytes(memoryview(plain.buffers()[1])[plain.offset * width : (plain.offset + len(plain)) * width])


def _validity(array: Any) -> bytes:
    pa = _arrow()

    return _packed(array.is_valid(), pa.uint8(), 0)


def _ints(array: Any) -> Block:
    pa = _arrow()

    # 32-bit dates and times have no direct way to 64 bits.
    narrow = pa.types.is_date32(array.type) or pa.types.is_time32(array.type)
    return _validity(array), _packed(array.cast(pa.int32()) if narrow else array, pa.int64(), 0)


def _uints(array: Any) -> Block:
    pa = _arrow()

    return _validity(array), _packed(array, pa.uint64(), 0)


def _floats(array: Any) -> Block:
    pa, pc = _arrow(), _compute()

    wide = array.cast(pa.float64())
    one_nan = pc.if_else(pc.is_nan(wide), pa.scalar(float("nan")), wide)
    return _validity(array), _packed(one_nan, pa.float64(), 0.0)


def _bools(array: Any) -> Block:
    pa = _arrow()

    return _validity(array), _packed(array, pa.uint8(), 0)


def _nulls(array: Any) -> Block:
    return bytes(len(array)), b""


def _texts(array: Any) -> Block:
    pa, pc = _arrow(), _compute()

    text = pc.fill_null(array.cast(pa.large_string()), "")
    lengths = _packed(pc.binary_length(text), pa.int64(), 0)
    ends = memoryview(text.buffers()[1]).cast("q")
    content = text.buffers()[2]
    whole = b"" if content is None else bytes(memoryview(content)[ends[text.offset] : ends[text.offset + len(text)]])
    return _validity(array), lengths + whole


def _decimals(array: Any) -> Block:
    return text_block([None if value is None else str(value) for value in array.to_pylist()])


def _binaries(array: Any) -> Block:
    return bytes_block(array.to_pylist())


def _nested(array: Any) -> Block:
    return text_block([as_json(value) for value in array.to_pylist()])
