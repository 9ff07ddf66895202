"""The filter language against a slow evaluator over plain dicts, its own output, and any text at all."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from filter_evaluator import NOW, Row, evaluate
from runlake.errors import QueryError
from runlake.query.compile import fields, predicate
from runlake.query.expression import (
    ATTRIBUTES,
    METRIC_ASPECTS,
    Ago,
    And,
    Between,
    Compare,
    Field,
    FieldKind,
    FieldType,
    Holds,
    In,
    IsNan,
    IsNull,
    Match,
    Moment,
    Node,
    Not,
    Number,
    Op,
    Or,
    Style,
    Text,
    Today,
    Truth,
    Under,
)
from runlake.query.language import parse, parse_order, unparse
from runlake.query.literals import MAX_AGO_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

DTYPES = {
    FieldType.NUMBER: pl.Float64(),
    FieldType.TEXT: pl.String(),
    FieldType.TIME: pl.Datetime("us", "UTC"),
    FieldType.FLAG: pl.Boolean(),
    FieldType.TEXTS: pl.List(pl.String()),
}

# ---- values ---------------------------------------------------------------------------------------------------------

numbers = st.sampled_from([0.0, -0.0, 1.0, 2.5, -1.0, math.nan, math.inf, -math.inf]) | st.floats(allow_nan=False)
texts = st.text("aAbBéÉ%_\\'\". \n中💥", max_size=4) | st.sampled_from(
    ["1", "2.5", "-1e3", "true", "False", "NaN", "fraud", "fraud/a"]
)
# `fold` tells the two hours apart that a change of the clocks repeats, of which UTC has none.
moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))
times = st.sampled_from([NOW, NOW - timedelta(days=7), datetime(2026, 2, 3, tzinfo=UTC)]) | moments
regexes = st.sampled_from(["a+", "^A", "[ab]_", "(?i)é", "a|b", r"\.", "", "^.$", "中"])
values = {
    FieldType.NUMBER: numbers,
    FieldType.TEXT: texts,
    FieldType.TIME: times,
    FieldType.FLAG: st.booleans(),
    FieldType.TEXTS: st.lists(texts, max_size=3),
}
literals = {
    FieldType.NUMBER: st.builds(Number, numbers),
    FieldType.TEXT: st.builds(Text, texts),
    FieldType.TIME: st.builds(Moment, times)
    | st.builds(Ago, st.sampled_from([0.0, 604_800.0]) | st.floats(0, MAX_AGO_SECONDS))
    | st.just(Today()),
}

# ---- filters --------------------------------------------------------------------------------------------------------

keys = st.sampled_from(["f1", "val/f1", "val.loss", "loss:min", "min", "name", 'a "b" c', "中`é"])
attributes = st.sampled_from(sorted(set(ATTRIBUTES) - {"status"}))
any_field = st.one_of(
    st.builds(Field, st.just(FieldKind.ATTRIBUTE), attributes),
    st.builds(Field, st.just(FieldKind.METRIC), keys, st.sampled_from(["", *METRIC_ASPECTS[1:]])),
    st.builds(Field, st.sampled_from([FieldKind.PARAM, FieldKind.SUMMARY]), keys, st.sampled_from(["", "num"])),
    st.builds(Field, st.just(FieldKind.TAG), keys),
    st.builds(Field, st.just(FieldKind.DATASET), keys, st.sampled_from(["version", "role"])),
    st.builds(Field, st.just(FieldKind.DATASET), st.just(""), st.sampled_from(["version", "role", "name"])),
)


def conditions(field: Field) -> st.SearchStrategy[Node]:
    """All conditions that a field can stand in."""
    # Whether a param is there does not depend on its being a number.
    existence = st.just(IsNull(Field(field.kind, field.key) if field.aspect == "num" else field))
    op, one = st.sampled_from(Op), st.just(field)
    if field.type is FieldType.FLAG:
        return (
            existence
            | st.just(Holds(field))
            | st.builds(Compare, one, st.sampled_from([Op.EQ, Op.NE]), st.builds(Truth, st.booleans()))
        )
    found: list[st.SearchStrategy[Node]] = [existence]
    for type_ in (FieldType.NUMBER, FieldType.TEXT) if field.type is FieldType.TEXTS else (field.type,):
        literal = literals[type_]
        found += [
            st.builds(Compare, one, op, literal),
            st.builds(Between, one, literal, literal),
            st.builds(In, one, st.lists(literal, min_size=1, max_size=3).map(tuple)),
        ]
    if field.type is FieldType.NUMBER:
        found += [
            st.just(IsNan(field)),
            st.builds(
                Compare, one, op, any_field.filter(lambda f: f.type is FieldType.NUMBER and f.kind is FieldKind.METRIC)
            ),
        ]
    if field.type in (FieldType.TEXT, FieldType.TEXTS):
        found += [
            st.builds(Match, one, st.sampled_from([Style.LIKE, Style.ILIKE, Style.CONTAINS]), texts),
            st.builds(Match, one, st.just(Style.RLIKE), regexes),
        ]
    if field.kind not in (FieldKind.ATTRIBUTE, FieldKind.METRIC) and field.aspect != "num":
        found.append(st.builds(Compare, one, st.sampled_from([Op.EQ, Op.NE]), st.builds(Truth, st.booleans())))
    if field == Field(FieldKind.ATTRIBUTE, "experiment"):
        found.append(st.builds(Under, one, st.sampled_from(["fraud", "a", "fraud/a"])))
    return st.one_of(found)


def joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, inner)


filters = st.recursive(any_field.flatmap(conditions), joined, max_leaves=6)

# ---- the promises ---------------------------------------------------------------------------------------------------


NUMBERS = [None, math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, 2.5]
TEXTS = [
    None,
    "",
    "a",
    "A",
    "ab",
    "a\nb",
    "%",
    "_b",
    "a.b",
    "\\",
    "1",
    "1.0",
    "nan",
    "true",
    "FALSE",
    "é",
    "É",
    "fraud",
    "fraud/a",
    "frauds",
]
PATTERNS = ["", "%", "_", "a%", "%B", "a_b", "a.b", r"\%", r"\_b", r"\\", r"\a", "É", "F%D", "____%"]
TIMES = [None, NOW, NOW - timedelta(days=7), NOW - timedelta(microseconds=1), datetime(2026, 2, 3, tzinfo=UTC)]
METRIC, OTHER = Field(FieldKind.METRIC, "x"), Field(FieldKind.METRIC, "y")
EXPERIMENT, STARTED = Field(FieldKind.ATTRIBUTE, "experiment"), Field(FieldKind.ATTRIBUTE, "started_at")
TAG, DIRTY = Field(FieldKind.TAG, "x"), Field(FieldKind.ATTRIBUTE, "git_dirty")


def ordered(field: Field, literals: list[Any]) -> list[Node]:
    """All comparisons, ranges and lists of a field with some literals."""
    pairs = list(product(literals, repeat=2))
    compared = [Compare(field, op, literal) for op in Op for literal in literals]
    return [*compared, *(Between(field, *pair) for pair in pairs), *(In(field, pair) for pair in pairs), IsNull(field)]


def matched(field: Field) -> list[Node]:
    flags = [Compare(field, op, Truth(truth)) for op in (Op.EQ, Op.NE) for truth in (True, False)]
    styles = [
        Match(field, style, pattern) for style in (Style.LIKE, Style.ILIKE, Style.CONTAINS) for pattern in PATTERNS
    ]
    return [
        *flags,
        *styles,
        *(Match(field, Style.RLIKE, pattern) for pattern in ["a+", "^A", "(?i)é", r"\.", "", "^$"]),
    ]


TEXT_LITERALS: list[Any] = [Text(text) for text in TEXTS if text is not None]
NUMBER_LITERALS: list[Any] = [Number(number) for number in NUMBERS if number is not None]
TIME_LITERALS: list[Any] = [Moment(at) for at in TIMES if at is not None] + [Ago(0.0), Ago(604_800.0), Today()]
GRID: dict[str, tuple[list[Node], list[Row]]] = {
    "numbers": ([*ordered(METRIC, NUMBER_LITERALS), IsNan(METRIC)], [{METRIC: x} for x in NUMBERS]),
    "two fields": ([Compare(METRIC, op, OTHER) for op in Op], [{METRIC: x, OTHER: y} for x in NUMBERS for y in NUMBERS]),
    "text": (
        [*ordered(EXPERIMENT, TEXT_LITERALS), *matched(EXPERIMENT)[4:], Under(EXPERIMENT, "fraud")],
        [{EXPERIMENT: x} for x in TEXTS],
    ),
    "several texts": (
        [*ordered(TAG, TEXT_LITERALS), *ordered(TAG, NUMBER_LITERALS), *matched(TAG)],
        [{TAG: x} for x in [None, [], *([x] for x in TEXTS), ["a", "1"], ["true", "nan"], ["2.5", "é", "fraud"]]],
    ),
    "times": (ordered(STARTED, TIME_LITERALS), [{STARTED: x} for x in TIMES]),
    "flags": ([*(Compare(DIRTY, op, Truth(t)) for op in (Op.EQ, Op.NE) for t in (True, False)), Holds(DIRTY)], [{DIRTY: x} for x in [None, True, False]]),
}  # fmt: skip


def found(nodes: list[Node], rows: list[Row]) -> dict[str, list[bool]]:
    columns = {f.column: pl.Series([row[f] for row in rows], dtype=DTYPES[f.type]) for f in rows[0]}
    frame = pl.DataFrame(columns)
    return {unparse(node): frame.select(predicate(node, now=NOW)).to_series().to_list() for node in nodes}


@pytest.mark.parametrize("name", GRID)
def test_every_condition_and_its_opposite_do_what_the_slow_evaluator_does(name: str) -> None:
    conditions, rows = GRID[name]
    nodes = [*conditions, *(Not(node) for node in conditions)]

    assert found(nodes, rows) == {unparse(node): [evaluate(node, row) is True for row in rows] for node in nodes}


@st.composite
def lakes(draw: st.DrawFn) -> tuple[Node, list[Row]]:
    """Draw a filter and runs that have some of what it names."""
    node = draw(filters)
    named = sorted(fields(node), key=lambda f: f.column)
    rows = draw(st.lists(st.fixed_dictionaries({f: st.none() | values[f.type] for f in named}), min_size=1, max_size=8))
    return node, rows


@settings(max_examples=150, deadline=None)
@given(lakes())
def test_a_compiled_filter_finds_what_the_slow_evaluator_finds(lake: tuple[Node, list[Row]]) -> None:
    node, rows = lake

    assert found([node], rows) == {unparse(node): [evaluate(node, row) is True for row in rows]}


def alike(node: Node) -> str:
    """Write a tree so that NaN is like itself and 0 like -0."""
    return repr(node).replace("-0.0", "0.0")


@settings(max_examples=150, deadline=None)
@given(filters)
def test_what_is_written_is_read_back_as_the_same_filter(node: Node) -> None:
    assert alike(parse(unparse(node))) == alike(node)


def fault_of(read: Callable[[str], object], text: str) -> QueryError | None:
    try:
        read(text)
    except QueryError as fault:
        return fault
    return None


PIECES = [
    "metrics.f1", "params.lr", 'tags."a b"', "status", "started_at", "git_dirty", "experiment", "datasets.x", "'a'", '"b"', "1", "-7d",
    "2026-01-31", "now", "true", "nan", "-inf", "=", "!=", "<", ">=", "(", ")", ",", "AND", "or", "NOT", "IN", "IS", "NULL", "LIKE",
    "RLIKE", "BETWEEN", "UNDER", "CONTAINS", "desc", "asc", "'", '"', "`", ".", "\\", "[", "'('", "\x00", "é",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=2), max_size=14).map(" ".join))
@example("metrics.x rlike '\\p{Greek}{1000}{1000}'")
@example("started_at > 1e400")
@example("started_at = '0001-01-01T00:00+14:00'")
@example("duration > -1e999d")
@example("\ud800")
@example("(" * 5000)
@example("NOT " * 5000)
def test_any_text_is_a_filter_or_a_query_error_inside_it(text: str) -> None:
    for read in (parse, parse_order):
        fault = fault_of(read, text)

        assert fault is None or (0 <= fault.at <= len(text) and fault.expected)


@pytest.mark.parametrize("text", ["metrics.x > 1" + " AND metrics.x > 1" * 3000, "(" * 100 + "deleted" + ")" * 100])
def test_long_and_deep_filters_work(text: str) -> None:
    node = parse(text)

    assert alike(parse(unparse(node))) == alike(node)
    assert pl.DataFrame({"metrics.x": [2.0], "deleted": [True]}).filter(predicate(node, now=NOW)).height == 1
