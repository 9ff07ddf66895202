"""Names of fields as people write them, in both directions: token to field, field to text."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from runlake.errors import QueryError
from runlake.query.expression import (
    ATTRIBUTES,
    DATASET_ASPECTS,
    LAST,
    METRIC_ASPECTS,
    NUM,
    Field,
    FieldKind,
)
from runlake.query.lexer import is_bare

if TYPE_CHECKING:
    from runlake.query.lexer import Part, Token

PREFIXES = {
    "metric": FieldKind.METRIC,
    "metrics": FieldKind.METRIC,
    "param": FieldKind.PARAM,
    "params": FieldKind.PARAM,
    "parameter": FieldKind.PARAM,
    "parameters": FieldKind.PARAM,
    "tag": FieldKind.TAG,
    "tags": FieldKind.TAG,
    "summary": FieldKind.SUMMARY,
    "summaries": FieldKind.SUMMARY,
    "dataset": FieldKind.DATASET,
    "datasets": FieldKind.DATASET,
    "attribute": FieldKind.ATTRIBUTE,
    "attributes": FieldKind.ATTRIBUTE,
    "attr": FieldKind.ATTRIBUTE,
    "run": FieldKind.ATTRIBUTE,
}
ALIASES = {
    "id": "run_id",
    "run_name": "name",
    "user_id": "user",
    "start_time": "started_at",
    "created": "started_at",
    "end_time": "ended_at",
    "duration": "duration_s",
    "parent": "parent_run_id",
}
_DATASET_ALIASES = {"digest": "version", "context": "role"}
KINDS = "metrics.<key>, params.<key>, tags.<key>, summary.<key>, datasets.<name> or an attribute such as status"


def resolve(text: str, token: Token) -> Field:
    """Say which field a NAME token means; `text` is the whole filter, for the error.

    A param or a summary is taken as text until a number stands beside it.

    Raises:
        QueryError: there is no such field; points at the part that is wrong.
    """
    first, *rest = token.parts
    if not rest:
        return _attribute(text, first)
    kind = PREFIXES.get(first.text.lower())
    if kind is None:
        close = get_close_matches(first.text.lower(), PREFIXES, n=1)
        tail = text[rest[0].at - 1 : token.end]
        raise QueryError(text, first.at, f"a field: {KINDS}{_did_you_mean([PREFIXES[name] + tail for name in close])}")
    if empty := next((part for part in rest if not part.text), None):
        raise QueryError(text, empty.at, "a key between the quotes")
    match kind:
        case FieldKind.ATTRIBUTE:
            if len(rest) > 1:
                raise QueryError(text, rest[1].at - 1, f"an operator after {rest[0].text}, which has no parts")
            return _attribute(text, rest[0])
        case FieldKind.METRIC:
            return _metric(text, rest)
        case FieldKind.DATASET:
            return _dataset(text, rest)
        case _:
            return Field(kind, _dotted(text, rest))


def spell(field: Field) -> str:
    """Write a field so that `resolve` reads it back (but for the number of a param, which its literal says)."""
    if field.kind is FieldKind.ATTRIBUTE:
        return field.key
    if field.kind is FieldKind.DATASET:
        if not field.key:
            return f"{field.kind}.{field.aspect}"
        return f"{field.kind}.{_quote(field.key)}.{field.aspect}"
    aspect = "" if field.aspect in ("", NUM) else f".{field.aspect}"
    return f"{field.kind}.{_quote(field.key)}{aspect}"


def run_column(field: Field) -> str:
    """Name the column of the run table that shows a field.

    >>> run_column(Field(FieldKind.METRIC, "val/f1", "max")), run_column(Field(FieldKind.PARAM, "lr", NUM))
    ('metrics.val/f1.max', 'params.lr')
    """
    if field.kind is FieldKind.ATTRIBUTE:
        return field.key
    aspect = f".{field.aspect}" if field.kind is FieldKind.METRIC and field.aspect else ""
    return f"{field.kind}.{field.key}{aspect}"


def as_number(field: Field) -> Field:
    """Take a param or a summary as its number."""
    return replace(field, aspect=NUM)


def is_flexible(field: Field) -> bool:
    """Say whether what stands beside the field decides between text and number."""
    return field.kind in (FieldKind.PARAM, FieldKind.SUMMARY)


def is_known_attribute(part: Part) -> bool:
    """Say whether a word alone is an attribute."""
    return _canonical(part.text) in ATTRIBUTES


def _canonical(name: str) -> str:
    name = name.strip().lower().replace(" ", "_")
    return ALIASES.get(name, name)


def _attribute(text: str, part: Part) -> Field:
    name = _canonical(part.text)
    if name not in ATTRIBUTES:
        close = get_close_matches(name, [*ATTRIBUTES, *ALIASES], n=2)
        raise QueryError(text, part.at, f"a field: {KINDS}{_did_you_mean(close)}")
    return Field(FieldKind.ATTRIBUTE, name)


def _metric(text: str, parts: list[Part]) -> Field:
    key, *tail = parts
    if not tail:
        return Field(FieldKind.METRIC, key.text)
    aspect = tail[0].text.lower()
    if len(tail) > 1 or tail[0].quote or aspect not in METRIC_ASPECTS:
        whole = ".".join(part.text for part in parts)
        wrong = tail[1] if len(tail) > 1 and aspect in METRIC_ASPECTS and not tail[0].quote else tail[0]
        aspects = " ".join(f".{name}" for name in METRIC_ASPECTS)
        raise QueryError(text, wrong.at, f'one of {aspects}, or quotes around a key with dots: metrics."{whole}"')
    return Field(FieldKind.METRIC, key.text, "" if aspect == LAST else aspect)


def _dataset(text: str, parts: list[Part]) -> Field:
    name, *tail = parts
    if not tail:
        aspect = _DATASET_ALIASES.get(name.text, name.text)
        if not name.quote and aspect in DATASET_ASPECTS:
            return Field(FieldKind.DATASET, "", aspect)
        return Field(FieldKind.DATASET, name.text, "version")
    aspect = _DATASET_ALIASES.get(tail[0].text.lower(), tail[0].text.lower())
    if len(tail) > 1 or tail[0].quote or aspect not in ("version", "role"):
        whole = ".".join(part.text for part in parts)
        raise QueryError(text, tail[0].at, f'.version or .role, or quotes around a name with dots: datasets."{whole}"')
    return Field(FieldKind.DATASET, name.text, aspect)


def _dotted(text: str, parts: list[Part]) -> str:
    """Join the parts of a key: nothing may follow it, so its dots are its own."""
    mixed = next((part for part in parts[1:] if part.quote or parts[0].quote), None)
    if mixed:
        raise QueryError(text, mixed.at, "one pair of quotes around the whole key")
    return ".".join(part.text for part in parts)


def _quote(key: str) -> str:
    # A data set may be called as one of its facts; quotes tell the two apart.
    if is_bare(key) and key not in (*DATASET_ASPECTS, *_DATASET_ALIASES):
        return key
    return '"' + key.replace('"', '""') + '"'


def _did_you_mean(names: list[str]) -> str:
    return f"; did you mean {' or '.join(names)}?" if names else ""
