"""What the shell hands over, made ready for argparse, which takes every leading dash for an option."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

REMOVE = "\N{MINUS SIGN}"  # stands for the dash of `-key` while argparse looks on
_AGO = re.compile(r"-\d+(\.\d+)?[smhdw]")
_TAKES_TEXT = {"--store", "--reason", "--format", "-o", "--output"}


def times_ago(argv: Sequence[str]) -> list[str]:
    """Join `--since -7d` to `--since=-7d`."""
    joined: list[str] = []
    for word in argv:
        if _AGO.fullmatch(word) and joined and joined[-1] in {"--since", "--until", "--as-of"}:
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def removals(argv: Sequence[str]) -> list[str]:
    """Mark each `-key`, so that argparse takes it for an argument; `-h` and `-o` stay options."""
    marked: list[str] = []
    for before, word in zip(["", *argv], argv, strict=False):
        is_removal = len(word) > 1 and word[0] == "-" and word[1] != "-" and word not in {"-h", "-o"}
        marked.append(REMOVE + word[1:] if is_removal and before not in _TAKES_TEXT else word)
    return marked
