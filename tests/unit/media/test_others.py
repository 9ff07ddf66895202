"""Sound, video, figures, text, HTML and histograms."""

from __future__ import annotations

import io
import json
import math
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake import media
from runlake.errors import InvalidType, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TONE = np.sin(np.linspace(0, 40, 800))
numbers = st.lists(st.floats(allow_nan=True, allow_infinity=True, width=64), max_size=50)


def content(one: media.Media) -> bytes:
    assert isinstance(one.content, bytes)
    return one.content


def samples(one: media.Media) -> tuple[int, int, Any]:
    with wave.open(io.BytesIO(content(one))) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return file.getframerate(), file.getnchannels(), frames


class TestSound:
    def test_keeps_samples_to_16_bits(self) -> None:
        rate, channels, heard = samples(media.Audio(TONE, sample_rate=8000))

        assert (rate, channels) == (8000, 1)
        assert np.abs(heard / 32767 - TONE).max() <= 0.5 / 32767

    def test_puts_channels_side_by_side(self) -> None:
        both = np.column_stack([TONE, -TONE])

        _, channels, heard = samples(media.Audio(both, sample_rate=8000))

        assert channels == 2
        assert np.array_equal(heard[::2], -heard[1::2])

    def test_of_a_list_is_that_of_an_array(self) -> None:
        assert content(media.Audio(TONE.tolist(), sample_rate=8000)) == content(media.Audio(TONE, sample_rate=8000))

    def test_of_bytes_is_known_by_what_they_are(self) -> None:
        made = content(media.Audio(TONE, sample_rate=8000))

        assert (media.Audio(made).suffix, media.Audio(b"fLaC....").suffix) == (".wav", ".flac")

    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda: media.Audio(TONE), "sample_rate"),
            (lambda: media.Audio(TONE * 2, sample_rate=8000), "from -1 to 1"),
            (lambda: media.Audio(TONE * np.nan, sample_rate=8000), "from -1 to 1"),
            (lambda: media.Audio([[0.1], [0.1, 0.2]], sample_rate=8000), "equally many"),
            (lambda: media.Audio(b"sound"), "the bytes of a WAV"),
        ],
    )
    def test_says_what_was_wanted(self, make: Callable[[], media.Media], said: str) -> None:
        with pytest.raises(InvalidValue, match=said):
            make()


class TestVideo:
    def test_is_the_file_or_its_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "a.mp4"
        path.write_bytes(b"\0\0\0\x18ftypmp42")

        assert media.Video(path).content == path
        assert media.Video(path.read_bytes()).suffix == ".mp4"

    def test_of_frames_is_refused(self) -> None:
        with pytest.raises(InvalidType, match="path of a file"):
            media.Video(np.zeros((3, 2, 2)))  # type: ignore[arg-type]  # that is the point


class TestAFigure:
    def test_is_the_json_of_plotly(self) -> None:
        figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))

        assert json.loads(content(media.Figure(figure)))["data"][0]["type"] == "scatter"

    def test_of_something_else_is_refused(self) -> None:
        with pytest.raises(InvalidType, match="a Plotly figure"):
            media.Figure({"data": []})


class TestText:
    def test_loses_its_secrets_and_nothing_else(self) -> None:
        token = "hf_" + "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3b"

        assert content(media.Text(f"żółw {token} end")).decode() == "żółw [redacted:hf_token] end"
        assert content(media.Html(f"<b>{token}</b>")).decode() == "<b>[redacted:hf_token]</b>"

    def test_is_text(self) -> None:
        with pytest.raises(InvalidType):
            media.Text(b"bytes")  # type: ignore[arg-type]  # that is the point
        with pytest.raises(InvalidType):
            media.Html(3)  # type: ignore[arg-type]  # that is the point


class TestAHistogram:
    @given(numbers, st.integers(1, 40))
    def test_counts_everything_once(self, values: list[float], bins: int) -> None:
        found = json.loads(content(media.Histogram(values, bins=bins)))

        finite = sum(map(math.isfinite, values))
        assert (sum(found["counts"]), found["count"]) == (finite, len(values))
        assert found["nan_count"] + found["inf_count"] == len(values) - finite
        assert len(found["edges"]) == bins + 1
        assert found["edges"] == sorted(found["edges"])

    @given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.integers(1, 40))
    def test_of_an_array_is_that_of_a_list(self, values: list[float], bins: int) -> None:
        listed = content(media.Histogram(values, bins=bins))

        assert content(media.Histogram(np.array(values).reshape(1, -1), bins=bins)) == listed

    def test_agrees_with_numpy(self) -> None:
        values = np.random.default_rng(3).normal(size=1000)
        counts, edges = np.histogram(values, 20)

        found = json.loads(content(media.Histogram(values, bins=20)))

        assert found["counts"] == counts.tolist()
        assert found["edges"] == pytest.approx(edges.tolist())

    def test_can_come_ready(self) -> None:
        found = json.loads(content(media.Histogram(counts=[1, 2], edges=[0, 1, 3])))

        assert (found["counts"], found["edges"], found["count"]) == ([1, 2], [0, 1, 3], 3)

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"counts": [1], "edges": [0]},
            {"counts": [1], "edges": [1, 1]},
            {"counts": [-1], "edges": [0, 1]},
            {"counts": [1], "edges": [0, math.inf]},
            {"values": [1], "bins": 0},
            {"values": ["a"]},
        ],
        ids=str,
    )
    def test_says_what_was_wanted(self, given: dict[str, Any]) -> None:
        with pytest.raises(InvalidValue, match="Histogram"):
            media.Histogram(**given)
