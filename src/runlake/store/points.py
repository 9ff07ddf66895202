"""Metric points of some segments as columns, in the order of the `metrics` table.

Names are written once: every point carries the number of its series (run and key) and of its
writer, so that a call of five metrics costs a few array elements and no strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from runlake.schema import METRICS
from runlake.store import arrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlake.journal import Segment

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_HEAD = [("seq", "<i8"), ("step", "<f8"), ("logged_at", "<i8"), ("ts", "<i8")]


@dataclass(frozen=True, slots=True)
class Points:
    """Points sorted by (run_id, key, step, writer, seq).

    Attributes:
        series: the (run_id, key) that occur, sorted.
        writers: the writers that occur, sorted.
        of: (n,) index into `series`.
        by: (n,) index into `writers`.
        link, seq, step, ts, logged_at, value: (n,) columns; times in microseconds.
    """

    series: list[tuple[str, str]]
    writers: list[str]
    of: Ints
    by: Ints
    link: Ints
    seq: Ints
    step: Floats
    ts: Ints
    logged_at: Ints
    value: Floats

    def __len__(self) -> int:
        return len(self.of)


def points_of(segments: Iterable[Segment]) -> Points:
    """Decode the points of segments.

    Raises:
        ValueError: a payload has the wrong length.
    """
    calls = [(s, run_id, keys, payloads) for s in segments for (run_id, keys), payloads in s.points.items() if payloads]
    series = sorted({(run_id, key) for _, run_id, keys, _ in calls for key in keys})
    writers = sorted({s.writer for s, *_ in calls})
    number = {name: i for i, name in enumerate(series)}
    by = {writer: i for i, writer in enumerate(writers)}
    blocks = [
        _block([number[run_id, key] for key in keys], by[s.writer], s.link, payloads)
        for s, run_id, keys, payloads in calls
    ]
    if not blocks:
        whole, fractional = np.empty(0, dtype=np.int64), np.empty(0)
        return Points([], [], whole, whole, whole, whole, fractional, whole, whole, fractional)
    of, at, link, seq, step, ts, logged_at, value = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    order = sorting(of, step, at, seq)
    if order is not None:
        of, at, link, seq, step, ts, logged_at, value = (
            c[order] for c in (of, at, link, seq, step, ts, logged_at, value)
        )
    return Points(series, writers, of, at, link, seq, step, ts, logged_at, value)


def sorting(*keys: NDArray[Any]) -> NDArray[np.intp] | None:
    """Return the order that sorts rows by `keys`, the first one leading; None where they are sorted already."""
    tied = np.ones(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        before, after = key[:-1], key[1:]
        if (tied & (after < before)).any():
            return np.lexsort(keys[::-1])
        tied &= after == before
    return None


def to_arrow(points: Points) -> pa.Table:
    """Lay points out as rows of `metrics`, names as dictionaries."""
    runs = sorted({run_id for run_id, _ in points.series})
    keys = sorted({key for _, key in points.series})
    run_number, key_number = ({name: i for i, name in enumerate(names)} for names in (runs, keys))
    run_of = np.array([run_number[run_id] for run_id, _ in points.series], dtype=np.int32)
    key_of = np.array([key_number[key] for _, key in points.series], dtype=np.int32)
    columns = {
        "run_id": _dictionary(run_of[points.of], runs),
        "key": _dictionary(key_of[points.of], keys),
        "step": points.step,
        "value": points.value,
        "ts": _times(points.ts),
        "writer": _dictionary(points.by.astype(np.int32), points.writers),
        "link": points.link,
        "seq": points.seq,
        "logged_at": _times(points.logged_at, mask=points.logged_at == points.ts),
    }
    return pa.table({c.name: columns[c.name] for c in METRICS.stored})


def _block(numbers: Sequence[int], by: int, link: int, payloads: list[bytes]) -> tuple[NDArray[Any], ...]:
    """Lay the calls of one set of keys out key by key, so that each series is one stretch in call order."""
    width = len(numbers)
    data = b"".join(payloads)
    if len(data) != len(payloads) * (32 + 8 * width):
        raise ValueError(f"calls of {width} values have {len(data) // len(payloads)} bytes each")
    table = np.frombuffer(data, dtype=[*_HEAD, ("value", "<f8", (width,))])
    calls = len(table)
    size = calls * width
    return (
        np.repeat(np.array(numbers, dtype=np.int64), calls),
        np.full(size, by, dtype=np.int64),
        np.full(size, link, dtype=np.int64),
        np.tile(table["seq"], width),
        np.tile(table["step"], width),
        np.tile(table["ts"], width),
        np.tile(table["logged_at"], width),
        table["value"].T.ravel(),
    )


def _dictionary(numbers: NDArray[np.int32], names: list[str]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(numbers), pa.array(names, pa.string()))


def _times(us: Ints, mask: NDArray[np.bool_] | None = None) -> Any:
    return pa.array(us, pa.int64(), mask=mask).cast(arrow.TIME)
