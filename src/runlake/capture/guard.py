"""The guards of capture: a fact that cannot be read becomes a sentence, a caller's value that cannot be read our exception."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from runlake.errors import InvalidValue, RunlakeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

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


class reading:  # noqa: N801 - used as a statement, like `contextlib.suppress`
    """Within it, what an object of the caller raises while it is looked at becomes `InvalidValue`.

    A list may hold itself, an array may be on a device that is gone, a property may fail: that is an
    argument that cannot be used, said with the name of the call.
    """

    __slots__ = ("call", "value")

    def __init__(self, call: str, value: object) -> None:
        self.call, self.value = call, value

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(problem, Exception) and not isinstance(problem, RunlakeError):
            why = attempt("message", lambda: str(problem)).value
            found = f"{type(self.value).__name__}: {type(problem).__name__}: {why}"
            raise InvalidValue(self.call, found, "something that can be read") from problem
