"""Videos, from files or bytes that a browser plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.errors import InvalidValue
from runlake.media.base import Media, caption_of, checked_file

if TYPE_CHECKING:
    import os
    from pathlib import Path

_SUFFIXES = (".mp4", ".webm", ".ogv", ".gif")


class Video(Media):
    """A video. Frames have to be encoded before: nothing in the standard library does that.

    Args:
        source: path of an MP4, WebM, Ogg or GIF file, or its bytes.
        caption: shown below it.

    Raises:
        InvalidType, InvalidValue: it is neither.
        NotFound, SecretRefused: there is no such file, or it may not be logged.
    """

    __slots__ = ()

    def __init__(self, source: str | os.PathLike[str] | bytes, *, caption: str | None = None) -> None:
        content: bytes | Path = source if isinstance(source, bytes) else checked_file(source, "Video", _SUFFIXES)
        suffix = _suffix(content) if isinstance(content, bytes) else content.suffix.lower()
        super().__init__("video", suffix, content, {"caption": caption_of(caption, "Video")})


def _suffix(content: bytes) -> str:
    if content[4:8] == b"ftyp":
        return ".mp4"
    for magic, suffix in ((b"\x1aE\xdf\xa3", ".webm"), (b"OggS", ".ogv"), (b"GIF8", ".gif")):
        if content.startswith(magic):
            return suffix
    raise InvalidValue("Video", f"{len(content)} bytes", "the bytes of an MP4, WebM, Ogg or GIF file")
