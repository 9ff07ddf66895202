"""Texts that describe a run: its tags, its notes, the error that ended it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.errors import InvalidType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

NOTES = ("notes", "hypothesis", "expected_outcome", "conclusion")


def tag_values(key: str, value: object, clean: Callable[[str, str], str]) -> list[str]:
    """Return the values of a tag as text.

    Raises:
        InvalidType: a value is neither text nor a number nor a flag.
    """
    several: Iterable[object] = value if isinstance(value, list | tuple | set) else [] if value is None else [value]
    found = []
    for item in several:
        if not isinstance(item, str | bool | int | float):
            raise InvalidType(f"set_tags: {key!r}", item, "text, a number, a flag, None or a list of such")
        found.append(clean(key, str(item)))
    return found


def note_fields(given: Mapping[str, object], clean: Callable[[str, str], str]) -> dict[str, str]:
    """Return the fields of `NOTES` that are given, redacted.

    Raises:
        InvalidType: one is no text.
    """
    fields = {}
    for field, text in given.items():
        if text is not None:
            if not isinstance(text, str):
                raise InvalidType(field, text, "text")
            fields[field] = clean(field, text)
    return fields


def describe_error(problem: BaseException) -> str:
    """Describe an exception by type and message, cut at 2,000 characters."""
    return f"{type(problem).__name__}: {problem}"[:2000]
