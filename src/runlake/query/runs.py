"""The run table: one row per run, filtered, ordered and cut first, and only then widened to all its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import InvalidType, InvalidValue
from runlake.query.columns import with_fields
from runlake.query.compile import predicate
from runlake.query.experiments import below
from runlake.query.expression import Field, fields
from runlake.query.language import parse, parse_order
from runlake.query.layout import GROUPS, check_columns, lay_out
from runlake.query.order import order_fields, sort

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from runlake.query.folded import Folded


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the run table.

    Attributes:
        where: filter text; None is every run.
        order_by: order text; None is started_at descending, then run_id.
        limit: the first so many runs; None is all.
        columns: names of columns and groups such as "metrics.*"; None is everything that the runs have.
        experiment: path of an experiment with all below it, or `path/.` for it alone.
        deleted: take deleted runs in.
        run_ids: the only runs that are meant; None is every run.
    """

    where: str | None = None
    order_by: str | None = None
    limit: int | None = None
    columns: Sequence[str] | None = None
    experiment: str | None = None
    deleted: bool = False
    run_ids: Sequence[str] | None = None


def runs(folded: Folded, asked: Question, *, now: datetime) -> pl.DataFrame:
    """Answer a question with a frame.

    Args:
        folded: the snapshot.
        asked: the question.
        now: what "-7d" in a filter counts from; aware.

    Raises:
        QueryError: the filter or the order does not parse.
        InvalidValue: limit is negative, or a column is not known.
        InvalidType: `columns` is one text.
    """
    _check(folded, asked)
    rows, named = chosen(folded, asked, now=now)
    keys = sorted(f"{f.kind}.{f.key}" for f in named if f.kind in GROUPS)
    return lay_out(folded, rows, asked.columns, keys)


def chosen(folded: Folded, asked: Question, *, now: datetime) -> tuple[pl.Series, frozenset[Field]]:
    """Return `_row` of the runs that are meant, in their order, and the fields that the question names."""
    node = parse(asked.where) if asked.where is not None and asked.where.strip() else None
    orders = parse_order(asked.order_by) if asked.order_by is not None and asked.order_by.strip() else []
    named = (fields(node) if node is not None else frozenset()) | frozenset(o.field for o in orders)
    needed = named | (order_fields(orders) if orders else frozenset())
    frame = with_fields(folded, needed).filter(_wanted(folded, asked))
    if node is not None:
        frame = frame.filter(predicate(node, now=now))
    if orders:
        frame = sort(frame, orders)
    return frame["_row"].head(asked.limit if asked.limit is not None else frame.height), named


def _wanted(folded: Folded, asked: Question) -> pl.Expr:
    kept = pl.lit(True) if asked.deleted else ~pl.col("deleted")
    if asked.run_ids is not None:
        rows = folded.headers.filter(pl.col("run_id").is_in(list(asked.run_ids)))["_row"]
        kept &= pl.col("_row").is_in(rows.implode())
    return kept if asked.experiment is None else kept & below(asked.experiment, folded.experiments)


def _check(folded: Folded, asked: Question) -> None:
    if asked.limit is not None and (not isinstance(asked.limit, int) or asked.limit < 0):
        raise InvalidValue("limit", asked.limit, "a whole number of runs, or None for all")
    if isinstance(asked.columns, str):
        raise InvalidType("columns", asked.columns, "a list of names such as ['name', 'metrics.*']")
    if asked.columns is not None:
        check_columns(folded, asked.columns)
