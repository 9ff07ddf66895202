"""HTML, kept as it is and shown as its source: what a page would run, Runlake does not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlake.capture.redact_text import redact_text
from runlake.errors import InvalidType
from runlake.media.base import Media, caption_of, checked_file

if TYPE_CHECKING:
    from pathlib import Path


class Html(Media):
    """A page or a fragment of HTML.

    Args:
        source: the text, out of which secrets are taken, or the path (as `Path`) of a file, kept byte by byte.
        caption: shown above it.

    Raises:
        InvalidType: it is neither.
        NotFound, SecretRefused: there is no such file, or it may not be logged.
    """

    __slots__ = ()

    def __init__(self, source: str | os.PathLike[str], *, caption: str | None = None) -> None:
        content: bytes | Path
        if isinstance(source, str):
            content = redact_text(str(source)).encode("utf-8", "backslashreplace")
        elif isinstance(source, os.PathLike):
            content = checked_file(source, "Html", (".html", ".htm"))
        else:
            raise InvalidType("Html", source, "HTML as text, or the Path of a file")
        super().__init__("html", ".html", content, {"caption": caption_of(caption, "Html")})
