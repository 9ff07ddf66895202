"""Which files a path or pattern stands for; nothing outside is ever reached."""

from __future__ import annotations

import glob
import mimetypes
import os
from pathlib import Path, PurePosixPath

from runlake.capture.artifact_names import check_file, check_name
from runlake.errors import NotFound, UnsafePath, expect


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
