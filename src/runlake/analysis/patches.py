"""Patches as they were captured: the changes of a work tree, file by file, and how those of two differ.

Two work trees on the same commit have the same lines beneath their changes. What either patch shows of these lines
is enough to say what each tree has in its place, so that the two can be compared as if both files were here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from runlake.analysis.lines import Difference, Mark, Row, difference, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_QUOTED = re.compile(rb"\\(?:([0-7]{3})|(.))")
_NAMED = {b"n": b"\n", b"t": b"\t", b'"': b'"', b"\\": b"\\"}


@dataclass(frozen=True, slots=True)
class Hunk:
    """One stretch of a file.

    Attributes:
        old_at, new_at: number of its first line before and after, counted from 1.
        lines: sign (blank, - or +) and text.
    """

    old_at: int
    new_at: int
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FilePatch:
    """What a patch does to one file.

    Attributes:
        path: of the file.
        hunks: in their order; none where only bytes that are no text, or its mode, changed.
        note: what it does beyond its lines: that it makes or removes the file, or that it changes bytes.
    """

    path: str
    hunks: tuple[Hunk, ...]
    note: str = ""


def read_patch(text: str) -> dict[str, FilePatch]:
    """Read a patch of `git diff` by path, in its order. What is no part of one is passed over, never an error."""
    found: dict[str, FilePatch] = {}
    # By line feeds alone: a form feed or a lone carriage return is part of a line of code.
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if line.startswith("diff --git ")]
    for start, end in pairwise([*starts, len(lines)]):
        one = _file(lines[start:end])
        found[one.path] = one
    return found


def _file(lines: Sequence[str]) -> FilePatch:
    hunks: list[Hunk] = []
    path, note, at = _path(lines[0]), "", 1
    while at < len(lines):
        head = _HUNK.match(lines[at])
        if head:
            hunk, at = _hunk(head, lines, at + 1)
            hunks.append(hunk)
            continue
        note = note or _note(lines[at])
        at += 1
    return FilePatch(path, tuple(hunks), note)


def _note(line: str) -> str:
    if line.startswith("new file mode"):
        return "a new file"
    if line.startswith("deleted file mode"):
        return "the file is removed"
    if line.startswith(("GIT binary patch", "Binary files ")):
        return "its bytes, which are no text, have changed"
    return "its mode has changed" if line.startswith("new mode") else ""


def _hunk(head: re.Match[str], lines: Sequence[str], at: int) -> tuple[Hunk, int]:
    """Read as many lines as the head promises: what looks like a header may be a line of the file."""
    old, new = (int(head[n] if head[n] is not None else 1) for n in (2, 4))
    # A stretch without lines is named by the line before it.
    first = tuple(int(head[n]) + (count == 0) for n, count in ((1, old), (3, new)))
    found: list[tuple[str, str]] = []
    while at < len(lines) and (old > 0 or new > 0):
        sign, text = lines[at][:1] or " ", lines[at][1:]
        if sign == "\\":
            at += 1
            continue
        if sign not in " +-":
            break
        found.append((sign, text))
        old, new, at = old - (sign != "+"), new - (sign != "-"), at + 1
    return Hunk(first[0], first[1], tuple(found)), at


def _path(head: str) -> str:
    """Return the path in `diff --git a/x b/x`, where both halves are the same."""
    both = head[len("diff --git ") :]
    half = both[: len(both) // 2]
    if half.startswith('"'):
        raw = half.strip('"').encode("utf-8", "surrogateescape")
        half = _QUOTED.sub(lambda m: bytes([int(m[1], 8) & 255]) if m[1] else _NAMED.get(m[2], m[2]), raw).decode(
            "utf-8", "replace"
        )
    return half.removeprefix("a/")


def shown(one: FilePatch) -> Difference:
    """Lay out what a patch does to a file, with the numbers of the lines before and after."""
    rows: list[Row] = []
    before = 1
    for hunk in one.hunks:
        if hunk.old_at > before:
            rows.append(Row(Mark.FOLDED, folded=hunk.old_at - before))
        old = [text for sign, text in hunk.lines if sign != "+"]
        new = [text for sign, text in hunk.lines if sign != "-"]
        rows += difference(old, new, numbered=(hunk.old_at, hunk.new_at), context=None).rows
        before = hunk.old_at + len(old)
    signs = [sign for hunk in one.hunks for sign, _ in hunk.lines]
    return Difference(tuple(rows), signs.count("+"), signs.count("-"))


def between(left: FilePatch | None, right: FilePatch | None) -> Difference:
    """Compare a file of two work trees on the same commit by what their patches say; None is a file without changes.

    Lines that neither patch shows are equal, and stand folded.
    """
    base = {at: text for one in (left, right) if one for at, text in _base(one)}
    mine, theirs = (_edits(one) if one else {} for one in (left, right))
    rows: list[Row] = []
    added = removed = 0
    at, shift = 1, [0, 0]
    for first, last in _stretches({*base, *mine, *theirs}):
        if first > at:
            rows.append(Row(Mark.FOLDED, folded=first - at))
        sides = [_after(base, edits, range(first, last + 1)) for edits in (mine, theirs)]
        part = difference(sides[0], sides[1], numbered=(first + shift[0], first + shift[1]), context=None)
        rows += part.rows
        added, removed = added + part.added, removed + part.removed
        known = sum(one in base for one in range(first, last + 1))
        shift = [before + len(side) - known for before, side in zip(shift, sides, strict=True)]
        at = last + 1
    return Difference(tuple(_joined_folds(fold(rows))), added, removed)


def _base(one: FilePatch) -> Iterable[tuple[int, str]]:
    for hunk in one.hunks:
        yield from enumerate((text for sign, text in hunk.lines if sign != "+"), hunk.old_at)


def _edits(one: FilePatch) -> dict[int, tuple[bool, list[str]]]:
    """Say for lines of the commit by their number: whether it is gone, and what stands before it now."""
    found: dict[int, tuple[bool, list[str]]] = {}
    for hunk in one.hunks:
        at, new = hunk.old_at, list[str]()
        for sign, text in hunk.lines:
            if sign == "+":
                new.append(text)
                continue
            if new or sign == "-":
                found[at] = (sign == "-", new)
            at, new = at + 1, []
        if new:
            found[at] = (False, new)
    return found


def _after(base: Mapping[int, str], edits: Mapping[int, tuple[bool, list[str]]], where: range) -> list[str]:
    found: list[str] = []
    for at in where:
        gone, new = edits.get(at, (False, []))
        found += new
        if at in base and not gone:
            found.append(base[at])
    return found


def _stretches(numbers: set[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _joined_folds(rows: Sequence[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if found and row.mark is Mark.FOLDED and found[-1].mark is Mark.FOLDED:
            found[-1] = Row(Mark.FOLDED, folded=found[-1].folded + row.folded)
        else:
            found.append(row)
    return found
