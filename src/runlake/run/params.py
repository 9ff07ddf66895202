"""Parameters from whatever holds them, each as canonical text with its type and, where it is one, its number."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any, NamedTuple

from runlake.capture.guard import reading
from runlake.capture.settings import settings_of
from runlake.errors import InvalidValue
from runlake.run.values import flatten, number_text, to_json
from runlake.schema import PARAMS

VALUE_LIMIT = 100_000
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class Param(NamedTuple):
    """Value of one parameter: canonical text, its number where it is one, and its type."""

    value: str
    value_num: float | None
    type: str


def params_of(source: object, clean: Callable[[str, str], str]) -> dict[str, Param]:
    """Read parameters from a mapping or an object that holds settings; nested keys are joined by `/`.

    Args:
        source: mapping, argparse namespace, dataclass, pydantic model, OmegaConf config or
            scikit-learn estimator.
        clean: redacts a text, given its key.

    Raises:
        InvalidType: the source holds no settings, or a key is no text.
        InvalidValue: two keys come to the same, or a value is longer than `VALUE_LIMIT`.
    """
    found: dict[str, Param] = {}
    with reading("log_params", source):
        settings = flatten(settings_of(source), "log_params")
    for key, value in settings:
        if key in found:
            raise InvalidValue("log_params", key, "each key once: nesting and a '/' in a key came to the same name")
        with reading(f"log_params: {key!r}", value):
            param = _param(value)
        found[key] = param._replace(value=clean(key, param.value)) if param.type in {"str", "json"} else param
        if len(found[key].value) > VALUE_LIMIT:
            size = f"{len(found[key].value)} characters"
            raise InvalidValue(f"log_params: {key!r}", size, f"at most {VALUE_LIMIT}: log it as an artifact")
    return found


def changed_params(old: Mapping[str, str], new: Mapping[str, Param]) -> dict[str, Param]:
    """Return the new params whose key had another value."""
    return {key: param for key, param in new.items() if old.get(key, param.value) != param.value}


def param_rows(params: Mapping[str, Param], now: int) -> list[list[Any]]:
    """Lay out rows of `params`."""
    return [
        PARAMS.row(ts=now, key=key, value=param.value, value_num=param.value_num, type=param.type)
        for key, param in params.items()
    ]


def _param(value: Any) -> Param:
    if hasattr(value, "shape") and hasattr(value, "item") and math.prod(value.shape) == 1:
        value = value.item()
    if value is None:
        return Param("null", None, "null")
    if isinstance(value, bool):
        return Param("true" if value else "false", None, "bool")
    if isinstance(value, int | float):
        kind = "int" if isinstance(value, int) else "float"
        return Param(number_text(value), _as_float(value), kind)
    if isinstance(value, str):
        return Param(value, float(value) if _NUMBER.fullmatch(value) else None, "str")
    if isinstance(value, Enum):
        return _param(value.value)
    if isinstance(value, Decimal | Fraction):
        return Param(str(value), _as_float(value), "float")
    if isinstance(value, Mapping | list | tuple | set | frozenset) or hasattr(value, "tolist"):
        return Param(to_json(_plain(value)), None, "json")
    return Param(_name(value), None, "str")


def _as_float(value: float | Decimal | Fraction) -> float | None:
    try:
        return float(value)
    except (OverflowError, ValueError):  # too big, or a signalling NaN
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        named = {str(key): _plain(item) for key, item in value.items()}
        if len(named) < len(value):
            raise InvalidValue("log_params", value, "each key once: two came to the same text")
        return named
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return _plain(value.value) if isinstance(value, Enum) else _name(value)


def _name(value: Any) -> str:
    """Name what is no value: its text without memory addresses, so that the same setting reads the same."""
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, type) or callable(value):
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if name is not None:
            return f"{module}.{name}" if module not in (None, "builtins") else str(name)
    return _ADDRESS.sub("", str(value))
