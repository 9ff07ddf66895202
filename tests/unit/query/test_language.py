"""What is a filter, what it means, and where a text that is none goes wrong."""

from __future__ import annotations

import math
import sys
import threading
from datetime import UTC, datetime

import pytest

from runlake.errors import QueryError
from runlake.query.expression import (
    Ago,
    And,
    Between,
    Compare,
    Field,
    FieldKind,
    In,
    Match,
    Moment,
    Node,
    Not,
    Number,
    Op,
    Or,
    Style,
    Text,
    Truth,
)
from runlake.query.language import MAX_DEPTH, parse, parse_order, unparse
from runlake.query.lexer import MAX_LENGTH
from runlake.query.order import Order


def metric(key: str, aspect: str = "") -> Field:
    return Field(FieldKind.METRIC, key, aspect)


def attribute(key: str) -> Field:
    return Field(FieldKind.ATTRIBUTE, key)


F1 = Compare(metric("f1"), Op.GT, Number(0.8))
RF = Compare(Field(FieldKind.PARAM, "model"), Op.EQ, Text("rf"))
DIRTY = parse("git_dirty")


class TestATree:
    @pytest.mark.parametrize(
        ("text", "node"),
        [
            ("metrics.f1 > 0.8 and params.model = 'rf'", And((F1, RF))),
            ("metrics.f1 > 0.8 AND params.model = 'rf' OR git_dirty", Or((And((F1, RF)), DIRTY))),
            ("git_dirty or metrics.f1 > 0.8 and params.model = 'rf'", Or((DIRTY, And((F1, RF))))),
            ("metrics.f1 > 0.8 AND (params.model = 'rf' OR git_dirty)", And((F1, Or((RF, DIRTY))))),
            ("NOT git_dirty AND metrics.f1 > 0.8", And((Not(DIRTY), F1))),
            ("NOT metrics.f1 > 0.8", Not(F1)),
            ("((git_dirty))", DIRTY),
            ("params.lr = 0.1", Compare(Field(FieldKind.PARAM, "lr", "num"), Op.EQ, Number(0.1))),
            ("params.lr = '0.1'", Compare(Field(FieldKind.PARAM, "lr"), Op.EQ, Text("0.1"))),
            ("params.lr < metrics.x", Compare(Field(FieldKind.PARAM, "lr", "num"), Op.LT, metric("x"))),
            ("params.a = params.b", Compare(Field(FieldKind.PARAM, "a"), Op.EQ, Field(FieldKind.PARAM, "b"))),
            ("params.on = True", Compare(Field(FieldKind.PARAM, "on"), Op.EQ, Truth(True))),
            ("user in ('a', \"b\",)", In(attribute("user"), (Text("a"), Text("b")))),
            ("name not like 'x%'", Not(Match(attribute("name"), Style.LIKE, "x%"))),
            ("name matches '^x'", Match(attribute("name"), Style.RLIKE, "^x")),
            ("duration between 90s and 1h30m", Between(attribute("duration_s"), Number(90.0), Number(5400.0))),
            ("started_at > -2w", Compare(attribute("started_at"), Op.GT, Ago(1_209_600.0))),
            (
                "start_time = 1500",
                Compare(attribute("started_at"), Op.EQ, Moment(datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC))),
            ),
            ("metrics.x != nan", Compare(metric("x"), Op.NE, Number(math.nan))),
        ],
    )
    def test_is_what_the_text_says(self, text: str, node: Node) -> None:
        assert repr(parse(text)) == repr(node)  # NaN is not equal to itself


