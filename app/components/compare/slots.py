"""The runs of a comparison with what tells them apart in every picture and table: place, colour, dash, label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.figures.text import shorten
from runlake.figures.theme import DASHES, OTHERS, series_colour, series_dash
from runlake.ids import short_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from runlake.analysis.grouping import Group

_LABEL = 40


@dataclass(frozen=True, slots=True)
class Look:
    """How something is drawn everywhere, and the group that decides it."""

    color: str
    dash: str
    group: str = ""


def looks_of_runs(run_ids: Sequence[str], most: int) -> dict[str, Look]:
    """Give the first `most` runs a look each; the others share one that is nobody's."""
    own = {run_id: Look(series_colour(place), series_dash(place)) for place, run_id in enumerate(run_ids[:most])}
    return {run_id: own.get(run_id, Look(OTHERS, DASHES[0])) for run_id in run_ids}


def looks_of_groups(groups: Sequence[Group], rest: Iterable[Group]) -> dict[str, Look]:
    """Give each run the colour of its group; what is in the rest shares one. Runs of a group differ by their dashes."""
    looks = {
        run_id: Look(series_colour(place), DASHES[order % len(DASHES)], group.label)
        for place, group in enumerate(groups)
        for order, run_id in enumerate(group.run_ids)
    }
    return looks | {run_id: Look(OTHERS, DASHES[0], group.label) for group in rest for run_id in group.run_ids}


@dataclass(frozen=True, slots=True)
class Slot:
    """One run at its place in the comparison; the first is the reference.

    Attributes:
        label: the name, its middle cut where it is long, with the short id where another run of the comparison has the same name.
        group: label of the group that its colour is of; "" where runs are not grouped.
    """

    run_id: str
    label: str
    color: str
    dash: str
    status: str
    started_at: datetime | None
    group: str = ""


def slots(
    run_ids: Sequence[str], headers: Mapping[str, Mapping[str, object]], looks: Mapping[str, Look] | None = None
) -> tuple[Slot, ...]:
    """Give each run its slot.

    Args:
        run_ids: in the order of the comparison.
        headers: name, status and started_at of each run.
        looks: of each run; None gives each one of its own.
    """
    looks = looks_of_runs(run_ids, len(run_ids)) if looks is None else looks
    names = [shorten(str(headers[run_id]["name"] or "(unnamed)"), limit=_LABEL) for run_id in run_ids]
    known = Counter(names)
    return tuple(
        Slot(
            run_id,
            f"{name} · {short_id(run_id)}" if known[name] > 1 else name,
            looks[run_id].color,
            looks[run_id].dash,
            str(headers[run_id]["status"]),
            headers[run_id]["started_at"],  # type: ignore[arg-type]  # a column of times
            looks[run_id].group,
        )
        for run_id, name in zip(run_ids, names, strict=True)
    )
