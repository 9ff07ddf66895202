"""What may be logged at a step: numbers go one way, everything else that can be kept goes another."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any, NamedTuple

from runlake.capture.guard import reading
from runlake.capture.redact_names import check_key
from runlake.errors import InvalidType, InvalidValue
from runlake.media.base import is_media

TEXT_LIMIT = 1_000_000
EXACT_STEP = 2**53


class Split(NamedTuple):
    """One call of `log`, sorted out by key: numbers, (type, JSON) of other values, and media or lists of them."""

    numbers: dict[str, float]
    others: dict[str, tuple[str, str]]
    media: dict[str, Any]


def split(metrics: Mapping[str, Any], clean: Callable[[str, str], str]) -> Split:
    """Sort the values of one call; nested mappings are joined by `/`.

    Args:
        metrics: key -> number, text, flag, None, list, array, tensor, media or a mapping of such.
        clean: redacts a text, given its key.

    Raises:
        InvalidType: a key is no text or a value can not be kept.
        InvalidValue: a key is empty or too long, two keys come to the same, or a number is out of range.
    """
    numbers: dict[str, float] = {}
    others: dict[str, tuple[str, str]] = {}
    media: dict[str, Any] = {}
    for key, value in flatten(metrics, "log"):
        if key in numbers or key in others or key in media:
            raise InvalidValue("log", key, "each key once: nesting and a '/' in a key came to the same name")
        if is_media(value):
            media[key] = value
            continue
        number = as_number(key, value)
        if number is None:
            others[key] = as_other(key, value, clean)
        else:
            numbers[key] = number
    return Split(numbers, others, media)


def flatten(tree: Mapping[Any, Any], call: str, prefix: str = "") -> list[tuple[str, Any]]:
    """Join the keys of nested mappings by `/`; an empty mapping stays as a value."""
    flat: list[tuple[str, Any]] = []
    for name, value in tree.items():
        key = check_key(name, call)
        # The whole name is looked at too: it may be too long, or hold a secret that its parts do not show.
        key = check_key(prefix + key, call) if prefix else key
        if isinstance(value, Mapping) and value:
            flat.extend(flatten(value, call, f"{key}/"))
        else:
            flat.append((key, value))
    return flat


def check_step(step: object) -> float:
    """Return the step as the float that it is stored as.

    Raises:
        InvalidType: it is no number.
        InvalidValue: it is NaN, infinite, or an integer that a float cannot tell from its neighbours.
    """
    if type(step) is int and -EXACT_STEP <= step <= EXACT_STEP:  # what nearly every call has, without a detour
        return float(step)
    if type(step) is float and step - step == 0:
        return step
    value = _plain(step)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidType("step", step, "an int or a float")
    if isinstance(value, int) and abs(value) > EXACT_STEP:
        raise InvalidValue("step", step, f"an integer between -2**53 and 2**53 ({EXACT_STEP})")
    if not math.isfinite(value):
        raise InvalidValue("step", step, "a finite number")
    return float(value)


def micros(ts: object) -> int:
    """Return a claimed time as microseconds since 1970.

    Raises:
        InvalidType: it is neither a datetime nor a number.
        InvalidValue: the datetime has no zone, or the number is out of range.
    """
    if isinstance(ts, datetime):
        if ts.tzinfo is None:
            raise InvalidValue("ts", ts.isoformat(), "a datetime with a time zone, such as datetime.now(timezone.utc)")
        return round(ts.timestamp() * 1_000_000)
    if isinstance(ts, bool) or not isinstance(ts, int | float):
        raise InvalidType("ts", ts, "an aware datetime or seconds since 1970")
    if not -62_135_596_800 <= ts <= 253_402_300_799:
        raise InvalidValue("ts", ts, "seconds since 1970 (not milliseconds) within the years 1 to 9999")
    return round(ts * 1_000_000)


def as_number(key: str, value: object) -> float | None:
    """Return the value as a float if it is one number, else None; a flag is no number.

    Raises:
        InvalidValue: the number is beyond the range of a double.
    """
    with reading(f"log: {key!r}", value):
        plain = _plain(value)
    try:
        if isinstance(plain, bool) or not isinstance(plain, int | float | Decimal | Fraction):
            return None
        return float(plain)
    except (OverflowError, ValueError) as problem:  # too big, or a signalling NaN
        raise InvalidValue(f"log: {key!r}", value, "a number within the range of a double") from problem


def as_other(key: str, value: object, clean: Callable[[str, str], str]) -> tuple[str, str]:
    """Return (type, JSON) of a value that is no number.

    Raises:
        InvalidType: the value can not be kept as text, flag, None or list.
        InvalidValue: its JSON is longer than `TEXT_LIMIT`.
    """
    with reading(f"log: {key!r}", value):
        plain = _jsonable(key, value)
        if isinstance(plain, str):
            kind, plain = "str", clean(key, plain)
        else:
            kind = "bool" if isinstance(plain, bool) else "null" if plain is None else "json"
        text = to_json(plain)
    if kind == "json":
        text = clean(key, text)
    if len(text) > TEXT_LIMIT:
        raise InvalidValue(f"log: {key!r}", f"{len(text)} characters", f"at most {TEXT_LIMIT}: log it as an artifact")
    return kind, text


def to_json(value: object) -> str:
    """Write JSON that every reader takes: NaN and infinities become the texts "NaN", "Infinity", "-Infinity"."""
    return json.dumps(_finite(value), ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


def number_text(value: float) -> str:
    """Write a number in its one canonical text: the shortest that reads back the same."""
    if isinstance(value, int):
        return str(value)
    if math.isfinite(value):
        return repr(float(value))
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _plain(value: object) -> object:
    """Take a number out of a NumPy scalar, a 0-d or one-element array or tensor, or a list of one."""
    if type(value) in (float, int, str, bool, type(None)):
        return value
    if isinstance(value, list | tuple) and len(value) == 1:
        return _plain(value[0])
    if hasattr(value, "shape") and hasattr(value, "item") and math.prod(value.shape) == 1:
        return value.item()
    return value


def _jsonable(key: str, value: object) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {check_key(name, "log"): _jsonable(key, item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        return [_jsonable(key, item) for item in items]
    if isinstance(value, Enum):
        return _jsonable(key, value.value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, PurePath | Decimal | Fraction):
        return str(value)
    if hasattr(value, "shape") and hasattr(value, "tolist"):
        return _jsonable(key, value.tolist())
    raise InvalidType(
        f"log: {key!r}", value, "a number, text, flag, None, list, array, one of runlake.media, or a mapping of such"
    )


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else number_text(value)
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return value
