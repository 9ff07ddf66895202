"""A set of keys that is logged again and again, prepared once so that each call costs little."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from runlake.journal import format as fmt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runlake.journal.contents import TableContent

_NAN = float("nan")


@dataclass(slots=True)
class Shape:
    """A set of keys of one run in this segment, ready to pack."""

    run_number: int
    number: int
    keys: int
    pack: Callable[..., bytes]
    ordered: Callable[[Mapping[str, float]], Sequence[float]]
    content: TableContent

    @classmethod
    def of(cls, keys: tuple[str, ...], run_number: int, number: int, content: TableContent) -> Shape:
        """Prepare for calls with these keys, which are sorted."""
        ordered = itemgetter(*keys) if len(keys) > 1 else partial(_only, keys[0])
        return cls(run_number, number, len(keys), fmt.points_packer(len(keys)).pack, ordered, content)

    def body(self, values: Mapping[str, float], seq: int, step: float, now: int, ts: int) -> bytes:
        """Pack one call into the body of its record."""
        numbers = self.ordered(values)
        total = sum(numbers)
        if total != total:
            # There are many NaN; digests can be made again from the tables only if there is one.
            numbers = [_NAN if number != number else number for number in numbers]
        return self.pack(fmt.POINTS, self.run_number, fmt.POINT_TAG, self.number, seq, step, now, ts, *numbers)


def _only(key: str, values: Mapping[str, float]) -> tuple[float]:
    return (values[key],)
