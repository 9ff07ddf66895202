"""What is going on in each experiment: how many runs in which state, the newest, and the best by what it declares.

Best is what the experiment says it is: the greatest or the least, by its direction, of one number per run, to which
its reducer brings the series of its primary metric. Where no reducer is declared that number is the best that the
series has reached. A metric that no run has as a series is looked for among the explicit results. Where no metric
or no direction is declared, nothing is called best; nor is a run whose number is not finite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.query.experiments import counted
from runlake.query.tree import tree

if TYPE_CHECKING:
    from datetime import date

    from runlake.query.folded import Folded
    from runlake.query.lake import Lake

DAYS = 30  # that the activity tells of
_LEADING = {"maximize": "max", "minimize": "min"}
_REDUCERS = ("last", "min", "max", "mean")
_BEST = ("best_run_id", "best_name", "best_status", "best_started_at")


@dataclass(frozen=True, slots=True)
class Overview:
    """What is going on in a store.

    Attributes:
        experiments: one row per experiment, sorted by path: the columns of `Lake.experiments` with `reducer` as it
            is applied (null where nothing decides), then latest_run_id, latest_name, latest_status,
            latest_started_at, best_run_id, best_name, best_status, best_started_at, best_value, and activity: runs
            started on each of `DAYS` days.
        paths: one row per path, those above experiments among them; see `tree.tree`.
        until: the last of the days, on which the newest run was started; None where no run says when it was. A
            start that lies in the future counts for nothing here: a clock was wrong.
    """

    experiments: pl.DataFrame
    paths: pl.DataFrame
    until: date | None


def overview(lake: Lake, *, zone: str = "UTC", ranked: bool = True) -> Overview:
    """Look over all experiments; runs that are deleted do not count.

    Args:
        lake: the snapshot.
        zone: of the days, by its name in the time-zone database.
        ranked: look for the best runs; without, the table of summaries is not read.

    Raises:
        StoreError: a table cannot be read.
    """
    folded = lake.folded
    live = folded.headers.filter(~pl.col("deleted"))
    days, until = _activity(live.filter(pl.col("started_at") <= lake.now), zone)
    experiments = counted(folded.experiments, folded.headers).with_columns(applied())
    for part in (_latest(live), _best(folded, experiments, ranked=ranked), days):
        experiments = experiments.join(part, on="experiment_id", how="left", maintain_order="left")
    experiments = experiments.with_columns(pl.col("activity").fill_null([0] * DAYS))
    return Overview(experiments, tree(experiments), until)


def measured(lake: Lake) -> pl.DataFrame:
    """Return what each run comes to by what its experiment declares to decide.

    Returns:
        _row, metric, value: of the runs that have a finite number; deleted ones are left out.
    """
    folded = lake.folded
    experiments = counted(folded.experiments, folded.headers).with_columns(applied())
    deciding = experiments.filter(pl.col("reducer").is_not_null())
    if deciding.is_empty():
        return pl.DataFrame(schema={"_row": pl.UInt32, "metric": pl.String, "value": pl.Float64})
    named = deciding.select("experiment_id", pl.col("primary_metric").alias("metric"))
    return _numbers(folded, deciding).join(named, on="experiment_id").select("_row", "metric", "value")


def applied() -> pl.Expr:
    """Say how a series becomes one number; null where nothing decides which run is best."""
    way, metric = pl.col("direction"), pl.col("primary_metric")
    declared = pl.when(pl.col("reducer") != "").then("reducer")
    how = pl.coalesce(declared, way.replace_strict(_LEADING, default=None, return_dtype=pl.String))
    decides = way.is_in([*_LEADING]) & (metric != "") & how.is_in(_REDUCERS)
    return pl.when(decides).then(how).alias("reducer")


def _latest(live: pl.DataFrame) -> pl.DataFrame:
    """Take the first run of each experiment in the default order."""
    names = ("run_id", "name", "status", "started_at")
    first = live.sort("_row").unique("experiment_id", keep="first", maintain_order=True)
    return first.select("experiment_id", *(pl.col(name).alias(f"latest_{name}") for name in names))


def _best(folded: Folded, experiments: pl.DataFrame, *, ranked: bool) -> pl.DataFrame:
    """Take the best run of each experiment that says what is best; of equal ones the first in the default order."""
    deciding = experiments.filter(pl.col("reducer").is_not_null())
    if not ranked or deciding.is_empty():
        numbers = pl.DataFrame(schema={"_row": pl.UInt32, "experiment_id": pl.String, "value": pl.Float64})
        score = pl.col("value")
    else:
        numbers = _numbers(folded, deciding)
        score = pl.when(pl.col("direction") == "minimize").then(-pl.col("value")).otherwise("value")
    first = (
        numbers.with_columns(score.alias("score"))
        .sort("_row")
        .group_by("experiment_id")
        .agg(pl.col("_row", "value").get(pl.col("score").arg_max()))
    )
    runs = folded.headers.select("_row", *(pl.col(name.removeprefix("best_")).alias(name) for name in _BEST))
    return first.join(runs, on="_row", how="left").select("experiment_id", *_BEST, pl.col("value").alias("best_value"))


def _numbers(folded: Folded, deciding: pl.DataFrame) -> pl.DataFrame:
    """Return _row, experiment_id, direction and value of each run that has a finite number to be compared by."""
    wanted = folded.headers.filter(~pl.col("deleted")).select("_row", "experiment_id")
    wanted = wanted.join(
        deciding.select("experiment_id", "direction", "reducer", pl.col("primary_metric").alias("key")),
        on="experiment_id",
    )
    series, results = folded.metrics, folded.results
    is_series = pl.col("key").is_in(series.keys)
    reduced = _having(wanted.filter(is_series), series.frame.select("_row", "key", *_REDUCERS))
    value = pl.coalesce(pl.when(pl.col("reducer") == how).then(how) for how in _REDUCERS)
    stated = _having(wanted.filter(~is_series), results.frame.select("_row", "key", pl.col("value_num").alias("value")))
    columns = ("_row", "experiment_id", "direction", "value")
    both = pl.concat([reduced.with_columns(value.alias("value")).select(columns), stated.select(columns)])
    return both.filter(pl.col("value").is_finite())


def _having(wanted: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """Join what is known of the wanted key of each run."""
    keys = keyed.schema["key"]
    return wanted.with_columns(pl.col("key").cast(keys, strict=False)).join(keyed, on=["_row", "key"])


def _activity(live: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, date | None]:
    """Count the runs that each experiment has started on each of the days up to the newest start, the oldest first."""
    day = pl.col("started_at").dt.convert_time_zone(zone).dt.date()
    started = live.select("experiment_id", day.alias("day")).drop_nulls()
    until: date | None = started["day"].max()  # type: ignore[assignment]  # a column of dates
    place = (pl.lit(until, dtype=pl.Date) - pl.col("day")).dt.total_days()
    recent = started.with_columns(place.alias("ago")).filter(pl.col("ago") < DAYS)
    counts = recent.group_by("experiment_id", "ago").agg(pl.len().cast(pl.Int64).alias("n"))
    every = counts.select(pl.col("experiment_id").unique()).join(
        pl.DataFrame({"ago": range(DAYS - 1, -1, -1)}, schema={"ago": pl.Int64}), how="cross"
    )
    dense = every.join(counts, on=["experiment_id", "ago"], how="left", maintain_order="left")
    lists = dense.group_by("experiment_id", maintain_order=True).agg(pl.col("n").fill_null(0).alias("activity"))
    return lists, until
