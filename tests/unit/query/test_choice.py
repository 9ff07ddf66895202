from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.query.choice import Choice, chosen, condition, narrowed, read
from runlake.query.expression import Field, FieldKind, Number, Text, Truth
from runlake.query.language import parse, unparse

LR = Field(FieldKind.PARAM, "lr")
MODEL = Field(FieldKind.PARAM, "model")
TEAM = Field(FieldKind.TAG, "team")
LOSS = Field(FieldKind.METRIC, "loss")
CONCLUSION = Field(FieldKind.ATTRIBUTE, "conclusion")
DIRTY = Field(FieldKind.ATTRIBUTE, "git_dirty")

texts = st.lists(st.text(st.characters(codec="utf-8")), unique=True, max_size=3)
numbers = st.lists(st.floats(allow_nan=False).map(float), unique=True, max_size=3)
ends = st.none() | st.floats(allow_nan=False, allow_infinity=False)
flags = st.booleans()


class TestAChoice:
    @pytest.mark.parametrize(
        ("field", "choice", "text"),
        [
            (MODEL, Choice((Text("rf"),)), "params.model = 'rf'"),
            (MODEL, Choice((Text("rf"), Text("it's"))), "params.model IN ('rf', 'it''s')"),
            (LR, Choice((Number(0.1),), missing=True), "params.lr = 0.1 OR params.lr IS NULL"),
            (LOSS, Choice(low=0.5, high=2.0, nan=True), "metrics.loss BETWEEN 0.5 AND 2 OR metrics.loss IS NAN"),
            (LOSS, Choice(high=2.0), "metrics.loss <= 2"),
            (TEAM, Choice(bare=True, written=False), "tags.team NOT LIKE '%'"),
            (CONCLUSION, Choice(missing=True), "conclusion IS NULL OR conclusion = ''"),
            (CONCLUSION, Choice(written=True), "conclusion != ''"),
            (DIRTY, Choice((Truth(True),)), "git_dirty = true"),
        ],
    )
    def test_is_a_condition_and_back(self, field: Field, choice: Choice, text: str) -> None:
        node = condition(field, choice)

        assert node is not None
        assert unparse(node) == text
        assert read(parse(text)) == (field, choice)

    @given(texts, flags, flags, flags)
    def test_of_any_texts_comes_back(self, values: list[str], bare: bool, written: bool, missing: bool) -> None:
        choice = Choice(tuple(map(Text, values)), bare=bare, written=written, missing=missing)
        node = condition(TEAM, choice)

        assert (node is None) == (not choice)
        assert node is None or read(parse(unparse(node))) == (TEAM, choice)

    @given(numbers, ends, ends, flags)
    def test_of_any_numbers_comes_back(
        self, values: list[float], low: float | None, high: float | None, nan: bool
    ) -> None:
        choice = Choice(tuple(map(Number, values)), low=low, high=high, nan=nan)
        node = condition(LR, choice)

        assert node is None or read(parse(unparse(node))) == (LR, choice)

    @pytest.mark.parametrize(
        "text",
        [
            "params.lr != 1",
            "params.lr > params.eta",
            "params.model LIKE 'r%'",
            "params.lr = 1 OR params.model = 'rf'",
            "NOT params.lr = 1",
            "params.lr IN (1, nan)",
            "params.lr = nan",
            "experiment UNDER 'a'",
        ],
    )
    def test_is_not_read_from_other_conditions(self, text: str) -> None:
        assert read(parse(text)) is None


class TestNarrowing:
    WHERE = "status = 'failed' AND params.model = 'rf' AND metrics.loss < 2 AND started_at > -7d"

    @pytest.mark.parametrize(
        ("field", "choice", "text"),
        [
            (MODEL, Choice((Text("nn"),)), WHERE.replace("'rf'", "'nn'")),
            (MODEL, Choice(), "status = 'failed' AND metrics.loss < 2 AND started_at > -7d"),
            (TEAM, Choice((Text("a"),), missing=True), f"{WHERE} AND (tags.team = 'a' OR tags.team IS NULL)"),
            (LOSS, Choice(low=1.0), WHERE.replace("metrics.loss < 2", "metrics.loss >= 1")),
        ],
    )
    def test_replaces_the_choice_where_it_stands(self, field: Field, choice: Choice, text: str) -> None:
        node = narrowed(parse(self.WHERE), field, choice)

        assert node is not None
        assert unparse(node) == text

    def test_takes_both_ends_of_a_range_as_one(self) -> None:
        node = parse("metrics.loss > 1 AND params.lr = 1 AND metrics.loss < 2")
        other = narrowed(node, LOSS, Choice(low=0.0))

        assert chosen(node, LOSS) == Choice(low=1.0, high=2.0)
        assert other is not None
        assert unparse(other) == "metrics.loss >= 0 AND params.lr = 1"

    def test_leaves_what_is_joined_by_or_alone(self) -> None:
        node = parse("params.model = 'rf' OR params.lr = 1")
        other = narrowed(node, MODEL, Choice((Text("nn"),)))

        assert chosen(node, MODEL) == Choice()
        assert other is not None
        assert unparse(other) == "(params.model = 'rf' OR params.lr = 1) AND params.model = 'nn'"

    def test_of_nothing_to_nothing_is_no_filter(self) -> None:
        assert narrowed(None, MODEL, Choice()) is None
        assert narrowed(parse("params.model = 'rf'"), MODEL, Choice()) is None
