"""Columns of pandas frames in the form of `frames.FORM`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from runlake.capture.frames import Column, as_json, bytes_block, slices, text_block

if TYPE_CHECKING:
    from collections.abc import Iterator

Block = tuple[bytes, bytes]


def columns_of(source: Any) -> list[Column]:
    """Return the index, where it says something, and the columns of a DataFrame, or a Series as one.

    Raises:
        TypeError: something else.
    """
    pd = sys.modules["pandas"]
    if isinstance(source, pd.Index):
        return [_column(pd, "", source.to_series())]
    if isinstance(source, pd.Series):
        columns = [_column(pd, _name(source.name), source)]
    elif isinstance(source, pd.DataFrame):
        columns = [_column(pd, str(name), source.iloc[:, i]) for i, name in enumerate(source.columns)]
    else:
        raise TypeError(f"{type(source).__name__} is no frame")
    return [*_index(pd, source.index), *columns]


def _name(name: object) -> str:
    return "" if name is None else str(name)


def _index(pd: Any, index: Any) -> list[Column]:
    if isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1:
        return []
    levels = range(index.nlevels)
    return [
        _column(pd, f"index:{_name(index.names[i])}", pd.Series(index.get_level_values(i), dtype=None)) for i in levels
    ]


def _column(pd: Any, name: str, series: Any) -> Column:
    if isinstance(series.dtype, pd.ArrowDtype):
        from runlake.capture.frames_pyarrow import column_of

        return column_of(name, series.array.__arrow_array__())
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(object)
    kind = _kind(pd, series)

    def blocks() -> Iterator[Block]:
        for start, length in slices(len(series)):
            yield _block(kind, series.iloc[start : start + length])

    return Column(name, kind, blocks)


def _kind(pd: Any, series: Any) -> str:
    types, dtype = pd.api.types, series.dtype
    if types.is_datetime64_any_dtype(dtype):
        unit = getattr(dtype, "unit", None) or str(dtype).partition("[")[2].partition("]")[0]
        zone = getattr(dtype, "tz", None)
        return f"datetime[{unit}{f', {zone}' if zone else ''}]"
    if types.is_timedelta64_dtype(dtype):
        return f"duration[{str(dtype).partition('[')[2].partition(']')[0]}]"
    for kind, matches in (
        ("bool", types.is_bool_dtype),
        ("int", types.is_integer_dtype),
        ("float", types.is_float_dtype),
    ):
        if matches(dtype):
            return "uint" if str(dtype).lower() == "uint64" else kind
    return _kind_of_objects(pd, series)


def _kind_of_objects(pd: Any, series: Any) -> str:
    if isinstance(series.dtype, pd.StringDtype):
        return "text"
    found = {type(value) for value in series.to_numpy(dtype=object)[~series.isna().to_numpy()]}
    if not found:
        return "null"
    return {str: "text", bytes: "bytes", bool: "bool"}.get(found.pop(), "json") if len(found) == 1 else "json"


def _block(kind: str, series: Any) -> Block:
    if kind in {"text", "bytes", "json", "null"}:
        return _objects(kind, series)
    np = sys.modules["numpy"]
    masked = not isinstance(series.dtype, np.dtype) or kind not in {"float"}
    valid = ~series.isna().to_numpy() if masked else np.ones(len(series), dtype=bool)
    if kind.startswith(("datetime", "duration")):
        whole = series.to_numpy(
            dtype=f"{'M' if kind[1] == 'a' else 'm'}8[{kind.partition('[')[2].rstrip(']').split(',')[0]}]"
        )
        values = whole.view("<i8")
    else:
        width = {"int": "<i8", "uint": "<u8", "float": "<f8", "bool": "u1"}[kind]
        zero = {"bool": False, "float": 0.0}.get(kind, 0)
        values = (series if valid.all() else series.where(valid, zero)).to_numpy().astype(width)
    values = np.where(valid, values, values.dtype.type(0))
    if kind == "float":
        values = np.where(np.isnan(values), np.nan, values)
    return valid.astype("u1").tobytes(), values.tobytes()


def _objects(kind: str, series: Any) -> Block:
    missing = series.isna().to_numpy()
    values = [None if gone else value for value, gone in zip(series.to_numpy(dtype=object), missing, strict=True)]
    if kind == "null":
        return bytes(len(values)), b""
    if kind == "bytes":
        return bytes_block(values)
    return text_block(values if kind == "text" else [as_json(value) for value in values])
