"""Runs that agree in some keys, as one row: how many, and where their numbers lie.

A group's numbers are those of its runs that have a finite one. How many have none, and how many have NaN or an
infinity, stands beside them: nothing is left out without being counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import InvalidType, InvalidValue
from runlake.query.group_keys import check_keys, key_columns, narrowed, sort_keys
from runlake.query.layout import check_columns, lay_out
from runlake.query.overview import applied
from runlake.query.runs import Question, chosen
from runlake.query.varying import varying

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from runlake.query.folded import Folded

ALL_BUT_SEED = "all-but-seed"
COUNTS = ("n", "running", "finished", "failed", "killed")
STATISTICS = ("n", "missing", "not_finite", "mean", "median", "sd", "min", "max", "ci_low", "ci_high", "ci_half")
_TELLING = ("experiment", "datasets.name", "datasets.version")
_HELD_OUT = ("val", "test", "eval")
_MOST_METRICS = 3
_MOST_SORTED = 8  # keys that decide where the order asked for does not
_WAYS = ("asc", "desc")


@dataclass(frozen=True, slots=True)
class GroupQuestion:
    """What is asked of groups of runs.

    Attributes:
        by: columns of the run table, data sets as `datasets.<name>` or `datasets.name`, or ALL_BUT_SEED among them.
        metrics: columns of numbers of the run table; None is what `default_metrics` says.
        runs: which runs; its order, limit and columns do not matter.
        order_by: a column of the result and perhaps `desc`; None is the most runs first, then by the keys.
        limit: the first so many groups; None is all.
        leave_out: columns not to group by, where `by` has ALL_BUT_SEED.
    """

    by: Sequence[str]
    metrics: Sequence[str] | None = None
    runs: Question = field(default_factory=Question)
    order_by: str | None = None
    limit: int | None = None
    leave_out: Sequence[str] = ()


def statistic(how: str, column: str) -> str:
    """Name the column of a group table that holds a statistic of a column of the run table.

    >>> statistic("mean", "metrics.val/f1")
    'mean(metrics.val/f1)'
    """
    return f"{how}({column})"


def grouped(folded: Folded, asked: GroupQuestion, *, now: datetime) -> pl.DataFrame:
    """Answer a question with one row per group.

    Returns:
        The keys, COUNTS, for each metric its STATISTICS (named by `statistic`), and run_ids, a list in the default
        order of runs.

    Raises:
        QueryError: the filter does not parse.
        InvalidValue: a column is not known or holds no numbers, the order names no column, or limit is negative.
        InvalidType: `by` or `metrics` is one text.
    """
    _check(folded, asked)
    rows = chosen(folded, asked.runs, now=now)[0]
    keys = resolved(folded, rows, asked.by, asked.leave_out)
    metrics = default_metrics(folded, rows) if asked.metrics is None else tuple(dict.fromkeys(asked.metrics))
    found = _aggregated(folded, rows, keys, metrics)
    return _ordered(found, keys, asked.order_by).head(len(found) if asked.limit is None else asked.limit)


def resolved(folded: Folded, rows: pl.Series, by: Sequence[str], leave_out: Sequence[str] = ()) -> tuple[str, ...]:
    """Replace ALL_BUT_SEED by the parameters that vary between the runs and are no seeds."""
    if ALL_BUT_SEED not in by:
        return tuple(dict.fromkeys(by))
    params = varying(folded, rows).but(tuple(leave_out))
    whole = [part for name in by for part in (params if name == ALL_BUT_SEED else (name,))]
    return tuple(dict.fromkeys(whole))


def default_metrics(folded: Folded, rows: pl.Series) -> tuple[str, ...]:
    """Choose what to summarise: the primary metrics that the runs' experiments declare, else what most of them have.

    Of several primary metrics the three that most runs have are taken. Of metrics that equally many have, one on data held out comes first, then the first by name.
    """
    ids = folded.headers["experiment_id"].gather(rows).unique()
    mine = folded.experiments.filter(pl.col("experiment_id").is_in(ids.implode())).with_columns(applied())
    pairs = mine.select("primary_metric", "reducer").drop_nulls("primary_metric").unique().sort("*").iter_rows()
    declared = [name for key, reducer in pairs if (name := _column_of(folded, key, reducer))]
    if declared:
        known = lay_out(folded, rows, declared)
        return tuple(sorted(declared, key=lambda name: (known[name].null_count(), name))[:_MOST_METRICS])
    counts = folded.metrics.of(rows)["key"].value_counts().with_columns(pl.col("key").cast(pl.String))
    ranked = sorted(counts.iter_rows(), key=lambda row: (-row[1], not row[0].startswith(_HELD_OUT), row[0]))
    return tuple(f"metrics.{key}" for key, _ in ranked[:1])


def mixed(folded: Folded, rows: pl.Series, keys: Sequence[str]) -> tuple[str, ...]:
    """Say which of experiment and data sets differ within some group, so that its runs may not be comparable."""
    by = narrowed(key_columns(folded, rows, keys)).get_columns()
    groups = pl.DataFrame(by).n_unique() if by else 1
    others = [key_columns(folded, rows, [name]).to_series() for name in _TELLING if name not in keys]
    found = [other.name for other in others if pl.DataFrame([*by, other]).n_unique() > groups]
    # Where the data sets are others, so are their versions.
    return tuple(name for name in found if name != "datasets.version" or "datasets.name" not in found)


def _column_of(folded: Folded, metric: str, reducer: str | None) -> str | None:
    if metric in folded.metrics:
        return f"metrics.{metric}" if reducer in (None, "last") else f"metrics.{metric}.{reducer}"
    return f"summary.{metric}" if metric in folded.results and metric not in folded.text_results else None


def _check(folded: Folded, asked: GroupQuestion) -> None:
    for what, names in (("by", asked.by), ("metrics", asked.metrics), ("leave_out", asked.leave_out)):
        if isinstance(names, str):
            raise InvalidType(what, names, "a list of names such as ['params.lr', 'user']")
    if not asked.by:
        raise InvalidValue("by", "nothing", f"at least one column to group by, or {ALL_BUT_SEED!r}")
    if asked.limit is not None and (not isinstance(asked.limit, int) or asked.limit < 0):
        raise InvalidValue("limit", asked.limit, "a whole number of groups, or None for all")
    check_keys(folded, [name for name in asked.by if name != ALL_BUT_SEED])
    check_columns(folded, asked.metrics or ())


def _aggregated(folded: Folded, rows: pl.Series, keys: Sequence[str], metrics: Sequence[str]) -> pl.DataFrame:
    by = key_columns(folded, rows, keys)
    few = narrowed(by).clone()
    # By number: a key may be called as a column of ours.
    few.columns = [f"k{place}" for place in range(few.width)]
    values = _numbers(folded, rows, metrics)
    runs = folded.headers[rows].select("run_id", "status", "_row")
    found = (
        pl.concat([few, values, runs], how="horizontal")
        .with_row_index("at")
        # Without a key all runs are one group, if there are any.
        .group_by([pl.col(name) for name in few.columns] or [pl.lit(0).alias("all")], maintain_order=True)
        .agg(
            pl.col("at").first(),
            pl.len().alias("n"),
            *((pl.col("status") == status).sum().alias(status) for status in COUNTS[1:]),
            *(one for place in range(len(metrics)) for one in _reduced(f"m{place}")),
            pl.col("run_id").sort_by("_row").alias("run_ids"),
        )
    )
    found = found.with_columns(part for place in range(len(metrics)) for part in _interval(found, f"m{place}"))
    told = {statistic(how, f"m{i}"): statistic(how, name) for i, name in enumerate(metrics) for how in STATISTICS}
    numbers = found.select(*COUNTS, *told, "run_ids").rename(told)
    return pl.DataFrame([*(by[found["at"]] if keys else ()), *numbers])


def _numbers(folded: Folded, rows: pl.Series, metrics: Sequence[str]) -> pl.DataFrame:
    """Return of each metric its finite numbers, and whether there is none and whether there is one of the others."""
    columns: list[pl.Series] = []
    for place, name in enumerate(metrics):
        found = lay_out(folded, rows, [name]).to_series()
        if not found.dtype.is_numeric():
            raise InvalidValue("metrics", name, "a column of numbers, such as 'metrics.loss' or 'duration_s'")
        value = found.cast(pl.Float64)
        other = value.is_finite().not_().fill_null(False)
        finite = value.set(other, None)
        parts = {"value": finite, "missing": value.is_null(), "not_finite": other}
        columns += [part.alias(f"m{place}_{what}") for what, part in parts.items()]
    return pl.DataFrame(columns)


def _reduced(name: str) -> list[pl.Expr]:
    # Nulls are left out by each of these; with a filter inside each of them it would take ten times as long.
    value = pl.col(f"{name}_value")
    how = {
        "n": value.count(),
        "missing": pl.col(f"{name}_missing").sum(),
        "not_finite": pl.col(f"{name}_not_finite").sum(),
        "mean": value.mean(),
        "median": value.median(),
        "sd": value.std(),
        "min": value.min(),
        "max": value.max(),
    }
    return [expression.alias(statistic(word, name)) for word, expression in how.items()]


def _interval(found: pl.DataFrame, name: str) -> list[pl.Series]:
    from runlake.analysis.student import half_width  # loads SciPy

    mean, sd, n = (found[statistic(how, name)] for how in ("mean", "sd", "n"))
    half = pl.Series(half_width(sd.fill_null(float("nan")).to_numpy(), n.to_numpy())).fill_nan(None)
    ends = {"ci_low": mean - half, "ci_high": mean + half, "ci_half": half}
    return [end.alias(statistic(how, name)) for how, end in ends.items()]


def _ordered(found: pl.DataFrame, keys: Sequence[str], order_by: str | None) -> pl.DataFrame:
    """Sort by a column, then by the first keys, then by the newest run; what is missing comes last."""
    column, descending = ("n", True) if order_by is None or not order_by.strip() else _order(found, order_by.strip())
    by, ways = sort_keys(found, [column]), [descending]
    ways *= len(by)
    rest = sort_keys(found, [key for key in keys[:_MOST_SORTED] if key != column])
    firsts = [pl.col("run_ids").list.first()]
    return found.sort([*by, *rest, *firsts], descending=[*ways, *([False] * (len(rest) + 1))], nulls_last=True)


def _order(found: pl.DataFrame, order_by: str) -> tuple[str, bool]:
    name, _, way = order_by.rpartition(" ")
    if way.lower() not in _WAYS:
        name, way = order_by, "asc"
    name = name.strip()
    if name not in found.columns or name == "run_ids":
        known = ", ".join(repr(c) for c in found.columns if c != "run_ids")
        raise InvalidValue("order_by", order_by, f"one of {known}, and perhaps 'desc'")
    return name, way.lower() == "desc"
