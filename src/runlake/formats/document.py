"""The JSON document that `--format json` prints: one envelope for every command."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta


def document(schema: str, data: Sequence[object], *, snapshot: object = None) -> str:
    """Write the envelope.

    Non-ASCII text is escaped, so that the document is the same on every terminal and no character
    from data can drive one.

    Args:
        schema: name and version of what `data` holds, such as `runlake.runs/1`.
        snapshot: what the data was read from; None where nothing was read.
    """
    return json.dumps(
        {"schema": schema, "snapshot": value(snapshot), "data": [value(v) for v in data]}, allow_nan=False
    )


def value(found: object) -> object:
    """Turn a value into one that JSON has: NaN and infinities by name, times in ISO 8601 UTC."""
    if isinstance(found, float):
        return found if math.isfinite(found) else special(found)
    if found is None or isinstance(found, str | int):
        return found
    if isinstance(found, datetime):
        return iso(found)
    if isinstance(found, timedelta):
        return found.total_seconds()
    if isinstance(found, bytes):
        return found.hex()
    if isinstance(found, Mapping):
        return {str(k): value(v) for k, v in found.items()}
    if isinstance(found, Sequence):
        return [value(v) for v in found]
    return str(found)


def special(found: float) -> str:
    """Name a float that JSON has no number for."""
    if math.isnan(found):
        return "NaN"
    return "Infinity" if found > 0 else "-Infinity"


def iso(moment: datetime) -> str:
    """Write a time as ISO 8601 in UTC with microseconds; a naive time counts as UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
