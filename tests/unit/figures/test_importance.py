"""The importance of parameters as bars."""

from __future__ import annotations

import json
from typing import Any

from runlake.analysis.association import Correlation
from runlake.analysis.importance import Effect, Importance
from runlake.figures.importance import importance_figure
from runlake.figures.theme import DARK

EFFECTS = (
    Effect("params.<b>lr", 0.5, 0.4, 0.7, Correlation(-0.6, -0.8, -0.3, 40)),
    Effect("params.depth", 0.1, -0.1, 0.2, Correlation(0.2, -0.1, 0.4, 40)),
    Effect("params.model", 0.05, 0.0, 0.1, None),
)
FOUND = Importance(EFFECTS, 0.8, 0.7, 0.9, 40, 40, 0)


def test_bars_have_intervals_and_the_strongest_is_on_top() -> None:
    spec: dict[str, Any] = json.loads(importance_figure(FOUND, tokens=DARK).to_json())

    bar = spec["data"][0]
    assert bar["x"] == [0.05, 0.1, 0.5]
    assert [round(one, 3) for one in bar["error_x"]["array"]] == [0.05, 0.1, 0.2]
    assert [round(one, 3) for one in bar["error_x"]["arrayminus"]] == [0.05, 0.2, 0.1]
    assert spec["layout"]["yaxis"]["ticktext"] == ["model", "depth", "&lt;b&gt;lr"]


def test_the_sign_is_said_in_words_and_only_where_it_is_clear() -> None:
    spec: dict[str, Any] = json.loads(importance_figure(FOUND).to_json())

    said = [note["text"] for note in spec["layout"]["annotations"]]
    assert said[0] == "no order, so no sign"
    assert said[1].startswith("◆ no clear sign")
    assert said[2] == "▼ falls with it  ρ -0.60 [-0.80, -0.30]"
    colors = spec["data"][0]["marker"]["color"]
    assert colors[0] == colors[1] != colors[2]
