"""What several models answered to the same rows: tables joined on a key, and where their answers part.

No row is dropped. A key that a table has twice pairs its first row with the first rows of the others, its second
with their second. A row without a key is paired with nothing and stays a row of its own.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ID = re.compile(
    r"(^|[_\W])(id|ids|uid|uuid|key|index|idx|row|example|sample|image|file|path|name)([_\W]|$)|\wId$", re.I
)
_TURN, _ANSWER, _SURE, _HERE = "@turn", "answer/", "sure/", "has/"
_NEARLY = 0.9
_TOLERANCE = 1e-9  # of the greater of two numbers: what sums in another order differ by


@dataclass(frozen=True, slots=True)
class Answers:
    """The table of one run.

    Attributes:
        frame: its rows.
        answer: column of what the model said.
        label: column of what is true, where it is known.
        sure: column of how sure the model was, where it is known.
    """

    frame: pl.DataFrame
    answer: str
    label: str | None = None
    sure: str | None = None


@dataclass(frozen=True, slots=True)
class Flaws:
    """What of one table does not fit a key.

    Attributes:
        repeated: rows whose key an earlier row has too.
        keyless: rows without a key: a part of it is null or NaN.
        mislabelled: rows whose label is another than the first table's.
    """

    repeated: int
    keyless: int
    mislabelled: int


@dataclass(frozen=True, slots=True)
class Joined:
    """n tables side by side.

    Attributes:
        keys: the key columns.
        frame: the key columns, `label` (of the first table that has one), then for the run at each place i
            `answer/i`, `sure/i` and `has/i` (whether it has the row), then `runs` (how many have the row), `distinct`
            (how many different answers they gave; no answer counts as one), `gap` (greatest less least sureness;
            for answers that are numbers, their spread) and `row/i`, the row in the table of the run, null where it
            has none. Those that disagree stand first: by `distinct`, then by `gap`, both falling, then as in the tables.
        flaws: of each table, in their order.
        numeric: whether the answers are numbers.
    """

    keys: tuple[str, ...]
    frame: pl.DataFrame
    flaws: tuple[Flaws, ...]
    numeric: bool

    @property
    def n(self) -> int:
        """The number of tables."""
        return len(self.flaws)

    @property
    def is_judged(self) -> bool:
        """Whether the label says what is right: numbers are neither right nor wrong by a text."""
        return not self.numeric or self.frame.schema["label"].is_numeric()

    @property
    def everywhere(self) -> pl.Expr:
        """Rows that every table has."""
        return pl.col("runs") == self.n

    @property
    def agree(self) -> int:
        """How many rows all have and answer alike."""
        return self.frame.filter(self.everywhere & (pl.col("distinct") <= 1)).height

    @property
    def disagree(self) -> int:
        """How many rows all have, and not all answer alike."""
        return self.frame.filter(self.everywhere & (pl.col("distinct") > 1)).height

    @property
    def only_some(self) -> int:
        """How many rows not all have."""
        return self.frame.filter(~self.everywhere).height

    def right(self, place: int) -> pl.Expr:
        """Whether the run at a place has the row and answers as the label says; false where no label is known."""
        here = pl.col(f"{_HERE}{place}")
        if not self.is_judged:
            return here & pl.lit(False)
        return _alike(pl.col(f"{_ANSWER}{place}"), pl.col("label"), numeric=self.numeric).fill_null(False) & here

    def wrong(self, place: int) -> pl.Expr:
        """Whether the run at a place has the row, and answers otherwise than the label says."""
        return pl.col(f"{_HERE}{place}") & pl.col("label").is_not_null() & ~self.right(place) & pl.lit(self.is_judged)


def key_columns(frames: Sequence[pl.DataFrame]) -> list[str]:
    """Return the columns that all tables have and that can be a key, the most likely first.

    Likely is what is unique in each of them and named like an id, then what is unique, then what is named like an
    id; numbers with a fraction, lists and structures are no keys.
    """
    if not frames:
        return []
    common = [name for name in frames[0].columns if all(_can_be_key(frame, name) for frame in frames)]
    alike = {name: all(_is_unique(frame, name) for frame in frames) for name in common}
    return sorted(common, key=lambda name: (not alike[name], not _ID.search(name), common.index(name)))


def guessed_key(frames: Sequence[pl.DataFrame]) -> tuple[str, ...]:
    """Guess the key; () where nothing tells rows apart.

    One column that is unique in each table, else one that is named like an id and nearly unique: a few rows that came
    twice do not make another key. Else two columns that are unique together.
    """
    columns = key_columns(frames)
    if columns and all(_is_unique(frame, columns[0]) for frame in frames):
        return (columns[0],)
    nearly = [name for name in columns if _ID.search(name) and all(_is_nearly_unique(frame, name) for frame in frames)]
    if nearly:
        return (nearly[0],)
    pairs = [(first, second) for at, first in enumerate(columns[:6]) for second in columns[at + 1 : 6]]
    return next((pair for pair in pairs if all(_is_unique(frame, *pair) for frame in frames)), ())


def named(columns: Iterable[str], words: Sequence[str]) -> str | None:
    """Return the first column whose name is one of the words, else the first that has one of them as a part."""
    listed = list(columns)
    parts = {name: re.split(r"[_\W]+", name.lower()) for name in listed}
    for word in words:
        found = next((name for name in listed if name.lower() == word), None)
        if found is not None:
            return found
    return next((name for word in words for name in listed if word in parts[name]), None)


def joined(tables: Sequence[Answers], keys: Sequence[str]) -> Joined:
    """Join tables on a key; see `Joined`. Takes some tenths of a second for five tables of 100,000 rows.

    Args:
        tables: one or more; each has the key columns.
        keys: one column or more.

    Raises:
        InvalidValue: there is no table or no key, or a table lacks a column.
    """
    _check(tables, keys)
    numeric = all(one.frame.schema[one.answer].is_float() for one in tables)
    parts = [_prepared(one, keys, place, tables) for place, one in enumerate(tables)]
    place = [*keys, _TURN]
    grid = pl.concat([part.select(place) for part in parts]).unique(maintain_order=True)
    for part in parts:
        grid = grid.join(part, on=place, how="left", maintain_order="left", nulls_equal=True)
    labels = [name for name in grid.columns if name.startswith("@label/")]
    flaws = tuple(
        Flaws(
            part.filter(pl.col(_TURN) > 0).height,
            part.filter(pl.col(_TURN) < 0).height,
            _mislabelled(grid, labels, i),
        )
        for i, part in enumerate(parts)
    )
    label = pl.coalesce(labels) if labels else pl.lit(None, pl.String)
    full = _measured(grid.with_columns(label.alias("label")), len(tables), numeric=numeric)
    order = full.sort(["distinct", "gap"], descending=True, nulls_last=True, maintain_order=True)
    each = [f"{name}{i}" for i in range(len(tables)) for name in (_ANSWER, _SURE, _HERE)]
    rows = [f"row/{i}" for i in range(len(tables))]
    return Joined(tuple(keys), order.select(*keys, "label", *each, "runs", "distinct", "gap", *rows), flaws, numeric)


def _check(tables: Sequence[Answers], keys: Sequence[str]) -> None:
    if not tables or not keys:
        raise InvalidValue("join", [len(tables), list(keys)], "a table and a key column at least")
    for one in tables:
        wanted = [*keys, one.answer, *(name for name in (one.label, one.sure) if name)]
        missing = [name for name in wanted if name not in one.frame.columns]
        if missing:
            raise InvalidValue("column", missing, "a column of every table that is joined")


def _prepared(one: Answers, keys: Sequence[str], place: int, tables: Sequence[Answers]) -> pl.DataFrame:
    """Give a table the key columns in the type that all share, the turn of each row, and its columns by place."""
    labels = [(t.frame, t.label) for t in tables if t.label]
    answers = [(t.frame, t.answer) for t in tables]
    # Answers are compared with labels, but numbers do not become text for a label's sake.
    apart = all(f.schema[n].is_float() for f, n in answers) and not all(f.schema[n].is_numeric() for f, n in labels)
    of_answers, of_labels = (answers, labels) if apart else ([*answers, *labels], [*answers, *labels])
    read = one.frame.with_row_index("@row").select(
        *(_common(one.frame, key, [(t.frame, key) for t in tables]).alias(key) for key in keys),
        _common(one.frame, one.answer, of_answers).alias(f"{_ANSWER}{place}"),
        (pl.col(one.sure).cast(pl.Float64, strict=False) if one.sure else pl.lit(None, pl.Float64)).alias(
            f"{_SURE}{place}"
        ),
        pl.col("@row").cast(pl.Int64).alias(f"row/{place}"),
        *([_common(one.frame, one.label, of_labels).alias(f"@label/{place}")] if one.label else []),
    )
    repeats = read.select(keys).n_unique() < read.height
    lacking = pl.any_horizontal(_is_missing(pl.col(key), read.schema[key]) for key in keys)
    # Below zero and unique over all tables, so that no two rows without a key are ever taken for the same.
    alone = -(pl.col(f"row/{place}") * len(tables) + place + 1)
    # Numbering the rows of each key takes a hundred times as long as seeing that there is nothing to number.
    turn = pl.int_range(pl.len(), dtype=pl.Int64).over(list(keys)) if repeats else pl.lit(0, pl.Int64)
    turn = pl.when(lacking).then(alone).otherwise(turn)
    return read.with_columns(turn.alias(_TURN), pl.lit(True).alias(f"{_HERE}{place}"))


def _common(frame: pl.DataFrame, name: str, where: Sequence[tuple[pl.DataFrame, str]]) -> pl.Expr:
    """Read a column in a type that holds the values of all these columns: whole numbers, numbers, else text."""
    types = [found.schema[column] for found, column in where]
    column = pl.col(name)
    if all(kind.is_integer() for kind in types):
        return column.cast(pl.Int64, strict=False) if len(set(types)) > 1 else column
    if all(kind.is_numeric() for kind in types):
        return column.cast(pl.Float64)
    if len(set(types)) == 1 and not isinstance(types[0], pl.Categorical | pl.Enum) and not types[0].is_nested():
        return column
    kind = frame.schema[name]
    return column.cast(pl.String) if not kind.is_nested() else column.map_elements(str, return_dtype=pl.String)


def _is_missing(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    return column.is_null() | column.is_nan() if kind.is_float() else column.is_null()


def _measured(grid: pl.DataFrame, n: int, *, numeric: bool) -> pl.DataFrame:
    here = [pl.col(f"{_HERE}{i}").fill_null(False) for i in range(n)]
    grid = grid.with_columns(one.alias(f"{_HERE}{i}") for i, one in enumerate(here))
    answers, sure = ([pl.col(f"{name}{i}") for i in range(n)] for name in (_ANSWER, _SURE))
    finite = [one.fill_nan(None) for one in (answers if numeric else sure)]
    gap = pl.max_horizontal(finite) - pl.min_horizontal(finite)
    distinct = pl.sum_horizontal(_is_new(i, answers, here) for i in range(n)).cast(pl.Int64)
    if numeric:
        scale = pl.max_horizontal(one.abs() for one in finite)
        alike = (gap <= scale * _TOLERANCE) & pl.all_horizontal(
            (~pl.col(f"{_HERE}{i}") | one.is_finite()).fill_null(False) for i, one in enumerate(answers)
        )
        distinct = pl.when(alike).then(pl.lit(1, pl.Int64)).otherwise(distinct)
    return grid.with_columns(
        pl.sum_horizontal(pl.col(f"{_HERE}{i}").cast(pl.Int64) for i in range(n)).alias("runs"),
        distinct.alias("distinct"),
        gap.alias("gap"),
    )


def _is_new(place: int, answers: Sequence[pl.Expr], here: Sequence[pl.Expr]) -> pl.Expr:
    """Whether a run has the row and no run before it answered the same; no answer, where there is a row, is one too."""
    said = [here[i] & answers[i].eq_missing(answers[place]) for i in range(place)]
    return (here[place] & ~pl.any_horizontal(said) if said else here[place]).cast(pl.Int64)


def _mislabelled(grid: pl.DataFrame, labels: Sequence[str], place: int) -> int:
    name = f"@label/{place}"
    if name not in labels:
        return 0
    first, own = pl.coalesce(labels), pl.col(name)
    same = _alike(own, first, numeric=grid.schema[name].is_float())
    return grid.filter(own.is_not_null() & ~same.fill_null(False)).height


def _alike(one: pl.Expr, other: pl.Expr, *, numeric: bool) -> pl.Expr:
    if not numeric:
        return one == other
    scale = pl.max_horizontal(one.abs(), other.abs())
    return ((one - other).abs() <= scale * _TOLERANCE) | (one == other)


def _can_be_key(frame: pl.DataFrame, name: str) -> bool:
    if name not in frame.columns:
        return False
    kind = frame.schema[name]
    return not (kind.is_float() or kind.is_nested() or kind in (pl.Boolean, pl.Null, pl.Binary))


def _is_nearly_unique(frame: pl.DataFrame, name: str) -> bool:
    return frame.height > 0 and frame[name].drop_nulls().n_unique() >= _NEARLY * frame.height


def _is_unique(frame: pl.DataFrame, *names: str) -> bool:
    kept = frame.select(names).drop_nulls()
    return frame.height == kept.height and kept.n_unique() == frame.height and not math.isclose(frame.height, 0)
