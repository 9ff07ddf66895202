"""What kind of axis a parameter or a metric is, and where on it each run lies.

Owns the way from values to places between 0 and 1. It reads nothing and draws nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from runlake.analysis.series import natural_order

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Floats = NDArray[np.float64]

MOST_CATEGORIES = 20
_LOG_DECADES = 2
_FLAGS = ("false", "true")
_NONE = "null"  # how a parameter that was logged as None is stored


class Kind(StrEnum):
    """What the values of an axis are."""

    NUMBER = "number"
    INTEGER = "integer"
    CATEGORY = "category"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One column of runs as an axis.

    Attributes:
        name: of the column, such as `params.lr`.
        kind: what its values are.
        is_log: places follow the logarithm.
        can_log: all values are above zero, so that they could.
        low, high: least and greatest finite value; of categories the first and the last place of the list.
        categories: texts in the order of the axis, from the bottom up; empty for numbers.
        rest: how many further texts share the last place of all, since they are too many to be told apart.
        place: (n,) between 0 and 1; NaN where a run has no value or no finite one.
        position: (n,) the number itself, or of a text its place in the list; NaN likewise.
    """

    name: str
    kind: Kind
    is_log: bool
    can_log: bool
    low: float
    high: float
    categories: tuple[str, ...]
    rest: int
    place: Floats
    position: Floats

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return not self.categories

    @property
    def missing(self) -> int:
        """How many runs have no place on it."""
        return int(np.isnan(self.place).sum())

    def place_of(self, value: float) -> float:
        """Return the place of a number, or of a position in the list of categories."""
        if self.high <= self.low:
            return 0.5
        if self.is_log:
            return math.log(value / self.low) / math.log(self.high / self.low) if value > 0 else -math.inf
        return (value - self.low) / (self.high - self.low)

    def value_at(self, place: float) -> float:
        """Return the number, or the position in the list of categories, at a place."""
        if self.high <= self.low:
            return self.low
        if self.is_log:
            return float(self.low * (self.high / self.low) ** place)
        return self.low + place * (self.high - self.low)


def columns_of(params: pl.DataFrame, run_ids: Sequence[str]) -> pl.DataFrame:
    """Lay parameters out, one row per run: `params.<key>`, a number where every value of that key is one, else text.

    What was logged as None counts as missing.

    Args:
        params: run_id, key, value, value_num, of any runs.
        run_ids: the rows, in their order.
    """
    rows = pl.DataFrame({"run_id": list(run_ids)}, schema={"run_id": pl.String})
    known = params.filter(pl.col("value") != _NONE).join(rows, on="run_id", how="semi")
    if known.is_empty():
        return rows
    is_number = known.group_by("key").agg(pl.col("value_num").is_not_null().all().alias("number"))
    marked = known.join(is_number, on="key")
    for number, column in ((True, "value_num"), (False, "value")):
        part = marked.filter(pl.col("number") == number)
        if not part.is_empty():
            wide = part.select("run_id", "key", column).pivot("key", index="run_id", values=column)
            wide = wide.rename({key: f"params.{key}" for key in wide.columns[1:]})
            rows = rows.join(wide, on="run_id", how="left", maintain_order="left")
    return rows.select("run_id", *natural_order(rows.columns[1:]))


def varying(frame: pl.DataFrame) -> list[str]:
    """Return the columns that hold at least two different values; numbers that are not finite do not count."""
    return [name for name in frame.columns if known(frame[name]).n_unique() > 1]


def known(values: pl.Series) -> pl.Series:
    """Return the values that have a place: neither null nor, of numbers, NaN or infinite."""
    values = values.drop_nulls()
    return values.filter(values.is_finite()) if values.dtype.is_float() else values


def axis(values: pl.Series, *, turned: Collection[str] = ()) -> Axis:
    """Make an axis of a column.

    Numbers above zero that span more than two decades are on a logarithmic axis; the reader can turn that over.

    Args:
        values: (n,) numbers or texts; its name is that of the axis.
        turned: names of axes whose scale is not the one that they would have by themselves.
    """
    if values.dtype == pl.String:
        return _of_texts(values)
    return _of_numbers(values.cast(pl.Float64), turned=values.name in turned)


def _of_numbers(values: pl.Series, *, turned: bool) -> Axis:
    position = values.fill_null(math.nan).to_numpy()
    position = np.where(np.isfinite(position), position, np.nan)
    finite = position[~np.isnan(position)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (math.nan, math.nan)
    can_log = bool(low > 0 and high > low)
    is_log = can_log and (math.log10(high) - math.log10(low) > _LOG_DECADES) != turned
    whole = bool(len(finite)) and bool(np.all(finite == np.round(finite))) and max(abs(low), abs(high)) < 2**53
    return Axis(
        name=values.name,
        kind=Kind.INTEGER if whole else Kind.NUMBER,
        is_log=is_log,
        can_log=can_log,
        low=low,
        high=high,
        categories=(),
        rest=0,
        place=_places(position, low, high, is_log=is_log),
        position=position,
    )


def _places(position: Floats, low: float, high: float, *, is_log: bool) -> Floats:
    if not high > low:
        return np.where(np.isnan(position), np.nan, 0.5)
    if is_log:
        return np.asarray((np.log(position) - math.log(low)) / (math.log(high) - math.log(low)))
    # Halves, so that the width of the widest range of doubles is still finite.
    return np.asarray((position / 2 - low / 2) / (high / 2 - low / 2))


def _of_texts(values: pl.Series) -> Axis:
    counts = values.drop_nulls().value_counts(sort=True)
    texts = counts[values.name].to_list() if len(counts) else []
    is_flag = bool(texts) and set(texts) <= set(_FLAGS)
    kept = natural_order(texts if len(texts) <= MOST_CATEGORIES else texts[: MOST_CATEGORIES - 1])
    rest = len(texts) - len(kept)
    places = {text: float(place) for place, text in enumerate(kept)}
    last = float(len(kept)) if rest else math.nan
    position = np.array([math.nan if text is None else places.get(text, last) for text in values], dtype=np.float64)
    high = len(kept) - 1.0 + bool(rest)
    return Axis(
        name=values.name,
        kind=Kind.FLAG if is_flag else Kind.CATEGORY,
        is_log=False,
        can_log=False,
        low=0.0,
        high=high,
        categories=tuple(kept),
        rest=rest,
        place=_places(position, 0.0, high, is_log=False),
        position=position,
    )
