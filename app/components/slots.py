"""The runs of a comparison with what tells them apart in every picture and table: place, colour, dash, label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.figures.text import shorten
from runlake.figures.theme import series_colour, series_dash
from runlake.ids import short_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_LABEL = 40


@dataclass(frozen=True, slots=True)
class Slot:
    """One run at its place in the comparison; the first is the reference.

    Attributes:
        label: the name, its middle cut where it is long, with the short id where another run of the comparison has the same name.
    """

    run_id: str
    label: str
    color: str
    dash: str
    status: str
    started_at: datetime | None


def slots(run_ids: Sequence[str], headers: Mapping[str, Mapping[str, object]]) -> tuple[Slot, ...]:
    """Give each run its slot.

    Args:
        run_ids: in the order of the comparison.
        headers: name, status and started_at of each run.
    """
    names = [shorten(str(headers[run_id]["name"] or "(unnamed)"), limit=_LABEL) for run_id in run_ids]
    return tuple(
        Slot(
            run_id,
            f"{name} · {short_id(run_id)}" if names.count(name) > 1 else name,
            series_colour(place),
            series_dash(place),
            str(headers[run_id]["status"]),
            headers[run_id]["started_at"],  # type: ignore[arg-type]  # a column of times
        )
        for place, (run_id, name) in enumerate(zip(run_ids, names, strict=True))
    )
