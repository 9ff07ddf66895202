"""Cumulative summaries of series: one row per run, key, writer and link that has points.

A row covers all points of its writer up to its link, so a reader needs the newest row of each
writer and merges those. Everything but mean and M2 is exact however points are split into links;
those two are exact up to rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from runlake.schema import SUMMARIES, Kind
from runlake.store import arrow
from runlake.store.points import Points, sorting

if TYPE_CHECKING:
    from collections.abc import Mapping

Series = tuple[str, str, str]  # run, key, writer
State = NDArray[np.void]

_WHICH = ("first", "last", "min", "max")
_PLACE = ("step", "ts", "seq")
_LARGEST = np.finfo(np.float64).max
_STATE = np.dtype(
    [
        ("count", "i8"),
        ("nan_count", "i8"),
        ("inf_count", "i8"),
        ("mean", "f8"),
        ("m2", "f8"),
        *((f"{which}_{name}", kind) for which in _WHICH for name, kind in zip(_PLACE, ("f8", "i8", "i8"), strict=True)),
        *((f"{which}_value", "f8") for which in _WHICH),
    ]
)


def empty_states(size: int) -> State:
    """Return states of no points; a `min_value` that is NaN says that there is none yet."""
    states = np.zeros(size, dtype=_STATE)
    for name in ("min_value", "max_value"):
        states[name] = np.nan
    return states


def summaries_of(points: Points, base: Mapping[Series, State]) -> pa.Table:
    """Summarise points on top of what earlier links of the same writers came to.

    Args:
        points: the points of some links; links of a writer that are in no `base` are all here.
        base: newest earlier state by series and writer; what is not in it starts at nothing.

    Returns:
        Rows of `summaries`, in the order of that table.
    """
    order = sorting(points.of, points.by, points.link, points.step, points.ts, points.seq)
    chosen = np.arange(len(points)) if order is None else order
    groups = _Groups(points, chosen)
    states = _states(groups)
    _accumulate(states, groups, base)
    return _rows(states, groups)


def merge(a: State, b: State) -> State:
    """Merge states of disjoint sets of points, element by element."""
    merged = empty_states(len(a))
    for name in ("count", "nan_count", "inf_count"):
        merged[name] = a[name] + b[name]
    _merge_moments(merged, a, b)
    for which in _WHICH:
        take_b = _prefers_b(which, a, b)
        for name in (*_PLACE, "value"):
            merged[f"{which}_{name}"] = np.where(take_b, b[f"{which}_{name}"], a[f"{which}_{name}"])
    return merged


def states_from_rows(data: pa.Table) -> dict[Series, State]:
    """Read stored rows back as states, by series and writer."""
    states = empty_states(data.num_rows)
    for name in _STATE.names or ():
        column = data[name].combine_chunks()
        kind = np.float64 if _STATE[name].kind == "f" else np.int64
        column = column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
        filled = column.fill_null(float("nan") if name in {"min_value", "max_value"} else 0)
        states[name] = filled.to_numpy(zero_copy_only=False).astype(kind)
    names = zip(*(data[name].to_pylist() for name in ("run_id", "key", "writer")), strict=True)
    return {series: states[i : i + 1] for i, series in enumerate(names)}


class _Groups:
    """Points in the order of (series, writer, link, step, ts, seq), cut where one of the first three changes."""

    def __init__(self, points: Points, order: NDArray[np.intp]) -> None:
        self.points = points
        self.order = order
        ids = [points.of[order], points.by[order], points.link[order]]
        changes = np.zeros(len(order), dtype=bool)
        changes[:1] = True
        for column in ids:
            changes[1:] |= column[1:] != column[:-1]
        self.starts = np.flatnonzero(changes)
        self.sizes = np.diff(np.append(self.starts, len(order)))
        self.of, self.by, self.link = (column[self.starts] for column in ids)
        self.value = points.value[order]

    def __len__(self) -> int:
        return len(self.starts)

    def first_where(self, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the first position of each group where `mask` holds; the mask's length where it nowhere does."""
        positions = np.where(mask, np.arange(len(mask)), len(mask))
        return np.asarray(np.minimum.reduceat(positions, self.starts))

    def spread(self, per_group: NDArray[Any]) -> NDArray[Any]:
        """Repeat a value per group for each of its points."""
        return np.repeat(per_group, self.sizes)


def _states(groups: _Groups) -> State:
    states = empty_states(len(groups))
    if not len(groups):
        return states
    value, starts = groups.value, groups.starts
    is_nan, is_inf = np.isnan(value), np.isinf(value)
    states["count"] = groups.sizes
    states["nan_count"] = np.add.reduceat(is_nan, starts, dtype=np.int64)
    states["inf_count"] = np.add.reduceat(is_inf, starts, dtype=np.int64)
    _moments(states, groups, ~(is_nan | is_inf))
    _place(states, "first", groups, starts)
    _place(states, "last", groups, starts + groups.sizes - 1)
    for which, extreme, none in (("min", np.minimum, np.inf), ("max", np.maximum, -np.inf)):
        reached = extreme.reduceat(np.where(is_nan, none, value), starts)
        at = groups.first_where((value == groups.spread(reached)) & ~is_nan)
        _place(states, which, groups, at)
    return states


