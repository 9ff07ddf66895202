"""What could stand at a place of a filter that is being typed: fields, operators, values. Nothing here is an error.

A filter under way does not parse, so its words are told apart by a scanner that takes everything. It knows as much of the
grammar as is needed to say what comes next; whether the whole is a filter says `language.parse` alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from runlake.query.expression import (
    ATTRIBUTES,
    DATASET_ASPECTS,
    LAST,
    METRIC_ASPECTS,
    Field,
    FieldKind,
    FieldType,
)
from runlake.query.language import parse_order
from runlake.query.literals import write
from runlake.query.names import PREFIXES, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlake.query.choice import Value
    from runlake.query.keys import Keys

    Values = Callable[[Field], Sequence[tuple[Value, int]]]

MOST = 50
MAX_LENGTH = 8_000  # of a filter that is completed
_QUOTED = r"\"(?:[^\"]|\"\")*(?:\"|$)|`(?:[^`]|``)*(?:`|$)"
_BARE = r"[\w/:@%+#$-]+"
_PIECE = re.compile(
    rf"(?P<space>\s+)|(?P<text>'(?:[^']|'')*(?:'|$))"
    rf"|(?P<name>(?:{_QUOTED}|[^\W\d][\w/:@%+#$-]*)(?:\.(?:{_QUOTED}|{_BARE})?)*)"
    r"|(?P<number>[+-]?[\w.:+-]+)|(?P<symbol>!=|>=|<=|[=<>(),])|(?P<other>.)",
    re.DOTALL,
)
_REST = re.compile(r"[\w/:@%+#$.-]*")
_COMPARED = ("=", "!=", ">", ">=", "<", "<=")
_MATCHED = ("LIKE", "ILIKE", "RLIKE", "MATCHES", "CONTAINS", "UNDER")
_JOINING = ("AND", "OR", "NOT")
_WORDS = {*_MATCHED, *_JOINING, "IN", "BETWEEN", "IS", "NULL", "NAN"}
_OPERATORS = {
    FieldType.NUMBER: (*_COMPARED, "BETWEEN", "IN", "IS NULL", "IS NOT NULL", "IS NAN"),
    FieldType.TIME: (">", "<", ">=", "<=", "BETWEEN", "IS NULL", "IS NOT NULL"),
    FieldType.TEXT: ("=", "!=", "IN", "CONTAINS", "ILIKE", "LIKE", "RLIKE", "IS NULL", "IS NOT NULL"),
    FieldType.TEXTS: ("=", "!=", "IN", "CONTAINS", "ILIKE", "LIKE", "RLIKE", "IS NULL", "IS NOT NULL"),
    FieldType.FLAG: ("= true", "= false", "IS NULL"),
}
_QUOTES = str.maketrans("", "", "\"'`")
_PARTS = "/_.:- "
_TIMES = (
    ("-1d", "since a day ago"),
    ("-7d", "since a week ago"),
    ("-30d", "since 30 days ago"),
    ("today", "midnight, UTC"),
)
_KINDS = {
    FieldKind.METRIC: "metric",
    FieldKind.PARAM: "param",
    FieldKind.TAG: "tag",
    FieldKind.SUMMARY: "result",
    FieldKind.DATASET: "data set",
}
_FIRST = ("status", "user", "name", "experiment", "started_at", "duration_s", "conclusion", "hypothesis", "notes")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that could stand there.

    Attributes:
        insert: what is written; ends with a blank where something else has to follow.
        about: what it is, in a word or as a number of runs.
        goes_on: more of the same word can follow, so that what comes next is worth asking at once.
    """

    insert: str
    about: str
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What could stand at a place.

    Attributes:
        start, end: what is replaced, as places in the text.
        items: best first, `MOST` at most.
        is_whole: there are no others for what is typed so far, so that typing on can only leave some of these.
    """

    start: int
    end: int
    items: tuple[Item, ...]
    is_whole: bool


class _Piece(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "name" else ""


def complete(text: str, at: int, *, known: Keys, values: Values) -> Offer:
    """Say what could stand where the cursor is.

    Args:
        text: the filter as it is typed.
        at: the place of the cursor, in characters.
        known: the keys that runs have.
        values: returns the most common values of a field with the number of runs of each, best first.
    """
    at = max(0, min(at, len(text)))
    if len(text) > MAX_LENGTH:
        return Offer(at, at, (), is_whole=True)
    pieces = [_Piece(str(m.lastgroup), m[0], m.start()) for m in _PIECE.finditer(text[:at])]
    typed = pieces.pop() if pieces and pieces[-1].kind in ("name", "text", "number", "other") else None
    before = [piece for piece in pieces if piece.kind != "space"]
    partial = typed.text if typed else ""
    start = typed.start if typed else at
    rest = _REST.match(text, at) if typed is None or typed.kind != "text" else None
    end = rest.end() if rest and typed else at
    end += text[end : end + 1] == " "  # what is inserted brings its own
    items = _ranked(_candidates(before, partial, known, values), partial)
    if [item.insert.strip() for item in items] == [partial]:
        items = []  # it stands there already
    return Offer(start, end, tuple(items[:MOST]), is_whole=len(items) <= MOST)


def _candidates(before: list[_Piece], partial: str, known: Keys, values: Values) -> Iterable[Item]:
    last = before[-1] if before else None
    if last is None or last.word in _JOINING or (last.text == "(" and not _is_list(before)):
        bounds = _bounded(before)
        return _values(bounds, values) if bounds is not None else _fields(partial, known)
    if last.word == "IS":
        return [Item("NULL ", "has none"), Item("NOT NULL ", "has any"), Item("NAN ", "is not a number")]
    if last.text in _COMPARED or last.word in _MATCHED or last.word == "BETWEEN":
        field = _field(before[:-1])
        return [] if field is None else _values(field, values)
    if last.text in ("(", ",") and _is_list(before):
        opened = max(place for place, piece in enumerate(before) if piece.text == "(")
        field = _field(before[: opened - 1])
        return [] if field is None else _values(field, values)
    if last.word == "IN":
        return [Item("(", "the values")]
    field = _field(before) if last.kind == "name" and last.word not in _WORDS else None
    if field is not None and not _is_compared(before):
        return [Item(f"{one} ", "") for one in _OPERATORS[field.type]]
    return [Item("AND ", "both hold"), Item("OR ", "one of them holds")]


def _is_list(before: Sequence[_Piece]) -> bool:
    """Say whether the last open parenthesis holds the values of IN."""
    opened = [place for place, piece in enumerate(before) if piece.text in ("(", ")")]
    return bool(opened) and before[opened[-1]].text == "(" and opened[-1] > 0 and before[opened[-1] - 1].word == "IN"


def _is_compared(before: Sequence[_Piece]) -> bool:
    return len(before) > 1 and (before[-2].text in _COMPARED or before[-2].word in _MATCHED)


def _bounded(before: Sequence[_Piece]) -> Field | None:
    """Return the field of a BETWEEN whose upper end comes next."""
    if len(before) < 4 or before[-1].word != "AND" or before[-3].word != "BETWEEN":
        return None
    return _field(before[:-3])


def _field(before: Sequence[_Piece]) -> Field | None:
    """Read the last piece as a field, over a NOT; None where it is none."""
    pieces = [piece for piece in before if piece.word != "NOT"]
    if not pieces or pieces[-1].kind != "name" or pieces[-1].word in _WORDS:
        return None
    try:
        return parse_order(pieces[-1].text)[0].field
    except ValueError:  # a QueryError is one
        return None


def _fields(partial: str, known: Keys) -> Iterable[Item]:
    head, dot, tail = partial.partition(".")
    kind = PREFIXES.get(head.lower()) if dot else None
    if kind is FieldKind.METRIC and (of := _aspects(tail, known)):
        return of
    if kind is FieldKind.ATTRIBUTE:
        return [Item(f"{head}.{name} ", "attribute") for name in ATTRIBUTES]
    kinds = [kind] if kind is not None else list(_KINDS)
    wanted = _plain(tail if kind is not None else partial)
    keyed = _keyed([(one, key) for one in kinds for key in _keys(one, known)], wanted)
    if kind is FieldKind.DATASET:
        return [*keyed, *(Item(f"datasets.{aspect} ", "of any data set") for aspect in DATASET_ASPECTS)]
    if kind is not None:
        return keyed
    attributes = [*_FIRST, *(name for name in ATTRIBUTES if name not in _FIRST)]
    prefixes = [
        Item(f"{one}.", f"{len(_keys(one, known)):,} keys", goes_on=True) for one in _KINDS if _keys(one, known)
    ]
    words = [Item("NOT ", "the opposite")]
    named = [Item(f"{name} ", "attribute") for name in attributes]
    # Without a letter a list of all keys would be a list of the first few.
    return [*prefixes, *named, *words, *(keyed if partial else [])]


def _keyed(fields: Sequence[tuple[FieldKind, str]], wanted: str) -> list[Item]:
    """Write the fields whose key holds the typed text: one more than `MOST`, for thousands are too many to write."""
    held = [(_plain(key), place) for place, (_, key) in enumerate(fields)]
    ranked = sorted((_rank(shown, shown, wanted), place) for shown, place in held if wanted in shown)
    best = [fields[place] for _, place in ranked[: MOST + 1]]
    return [Item(f"{_spelled(kind, key)} ", _KINDS[kind]) for kind, key in best]


def _aspects(tail: str, known: Keys) -> list[Item]:
    """List what a series can be reduced to, where a dot follows the key of one."""
    key, dot, _ = tail.rpartition(".")
    bare = key.strip('"`').replace('""', '"')
    if not dot or bare not in known.metrics:
        return []
    return [Item(f"metrics.{key}.{aspect} ", "of the series") for aspect in METRIC_ASPECTS if aspect != LAST]


def _keys(kind: FieldKind, known: Keys) -> tuple[str, ...]:
    of = {
        FieldKind.METRIC: known.metrics,
        FieldKind.PARAM: known.params,
        FieldKind.TAG: known.tags,
        FieldKind.SUMMARY: known.summary,
        FieldKind.DATASET: known.datasets,
    }
    return of[kind]


def _spelled(kind: FieldKind, key: str) -> str:
    return spell(Field(kind, key, "version" if kind is FieldKind.DATASET else ""))


def _values(field: Field, values: Values) -> Iterable[Item]:
    if field.type is FieldType.TIME:
        return [Item(f"{text} ", about) for text, about in _TIMES]
    return [Item(f"{write(value)} ", f"{count:,} run{'' if count == 1 else 's'}") for value, count in values(field)]


def _ranked(items: Iterable[Item], partial: str) -> list[Item]:
    """Keep what holds the typed text, and put first what begins with it, then where a part of a key does.

    Where a kind is typed before a dot, it is the key alone that counts.
    """
    head, dot, tail = partial.partition(".")
    is_key = bool(dot) and head.lower() in PREFIXES
    wanted = _plain(tail if is_key else partial)
    if not wanted:
        return list(items)
    ranked: list[tuple[int, int, Item]] = []
    for place, item in enumerate(items):
        whole = _plain(item.insert)
        key = whole.partition(".")[2] or whole
        shown = key if is_key else whole
        if wanted in shown:
            ranked.append((_rank(shown, key, wanted), place, item))
    return [item for _, _, item in sorted(ranked, key=lambda one: one[:2])]


def _rank(shown: str, key: str, wanted: str) -> int:
    if shown.startswith(wanted) or key.startswith(wanted):
        return 0
    return 1 if shown[shown.find(wanted) - 1] in _PARTS else 2


def _plain(text: str) -> str:
    """Take away case and quotes, which nobody types to find a name."""
    return text.translate(_QUOTES).strip().casefold()
