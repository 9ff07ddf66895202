"""What all media are: bytes of a kind, with facts about them; and under which path a run keeps them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

from runlake.capture.artifact_names import check_file, name_of_key
from runlake.errors import InvalidType, InvalidValue, expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

KINDS: Final = ("image", "table", "histogram", "figure", "text", "html", "audio", "video", "evaluation")


class Media:
    """One object to log: its bytes are made when it is, so that a later change of the source does not matter.

    Attributes:
        kind: one of `KINDS`.
        suffix: of the file that it becomes.
        content: the bytes, or the file that has them.
        facts: what a reader needs to know beside them, as JSON can hold it.
    """

    __slots__ = ("content", "facts", "kind", "suffix")

    def __init__(self, kind: str, suffix: str, content: bytes | Path, facts: Mapping[str, Any]) -> None:
        self.kind, self.suffix, self.content = kind, suffix, content
        self.facts = {name: fact for name, fact in facts.items() if fact is not None}

    def __repr__(self) -> str:
        size = f"{len(self.content):,} bytes" if isinstance(self.content, bytes) else str(self.content)
        return f"<{type(self).__name__} {self.kind}, {size}>"


def is_media(value: object) -> bool:
    """Return whether a logged value is one of these, or a list of them."""
    several = value if isinstance(value, list | tuple) and value else [value]
    return all(isinstance(one, Media) for one in several)


def files_of(key: str, value: Media | list[Media]) -> Iterator[tuple[Media, str, dict[str, Any]]]:
    """Yield what was logged under one key: each object, its path inside the run and its facts.

    The path is `media/<key>.png`, or `media/<key>/<index>.png` for the members of a list.
    """
    name = f"media/{name_of_key(key)}"
    if isinstance(value, Media):
        yield value, f"{name}{value.suffix}", {"key": key, **value.facts}
        return
    for index, one in enumerate(value):
        yield one, f"{name}/{index}{one.suffix}", {"key": key, "index": index, **one.facts}


def checked_file(source: object, call: str, suffixes: tuple[str, ...]) -> Path:
    """Return the file if it may be logged as this kind.

    Raises:
        NotFound: there is no such file.
        InvalidValue: its name does not end in one of `suffixes`.
        SecretRefused: its name says that it is a secret.
    """
    if not isinstance(source, str | os.PathLike):
        raise InvalidType(call, source, f"the path of a file that ends in {', '.join(suffixes)}, or bytes")
    path = check_file(source, allow_secret=False)
    if path.suffix.lower() not in suffixes:
        raise InvalidValue(call, path.name, f"a file that ends in {', '.join(suffixes)}")
    return path


def caption_of(caption: object, call: str) -> str | None:
    """Return a caption, checked."""
    if caption is not None:
        expect(caption, str, f"{call}: caption", "text")
    return None if caption is None else str(caption)


def library_of(value: object, *names: str) -> str | None:
    """Say which of these libraries a value or one of its base classes comes from."""
    return next((head for c in type(value).__mro__ for head in [c.__module__.partition(".")[0]] if head in names), None)


def array_of(value: Any) -> Any:
    """Return a NumPy array of what is one already or a tensor; None for anything else, and without NumPy."""
    numpy = sys.modules.get("numpy")
    if numpy is None or isinstance(value, str | bytes | list | tuple):
        return None
    if hasattr(value, "detach"):  # a tensor of PyTorch: on its device, in its graph
        value = value.detach().cpu()
        value = value.float() if str(getattr(value, "dtype", "")) == "torch.bfloat16" else value
    return numpy.asarray(value) if hasattr(value, "__array__") else None
