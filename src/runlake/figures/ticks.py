"""Where an axis is marked, and what the marks say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.analysis.axes import Kind
from runlake.figures.text import literal

if TYPE_CHECKING:
    from runlake.analysis.axes import Axis

_NEAR = 0.07  # of the axis: closer marks than that would overlap


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark: where, between 0 and 1, and what it says, ready for Plotly."""

    place: float
    text: str


def ticks(axis: Axis, *, at_most: int = 6, characters: int = 18) -> list[Tick]:
    """Mark both ends and round values between them; of categories each, cut to so many characters."""
    if not axis.is_number:
        return _of_categories(axis, characters)
    if math.isnan(axis.low):
        return []
    if axis.high <= axis.low:
        return [Tick(0.5, number(axis.low))]
    ends = [Tick(0.0, number(axis.low)), Tick(1.0, number(axis.high))]
    inner = [Tick(axis.place_of(value), number(value)) for value in _round_values(axis, at_most)]
    kept: list[Tick] = [ends[0]]
    kept += [tick for tick in inner if _NEAR < tick.place < 1 - _NEAR]
    return [*kept, ends[1]]


def value_text(axis: Axis, position: float) -> str:
    """Write the value of one run on an axis, ready for Plotly; NaN is no value."""
    if math.isnan(position):
        return "no value"
    if axis.is_number:
        return number(position, digits=6)
    place = int(position)
    return literal(axis.categories[place]) if place < len(axis.categories) else _others(axis)


def number(value: float, *, digits: int = 3) -> str:
    """Write a number briefly.

    >>> [number(v) for v in (0.0001, 0.25, 128, 12345, 1.5e6, -0.0)]
    ['1e-4', '0.25', '128', '12,345', '1.5e6', '0']
    """
    size = abs(value)
    if value == 0 or (value == round(value) and size < 1e5):
        return f"{int(value):,}"
    if 1e-3 <= size < 1e5:
        whole = len(str(int(size)))
        return f"{value:,.{max(digits, whole)}g}"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def _of_categories(axis: Axis, characters: int) -> list[Tick]:
    texts = [literal(text, limit=characters) for text in axis.categories]
    if axis.rest:
        texts.append(_others(axis))
    return [Tick(axis.place_of(place), text) for place, text in enumerate(texts)]


def _others(axis: Axis) -> str:
    return f"{axis.rest:,} others"


def _round_values(axis: Axis, at_most: int) -> list[float]:
    if axis.is_log:
        return _round_powers(axis.low, axis.high, at_most)
    span = axis.high - axis.low
    if not math.isfinite(span):
        return []
    rough = span / at_most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough)
    if axis.kind is Kind.INTEGER:
        step = max(1.0, round(step))
    first = math.ceil(axis.low / step)
    # One multiplication each, so that errors do not add up.
    return [float(f"{n * step:.12g}") for n in range(first, math.floor(axis.high / step) + 1)]


def _round_powers(low: float, high: float, at_most: int) -> list[float]:
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    if last - first < 2:
        return [size * 10.0**n for n in range(first - 1, last + 1) for size in (1, 2, 5)]
    every = max(1, math.ceil((last - first + 1) / at_most))
    return [float(f"1e{n}") for n in range(first, last + 1, every)]
