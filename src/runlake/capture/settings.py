"""Settings as the objects that people keep them in hold them, without importing any of their libraries."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from runlake.errors import InvalidType


def settings_of(source: Any) -> Mapping[Any, Any]:
    """Return the settings that an object holds, nested as it nests them.

    Args:
        source: mapping, argparse namespace, dataclass, pydantic model, OmegaConf config or
            scikit-learn estimator.

    Raises:
        InvalidType: it holds no settings.
    """
    settings = source if isinstance(source, Mapping) else _held_by(source)
    if settings is None:
        raise InvalidType(
            "log_params",
            source,
            "a dict, argparse namespace, dataclass, pydantic model, OmegaConf config or scikit-learn estimator",
        )
    return settings


def _held_by(source: Any) -> Mapping[Any, Any] | None:
    if is_dataclass(source) and not isinstance(source, type):
        return asdict(source)
    if isinstance(source, type):
        return None
    omegaconf = sys.modules.get("omegaconf")
    if omegaconf is not None and omegaconf.OmegaConf.is_config(source):
        plain: Any = omegaconf.OmegaConf.to_container(source, resolve=True)
        return plain if isinstance(plain, Mapping) else {"config": plain}
    for method in ("model_dump", "get_params"):  # pydantic, scikit-learn
        if callable(getattr(source, method, None)):
            settings: Any = getattr(source, method)()
            return settings if isinstance(settings, Mapping) else None
    if type(source).__name__ == "Namespace":  # argparse, without importing it
        named: dict[str, Any] = vars(source)
        return named
    return None
