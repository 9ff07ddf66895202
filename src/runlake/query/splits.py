"""Which keys are one metric on several splits of the data: `train/loss` and `val_loss` are both `loss`.

What an experiment declares wins. Else a key says its split by one of a few words, and only where nothing else can be
meant: a key that is missed is drawn by itself, one that is taken wrongly would be drawn as something that it is not.

A word of a split (`train`, `training`, `val`, `valid`, `validation`, `dev`, `eval`, `test`) counts

1. as a whole part of the key between `/` or `.`: `train/loss`, `fold1/val/loss`, `loss/test`, `eval.accuracy`;
2. as the first or the last word of the last part, between `_`, `-` or blanks: `val_loss`, `head/loss_val`, `test-f1`.
   `training` alone is a stretch of time as often as a split, so it counts as a whole part only.

A key is of no split where it holds more than one such word (`train_test_split`), where nothing is left without it
(`val`), where a number counts several sets (`validation_0-auc`), and where what is left is a clock, a counter or a
setting (`train_time`, `val/epoch`, `test_size`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from runlake.errors import InvalidType, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Named = tuple[str, str]  # a metric and a split


class Split(StrEnum):
    """The splits that names are read for; a declaration may name others."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


MOST_DECLARED = 1000
WORDS = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "val": Split.VALIDATION,
    "valid": Split.VALIDATION,
    "validation": Split.VALIDATION,
    "dev": Split.VALIDATION,
    "eval": Split.VALIDATION,
    "test": Split.TEST,
}
_WHOLE_PARTS_ONLY = frozenset({"training"})
# Of what is left of a key, any of these words makes it a clock, a counter or a setting.
_NO_METRIC = frozenset(
    [
        "time",
        "times",
        "runtime",
        "seconds",
        "second",
        "secs",
        "sec",
        "minutes",
        "hours",
        "duration",
        "elapsed",
        "ms",
        "per",
        "fps",
        "throughput",
        "speed",
        "progress",
        "size",
        "sizes",
        "count",
        "counts",
        "num",
        "samples",
        "examples",
        "rows",
        "batches",
        "batch_size",
        "iter",
        "iters",
        "iteration",
        "iterations",
        "interval",
        "every",
        "freq",
        "frequency",
        "id",
        "ids",
        "idx",
        "index",
        "seed",
        "mode",
        "lr",
    ]
)
# Lightning says by them how a metric was gathered (`train_loss_step`); alone they are counters (`val/epoch`).
_GATHERED = frozenset({"step", "steps", "epoch", "epochs"})
_COUNTING = frozenset({"best", "last", "first", "max", "min", "global", "total", "current", "early", "stopped"})
_PARTS = re.compile(r"([/.])")
_JOINTS = re.compile(r"([_\- ])")


@dataclass(frozen=True, slots=True)
class Member:
    """One key of a family; `split` is "" where neither its name nor a declaration says one."""

    key: str
    split: str


@dataclass(frozen=True, slots=True)
class Family:
    """A metric and the keys that it was logged under, in the order of splits."""

    metric: str
    members: tuple[Member, ...]

    def keys(self, split: str) -> tuple[str, ...]:
        """Return the keys of one split."""
        return tuple(member.key for member in self.members if member.split == split)


@dataclass(frozen=True, slots=True)
class Splits:
    """What is declared: the rules of one experiment, or none.

    Attributes:
        exact: key to metric and split; None says that it is no split.
        patterns: text before and after the `*` of a pattern, and what keys that fit are; the `*` of a metric stands for
            what the `*` of the pattern took.
    """

    exact: Mapping[str, Named | None]
    patterns: Sequence[tuple[str, str, Named | None]]

    def of(self, key: str) -> Named | None:
        """Return metric and split of a key; None where it is of no split. A key itself wins over a pattern."""
        if key in self.exact:
            return self.exact[key]
        for start, end, named in self.patterns:
            if len(key) > len(start) + len(end) and key.startswith(start) and key.endswith(end):
                taken = key[len(start) : len(key) - len(end)]
                return None if named is None else (named[0].replace("*", taken), named[1])
        return recognised(key)

    def families(self, keys: Iterable[str]) -> list[Family]:
        """Group keys by metric, in the order in which a metric first comes.

        A key of no split joins the family of the metric that it is named like: `loss` stands beside `val_loss`.
        """
        found: dict[str, list[Member]] = {}
        for key in keys:
            metric, split = self.of(key) or (key, "")
            found.setdefault(metric, []).append(Member(key, split))
        return [Family(metric, tuple(sorted(members, key=_place))) for metric, members in found.items()]


NOTHING_DECLARED = Splits({}, ())


@lru_cache(maxsize=65_536)
def recognised(key: str) -> Named | None:
    """Read metric and split from a name alone.

    >>> recognised("fold1/val/loss"), recognised("test-f1"), recognised("training_time")
    (('fold1/loss', <Split.VALIDATION: 'validation'>), ('f1', <Split.TEST: 'test'>), None)
    """
    parts = _PARTS.split(key)  # text, joint, text, ...
    words = [_JOINTS.split(part) for part in parts[::2]]
    said = [word.lower() for part in words for word in part[::2] if word.lower() in WORDS]
    if len(said) != 1:
        return None
    split = WORDS[said[0]]
    whole = next((at for at, part in enumerate(words) if len(part) == 1 and part[0].lower() == said[0]), None)
    if whole is not None:
        rest = "".join(_without(parts, whole))
    elif len(words[-1]) > 1 and said[0] in _ends(words[-1]) - _WHOLE_PARTS_ONLY:
        at = 0 if words[-1][0].lower() == said[0] else len(words[-1]) // 2
        if words[-1][2 if at == 0 else -3].isdecimal():  # `validation_0-logloss`: the first of several sets
            return None
        rest = "".join((*parts[:-1], *_without(words[-1], at)))
    else:
        return None
    return (rest, split) if _is_metric(rest) else None


