"""Moments as people give them: an aware datetime, ISO 8601 text, or text relative to now."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from runlake.errors import InvalidValue

_RELATIVE = re.compile(r"-(\d{1,9}(?:\.\d{1,6})?)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_WANTED = "an aware datetime, ISO 8601 text such as '2026-01-31T18:00:00Z', or a time ago such as '-7d' (s, m, h, d, w)"


def moment(value: datetime | str, *, now: datetime, what: str) -> datetime:
    """Return `value` as an aware datetime in UTC; text without a zone is UTC.

    Args:
        value: a datetime with a zone, ISO 8601 text, or "-" with a number and one of s, m, h, d, w.
        now: what relative text counts from.
        what: the name of the argument, for the error.

    Raises:
        InvalidValue: it is none of these, or a datetime without a zone.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidValue(
                what, value.isoformat(), "a datetime with a time zone, such as datetime.now(timezone.utc)"
            )
        return value.astimezone(UTC)
    try:
        relative = _RELATIVE.fullmatch(value.strip())
        if relative:
            return now.astimezone(UTC) - timedelta(**{_UNITS[relative[2]]: float(relative[1])})
        parsed = datetime.fromisoformat(value.strip())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise InvalidValue(what, value, _WANTED) from problem
