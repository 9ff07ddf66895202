"""How many runs have each value of a key, among those that fit the rest of a filter; numbers as a histogram.

The counts of a key leave out what the filter chooses of that key itself, so that they say what another choice would
bring. Everything is counted in Polars over the folded frames: nothing here goes through runs one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from runlake.query.choice import PROSE, Choice, base, conditions, places
from runlake.query.columns import with_fields
from runlake.query.compile import predicate
from runlake.query.expression import NUM, Field, FieldKind, FieldType, Number, Text, Truth, fields
from runlake.query.language import parse
from runlake.query.names import is_flexible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlake.query.choice import Value
    from runlake.query.expression import Node
    from runlake.query.lake import Lake

FEW = 12  # numbers that are listed rather than put into a histogram
BINS = 20
_LOG_DECADES = 2.0  # as the axes of Explore
_EXACT = 2.0**53  # below it a double holds every whole number

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Finite numbers by size, in bins whose ends are round numbers.

    Attributes:
        lows: the least number of each bin, ascending.
        highs: the greatest of each bin. Of numbers that are not all whole it is where the next bin begins, which does
            not count what lies there, but for the last.
        counts: runs in each bin.
        is_log: the bins follow the logarithm.
    """

    lows: tuple[float, ...]
    highs: tuple[float, ...]
    counts: tuple[int, ...]
    is_log: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One key.

    Attributes:
        field: which.
        choice: what the filter chooses of it.
        runs: how many fit the rest of the filter.
        values: with the number of runs that have each, the most common first; infinite numbers among them. A run with
            several values counts for each.
        more: how many further values there are.
        nan, bare, written, missing: runs that have NaN, a tag without a value, anything, nothing.
        histogram: of the finite numbers, where they are too many to list.
    """

    field: Field
    choice: Choice
    runs: int
    values: tuple[tuple[Value, int], ...] = ()
    more: int = 0
    nan: int = 0
    bare: int = 0
    written: int = 0
    missing: int = 0
    histogram: Histogram | None = None


def facets(lake: Lake, where: str, wanted: Sequence[Field], *, most: int = FEW) -> tuple[Facet, ...]:
    """Count the values of some keys.

    Args:
        lake: the snapshot.
        where: the filter; "" for all runs.
        wanted: the keys, in the order of the result.
        most: values of each key; those that are chosen come on top.

    Raises:
        QueryError: the filter does not parse.
    """
    parts = conditions(parse(where) if where.strip() else None)
    named = {field for part in parts for field in fields(part)} | {one for field in wanted for one in _needed(field)}
    frame = with_fields(lake.folded, named).filter(~pl.col("deleted"))
    fits = [frame.select(predicate(part, now=lake.now).alias("fits")).to_series() for part in parts]
    return tuple(_facet(frame, base(field), parts, fits, most) for field in wanted)


def _needed(field: Field) -> Iterable[Field]:
    return (base(field), replace(field, aspect=NUM)) if is_flexible(field) else (field,)


def _facet(frame: pl.DataFrame, field: Field, parts: tuple[Node, ...], fits: Sequence[pl.Series], most: int) -> Facet:
    choice, own = places(parts, field)
    columns = list(dict.fromkeys(one.column for one in _needed(field)))
    whole = frame.select(columns)
    kept = whole
    others = [mask for place, mask in enumerate(fits) if place not in own]
    if others:
        kept = whole.filter(*others)
    facet = Facet(field, choice, runs=kept.height)
    if field.kind is FieldKind.ATTRIBUTE and field.key in PROSE:
        written = int((kept[columns[0]].fill_null("") != "").sum())
        return replace(facet, written=written, missing=kept.height - written)
    numbers = _numbers(whole, field)
    if numbers is None:
        return _of_texts(facet, kept[columns[0]], most)
    return _of_numbers(facet, kept[numbers].cast(pl.Float64), whole[numbers].cast(pl.Float64))


def _numbers(whole: pl.DataFrame, field: Field) -> str | None:
    """Return the column to count as numbers: none where any run has a value that is no number."""
    if field.type is FieldType.NUMBER:
        return field.column
    if not is_flexible(field):
        return None
    number = replace(field, aspect=NUM).column
    texts, numbers = whole[field.column].null_count(), whole[number].null_count()
    return number if texts == numbers < whole.height else None


def _of_texts(facet: Facet, values: pl.Series, most: int) -> Facet:
    missing = values.null_count()
    bare = 0
    if facet.field.type is FieldType.TEXTS:
        bare = int((values.list.len() == 0).sum())
        values = values.drop_nulls().list.unique().explode()
    counted = _counted(values)
    kind = Truth if facet.field.type is FieldType.FLAG else Text
    found = [(kind(value), count) for value, count in counted.head(max(most, 1)).iter_rows()]
    listed = _with_chosen(found, counted, facet.choice)
    more = counted.height - sum(1 for _, count in listed if count)
    return replace(facet, values=listed, more=more, bare=bare, missing=missing)


def _of_numbers(facet: Facet, values: pl.Series, whole: pl.Series) -> Facet:
    missing, nan = values.null_count(), int(values.is_nan().sum())
    facet = replace(facet, missing=missing, nan=nan)
    known = values.drop_nulls().drop_nans()
    # By all runs, so that narrowing does not turn a histogram into a list under the reader's hands.
    if is_flexible(facet.field) and whole.drop_nulls().drop_nans().n_unique() <= FEW:
        counted = _counted(known)
        found = [(Number(value), count) for value, count in counted.sort(counted.columns[0]).iter_rows()]
        return replace(facet, values=_with_chosen(found, counted, facet.choice))
    ends = [(Number(value), int((known == value).sum())) for value in (-math.inf, math.inf)]
    found = [(value, count) for value, count in ends if count]
    listed = _with_chosen(found, _counted(known) if facet.choice.values else None, facet.choice)
    return replace(facet, values=listed, histogram=histogram(known.filter(known.is_finite())))


def _counted(values: pl.Series) -> pl.DataFrame:
    """Count values, the most common first, then by their order."""
    name = values.name or "value"
    counted = values.alias(name).drop_nulls().value_counts(name="_runs")
    return counted.sort("_runs", name, descending=[True, False]).select(name, "_runs")


def _with_chosen(
    found: Sequence[tuple[Value, int]], counted: pl.DataFrame | None, choice: Choice
) -> tuple[tuple[Value, int], ...]:
    """Add what is chosen but not listed, with its count, which may be 0."""
    listed = {value for value, _ in found}
    lost = [value for value in choice.values if value not in listed]
    if not lost or counted is None:
        return tuple(found)
    kept = counted.filter(pl.col(counted.columns[0]).is_in([value.value for value in lost]))
    of: dict[object, int] = dict(kept.iter_rows())
    return (*found, *((value, of.get(value.value, 0)) for value in lost))


def histogram(values: pl.Series) -> Histogram | None:
    """Put finite numbers into some `BINS` bins, along the logarithm where they are above zero and span more than two
    decades; None for no numbers.
    """
    if values.is_empty():
        return None
    numbers = values.to_numpy()
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return Histogram((low,), (high,), (len(numbers),), is_log=False)
    is_log = low > 0 and math.log10(high) - math.log10(low) > _LOG_DECADES
    is_whole = not is_log and abs(low) < _EXACT > abs(high) and bool((numbers == np.round(numbers)).all())
    edges = _covering(_by_decades(low, high) if is_log else _evenly(low, high, is_whole=is_whole), low, high)
    counts, _ = np.histogram(numbers, bins=edges)
    highs = np.maximum(edges[1:] - 1, edges[:-1]) if is_whole else edges[1:]
    return Histogram(tuple(edges[:-1].tolist()), tuple(highs.tolist()), tuple(counts.tolist()), is_log=is_log)


def _evenly(low: float, high: float, *, is_whole: bool) -> Floats:
    # Halves first: the difference of the ends may be more than a double holds.
    raw = high / BINS - low / BINS
    size = 10.0 ** math.floor(math.log10(raw)) if raw > 0 else 0.0
    step = next((m * size for m in (1, 2, 5) if raw <= m * size), 10 * size)
    step = max(step, 1.0) if is_whole else step
    if step <= 0 or not math.isfinite(low / step):
        return np.array([low, high])
    first = math.floor(low / step)
    last = math.floor(high / step) + 1 if is_whole else math.ceil(high / step)
    return np.array([_round(place * step) for place in range(first, last + 1)])


def _by_decades(low: float, high: float) -> Floats:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = last - first
    within = (1, 2, 5) if 3 * decades <= 2 * BINS else (1,)
    each = max(1, math.ceil(decades / (2 * BINS)))
    edges = [_round(m * 10.0**place) for place in range(first, last + 1, each) for m in within if place < 308]
    below = [edge for edge in edges if edge <= low][-1:]
    return np.array([*below, *(edge for edge in edges if low < edge < high), *[e for e in edges if e >= high][:1]])


def _covering(edges: Floats, low: float, high: float) -> Floats:
    """Let the outer edges hold all numbers, and each bin be wider than nothing."""
    first = edges[0] if math.isfinite(edges[0]) and edges[0] <= low else low
    last = edges[-1] if math.isfinite(edges[-1]) and edges[-1] >= high else high
    return np.unique(np.array([first, *edges[(edges > first) & (edges < last)], last]))


def _round(edge: float) -> float:
    return float(f"{edge:.12g}")
