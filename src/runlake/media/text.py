"""Text that is longer than a value of a step should be, such as a sample that a model wrote."""

from __future__ import annotations

from runlake.capture.redact_text import redact_text
from runlake.errors import expect
from runlake.media.base import Media, caption_of


class Text(Media):
    """A text, kept as UTF-8; secrets in it are taken out.

    Args:
        text: of any length.
        caption: shown above it.

    Raises:
        InvalidType: it is no text.
    """

    __slots__ = ()

    def __init__(self, text: str, *, caption: str | None = None) -> None:
        expect(text, str, "Text", "text")
        content = redact_text(str(text)).encode("utf-8", "backslashreplace")
        super().__init__("text", ".txt", content, {"caption": caption_of(caption, "Text")})
