from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image as Pillow

from runlake import media
from runlake.errors import InvalidType, InvalidValue, NotFound, SecretRefused

if TYPE_CHECKING:
    from pathlib import Path

SEEN = np.arange(24, dtype="u1").reshape(2, 4, 3) * 10


class Tensor:
    """What `Image` sees of a tensor of PyTorch."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self._array


def decoded(image: media.Media) -> Any:
    assert isinstance(image.content, bytes)
    return np.asarray(Pillow.open(io.BytesIO(image.content)))


class TestAnImage:
    @pytest.mark.parametrize(
        ("source", "pixels"),
        [
            (SEEN, SEEN),
            (SEEN.astype("i8"), SEEN),
            (SEEN[:, :, 0], SEEN[:, :, 0]),
            (SEEN[:, :, :1], SEEN[:, :, 0]),
            (SEEN[:, ::-1], SEEN[:, ::-1]),
            (np.dstack([SEEN, SEEN[:, :, :1]]), np.dstack([SEEN, SEEN[:, :, :1]])),
            (SEEN / 255, SEEN),
            ((SEEN / 255).astype("f4"), SEEN),
            (SEEN[:, :, 0] > 100, (SEEN[:, :, 0] > 100) * 255),
            (Tensor(SEEN.transpose(2, 0, 1)), SEEN),
            (SEEN.tolist(), SEEN),
            (SEEN[:, :, 0].tolist(), SEEN[:, :, 0]),
            ((SEEN / 255).tolist(), SEEN),
            (Pillow.fromarray(SEEN), SEEN),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_keeps_each_pixel(self, source: Any, pixels: Any) -> None:
        image = media.Image(source)

        assert (image.kind, image.suffix) == ("image", ".png")
        assert np.array_equal(decoded(image), pixels)

    def test_of_one_channel_and_alpha_keeps_both(self) -> None:
        two = SEEN[:, :, :2]

        assert np.array_equal(decoded(media.Image(two)), two)

    def test_of_matplotlib_is_what_it_draws(self) -> None:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(2, 1), dpi=50)
        axes = figure.add_subplot()
        axes.plot([0, 1])

        assert decoded(media.Image(figure)).ndim == 3
        assert decoded(media.Image(axes)).shape == decoded(media.Image(figure)).shape

    def test_of_a_file_is_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.JPEG"
        Pillow.fromarray(SEEN).save(path, "JPEG")

        assert (media.Image(path).content, media.Image(path).suffix) == (path, ".jpeg")
        assert media.Image(path.read_bytes()).suffix == ".jpg"

    def test_remembers_its_caption_and_size(self) -> None:
        assert media.Image(SEEN, caption="one").facts == {"caption": "one", "width": 4, "height": 2}

    def test_does_not_change_with_its_source(self) -> None:
        source = SEEN.copy()
        image = media.Image(source)
        source[:] = 0

        assert np.array_equal(decoded(image), SEEN)


class TestWhatIsNoImage:
    @pytest.mark.parametrize(
        ("source", "said"),
        [
            (np.zeros((2, 2, 5)), "array of shape"),
            (np.zeros(3), "array of shape"),
            (np.zeros((0, 3)), "array of shape"),
            (np.full((2, 2), 1.5), "floats from 0 to 1"),
            (np.full((2, 2), np.nan), "floats from 0 to 1"),
            (np.full((2, 2), 256), "integers from 0 to 255"),
            (np.full((2, 2), "a"), "array of integers"),
            ([[1, 2], [3]], "unequal"),
            ([[1, 300]], "integers from 0 to 255"),
            ([], "array of shape"),
            (b"no image", "the bytes of a PNG"),
        ],
    )
    def test_says_what_was_wanted(self, source: Any, said: str) -> None:
        with pytest.raises(InvalidValue, match=said):
            media.Image(source)

    def test_of_another_kind_says_so(self) -> None:
        with pytest.raises(InvalidType, match="path of a file"):
            media.Image(3)

    def test_file_is_refused_where_it_is_missing_secret_or_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("a")
        (tmp_path / "id_rsa").write_text("a")
        with pytest.raises(NotFound):
            media.Image(tmp_path / "b.png")
        with pytest.raises(InvalidValue, match="ends in"):
            media.Image(tmp_path / "a.txt")
        with pytest.raises(SecretRefused):
            media.Image(tmp_path / "id_rsa")

    def test_caption_is_text(self) -> None:
        with pytest.raises(InvalidType, match="caption"):
            media.Image(SEEN, caption=3)  # type: ignore[arg-type]  # that is the point
