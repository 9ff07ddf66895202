"""What the browser gets to draw facets from: texts that are ready to be shown, and ids in place of what they stand for."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any

from components import format
from components.runs import expressions, run_table
from runlake.figures.text import shorten
from runlake.query.choice import PROSE
from runlake.query.expression import FieldKind, Number, Text, Truth
from runlake.query.literals import write_number
from runlake.query.names import run_column, spell

if TYPE_CHECKING:
    from runlake.query.choice import Value
    from runlake.query.expression import Field
    from runlake.query.facets import Facet

SPECIAL = ("written", "nan", "bare", "missing")
DATA = expressions.any_data()
_LABEL_CHARACTERS, _TITLE_CHARACTERS = 64, 300
_DATA_LABELS = {"name": "Data set", "version": "Data set version", "role": "Data set role"}
_KINDS = {
    FieldKind.METRIC: "metric",
    FieldKind.PARAM: "param",
    FieldKind.TAG: "tag",
    FieldKind.SUMMARY: "result",
}


def prepared(facet: Facet, values: dict[str, Value]) -> dict[str, Any]:
    """Return what is drawn of a facet; `values` is filled with what the ids of its rows stand for."""
    choice = facet.choice
    rows = [_row(facet, value, count, values) for value, count in facet.values]
    counts = {"written": facet.written, "nan": facet.nan, "bare": facet.bare, "missing": facet.missing}
    words = _words(facet.field)
    rows += [
        {"id": name, "label": words[name], "title": words[name], "count": counts[name], "on": on, "special": True}
        for name in SPECIAL
        if (on := getattr(choice, name)) or counts[name]
    ]
    shown: dict[str, Any] = {
        "id": handle(spell(facet.field)),
        "label": label(facet.field),
        "kind": kind(facet.field),
        "title": shorten(spell(facet.field), limit=_TITLE_CHARACTERS),
        "runs": facet.runs,
        "chosen": bool(choice),
        "values": rows,
        "note": f"{facet.more:,} more values: type them into the filter." if facet.more else "",
    }
    if facet.histogram is not None or choice.low is not None or choice.high is not None:
        shown |= _numbers(facet)
    elif not rows:
        shown["note"] = "No run that fits has it."
    return shown


def _row(facet: Facet, value: Value, count: int, values: dict[str, Value]) -> dict[str, Any]:
    text = _text(value)
    name = handle(f"{type(value).__name__} {text}")
    values[name] = value
    label = "(empty)" if not text else shorten(text, limit=_LABEL_CHARACTERS)
    row = {"id": name, "label": label, "title": shorten(text, limit=_TITLE_CHARACTERS), "count": count}
    row["on"] = value in facet.choice.values
    return row | ({"page": "The page of this data set"} if facet.field == DATA else {})


def _numbers(facet: Facet) -> dict[str, Any]:
    choice, made = facet.choice, facet.histogram
    low = -math.inf if choice.low is None else choice.low
    high = math.inf if choice.high is None else choice.high
    is_ranged = choice.low is not None or choice.high is not None
    bins = () if made is None else zip(made.lows, made.highs, made.counts, strict=True)
    listed = [
        {
            "low": write_number(least),
            "high": write_number(most),
            "count": count,
            "from": format.number(least),
            "to": format.number(most),
            "told": f"{format.number(least)} to {format.number(most)}",
            "on": not is_ranged or (least < high and most > low) or (least == most and low <= least <= high),
        }
        for least, most, count in bins
    ]
    ends = f" from {listed[0]['from']} to {listed[-1]['to']}" if listed else ""
    return {
        "bins": listed,
        "low": None if choice.low is None else write_number(choice.low),
        "high": None if choice.high is None else write_number(choice.high),
        "scale": "log scale" if made is not None and made.is_log else "",
        "told": f"Histogram of {label(facet.field)}{ends}",
    }


def _text(value: Value) -> str:
    match value:
        case Number(number):
            return write_number(number) if math.isfinite(number) else format.number(number)
        case Truth(truth):
            return "yes" if truth else "no"
        case Text(text):
            return text


def _words(field: Field) -> dict[str, str]:
    missing = "not written" if field.key in PROSE else "none"
    return {"written": "written", "nan": "NaN", "bare": "set, no value", "missing": missing}


def label(field: Field) -> str:
    """Name a field for its heading."""
    if field.kind is FieldKind.DATASET:
        return (
            shorten(f"{field.key}, {field.aspect}", limit=_LABEL_CHARACTERS)
            if field.key
            else _DATA_LABELS[field.aspect]
        )
    if field.kind is FieldKind.ATTRIBUTE:
        return run_table.label(field.key).replace("_", " ").capitalize()
    return shorten(run_table.label(run_column(field)), limit=_LABEL_CHARACTERS)


def kind(field: Field) -> str:
    """Say what kind of key it is; nothing for what every run has."""
    return _KINDS.get(field.kind, "")


def handle(text: str) -> str:
    """Return an id for what the browser hands back: short, and nothing of the text itself."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
