"""A patch cut into its files, so that what is secret or too big is left out and the rest still applies."""

from __future__ import annotations

import re
from itertools import pairwise

from runlake.capture.redact_text import UNSCANNABLE, redact_patch
from runlake.capture.secret_names import is_secret_name
from runlake.capture.untracked import LeftOut

MAX_FILE = 2 * 2**20


def clean_patch(patch: bytes, *, cut: bool) -> tuple[bytes | None, bool, list[LeftOut]]:
    """Redact a patch made by `git diff --binary` with the prefixes a/ and b/ and without renames.

    Args:
        patch: the bytes.
        cut: the end is missing: the last file is left out.

    Returns:
        The rest of the patch, None where nothing is left; whether it is byte for byte what git said
        of the files that are in it; the files that are not.
    """
    kept, exact, left_out = [], True, []
    sections = _sections(patch)
    for number, section in enumerate(sections):
        path = _path_of(section)
        why = _refusal(path, section, cut=cut and number == len(sections) - 1)
        text, changed = ("", False) if why else redact_patch(section.decode("utf-8", "surrogateescape"))
        if text == UNSCANNABLE:
            why = "it could not be scanned for secrets"
        if why:
            left_out.append(LeftOut(path, why))
            continue
        exact = exact and not changed
        kept.append(text.encode("utf-8", "surrogateescape"))
    if cut:
        left_out.append(LeftOut("further changes", "the patch is too big"))
    return b"".join(kept) or None, exact, left_out


def _refusal(path: str, section: bytes, *, cut: bool) -> str | None:
    if is_secret_name(path):
        return "its name says that it is a secret"
    if cut:
        return "the patch is too big"
    return f"its changes are larger than {MAX_FILE} bytes" if len(section) > MAX_FILE else None


def _sections(patch: bytes) -> list[bytes]:
    # Lines of content begin with a sign, those of binary data hold no blank: only headers begin like this.
    starts = [m.start() for m in re.finditer(rb"^diff --git ", patch, re.MULTILINE)]
    return [patch[a:b] for a, b in pairwise([*starts, len(patch)])]


def _path_of(section: bytes) -> str:
    """Return the path in `diff --git a/x b/x`, where both halves are the same."""
    both = section.partition(b"\n")[0][len(b"diff --git ") :].decode("utf-8", "surrogateescape")
    half = both[: len(both) // 2]
    if half.startswith('"'):
        half = half.strip('"').encode("latin-1", "replace").decode("unicode_escape")
    return half.removeprefix("a/")
