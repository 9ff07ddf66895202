"""Credentials of this process's own environment: what `AWS_SECRET_ACCESS_KEY` holds there is secret everywhere."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from runlake.capture.secret_names import TOKEN, strength
from runlake.capture.secret_rules import Span, looks_random

if TYPE_CHECKING:
    from collections.abc import Iterator


def environment_spans(text: str) -> Iterator[Span]:
    """Find the values of secret environment variables, word for word.

    Values that could be words are left alone: a token that reads `development` would blot out half a log.
    """
    for value in _values(len(os.environ), int(time.monotonic())):
        at = text.find(value)
        while at >= 0:
            yield Span(at, at + len(value), "environment")
            at = text.find(value, at + len(value))


def holds_environment(text: str) -> bool:
    """Whether there is anything to find."""
    return any(value in text for value in _values(len(os.environ), int(time.monotonic())))


@lru_cache(maxsize=1)
def _values(_size: int, _second: int) -> tuple[str, ...]:
    # Looked at again when variables have come or gone, as from a file of settings, and each second: not for each text.
    named = {value for name, value in os.environ.items() if strength(name) >= TOKEN}
    return tuple(sorted((v for v in named if looks_random(v)), key=len, reverse=True))
