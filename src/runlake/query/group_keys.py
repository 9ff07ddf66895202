"""The keys that runs are grouped by: a column each, in which runs that agree have equal values, and a filter back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import InvalidValue
from runlake.query.columns import with_fields
from runlake.query.expression import (
    METRIC_ASPECTS,
    NUM,
    And,
    Compare,
    Field,
    FieldKind,
    FieldType,
    Holds,
    In,
    IsNan,
    IsNull,
    Moment,
    Not,
    Number,
    Op,
    Text,
)
from runlake.query.layout import check_columns, lay_out
from runlake.query.varying import is_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlake.query.expression import Node
    from runlake.query.folded import Folded

DATASETS = "datasets."
_ANY_DATASET = ("datasets.name", "datasets.version")
_JOIN = ", "
_MANY = 16
_MOST_TOLD = 40  # keys that a filter names


def check_keys(folded: Folded, names: Iterable[str]) -> None:
    """Refuse what runs cannot be grouped by.

    Raises:
        InvalidValue: with the names that come close.
    """
    names = list(names)
    for name in names:
        if (
            name.startswith(DATASETS)
            and name not in _ANY_DATASET
            and name.removeprefix(DATASETS) not in folded.datasets
        ):
            raise InvalidValue("by", name, "a data set that some run has used, or 'datasets.name' for all of a run")
        if name.endswith(".*"):
            raise InvalidValue("by", name, "single columns, such as 'params.lr'")
    check_columns(folded, [name for name in names if not name.startswith(DATASETS)])


def key_columns(folded: Folded, rows: pl.Series, names: Sequence[str]) -> pl.DataFrame:
    """Return a column per key, in the order of `rows`.

    A parameter of which one run has 1 and another 1.0 is the same in both; of a tag or a data set that has several
    values, which ones there are counts, not their order.

    Args:
        folded: the snapshot.
        rows: `_row` of the runs.
        names: as `check_keys` lets through.
    """
    params = [name for name in names if name.startswith("params.")]
    respelled = _respelled(folded, rows) if params else frozenset()
    # Of many all at once: to look for each by itself would take seconds.
    wide = folded.params.wide(rows, "value") if len(params) > _MANY else pl.DataFrame()
    at_once = {f"params.{key}": wide[key] for key in wide.columns if key not in respelled}
    return pl.DataFrame(
        [
            at_once[name].alias(name) if name in at_once else _column(folded, rows, name, respelled).alias(name)
            for name in names
        ]
    )


def narrowed(by: pl.DataFrame) -> pl.DataFrame:
    """Replace many columns by few in which exactly the same rows are equal.

    Polars plans each column of a `group_by` by itself, which takes minutes for thousands.
    """
    while by.width > _MANY:
        parts = [by[:, at : at + _MANY] for at in range(0, by.width, _MANY)]
        by = pl.DataFrame([_codes(part).alias(f"k{place}") for place, part in enumerate(parts)])
    return by


def _codes(part: pl.DataFrame) -> pl.Series:
    """Number the different rows."""
    part.columns = [f"k{place}" for place in range(part.width)]
    found = part.with_row_index("at").group_by(part.columns, maintain_order=True).agg("at")
    return found.select(pl.int_range(pl.len()).alias("code"), "at").explode("at").sort("at")["code"]


def sort_keys(found: pl.DataFrame, names: Iterable[str]) -> list[pl.Expr]:
    """Say how to sort by columns: a parameter by its numbers, then by its texts."""
    by: list[pl.Expr] = []
    for name in names:
        if name.startswith(("params.", "tags.", "summary.")) and found.schema[name] == pl.String:
            by.append(pl.col(name).cast(pl.Float64, strict=False).fill_nan(None))
        by.append(pl.col(name))
    return by


def condition(folded: Folded, names: Sequence[str], run_ids: Sequence[str]) -> Node | None:
    """Say what the runs of one group have in common, so that among the runs that were grouped it is true of them alone.

    Args:
        folded: the snapshot.
        names: what was grouped by.
        run_ids: all runs of the group, at least one.
    """
    if len(names) > _MOST_TOLD:
        # Longer than the list of its runs, and slower to make.
        return In(Field(FieldKind.ATTRIBUTE, "run_id"), tuple(Text(run_id) for run_id in sorted(run_ids)))
    rows = folded.headers.filter(pl.col("run_id").is_in(list(run_ids)))["_row"]
    parts = [_agreed(folded, rows, name) for name in names]
    if not parts:
        return None
    whole = [node for part in parts for node in (part.nodes if isinstance(part, And) else (part,))]
    return whole[0] if len(whole) == 1 else And(tuple(whole))


def field(folded: Folded, name: str) -> Field:
    """Return the field that a key is."""
    kind, dot, key = name.partition(".")
    if name in _ANY_DATASET:
        return Field(FieldKind.DATASET, "", key)
    if name.startswith(DATASETS):
        return Field(FieldKind.DATASET, key, "version")
    if not dot:
        return Field(FieldKind.ATTRIBUTE, name)
    if kind == FieldKind.METRIC and key not in folded.metrics:
        series, _, aspect = key.rpartition(".")
        if aspect in METRIC_ASPECTS:
            return Field(FieldKind.METRIC, series, "" if aspect == "last" else aspect)
    is_result = kind == FieldKind.SUMMARY and key not in folded.text_results
    return Field(FieldKind(kind), key, NUM if is_result else "")


def _column(folded: Folded, rows: pl.Series, name: str, respelled: frozenset[str]) -> pl.Series:
    if name.startswith((DATASETS, "tags.")):
        return _joined(_lists(folded, rows, name))
    if name.removeprefix("params.") in respelled and name.startswith("params."):
        key = name.removeprefix("params.")
        parts = [folded.params.column(key, value).gather(rows).alias(value) for value in ("value", "value_num")]
        first = pl.col("value").first().over("value_num")
        return pl.DataFrame(parts).select(pl.when(is_number()).then(first).otherwise("value")).to_series()
    return lay_out(folded, rows, [name]).to_series()


def _lists(folded: Folded, rows: pl.Series, name: str) -> pl.Series:
    found = field(folded, name)
    return with_fields(folded, [found])[found.column].gather(rows)


def _joined(lists: pl.Series) -> pl.Series:
    """Write each list as one text, in which the order of the values does not matter."""
    joined = lists.list.join(_JOIN)
    several = lists.filter(lists.list.len() > 1).unique()
    # To sort each of 100,000 lists takes most of a second; there are never that many different ones.
    return joined.replace(several.list.join(_JOIN), several.list.sort().list.join(_JOIN)) if len(several) else joined


def _respelled(folded: Folded, rows: pl.Series) -> frozenset[str]:
    """Return the parameters of which these runs have one number in several spellings."""
    numbers = folded.params.of(rows).filter(is_number())
    counts = numbers.group_by("key").agg(pl.col("value", "value_num").n_unique())
    return frozenset(counts.filter(pl.col("value") > pl.col("value_num"))["key"].cast(pl.String))


def _agreed(folded: Folded, rows: pl.Series, name: str) -> Node:
    found = field(folded, name)
    if found.type is FieldType.TEXTS:
        return _exactly(folded, rows, name, found)
    values = lay_out(folded, rows, [name]).to_series().unique(maintain_order=True).to_list()
    value = values[0]
    if value is None:
        return IsNull(found)
    if found.type is FieldType.TEXT:
        texts = tuple(Text(text) for text in values)
        return In(found, texts) if len(texts) > 1 else Compare(found, Op.EQ, texts[0])
    if found.type is FieldType.FLAG:
        return Holds(found) if value else Not(Holds(found))
    if found.type is FieldType.TIME:
        return Compare(found, Op.EQ, Moment(value))
    return IsNan(found) if value != value else Compare(found, Op.EQ, Number(float(value)))


def _exactly(folded: Folded, rows: pl.Series, name: str, found: Field) -> Node:
    """Say that a list has these values and no other: a filter looks for one value at a time."""
    mine = _lists(folded, rows[:1], name).to_list()[0]
    if mine is None:
        return IsNull(found)
    mine = sorted(set(mine))
    lists = _lists(folded, folded.headers["_row"], name).drop_nulls().unique().to_list()
    others = sorted({text for one in lists if set(one) > set(mine) for text in one} - set(mine))
    has: list[Node] = [Compare(found, Op.EQ, Text(text)) for text in mine] or [Not(IsNull(found))]
    nodes = (*has, *(Not(Compare(found, Op.EQ, Text(text))) for text in others))
    return nodes[0] if len(nodes) == 1 else And(nodes)
