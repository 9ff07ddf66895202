"""Names: what an artifact may be called, and which files may be one."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from pathlib import Path

from runlake.capture.redact_names import redact_path
from runlake.capture.secret_names import is_secret_name
from runlake.errors import InvalidValue, NotFound, SecretRefused, UnsafePath, expect

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_FORBIDDEN = frozenset('<>:"|?*')
_PART_BYTES, _NAME_CHARS = 100, 200  # of what is made of a key


def check_name(name: str | os.PathLike[str]) -> str:
    """Return the name of an artifact in its one form, slash-separated, relative and redacted.

    Raises:
        InvalidType: it is no text and no path.
        UnsafePath: it is absolute, climbs out, is reserved somewhere, or hides what it is.
    """
    expect(name, (str, os.PathLike), "artifact name", "text or a path")
    # Redacted first: a backslash may be part of what gives a secret away.
    text = unicodedata.normalize("NFC", redact_path(os.fsdecode(name))).replace("\\", "/")
    parts = text.split("/")
    if text.startswith("/") or (len(text) > 1 and text[1] == ":"):
        raise UnsafePath(text, "it is absolute; give a path relative to the run")
    if not text or len(text.encode("utf-8", "replace")) > 1000:
        raise UnsafePath(text[:80], "it is empty or longer than 1000 bytes")
    for part in parts:
        if reason := _fault(part):
            raise UnsafePath(text, reason)
    return "/".join(parts)


def _fault(part: str) -> str:
    if part in {"", ".", ".."}:
        return "it has an empty part, '.' or '..'"
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"} for c in part):
        return "it has control, formatting or surrogate characters"
    if "%" in part and any(code in part.lower() for code in ("%2e", "%2f", "%5c", "%00", "%25")):
        return "it has percent-encoded separators"
    if set(part) & _FORBIDDEN:
        return f"it has one of {' '.join(sorted(_FORBIDDEN))}"
    if part.split(".")[0].lower() in _RESERVED or part.endswith((".", " ")) or len(part.encode()) > 255:
        return "a part of it is reserved, ends in '.' or ' ', or is longer than 255 bytes"
    return ""


def check_file(source: str | os.PathLike[str], *, allow_secret: bool) -> Path:
    """Return the file if it may be logged.

    Raises:
        NotFound: there is no such file.
        InvalidValue: it is neither a file nor a link to one.
        SecretRefused: its name says that it is a secret.
    """
    path = Path(os.fsdecode(source))
    if not os.path.exists(path):  # noqa: PTH110 - a name that no file can have is no error here, as it is for Path
        raise NotFound("file", os.fsdecode(source), "give the path of a file that exists")
    if not path.is_file():
        raise InvalidValue("log_artifact", str(path), "a file; log_artifacts takes folders and patterns")
    if not allow_secret and (is_secret_name(path.name) or is_secret_name(path.resolve().name)):
        raise SecretRefused(str(path))
    return path


def name_of_key(key: str) -> str:
    """Return a name that any key can have: its own, or one with a digest of it where a path cannot be that."""
    name = "/".join(_fitting(part) for part in unicodedata.normalize("NFC", key).split("/"))
    if name == key and len(name) <= _NAME_CHARS:
        return name
    return f"{name[:_NAME_CHARS]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def _fitting(part: str) -> str:
    plain = "".join("_" if c in _FORBIDDEN | {"%", "\\"} or unicodedata.category(c)[0] == "C" else c for c in part)
    while len(plain.encode()) > _PART_BYTES:
        plain = plain[:-1]
    plain = plain.rstrip(". ")
    return f"_{plain}" if _fault(plain) else plain
