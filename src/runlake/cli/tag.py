"""`runlake tag`: sets and removes tags of runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlake.cli.argv import REMOVE
from runlake.cli.changes import report
from runlake.cli.options import actor, add_reason, add_store
from runlake.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

NAME = "tag"
HELP = "set and remove tags of runs"
# What a shortened id looks like; such a word that names no run is a mistake, not a tag.
_ID_LIKE = re.compile(r"[0-9a-f-]{8,}|.*:.*")


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.usage = "runlake tag RUN... key=value [key] [-key] [--reason TEXT] [--store STORE]"
    parser.add_argument(
        "words",
        nargs="+",
        metavar="RUN... key=value -key",
        help="runs, then tags: key=value sets, repeated it gives several values; a key alone has no value; -key removes",
    )
    parser.add_argument("--remove", action="append", default=[], metavar="KEY", help="as -KEY; may be repeated")
    add_reason(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Change the tags."""
    from runlake.actions import set_tags
    from runlake.query import open_lake

    known = open_lake(args.store)
    runs, words = split(args.words, known.find)
    tags, removed = parsed(words)
    removed += args.remove
    if not tags and not removed:
        raise InvalidValue("tag", " ".join(args.words), "at least one key=value, key or -key after the runs")
    outcome = set_tags(args.store, runs, tags, remove=removed, actor=actor(), reason=args.reason)
    return report(outcome, args)


def split(words: Sequence[str], find: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """Tell runs from tags: runs come first, and the first word is always one.

    Before the first `key=value` or `-key`, a word is a run if it names one; else it is a tag
    without a value, unless it looks like an id.

    Args:
        words: the words after `tag`.
        find: turns a RUN text into an id.

    Raises:
        NotFound, Ambiguous: the first word, or one that looks like an id, names no run or several.
    """
    runs: list[str] = []
    for i, word in enumerate(words):
        if "=" in word or word.startswith(REMOVE):
            if not runs:
                find(word)
            return runs, list(words[i:])
        try:
            runs.append(find(word))
        except NotFound:
            if not runs or _ID_LIKE.fullmatch(word):
                raise
            return runs, list(words[i:])
    return runs, []


def parsed(words: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Read tag words: key -> values, and the keys to remove."""
    tags: dict[str, list[str]] = {}
    removed: list[str] = []
    for word in words:
        if word.startswith(REMOVE):
            removed.append(word[len(REMOVE) :])
            continue
        key, has_value, value = word.partition("=")
        tags.setdefault(key, []).extend([value] if has_value else [])
    return tags, removed
