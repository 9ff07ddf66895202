"""Names of artifacts, and which files a path or pattern stands for; nothing outside is ever reached."""

from __future__ import annotations

import glob
import mimetypes
import os
import unicodedata
from pathlib import Path, PurePosixPath

from runlake.capture.redact_names import redact_path
from runlake.capture.secret_names import is_secret_name
from runlake.errors import InvalidValue, NotFound, SecretRefused, UnsafePath, expect

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_FORBIDDEN = set('<>:"|?*')


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


def files_below(source: str | os.PathLike[str], *, allow_secret: bool) -> list[tuple[Path, str]]:
    """List (file, name relative to the folder or to the pattern's fixed part), sorted by name.

    Raises:
        NotFound: nothing is there, or nothing matches.
        UnsafePath: a link leads out of the folder.
        SecretRefused: a file's name says that it is a secret.
    """
    expect(source, (str, os.PathLike), "log_artifacts", "the path of a folder, or a pattern")
    text = os.fsdecode(source)
    root = Path(text)
    if root.is_dir():
        found = [path for path in root.rglob("*") if path.is_file()]
    else:
        root = _fixed_part(text)
        names = glob.glob(text, recursive=True)  # noqa: PTH207 - a pattern may be absolute, which Path.glob refuses
        found = [Path(name) for name in names if Path(name).is_file()]
    if not found:
        raise NotFound("file", text, "the folder is empty or the pattern matches nothing")
    home = root.resolve()
    for path in found:
        if not path.resolve().is_relative_to(home):
            raise UnsafePath(str(path), f"it is a link that leads out of {root}")
    named = sorted((check_name(PurePosixPath(path.relative_to(root))), path) for path in found)
    return [(check_file(path, allow_secret=allow_secret), name) for name, path in named]


def media_type(name: str) -> str | None:
    """Guess the media type from the name."""
    return mimetypes.guess_type(name)[0]


def _fixed_part(pattern: str) -> Path:
    fixed: list[str] = []
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return Path(*fixed) if fixed else Path()