def _moments(states: State, groups: _Groups, finite: NDArray[np.bool_]) -> None:
    n = states["count"] - states["nan_count"] - states["inf_count"]
    divisor = np.maximum(n, 1)
    value = np.where(finite, groups.value, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.add.reduceat(value, groups.starts) / divisor
        if not np.isfinite(mean).all():
            # the sum of large finite numbers may overflow, their mean does not
            mean = np.add.reduceat(value / groups.spread(divisor), groups.starts)
            mean = np.clip(mean, -_LARGEST, _LARGEST)
        squares = np.where(finite, value - groups.spread(mean), 0.0) ** 2
        states["m2"] = np.add.reduceat(squares, groups.starts)
    states["mean"] = mean


def _place(states: State, which: str, groups: _Groups, at: NDArray[np.int64]) -> None:
    there = at < len(groups.order)
    source = groups.order[at[there]]
    points = groups.points
    for name, column in zip((*_PLACE, "value"), (points.step, points.ts, points.seq, points.value), strict=True):
        states[f"{which}_{name}"][there] = column[source]


def _accumulate(states: State, groups: _Groups, base: Mapping[Series, State]) -> None:
    """Add to each group what came before it in the chain of its series and writer."""
    if not len(groups):
        return
    begins = np.ones(len(groups), dtype=bool)
    begins[1:] = (groups.of[1:] != groups.of[:-1]) | (groups.by[1:] != groups.by[:-1])
    rank = np.arange(len(groups)) - np.repeat(
        np.flatnonzero(begins), np.diff(np.append(np.flatnonzero(begins), len(groups)))
    )
    if base:
        earlier = [(i, base.get(_name(groups, i))) for i in np.flatnonzero(begins).tolist()]
        found = [(i, state) for i, state in earlier if state is not None]
        if found:
            at = np.array([i for i, _ in found])
            states[at] = merge(np.concatenate([state for _, state in found]), states[at])
    for step in range(1, int(rank.max()) + 1):
        at = np.flatnonzero(rank == step)
        states[at] = merge(states[at - 1], states[at])


def _name(groups: _Groups, i: int) -> Series:
    run_id, key = groups.points.series[groups.of[i]]
    return run_id, key, groups.points.writers[groups.by[i]]


def _merge_moments(merged: State, a: State, b: State) -> None:
    na, nb = (s["count"] - s["nan_count"] - s["inf_count"] for s in (a, b))
    n = np.maximum(na + nb, 1)
    merged["mean"] = a["mean"] * (na / n) + b["mean"] * (nb / n)
    with np.errstate(over="ignore", invalid="ignore"):
        apart = b["mean"] - a["mean"]
        near = np.isfinite(apart)
        merged["mean"][near] = (a["mean"] + apart * (nb / n))[near]
        between = apart**2 * (na * (nb / n))
    merged["m2"] = a["m2"] + b["m2"] + np.where((na > 0) & (nb > 0), between, 0.0)


def _prefers_b(which: str, a: State, b: State) -> NDArray[np.bool_]:
    earlier = _before(which, b, a)
    if which == "first":
        chosen = (earlier & (b["count"] > 0)) | (a["count"] == 0)
    elif which == "last":
        chosen = (_before(which, a, b) & (b["count"] > 0)) | (a["count"] == 0)
    else:
        mine, other = b[f"{which}_value"], a[f"{which}_value"]
        better = mine < other if which == "min" else mine > other
        chosen = better | ((mine == other) & earlier) | np.isnan(other)
    return np.asarray(chosen)


def _before(which: str, a: State, b: State) -> NDArray[np.bool_]:
    """Whether the point of `a` lies before that of `b` by (step, ts, seq)."""
    result = np.zeros(len(a), dtype=bool)
    tied = np.ones(len(a), dtype=bool)
    for name in _PLACE:
        mine, other = a[f"{which}_{name}"], b[f"{which}_{name}"]
        result |= tied & (mine < other)
        tied &= mine == other
    return result


def _rows(states: State, groups: _Groups) -> pa.Table:
    points = groups.points
    newest = _newest(groups)
    names = [points.series[i] for i in groups.of]
    columns: dict[str, Any] = {name: states[name] for name in _STATE.names or ()}
    columns |= {
        "run_id": [run_id for run_id, _ in names],
        "key": [key for _, key in names],
        "writer": [points.writers[i] for i in groups.by],
        "link": groups.link,
        "explicit": np.zeros(len(groups), dtype=bool),
        "seq": points.seq[newest],
        "ts": points.ts[newest],
        "logged_at": points.logged_at[newest],
    }
    arrays = []
    for column in SUMMARIES.stored:
        values = columns.get(column.name, pa.nulls(len(groups), arrow.arrow_type(column)))
        mask = _missing(states, column.name)
        if column.kind is Kind.TIME:
            arrays.append(pa.array(values, pa.int64(), mask=mask).cast(arrow.TIME))
        else:
            arrays.append(pa.array(values, arrow.arrow_type(column), mask=mask))
    return pa.table(arrays, schema=arrow.arrow_schema(SUMMARIES))


def _missing(states: State, column: str) -> NDArray[np.bool_] | None:
    if column in {"mean", "m2"}:
        return np.asarray(states["count"] == states["nan_count"] + states["inf_count"])
    if column[:4] in {"min_", "max_"}:
        return np.asarray(np.isnan(states[f"{column[:3]}_value"]))
    return None


def _newest(groups: _Groups) -> NDArray[np.intp]:
    """Index of the point of each group that was logged last."""
    if not len(groups):
        return np.empty(0, dtype=np.intp)
    seq = groups.points.seq[groups.order]
    last = np.maximum.reduceat(seq, groups.starts)
    return np.asarray(groups.order[groups.first_where(seq == groups.spread(last))])
