"""What may be written as a name or a text: checked at the edge, redacted before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.capture.redact import redact_value
from runlake.errors import InvalidType, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Collection

TEXT_LIMIT = 1_000_000


def clean_text(text: object, what: str, *, key: str | None = None) -> str:
    """Return a text with its secrets taken out.

    Args:
        text: the text.
        what: how to name it in an error.
        key: the key that it is kept under, which may say that it is a secret.

    Raises:
        InvalidType: it is no text.
        InvalidValue: it is longer than a million characters, or has half of a surrogate pair.
    """
    if not isinstance(text, str):
        raise InvalidType(what, text, "text")
    if len(text) > TEXT_LIMIT:
        raise InvalidValue(what, f"{len(text)} characters", f"at most {TEXT_LIMIT}: log it as an artifact")
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise InvalidValue(what, text, "text without lone surrogates")
    return str(redact_value(what if key is None else key, text))


def clean_reason(reason: str | None) -> str | None:
    """Return why something was done, redacted; None where nothing is said."""
    if reason is None or not reason.strip():
        return None
    return clean_text(reason, "reason")


def one_of(what: str, found: str | None, known: Collection[str]) -> str | None:
    """Return a word of a closed set; None and "" go through.

    Raises:
        InvalidValue: it is another one.
    """
    if not found or found in known:
        return found
    raise InvalidValue(what, found, f"one of {', '.join(known)}")
