"""Images: from arrays, tensors, Pillow, Matplotlib or files."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from runlake.errors import InvalidType, InvalidValue
from runlake.media.base import Media, array_of, caption_of, checked_file, library_of

_MAGIC = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg", b"GIF87a": ".gif", b"GIF89a": ".gif"}
_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_WANTED = "an array of shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), a Pillow image, a Matplotlib figure, or a file"
_COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> colour type of PNG


class Image(Media):
    """An image, kept as PNG unless it comes as a file.

    Args:
        source: array or nested list of shape (h, w) or (h, w, channels), channels 1, 3 or 4: integers 0 to
            255, floats 0 to 1, flags; a PyTorch tensor of shape (channels, h, w); a Pillow image; a
            Matplotlib figure or axes; the path or the bytes of a PNG, JPEG, GIF or WebP file.
        caption: shown below it.

    Raises:
        InvalidType, InvalidValue: it is none of these, or has values out of range.
        NotFound, SecretRefused: there is no such file, or it may not be logged.
    """

    __slots__ = ()

    def __init__(self, source: Any, *, caption: str | None = None) -> None:
        facts: dict[str, Any] = {"caption": caption_of(caption, "Image")}
        if isinstance(source, bytes):
            super().__init__("image", _suffix(source), source, facts)
        elif (library := library_of(source, "PIL", "matplotlib")) is not None:
            super().__init__("image", ".png", _drawn(source, library), facts)
        elif hasattr(source, "__array__") or hasattr(source, "detach") or isinstance(source, list | tuple):
            width, height, channels, pixels = _pixels(source)
            facts |= {"width": width, "height": height}
            super().__init__("image", ".png", _png(width, height, channels, pixels), facts)
        else:
            path = checked_file(source, "Image", _SUFFIXES)
            super().__init__("image", path.suffix.lower(), path, facts)


def _suffix(content: bytes) -> str:
    for magic, suffix in _MAGIC.items():
        if content.startswith(magic):
            return suffix
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ".webp"
    raise InvalidValue("Image", f"{len(content)} bytes", "the bytes of a PNG, JPEG, GIF or WebP file")


def _drawn(source: Any, library: str) -> bytes:
    out = io.BytesIO()
    if library == "PIL":
        source.save(out, format="PNG")
        return out.getvalue()
    figure = source if hasattr(source, "savefig") else getattr(source, "figure", None)
    if figure is None or not hasattr(figure, "savefig"):
        raise InvalidType("Image", source, "a Matplotlib figure or axes")
    figure.savefig(out, format="png", bbox_inches="tight")
    return out.getvalue()


def _pixels(source: Any) -> tuple[int, int, int, bytes]:
    """Return width, height, channels and the bytes of the rows."""
    array = array_of(source)
    if array is None:
        return _listed(source)
    if hasattr(source, "detach") and array.ndim == 3 and array.shape[0] in _COLOURS:
        array = array.transpose(1, 2, 0)
    shape = array.shape
    if array.ndim not in {2, 3} or not array.size or (array.ndim == 3 and shape[2] not in _COLOURS):
        raise InvalidValue("Image", f"an array of shape {shape}", _WANTED)
    if array.dtype.kind == "b":
        array = array.astype("u1") * 255
    elif array.dtype.kind == "f":
        if not (array >= 0).all() or not (array <= 1).all():  # also where there is NaN
            raise InvalidValue("Image", f"floats from {array.min()} to {array.max()}", "floats from 0 to 1")
        array = (array * 255).round().astype("u1")
    elif array.dtype.kind in "iu":
        if array.min() < 0 or array.max() > 255:
            raise InvalidValue("Image", f"integers from {array.min()} to {array.max()}", "integers from 0 to 255")
        array = array.astype("u1")
    else:
        raise InvalidValue("Image", f"an array of {array.dtype}", "an array of integers, floats or flags")
    return shape[1], shape[0], shape[2] if array.ndim == 3 else 1, array.tobytes()


def _listed(rows: Any) -> tuple[int, int, int, bytes]:
    try:
        cells = [[cell if isinstance(cell, list | tuple) else (cell,) for cell in row] for row in rows]
        height, width, channels = len(cells), len(cells[0]), len(cells[0][0])
    except (TypeError, IndexError) as problem:
        raise InvalidValue("Image", rows, _WANTED) from problem
    flat = [value for row in cells for cell in row for value in cell]
    if channels not in _COLOURS or len(flat) != height * width * channels:
        raise InvalidValue("Image", f"{height} rows of unequal length or depth", _WANTED)
    if all(isinstance(value, int) and 0 <= value <= 255 for value in flat) and not all(
        isinstance(value, bool) for value in flat
    ):
        return width, height, channels, bytes(flat)
    if all(isinstance(value, bool | int | float) and 0 <= value <= 1 for value in flat):
        return width, height, channels, bytes(round(value * 255) for value in flat)
    raise InvalidValue("Image", "other values", "integers from 0 to 255 or floats from 0 to 1")


def _png(width: int, height: int, channels: int, pixels: bytes) -> bytes:
    """Write PNG (RFC 2083): 8 bits a channel, rows without a filter."""
    stride = width * channels
    rows = b"".join(b"\0" + pixels[at * stride : (at + 1) * stride] for at in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOURS[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
