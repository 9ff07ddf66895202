"""What a filter says, as frozen values: fields, literals and the tree of conditions.

It knows neither the text that it was read from nor the frame that it will be asked of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class FieldKind(StrEnum):
    """Where a field comes from; the value is its prefix in filters and in column names."""

    ATTRIBUTE = "attribute"
    METRIC = "metrics"
    PARAM = "params"
    SUMMARY = "summary"
    TAG = "tags"
    DATASET = "datasets"


class FieldType(StrEnum):
    """What a field holds; TEXTS is a list, of which any value may match."""

    NUMBER = "number"
    TEXT = "text"
    TIME = "time"
    FLAG = "flag"
    TEXTS = "texts"


ATTRIBUTES = {
    "run_id": FieldType.TEXT,
    "name": FieldType.TEXT,
    "status": FieldType.TEXT,
    "experiment": FieldType.TEXT,
    "experiment_id": FieldType.TEXT,
    "user": FieldType.TEXT,
    "host": FieldType.TEXT,
    "started_at": FieldType.TIME,
    "ended_at": FieldType.TIME,
    "heartbeat_at": FieldType.TIME,
    "duration_s": FieldType.NUMBER,
    "parent_run_id": FieldType.TEXT,
    "notes": FieldType.TEXT,
    "hypothesis": FieldType.TEXT,
    "expected_outcome": FieldType.TEXT,
    "conclusion": FieldType.TEXT,
    "error": FieldType.TEXT,
    "deleted": FieldType.FLAG,
    "source_type": FieldType.TEXT,
    "entry_point": FieldType.TEXT,
    "command": FieldType.TEXT,
    "git_commit": FieldType.TEXT,
    "git_branch": FieldType.TEXT,
    "git_dirty": FieldType.FLAG,
    "git_remote": FieldType.TEXT,
    "python_version": FieldType.TEXT,
    "platform": FieldType.TEXT,
    "cpu": FieldType.TEXT,
    "memory_bytes": FieldType.NUMBER,
    "gpu": FieldType.TEXT,
    "foreign_source": FieldType.TEXT,
    "foreign_id": FieldType.TEXT,
}

LAST = "last"
GAP = "gap"  # of a metric on two splits, not of one series
METRIC_ASPECTS = (LAST, "min", "max", "mean", "count", "first", "best", GAP)
NUM = "num"
DATASET_ASPECTS = ("version", "role", "name")
# Where the default aspect must be spelled out, or `loss:min` would be both a key and an aspect of `loss`.
_SUFFIXES = {
    FieldKind.METRIC: (LAST, METRIC_ASPECTS),
    FieldKind.PARAM: ("text", ("text", NUM)),
    FieldKind.SUMMARY: ("text", ("text", NUM)),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is known of a run.

    Attributes:
        kind: where it comes from.
        key: the key, the attribute, or the name of the data set ("" is any data set).
        aspect: of a metric one of METRIC_ASPECTS but `last`, which is ""; of a param or a summary `num`
            for its number and "" for its text; of a data set one of DATASET_ASPECTS.
    """

    kind: FieldKind
    key: str
    aspect: str = ""

    @property
    def type(self) -> FieldType:
        """What it holds."""
        if self.kind is FieldKind.ATTRIBUTE:
            return ATTRIBUTES[self.key]
        if self.kind in (FieldKind.TAG, FieldKind.DATASET):
            return FieldType.TEXTS
        return FieldType.NUMBER if self.kind is FieldKind.METRIC or self.aspect == NUM else FieldType.TEXT

    @property
    def column(self) -> str:
        """Name of the column that holds it; no two fields share one.

        `metrics.loss`, `metrics.loss:min`, `params.lr`, `params.lr:num`, `summary.f1:num`, `tags.team`,
        `datasets.train:version`, `datasets:name` (any data set), `status`.
        """
        if self.kind is FieldKind.ATTRIBUTE:
            return self.key
        base = f"{self.kind}.{self.key}" if self.key else str(self.kind)
        if self.aspect:
            return f"{base}:{self.aspect}"
        default, reserved = _SUFFIXES.get(self.kind, ("", ()))
        return f"{base}:{default}" if self.key.endswith(tuple(f":{name}" for name in reserved)) else base


@dataclass(frozen=True, slots=True)
class Number:
    """A number; a duration is its seconds. NaN is always `math.nan`, so that equal filters are equal."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, in UTC."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Ago:
    """A time before now; 0 is now."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Today:
    """The last midnight, UTC."""


Literal = Number | Text | Truth | Moment | Ago | Today
Operand = Literal | Field


class Op(StrEnum):
    """Comparison."""

    EQ = "="
    NE = "!="
    GT = ">"
    GE = ">="
    LT = "<"
    LE = "<="


class Style(StrEnum):
    """How a text is matched."""

    LIKE = "LIKE"
    ILIKE = "ILIKE"
    RLIKE = "RLIKE"
    CONTAINS = "CONTAINS"


@dataclass(frozen=True, slots=True)
class Compare:
    """Field against a literal or another field."""

    field: Field
    op: Op
    value: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """Field within a range, both ends included."""

    field: Field
    low: Literal
    high: Literal


@dataclass(frozen=True, slots=True)
class In:
    """Field equal to one of the values; all are of one type."""

    field: Field
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Text that fits a pattern."""

    field: Field
    style: Style
    pattern: str


@dataclass(frozen=True, slots=True)
class Under:
    """Experiment at a path or below it."""

    field: Field
    path: str


@dataclass(frozen=True, slots=True)
class IsNull:
    """Field that the run does not have."""

    field: Field


@dataclass(frozen=True, slots=True)
class IsNan:
    """Number that is NaN."""

    field: Field


@dataclass(frozen=True, slots=True)
class Holds:
    """Flag that is true."""

    field: Field


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    nodes: tuple[Node, ...]


Leaf = Compare | Between | In | Match | Under | IsNull | IsNan | Holds
Node = Leaf | Not | And | Or


def fields(node: Node) -> frozenset[Field]:
    """List the fields that a filter names: the columns that it needs."""
    found: set[Field] = set()
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        match current:
            case And(nodes) | Or(nodes):
                pending.extend(nodes)
            case Not(inner):
                pending.append(inner)
            case Compare(field, _, Field() as other):
                found |= {field, other}
            case _:
                found.add(current.field)
    return frozenset(found)
