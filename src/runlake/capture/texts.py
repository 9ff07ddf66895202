"""Texts that people give a run: its tags and its notes, checked and redacted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from runlake.capture.guard import reading
from runlake.capture.redact import redact_value
from runlake.capture.redact_names import check_key
from runlake.errors import InvalidType, expect

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTES: Final = ("notes", "hypothesis", "expected_outcome", "conclusion")


def clean(key: str, text: str) -> str:
    """Redact a text, given its key."""
    return str(redact_value(key, str(text)))


def tags_of(tags: Mapping[str, object], call: str) -> dict[str, list[str]]:
    """Return the values of each tag as text.

    Raises:
        InvalidType: it is no mapping, a key is no text, or a value is neither text nor a number nor a flag.
        InvalidValue: a key cannot name anything.
    """
    expect(tags, Mapping, call, "a mapping of keys to values")
    return {check_key(key, call): _values(key, value, call) for key, value in tags.items()}


def note_fields(given: Mapping[str, object]) -> dict[str, str]:
    """Return the fields of `NOTES` that are given, redacted.

    Raises:
        InvalidType: one is no text.
    """
    fields = {}
    for field, text in given.items():
        if text is not None:
            expect(text, str, field, "text")
            fields[field] = clean(field, str(text))
    return fields


def _values(key: str, value: object, call: str) -> list[str]:
    several: Iterable[object] = value if isinstance(value, list | tuple | set) else [] if value is None else [value]
    found = []
    for item in several:
        if not isinstance(item, str | bool | int | float):
            raise InvalidType(f"{call}: {key!r}", item, "text, a number, a flag, None or a list of such")
        with reading(f"{call}: {key!r}", item):
            found.append(clean(key, str(item)))
    return found
