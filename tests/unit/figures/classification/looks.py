"""Results of runs as the pictures take them, and what of a picture the tests look at."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from runlake.analysis.classification import Binary
from runlake.figures.classification import Shown
from runlake.figures.theme import series_colour

if TYPE_CHECKING:
    import plotly.graph_objects as go

Result = TypeVar("Result")
MARKUP = "<b>%{x}</b> & $co"
MARKUP_SHOWN = "&lt;b&gt;&#37;{x}&lt;/b&gt; &amp; &#36;co"


def a_binary(seed: int = 0, n: int = 400) -> Binary:
    random = np.random.default_rng(seed)
    truth = random.random(n) < 0.3
    return Binary("pos", truth, 1 / (1 + np.exp(1 - random.normal(size=n) - 1.5 * truth)))


def nothing() -> Binary:
    return Binary("pos", np.array([True, False]), np.array([np.nan, 0.5]))


def shown(*results: Result, name: str = "run", threshold: float | None = None) -> list[Shown[Result]]:
    return [
        Shown(f"{name}{at or ''}", result, series_colour(at), threshold=threshold) for at, result in enumerate(results)
    ]


def spec(figure: go.Figure) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(figure.to_json())
    return parsed


def named(figure: go.Figure) -> list[str]:
    """What the legend says, row by row."""
    return [trace["name"] for trace in spec(figure)["data"] if trace.get("showlegend", True)]


def numbers(values: Any) -> list[Any]:
    """Read what Plotly packs into base64."""
    if not isinstance(values, dict):
        return list(values)
    found = np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])
    listed: list[Any] = found.reshape([int(part) for part in str(values.get("shape", -1)).split(",")]).tolist()
    return listed
