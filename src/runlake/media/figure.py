"""Plotly figures, kept as the JSON that Plotly draws."""

from __future__ import annotations

from typing import Any

from runlake.errors import InvalidType, InvalidValue
from runlake.media.base import Media, caption_of, library_of

MOST_BYTES = 25_000_000


class Figure(Media):
    """A Plotly figure. A Matplotlib figure is an `Image`.

    Args:
        figure: `plotly.graph_objects.Figure`.
        caption: shown below it.

    Raises:
        InvalidType: it is none.
        InvalidValue: its JSON is beyond `MOST_BYTES`.
    """

    __slots__ = ()

    def __init__(self, figure: Any, *, caption: str | None = None) -> None:
        if library_of(figure, "plotly") is None or not hasattr(figure, "to_json"):
            raise InvalidType("Figure", figure, "a Plotly figure (media.Image takes those of Matplotlib)")
        content = figure.to_json().encode()
        if len(content) > MOST_BYTES:
            raise InvalidValue(
                "Figure", f"{len(content):,} bytes of JSON", f"at most {MOST_BYTES:,}: draw fewer points"
            )
        super().__init__("figure", ".plotly.json", content, {"caption": caption_of(caption, "Figure")})
