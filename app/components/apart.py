"""Words for the options of a list, no two alike: Streamlit knows a choice by its words, and takes the last of equals."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

T = TypeVar("T", bound="Hashable")


def apart(options: Iterable[T], say: Callable[[T], str], more: Callable[[T], str] | None = None) -> Callable[[T], str]:
    """Return what says each option, for `format_func`.

    Args:
        options: what the list offers.
        say: the words of an option.
        more: what is added in brackets where several options would read the same; what is still alike gets a number.

    >>> say = apart(["metrics.loss", "summary.loss", "params.lr"], lambda c: c[-4:], lambda c: c.partition(".")[0])
    >>> [say(column) for column in ("metrics.loss", "summary.loss", "params.lr")]
    ['loss  (metrics)', 'loss  (summary)', 's.lr']
    >>> [apart("aAb", str.lower)(one) for one in "aAb"], apart("ab", str.lower)("C")
    (['a', 'a  (2)', 'b'], 'c')
    """
    said = {one: say(one) for one in options}
    if more is not None:
        said |= {one: f"{said[one]}  ({more(one)})" for one in _alike(said)}
    taken: set[str] = set(said.values())
    seen: set[str] = set()
    for one in _alike(said):
        words = said[one]
        if words in seen:
            said[one] = next(w for w in (f"{words}  ({n})" for n in count(2)) if w not in taken)
            taken.add(said[one])
        seen.add(words)
    return lambda one: said[one] if one in said else say(one)


def _alike(said: Mapping[T, str]) -> list[T]:
    times = Counter(said.values())
    return [one for one, words in said.items() if times[words] > 1]