class TestASpelling:
    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("metric.f1.last>=1E-3", "metrics.f1 >= 0.001"),
            ("metrics.val/f1.max < -.5", "metrics.val/f1.max < -0.5"),
            ('metrics."val.loss".min = -inf', 'metrics."val.loss".min = -inf'),
            ("metrics.`a ``b``` = +5.", 'metrics."a `b`" = 5'),
            ("metrics.10-fold:f1@k = 1e400", "metrics.10-fold:f1@k = inf"),
            ("metrics.min.min > 0", "metrics.min.min > 0"),
            ("metrics.精度 > 0", "metrics.精度 > 0"),
            ("parameters.optimizer.lr = 3", 'params."optimizer.lr" = 3'),
            ("tag.mlflow.parentRunId = 'x'", "tags.\"mlflow.parentRunId\" = 'x'"),
            ("tags.urgent is not null", "tags.urgent IS NOT NULL"),
            ("summary.f1 is nan", "summary.f1 IS NAN"),
            ("dataset.name = 'iris'", "datasets.name = 'iris'"),
            ("dataset.digest like 'ab%'", "datasets.version LIKE 'ab%'"),
            ("dataset.context in ('train')", "datasets.role IN ('train')"),
            ("datasets.\"name\".role = 'train'", "datasets.\"name\".role = 'train'"),
            ("datasets.iris is not null", "datasets.iris.version IS NOT NULL"),
            ("attributes.run_name = 'it''s'", "name = 'it''s'"),
            ('run."Run Name" = "say ""hi"""', "name = 'say \"hi\"'"),
            ("attr.user_id='a'AND id='b'", "user = 'a' AND run_id = 'b'"),
            ("Created >= 0", "started_at >= '1970-01-01T00:00:00+00:00'"),
            ("status = 'FINISHED'", "status = 'finished'"),
            ("status ilike 'Fin%'", "status ILIKE 'fin%'"),
            ("started_at > 2026-01-31", "started_at > '2026-01-31T00:00:00+00:00'"),
            ("ended_at <= '2026-01-31T10:00+02:00'", "ended_at <= '2026-01-31T08:00:00+00:00'"),
            ("started_at > TODAY or started_at < now", "started_at > today OR started_at < now"),
            ("started_at > -90m", "started_at > -90m"),
            ("started_at > -1.5s", "started_at > -1.5s"),
            ("duration >= 1d2h", "duration_s >= 93600"),
            ("duration < 500ms", "duration_s < 0.5"),
            ("experiment under '/fraud/'", "experiment UNDER 'fraud'"),
            ("experiment not under 'fraud'", "experiment NOT UNDER 'fraud'"),
            ("git_dirty = FALSE", "git_dirty = false"),
            ("metrics.a not between 1 and 2 and deleted", "metrics.a NOT BETWEEN 1 AND 2 AND deleted"),
            ("not not deleted", "NOT NOT deleted"),
            ("metrics.val_loss > metrics.train_loss.min", "metrics.val_loss > metrics.train_loss.min"),
            ("metrics.a\n>\t1", "metrics.a > 1"),
        ],
    )
    def test_is_one_for_each_meaning(self, text: str, canonical: str) -> None:
        assert unparse(parse(text)) == canonical
        assert parse(canonical) == parse(text)


# Each text with ^ before the character that is wrong, and a part of what is expected there.
FAULTS = [
    ("^", "a field"),
    ("   ^", "a field"),
    ("^status_ = 'a'", "did you mean status?"),
    ("^statsu = 'a'", "did you mean status?"),
    ("^metirc.f1 > 1", "did you mean metrics.f1?"),
    ("^f1 > 1", "metrics.<key>, params.<key>, tags.<key>, summary.<key>, datasets.<name> or an attribute"),
    ("^'a' = name", "a field"),
    ("^0.5 < metrics.f1", "a field"),
    ("metrics.^ > 1", "a key after the dot"),
    ('metrics.^"" > 1', "a key between the quotes"),
    ("metrics.val.^loss > 1", 'metrics."val.loss"'),
    ("metrics.loss.^mim > 1", ".last .min .max .mean .count .first .best"),
    ("metrics.loss.min.^x > 1", 'metrics."loss.min.x"'),
    ("params.a.^\"b\" = 'x'", "one pair of quotes"),
    ("datasets.a.^size = 'x'", ".version or .role"),
    ("attributes.status^.x = 'a'", "an operator after status"),
    ("metrics.f1 ^== 1", "= (a single one)"),
    ("metrics.f1 ^<> 1", "!= (instead of <>)"),
    ("deleted ^&& git_dirty", "AND"),
    ("deleted ^|| git_dirty", "OR"),
    ("^!deleted", "NOT"),
    ("user = ^“a”", "a straight quote"),
    ("user = ^'abc", "a closing '"),
    ('user = ^"abc', 'a closing "'),
    ("metrics.^`abc", "a closing `"),
    ("metrics.f1 > 1 ^$", "a field, a value or an operator"),
    ("metrics.f1^", "an operator: = != > >= < <= IN BETWEEN IS"),
    ("tags.urgent ^and deleted", "an operator"),
    ("metrics.f1 >^", "a number"),
    ("metrics.f1 > ^'0.8'", "a number"),
    ("metrics.f1 > ^5m", "a number"),
    ("metrics.f1 > 3^x", "a unit of time"),
    ("metrics.f1 ^like 'a'", "metrics.f1 is no text"),
    ("metrics.f1 > ^status", "status cannot stand beside metrics.f1"),
    ("metrics.f1 not ^> 1", "NOT before metrics.f1"),
    ("metrics.f1 is ^0", "[NOT] NULL or NAN"),
    ("tags.a is not ^nan", "tags.a is no number"),
    ("user = ^alice", "text in single quotes: 'alice'"),
    ("name = ^5", "text in single quotes"),
    ("status = ^'finishd'", "'running', 'finished', 'failed' or 'killed'"),
    ("status in ('failed', ^'broken')", "'running'"),
    ("params.x = ^null", "IS NULL"),
    ("params.x = ^-7d", "a number, text in single quotes, true or false"),
    ("params.x in (1, ^'a')", "a number"),
    ("params.x in (^true)", "a number or text"),
    ("params.x in ^1", "( and the values"),
    ("params.x in (^)", "a number"),
    ("params.x in (1 ^2)", "a comma or )"),
    ("params.x between 1 ^or 2", "AND and the upper end"),
    ("params.x ^> true", "= or !="),
    ("tags.x = ^tags.y", "tags.y cannot stand beside tags.x"),
    ("name like ^5", "a pattern in single quotes"),
    ("name matches ^'(a'", "unclosed group"),
    ("name matches ^'(?=a)'", "look-ahead"),
    ("name matches ^'((a{100}){100}){100}'", "too large"),
    ("user ^under 'a'", "UNDER is for experiment alone"),
    ("experiment under ^'/'", "not an empty one"),
    ("deleted ^> true", "= or !="),
    ("deleted ^like 'a'", "for a flag"),
    ("deleted = ^1", "true or false"),
    ("started_at > ^7d", "-7d"),
    ("started_at > ^'yesterday'", "'2026-01-31'"),
    ("started_at > ^'2026-02-30'", "a time"),
    ("started_at > ^1e30", "milliseconds since 1970"),
    ("started_at > ^-99999w", "a time"),
    ("duration > ^'2h'", "a duration: 90s"),
    ("(deleted^", "AND, OR or )"),
    ("deleted^)", "this ) closes nothing"),
    ("deleted ^git_dirty", "AND, OR or the end"),
    ("deleted and^", "a field"),
    ("name = '^\udc80'", "valid Unicode"),
]


