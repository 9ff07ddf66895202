"""Statistics of a data file, as Delta keeps them in the log for skipping files.

A bound that is left out costs a skipped file; a bound that is too narrow hides rows. So whatever
JSON or another reader could get wrong is left out, and times are rounded outwards.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runlake.schema import COMMON, Column, Kind, Table

_LONGEST = 256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Delta keeps milliseconds. One is spared at each end of what a datetime can hold.
_FIRST_MS = -62_135_596_800_000 + 1
_LAST_MS = 253_402_300_799_999 - 1


def stats_json(table: Table, data: pa.Table) -> str:
    """Return the statistics of the rows of one file as JSON.

    Texts are bounded only where readers filter by them: keys, sort columns, where rows come from.
    """
    filtered = {*table.key, *table.sort, *(c.name for c in COMMON)}
    low: dict[str, object] = {}
    high: dict[str, object] = {}
    nulls: dict[str, int] = {}
    for column in table.stored:
        values = data[column.name]
        if column.kind is Kind.TEXTS:
            continue
        nulls[column.name] = values.null_count
        if column.kind is Kind.TEXT and column.name not in filtered:
            continue
        bounds = _bounds(column, values)
        if bounds is not None:
            low[column.name], high[column.name] = bounds
    facts = {"numRecords": data.num_rows, "minValues": low, "maxValues": high, "nullCount": nulls}
    return json.dumps(facts, allow_nan=False)


def _bounds(column: Column, values: Any) -> tuple[object, object] | None:
    if column.kind is Kind.BOOL or values.null_count == len(values):
        return None
    if column.kind is Kind.TEXT:
        return _text_bounds(values)
    if column.kind is Kind.TIME:
        values = values.cast(pa.int64())
    # `min_max` passes over NaN, which no bound may do
    if column.kind is Kind.FLOAT and not pc.all(pc.is_finite(values), skip_nulls=True).as_py():
        return None
    found = pc.min_max(values).as_py()
    if column.kind is Kind.TIME:
        return _time_bounds(found["min"], found["max"])
    return found["min"], found["max"]


def _text_bounds(values: Any) -> tuple[str, str] | None:
    # an unused entry of a dictionary only widens the bounds
    chunks = [c.dictionary if pa.types.is_dictionary(c.type) else c for c in values.chunks if len(c)]
    found = pc.min_max(pa.chunked_array(chunks)).as_py()
    low, high = found["min"], found["max"]
    return (low, high) if max(len(low), len(high)) <= _LONGEST else None


def _time_bounds(low_us: int, high_us: int) -> tuple[str, str] | None:
    low_ms, high_ms = low_us // 1000, math.ceil(high_us / 1000)
    if low_ms < _FIRST_MS or high_ms > _LAST_MS:
        return None
    return _iso(low_ms), _iso(high_ms)


def _iso(ms: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
