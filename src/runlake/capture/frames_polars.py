"""Columns of Polars frames in the form of `frames.FORM`; reads them through Polars itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from runlake.capture.frames import Column, as_json, bytes_block, numbers, slices, text_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Block = tuple[bytes, bytes]


def columns_of(source: Any) -> list[Column]:
    """Return the columns of a DataFrame, or a Series as one.

    Raises:
        TypeError: a lazy frame or something else without data.
    """
    pl = sys.modules["polars"]
    if isinstance(source, pl.Series):
        return [_column(pl, source)]
    if not isinstance(source, pl.DataFrame):
        raise TypeError(f"{type(source).__name__} holds no data yet; call .collect() first")
    return [_column(pl, series) for series in source.get_columns()]


def _column(pl: Any, series: Any) -> Column:
    kind, block = _layout(pl, series.dtype)

    def blocks() -> Iterator[Block]:
        for start, length in slices(len(series)):
            yield block(pl, series.slice(start, length))

    return Column(series.name, kind, blocks)


def _layout(pl: Any, dtype: Any) -> tuple[str, Callable[[Any, Any], Block]]:
    temporal = _temporal(pl, dtype)
    if temporal is not None:
        return temporal, _ints
    if dtype in (pl.UInt64, pl.UInt128):
        return "uint", _uints
    for kind, matches, block in (
        ("int", dtype.is_integer(), _ints),
        ("float", dtype.is_float(), _floats),
        ("bool", dtype == pl.Boolean, _bools),
        ("null", dtype == pl.Null, _nulls),
        ("decimal", dtype.is_decimal(), _texts),
        ("text", dtype in (pl.String, pl.Categorical, pl.Enum), _texts),
        ("bytes", dtype == pl.Binary, _binaries),
    ):
        if matches:
            return kind, block
    return "json", _nested


def _temporal(pl: Any, dtype: Any) -> str | None:
    if dtype == pl.Date:
        return "date"
    if dtype == pl.Time:
        return "time[ns]"
    if dtype == pl.Duration:
        return f"duration[{dtype.time_unit}]"
    if dtype == pl.Datetime:
        return f"datetime[{dtype.time_unit}{', ' + dtype.time_zone if dtype.time_zone else ''}]"
    return None


def _packed(series: Any, code: str) -> bytes:
    # NumPy is ten times as fast, but is not loaded for this.
    if "numpy" not in sys.modules:
        return numbers(series.to_list(), code)
    width = {"q": "<i8", "Q": "<u8", "d": "<f8", "B": "u1"}[code]
    return bytes(series.to_numpy().astype(width).tobytes())


def _validity(pl: Any, series: Any) -> bytes:
    return _packed(series.is_not_null().cast(pl.UInt8), "B")


def _ints(pl: Any, series: Any) -> Block:
    return _validity(pl, series), _packed(series.to_physical().cast(pl.Int64).fill_null(0), "q")


def _uints(pl: Any, series: Any) -> Block:
    return _validity(pl, series), _packed(series.cast(pl.UInt64).fill_null(0), "Q")


def _floats(pl: Any, series: Any) -> Block:
    return _validity(pl, series), _packed(series.cast(pl.Float64).fill_nan(float("nan")).fill_null(0.0), "d")


def _bools(pl: Any, series: Any) -> Block:
    return _validity(pl, series), _packed(series.cast(pl.UInt8).fill_null(0), "B")


def _nulls(pl: Any, series: Any) -> Block:
    return bytes(len(series)), b""


def _texts(pl: Any, series: Any) -> Block:
    text = series.cast(pl.String)
    lengths = _packed(text.str.len_bytes().cast(pl.Int64).fill_null(0), "q")
    return _validity(pl, series), lengths + str(text.drop_nulls().str.join("").item()).encode()


def _binaries(pl: Any, series: Any) -> Block:
    return bytes_block(series.to_list())


def _nested(pl: Any, series: Any) -> Block:
    return text_block([as_json(value) for value in series.to_list()])