class TestATextThatIsNoFilter:
    @pytest.mark.parametrize(("marked", "expected"), FAULTS)
    def test_raises_at_the_character(self, marked: str, expected: str) -> None:
        text = marked.replace("^", "", 1)
        with pytest.raises(QueryError) as caught:
            parse(text)

        assert (caught.value.text, caught.value.at) == (text, marked.index("^"))
        assert expected in caught.value.expected

    def test_raises_beyond_a_depth_and_a_length(self) -> None:
        deepest = "(" * MAX_DEPTH + "deleted" + ")" * MAX_DEPTH
        with pytest.raises(QueryError, match="at most 100 levels"):
            parse(f"({deepest})")
        with pytest.raises(QueryError, match="at most 100 levels"):
            parse("not " * (MAX_DEPTH + 1) + "deleted")
        with pytest.raises(QueryError) as caught:
            parse(" " * MAX_LENGTH + "x")

        assert parse(deepest) == parse("deleted")
        assert (caught.value.at, caught.value.expected) == (MAX_LENGTH, "at most 200,000 characters")

    def test_never_exhausts_a_stack_that_is_half_used(self) -> None:
        text = "deleted or git_dirty and (" * MAX_DEPTH + "deleted or git_dirty" + ")" * MAX_DEPTH
        outcome: list[str] = []

        def descend(frames: int) -> None:
            if frames:
                descend(frames - 1)
            else:
                outcome.append(unparse(parse(text)))

        thread = threading.Thread(target=descend, args=(sys.getrecursionlimit() // 4,))
        thread.start()
        thread.join()

        assert parse(outcome[0]) == parse(text)


class TestAnOrder:
    def test_lists_fields_with_directions(self) -> None:
        assert parse_order("metrics.f1 DESC, name, params.lr asc, attributes.start_time desc") == (
            Order(metric("f1"), descending=True),
            Order(attribute("name")),
            Order(Field(FieldKind.PARAM, "lr")),
            Order(attribute("started_at"), descending=True),
        )

    @pytest.mark.parametrize(
        ("marked", "expected"),
        [
            ("^", "a field"),
            ("name,^", "a field"),
            ("name ^down", "ASC, DESC, a comma or the end"),
            ("metrics.f1, name, ^metrics.f1.last desc", "another field, as metrics.f1 is there already"),
            ("^nam", "did you mean name"),
            ("name ^> 1", "ASC, DESC, a comma or the end"),
        ],
    )
    def test_raises_at_the_character(self, marked: str, expected: str) -> None:
        with pytest.raises(QueryError) as caught:
            parse_order(marked.replace("^", "", 1))

        assert caught.value.at == marked.index("^")
        assert expected in caught.value.expected
