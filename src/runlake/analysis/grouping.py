"""Runs that belong together: by a value that they share, or by everything but the seed."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.analysis.seedlike import is_seedlike
from runlake.analysis.series import natural_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ABSENT = "not recorded"
_MOST_NAMED = 3  # fields in the label of a group


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that are drawn as one.

    Attributes:
        label: what they share, in words; unique among the groups.
        run_ids: in the order of the comparison.
    """

    label: str
    run_ids: tuple[str, ...]


def by_value(run_ids: Sequence[str], values: pl.DataFrame, *, name: str) -> tuple[Group, ...]:
    """Group runs by one value each: in the order of the numbers where all are numbers, else of the texts.

    Args:
        run_ids: in the order of the comparison.
        values: run_id, value (text, at most one row per run).
        name: what the value is of, for the label; "" leaves it out.
    """
    found = dict(values.drop_nulls().select("run_id", "value").iter_rows())
    members: dict[str | None, list[str]] = {}
    for run_id in run_ids:
        members.setdefault(found.get(run_id), []).append(run_id)
    known = _ordered([value for value in members if value is not None])
    groups = [Group(f"{name} = {value}" if name else value, tuple(members[value])) for value in known]
    if None in members:
        groups.append(Group(f"{name}: {ABSENT}" if name else ABSENT, tuple(members[None])))
    return tuple(groups)


def but_seed(run_ids: Sequence[str], facts: pl.DataFrame) -> tuple[Group, ...]:
    """Group runs that differ in nothing but their seeds; what sets the groups apart is in their labels.

    Args:
        run_ids: in the order of the comparison.
        facts: run_id, key, value (text): parameters, and whatever else must be equal, such as the experiment.
    """
    rest = _without_seeds(facts).filter(pl.col("run_id").is_in(list(run_ids)))
    varying = _varying(rest, runs=len(set(run_ids)))
    if not varying:
        return (Group("all runs", tuple(run_ids)),) if run_ids else ()
    wide = rest.filter(pl.col("key").is_in(varying)).pivot(
        on="key", index="run_id", values="value", aggregate_function="first"
    )
    rows = {row[0]: row[1:] for row in wide.select("run_id", *varying).iter_rows()}
    none = (None,) * len(varying)
    members: dict[tuple[str | None, ...], list[str]] = {}
    for run_id in run_ids:
        members.setdefault(rows.get(run_id, none), []).append(run_id)
    labels = _labels(list(members), varying)
    return tuple(Group(labels[values], tuple(members[values])) for values in sorted(members, key=_by_fields))


def seeds(keys: Iterable[str]) -> list[str]:
    """Return the keys that name seeds, sorted."""
    return natural_order(key for key in keys if is_seedlike(key))


def largest(groups: Sequence[Group], most: int) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """Split groups into those with the most runs, in the order given, and the rest."""
    if len(groups) <= most:
        return tuple(groups), ()
    ranked = sorted(range(len(groups)), key=lambda at: -len(groups[at].run_ids))
    kept = set(ranked[:most])
    return tuple(g for at, g in enumerate(groups) if at in kept), tuple(
        g for at, g in enumerate(groups) if at not in kept
    )


def described(groups: Sequence[Group], values: Mapping[str, float | None]) -> pl.DataFrame:
    """Describe one number of each run by group.

    Args:
        groups: in the order of the result.
        values: run id to number; what is missing or not finite does not count.

    Returns:
        label, runs (of the group), has (of them with a finite number), mean, median, std (of a sample, null below two).
    """
    rows = [(group.label, len(group.run_ids), values.get(run_id)) for group in groups for run_id in group.run_ids]
    frame = pl.DataFrame(rows, schema={"label": pl.String, "runs": pl.UInt32, "value": pl.Float64}, orient="row")
    finite = pl.when(pl.col("value").is_finite()).then("value")
    return frame.group_by("label", maintain_order=True).agg(
        pl.col("runs").first(),
        finite.count().alias("has"),
        finite.mean().alias("mean"),
        finite.median().alias("median"),
        finite.std().alias("std"),
    )


def _without_seeds(facts: pl.DataFrame) -> pl.DataFrame:
    named = seeds(facts["key"].unique().cast(pl.String).to_list())
    return facts.select("run_id", pl.col("key").cast(pl.String), "value").filter(~pl.col("key").is_in(named))


def _varying(facts: pl.DataFrame, *, runs: int) -> list[str]:
    """Return the keys of which not all runs have one value, those that split the runs least finely first."""
    by_key = facts.group_by("key").agg(
        pl.col("value").n_unique().alias("values"), pl.col("run_id").n_unique().alias("has")
    )
    return by_key.filter((pl.col("values") > 1) | (pl.col("has") < runs)).sort("values", "key")["key"].to_list()


def _labels(found: Sequence[tuple[str | None, ...]], keys: Sequence[str]) -> dict[tuple[str | None, ...], str]:
    """Write in words what each group has, the first few fields of it; groups that these do not tell apart are numbered."""
    shown = {
        values: ", ".join(
            f"{key}={ABSENT if value is None else value}"
            for key, value in list(zip(keys, values, strict=True))[:_MOST_NAMED]
        )
        for values in found
    }
    counts = Counter(shown.values())
    seen: Counter[str] = Counter()
    labels = {}
    for values, text in shown.items():
        seen[text] += 1
        labels[values] = text if counts[text] == 1 else f"{text}, variant {seen[text]}"
    return labels


def _by_fields(values: tuple[str | None, ...]) -> list[tuple[int, float, str]]:
    """Order numbers by size before texts by letter, and what is not recorded last."""
    return [(2, 0.0, "") if value is None else _place(value) for value in values]


def _place(value: str) -> tuple[int, float, str]:
    try:
        number = float(value)
    except ValueError:
        return (1, 0.0, value)
    return (1, 0.0, value) if math.isnan(number) else (0, number, value)


def _ordered(values: Sequence[str]) -> list[str]:
    places = {value: _place(value) for value in values}
    if any(kind for kind, *_ in places.values()):
        return natural_order(values)
    return sorted(values, key=lambda value: places[value])