def declared(text: str | None) -> Splits:
    """Read what an experiment declares, column `splits`; what is no rule is passed over: it is data."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        found = {}
    if not isinstance(found, dict):
        return NOTHING_DECLARED
    exact: dict[str, Named | None] = {}
    patterns: list[tuple[str, str, Named | None]] = []
    for pattern, said in list(found.items())[:MOST_DECLARED]:
        if said is not None and not _is_named(said):
            continue
        named = None if said is None else (said[0], said[1])
        start, star, end = pattern.partition("*")
        if star:
            patterns.append((start, end, named))
        else:
            exact[pattern] = named
    return Splits(exact, tuple(patterns)) if exact or patterns else NOTHING_DECLARED


def written(rules: Mapping[str, Sequence[str] | None]) -> str:
    """Write a declaration as it is stored; "" for no rule.

    Args:
        rules: key, or pattern with one `*`, to metric and split; None says that such keys are of no split.

    Raises:
        InvalidType: a rule is neither two texts nor None.
        InvalidValue: a key is empty or has two stars, a metric or a split is empty, or there are too many rules.
    """
    if len(rules) > MOST_DECLARED:
        raise InvalidValue("splits", f"{len(rules)} rules", f"at most {MOST_DECLARED}; a pattern stands for many keys")
    for pattern, said in rules.items():
        if not isinstance(pattern, str) or not pattern.strip() or pattern.count("*") > 1:
            raise InvalidValue("split", pattern, "a key, or a pattern with one *")
        if said is None:
            continue
        if not _is_named(said):
            raise InvalidType("split", said, "a metric and a split, such as ('loss', 'train'), or None")
        if not said[0].strip() or not said[1].strip() or said[0].count("*") > pattern.count("*"):
            raise InvalidValue("split", said, "a metric and a split, the metric with a * only where the key has one")
    return json.dumps({k: None if v is None else list(v) for k, v in rules.items()}) if rules else ""


def rules_of(text: str | None) -> dict[str, Named | None]:
    """Return the rules of a declaration as `written` takes them, without those that are none."""
    splits = declared(text)
    return {**splits.exact, **{f"{start}*{end}": named for start, end, named in splits.patterns}}


def read_lines(lines: Iterable[str]) -> dict[str, Named | None]:
    """Read rules as people write them: `key=metric@split`; `key=` says that it is of no split.

    >>> read_lines(["loss=loss@train", "holdout/*=*@holdout", "val_cost="])
    {'loss': ('loss', 'train'), 'holdout/*': ('*', 'holdout'), 'val_cost': None}

    Raises:
        InvalidValue: a line is no rule.
    """
    rules: dict[str, Named | None] = {}
    for line in lines:
        if not line.strip():
            continue
        key, sign, said = (part.strip() for part in line.rpartition("="))
        metric, at, split = (part.strip() for part in said.rpartition("@"))
        if not sign or not key or (said and not (at and metric and split)):
            raise InvalidValue("split", line, "key=metric@split, or key= for a key that is of no split")
        rules[key] = (metric, split) if said else None
    return rules


def lines_of(rules: Mapping[str, Named | None]) -> list[str]:
    """Write rules as lines, but for those that would not come back as they are."""
    lines = {key: f"{key}={'' if said is None else '@'.join(said)}" for key, said in rules.items()}
    return [line for key, line in lines.items() if _comes_back(line, {key: rules[key]})]


def _comes_back(line: str, rule: Mapping[str, Named | None]) -> bool:
    try:
        return "\n" not in line and "\r" not in line and read_lines([line]) == rule
    except InvalidValue:
        return False


def _ends(words: Sequence[str]) -> frozenset[str]:
    return frozenset((words[0].lower(), words[-1].lower()))


def _without(pieces: Sequence[str], at: int) -> list[str]:
    """Take a piece away and the joint beside it: the one behind it, else the one before."""
    first = 2 * at if 2 * at + 1 < len(pieces) else max(2 * at - 1, 0)
    return [*pieces[:first], *pieces[first + 2 :]]


def _is_metric(rest: str) -> bool:
    words = [word for word in re.split(r"[/._\- ]", rest.lower()) if word]
    if not words or _NO_METRIC & set(words):
        return False
    gathered = [word for word in words if word in _GATHERED]
    # `loss_epoch` is a loss; `epoch`, `best_epoch` and `epoch_loss` may be anything.
    return not gathered or (gathered == words[-1:] and len(words) > 1 and not _COUNTING & set(words))


def _is_named(said: object) -> bool:
    return isinstance(said, list | tuple) and len(said) == 2 and all(isinstance(part, str) for part in said)


def _place(member: Member) -> tuple[int, str, int, str]:
    """Order by split: train, validation, test, others by name, none; a whole part before a part of a word."""
    order = [*Split]
    known = order.index(Split(member.split)) if member.split in order else len(order) + (not member.split)
    return known, member.split, -member.key.count("/"), member.key
