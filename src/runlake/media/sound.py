"""Sound: from samples or files."""

from __future__ import annotations

import io
import os
import struct
import wave
from typing import TYPE_CHECKING, Any

from runlake.errors import InvalidValue
from runlake.media.base import Media, array_of, caption_of, checked_file

if TYPE_CHECKING:
    from pathlib import Path

_SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".oga", ".m4a")
_MAGIC = {b"ID3": ".mp3", b"\xff\xfb": ".mp3", b"fLaC": ".flac", b"OggS": ".ogg"}
_LOUDEST = 32767


class Audio(Media):
    """A piece of sound; samples are kept as 16-bit WAV.

    Args:
        source: samples from -1 to 1 of shape (n,) or (n, channels), an array, a tensor or a list; or the
            path or the bytes of a WAV, MP3, FLAC, Ogg or M4A file.
        sample_rate: samples per second in Hz, for samples only.
        caption: shown below it.

    Raises:
        InvalidType, InvalidValue: it is none of these, or the rate is missing.
        NotFound, SecretRefused: there is no such file, or it may not be logged.
    """

    __slots__ = ()

    def __init__(self, source: Any, *, sample_rate: int | None = None, caption: str | None = None) -> None:
        facts: dict[str, Any] = {"caption": caption_of(caption, "Audio"), "sample_rate": sample_rate}
        content: bytes | Path
        if isinstance(source, bytes):
            content, suffix = source, _suffix(source)
        elif isinstance(source, str | os.PathLike):
            content = checked_file(source, "Audio", _SUFFIXES)
            suffix = content.suffix.lower()
        else:
            if type(sample_rate) is not int or not 1 <= sample_rate <= 1_000_000:
                raise InvalidValue("Audio: sample_rate", sample_rate, "samples per second, such as 16000")
            content, suffix = _wav(source, sample_rate), ".wav"
        super().__init__("audio", suffix, content, facts)


def _suffix(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return ".wav"
    if content[4:8] == b"ftyp":
        return ".m4a"
    for magic, suffix in _MAGIC.items():
        if content.startswith(magic):
            return suffix
    raise InvalidValue("Audio", f"{len(content)} bytes", "the bytes of a WAV, MP3, FLAC, Ogg or M4A file")


def _wav(source: Any, sample_rate: int) -> bytes:
    channels, samples = _samples(source)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(samples)
    return out.getvalue()


def _samples(source: Any) -> tuple[int, bytes]:
    """Return the number of channels, and 16-bit samples with the channels of one moment side by side."""
    array = array_of(source)
    if array is not None:
        if array.ndim not in {1, 2} or not array.size:
            raise InvalidValue("Audio", f"an array of shape {array.shape}", "samples of shape (n,) or (n, channels)")
        if not (abs(array) <= 1).all():
            raise InvalidValue("Audio", f"samples from {array.min()} to {array.max()}", "samples from -1 to 1")
        return (array.shape[1] if array.ndim == 2 else 1), (array * _LOUDEST).round().astype("<i2").tobytes()
    moments = [m if isinstance(m, list | tuple) else (m,) for m in source]
    if not moments or len({len(moment) for moment in moments}) != 1:
        raise InvalidValue("Audio", f"{len(moments)} moments", "samples, equally many for each channel")
    flat = [sample for moment in moments for sample in moment]
    if not all(isinstance(sample, int | float) and -1 <= sample <= 1 for sample in flat):
        raise InvalidValue("Audio", "other values", "samples from -1 to 1")
    return len(moments[0]), struct.pack(f"<{len(flat)}h", *(round(sample * _LOUDEST) for sample in flat))
