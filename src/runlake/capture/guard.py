"""The one guard of capture: what cannot be read becomes a sentence, never an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Captured(NamedTuple, Generic[T]):
    """A fact, or why there is none: exactly one of the two is None, unless the fact itself is None."""

    value: T | None
    problem: str | None = None


def attempt(what: str, read: Callable[[], T]) -> Captured[T]:
    """Call `read`; whatever it raises becomes the problem "<what>: <type>: <message>".

    The message goes without its path-like ends cut to 200 characters; it is not redacted here.
    """
    try:
        return Captured(read())
    except Exception as error:  # noqa: BLE001 - capture runs inside somebody's training and must not end it
        return Captured(None, f"{what}: {type(error).__name__}: {str(error)[:200]}")
