"""From the frame of logged points to one series per run and key, on the x axis that a picture asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from runlake.analysis.curves import Floats

_UNITS = ((2 * 86_400.0, 86_400.0, "days"), (2 * 3_600.0, 3_600.0, "hours"), (2 * 60.0, 60.0, "minutes"))


class XAxis(StrEnum):
    """What a series is drawn over."""

    STEP = "step"
    RELATIVE = "relative"
    TIME = "time"
    METRIC = "metric"


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one key of one run in the order of steps.

    Attributes:
        step, value: (n,) as logged.
        seconds: (n,) time of each point in seconds since 1970, UTC.
        wall_ms: (n,) the same as a reader's clock shows it: milliseconds since 1970 in the reader's zone.
    """

    run_id: str
    key: str
    step: Floats
    seconds: Floats
    wall_ms: Floats
    value: Floats

    def x(self, axis: XAxis, *, origin: datetime | None = None, unit_s: float = 1.0) -> Floats:
        """Positions on `axis`; relative time counts units of `unit_s` from `origin` or else the first point.

        Another metric is no axis that a series knows of itself, see `over.over`.
        """
        if axis is XAxis.STEP:
            return self.step
        if axis is XAxis.TIME:
            return self.wall_ms
        start = origin.timestamp() if origin is not None else (self.seconds.min() if len(self.seconds) else 0.0)
        return (self.seconds - start) / unit_s

    @property
    def step_span(self) -> float:
        """Last step minus first step; 0 where there is none."""
        return float(np.ptp(self.step)) if len(self.step) else 0.0

    @property
    def seconds_span(self) -> float:
        """Time between the first and the last point in seconds; 0 where there is none."""
        return float(np.ptp(self.seconds)) if len(self.seconds) else 0.0


def split(points: pl.DataFrame, *, zone: str = "UTC") -> dict[tuple[str, str], Series]:
    """Split a frame of points (run_id, key, step, ts, value) into its series, in the order of the frame.

    Args:
        points: sorted as `lake.metrics()` gives it.
        zone: name of the reader's time zone.
    """
    local = pl.col("ts").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    columns = points.select(
        "run_id",
        "key",
        pl.col("step").cast(pl.Float64),
        (pl.col("ts").dt.epoch("us") / 1e6).alias("seconds"),
        (local.dt.epoch("us") / 1e3).alias("wall_ms"),
        pl.col("value").cast(pl.Float64),
    )
    parts = columns.partition_by("run_id", "key", as_dict=True, maintain_order=True, include_key=False)
    return {
        (run_id, key): Series(run_id, key, *(part[name].to_numpy() for name in part.columns))
        for (run_id, key), part in parts.items()
    }


def time_unit(span_s: float) -> tuple[float, str]:
    """Choose the unit for a span of time: its length in seconds and its name."""
    return next(((size, name) for least, size, name in _UNITS if span_s >= least), (1.0, "seconds"))


def sections(keys: Iterable[str]) -> dict[str, list[str]]:
    """Group keys by the first part of their path; those without one come first, under an empty name."""
    grouped: dict[str, list[str]] = {}
    for key in sorted(keys, key=_natural):
        head, slash, _ = key.partition("/")
        grouped.setdefault(head if slash else "", []).append(key)
    return dict(sorted(grouped.items(), key=lambda item: _natural(item[0])))


def natural_order(keys: Iterable[str]) -> list[str]:
    """Sort so that `layer2` comes before `layer10`."""
    return sorted(keys, key=_natural)


def _natural(text: str) -> list[tuple[int, int, str]]:
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for character in [*text, ""]:
        if character.isdecimal() and character.isascii():
            digits += character
            continue
        if digits:
            parts.append((0, int(digits[:18]), digits))
            digits = ""
        parts.append((1, 0, character))
    return parts
