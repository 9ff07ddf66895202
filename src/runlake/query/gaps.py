"""How much worse, or better, a metric is on the validation split than on the train split: one number per run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.query.splits import NOTHING_DECLARED, Split, declared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runlake.query.folded import Folded
    from runlake.query.splits import Splits


@dataclass(frozen=True, slots=True)
class Pair:
    """Keys that hold one metric on both splits, for the runs of some experiments.

    Attributes:
        experiments: ids of the experiments; None is all of which the splits are not declared.
        train, validation: keys, of which the first that a run has counts.
    """

    experiments: tuple[str, ...] | None
    train: tuple[str, ...]
    validation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What has a gap.

    Attributes:
        pairs: metric to its pairs, of experiments that do not overlap.
        declaring: ids of all experiments that declare splits.
    """

    pairs: Mapping[str, Sequence[Pair]]
    declaring: tuple[str, ...]


def gaps(folded: Folded) -> Gaps:
    """Find the metrics that are logged on both splits, by names and by what experiments declare."""
    keys = folded.metrics.keys
    pairs: dict[str, list[Pair]] = {}
    declaring: list[str] = []
    texts = folded.experiments.filter(pl.col("splits").fill_null("") != "").group_by("splits", maintain_order=True)
    for text, ids in texts.agg("experiment_id").iter_rows():
        rules = declared(text)
        if rules is not NOTHING_DECLARED:
            declaring += ids
            _add(pairs, rules, keys, tuple(ids))
    _add(pairs, NOTHING_DECLARED, keys, None)
    return Gaps(pairs, tuple(declaring))


def gap(folded: Folded, metric: str) -> pl.Series:
    """Return the last value on validation minus the last value on train, for every run.

    Positive is more on validation, whichever way is better. Null where a run lacks one of the two; NaN where one is.
    """
    found = folded.gaps
    experiment = pl.col("experiment_id")
    frame = folded.headers.select("experiment_id")
    whole = pl.lit(None, dtype=pl.Float64)
    for pair in found.pairs.get(metric, ()):
        theirs = (
            ~experiment.is_in(found.declaring).fill_null(False)
            if pair.experiments is None
            else experiment.is_in(pair.experiments)
        )
        whole = pl.when(theirs).then(_first(folded, pair.validation) - _first(folded, pair.train)).otherwise(whole)
    return frame.with_columns(whole.alias("gap")).get_column("gap")


def _first(folded: Folded, keys: Sequence[str]) -> pl.Expr:
    return pl.coalesce(*(pl.lit(folded.metrics.column(key, "last")) for key in keys))


def _add(pairs: dict[str, list[Pair]], rules: Splits, keys: Iterable[str], experiments: tuple[str, ...] | None) -> None:
    for family in rules.families(keys):
        train, validation = family.keys(Split.TRAIN), family.keys(Split.VALIDATION)
        if train and validation:
            pairs.setdefault(family.metric, []).append(Pair(experiments, train, validation))
