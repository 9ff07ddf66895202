"""Which curves share a panel: one panel for each metric with its splits, or one for each key. Pure, no widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.analysis.series import sections
from runlake.figures.splits import PLAIN, Look, looks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.query.splits import Family, Splits

HELD_OUT = ("validation", "test")


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its key, what it is called in its panel, and how it looks."""

    key: str
    name: str
    look: Look
    split: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The curves of one panel, and the section that it is in."""

    section: str
    title: str
    lines: tuple[Line, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its curves."""
        return tuple(line.key for line in self.lines)

    @property
    def is_held_out(self) -> bool:
        """Whether a curve of it is of data that was not trained on."""
        return any(line.split in HELD_OUT for line in self.lines)


def by_key(keys: Sequence[str]) -> list[Panel]:
    """Give each key a panel of its own, in sections by the first part of its path."""
    return [
        Panel(section, key, (Line(key, key, PLAIN),)) for section, members in sections(keys).items() for key in members
    ]


def by_metric(keys: Sequence[str], rules: Splits) -> list[Panel]:
    """Give each metric a panel, with a curve for each split; a key that stands alone keeps its own name."""
    titled: dict[str, list[Family]] = {}
    for family in rules.families(keys):
        title = family.metric if len(family.members) > 1 else family.members[0].key
        titled.setdefault(title, []).append(family)
    return [
        Panel(section, title, _lines(family))
        for section, titles in sections(titled).items()
        for title in titles
        for family in titled[title]
    ]


def _lines(family: Family) -> tuple[Line, ...]:
    splits = [member.split for member in family.members]
    return tuple(
        Line(member.key, _name(member.key, member.split, splits), look, member.split)
        for member, look in zip(family.members, looks(splits), strict=True)
    )


def _name(key: str, split: str, splits: Sequence[str]) -> str:
    """Call a curve by its split where that says which one it is."""
    return str(split) if split and splits.count(split) == 1 and len(splits) > 1 else key
