from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.errors import QueryError
from runlake.query.completion import MOST, Offer, complete
from runlake.query.expression import Field, Number, Text
from runlake.query.keys import Keys
from runlake.query.language import parse
from runlake.query.names import spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlake.query.choice import Value

KNOWN = Keys(
    metrics=("accuracy", "train/loss", "val loss", "val/f1", "val/loss"),
    params=("lr", "lr.max", "model"),
    tags=("team", 'odd "key"'),
    summary=("best/f1",),
    datasets=("iris",),
)
VALUES: dict[str, list[tuple[Value, int]]] = {
    "params.model": [(Text("forest"), 7), (Text("it's"), 1)],
    "params.lr": [(Number(0.1), 3), (Number(0.01), 2)],
    "status": [(Text("finished"), 9), (Text("failed"), 1)],
    'tags."odd ""key"""': [(Text("<b>"), 2)],
    "datasets.iris.version": [(Text("sha256:abc"), 4)],
}


def offered(text: str) -> Offer:
    """What is offered where a bar marks the cursor."""
    at = text.index("|")
    return complete(text.replace("|", ""), at, known=KNOWN, values=lambda field: VALUES.get(spell(field), []))


def inserts(text: str) -> list[str]:
    return [item.insert for item in offered(text).items]


def accepted(text: str, place: int = 0) -> str:
    """The text after an item was taken."""
    plain, offer = text.replace("|", ""), offered(text)
    return plain[: offer.start] + offer.items[place].insert + plain[offer.end :]


class TestFields:
    def test_of_a_kind_are_offered_after_its_dot(self) -> None:
        assert inserts("metrics.|") == [
            *("metrics.accuracy ", "metrics.train/loss ", 'metrics."val loss" ', "metrics.val/f1 ", "metrics.val/loss ")
        ]

    def test_are_found_by_what_they_begin_with_and_then_by_their_parts(self) -> None:
        assert inserts("metrics.lo|") == ["metrics.train/loss ", 'metrics."val loss" ', "metrics.val/loss "]
        assert inserts("metrics.va|") == ['metrics."val loss" ', "metrics.val/f1 ", "metrics.val/loss "]

    def test_are_found_without_their_kind_and_in_any_case(self) -> None:
        assert inserts("F1|") == ["metrics.val/f1 ", "summary.best/f1 "]

    def test_that_hold_quotes_and_dots_are_written_so_that_they_parse(self) -> None:
        assert inserts("odd|") == ['tags."odd ""key""" ']
        assert inserts('params."lr.m|') == inserts("params.lr.m|") == ['params."lr.max" ']

    def test_replace_the_word_under_the_cursor(self) -> None:
        assert accepted("metrics.acc| > 0.8 AND status = 'failed'") == "metrics.accuracy > 0.8 AND status = 'failed'"
        assert accepted("status = 'failed' and metr|ics.acc > 1", 0).startswith("status = 'failed' and metrics.")

    def test_of_an_empty_box_are_the_kinds_and_what_every_run_has(self) -> None:
        first = inserts("|")

        assert first[:5] == ["metrics.", "params.", "tags.", "summary.", "datasets."]
        assert "status " in first
        assert offered("|").items[0].goes_on

    @pytest.mark.parametrize("text", ["status = 'x' AND |", "(|", "NOT |", "status = 'x' OR (NOT |"])
    def test_come_where_a_condition_begins(self, text: str) -> None:
        assert inserts(text)[0] == "metrics."

    def test_of_a_series_can_be_reduced(self) -> None:
        assert inserts("metrics.val/loss.m|") == [
            *("metrics.val/loss.min ", "metrics.val/loss.max ", "metrics.val/loss.mean ")
        ]
        assert inserts('metrics."val loss".mi|') == ['metrics."val loss".min ']


class TestOperators:
    def test_follow_a_field(self) -> None:
        assert inserts("metrics.accuracy |")[:3] == ["= ", "!= ", "> "]
        assert inserts("params.model I|") == [
            *("IN ", "ILIKE ", "IS NULL ", "IS NOT NULL ", "CONTAINS ", "LIKE ", "RLIKE ")
        ]
        assert inserts("git_dirty |") == ["= true ", "= false ", "IS NULL "]

    def test_join_what_is_whole(self) -> None:
        for text in (
            "status = 'failed' |",
            "params.lr IN (1, 2) |",
            "metrics.loss IS NULL |",
            "params.lr > params.eta |",
        ):
            assert inserts(text) == ["AND ", "OR "]


class TestValues:
    @pytest.mark.parametrize(
        "text",
        [
            "params.model = |",
            "params.model IN (|",
            "params.model IN ('a', |",
            "params.model NOT IN (|",
            "status = 'failed' AND params.model != |",
        ],
    )
    def test_follow_an_operator_the_most_common_first(self, text: str) -> None:
        assert [(item.insert, item.about) for item in offered(text).items] == [
            ("'forest' ", "7 runs"),
            ("'it''s' ", "1 run"),
        ]

    def test_replace_a_text_that_is_open(self) -> None:
        assert accepted("params.model = 'for| AND x") == "params.model = 'forest' AND x"
        assert inserts("params.model = it|") == ["'it''s' "]

    def test_of_numbers_are_numbers(self) -> None:
        assert inserts("params.lr BETWEEN |") == ["0.1 ", "0.01 "]
        assert inserts("params.lr BETWEEN 0.01 AND |") == ["0.1 ", "0.01 "]
        assert inserts("params.lr = 0.01|") == []

    def test_of_hostile_keys_and_data_sets(self) -> None:
        assert inserts('tags."odd ""key""" = |') == ["'<b>' "]
        assert inserts("datasets.iris.version = |") == ["'sha256:abc' "]

    def test_of_times_are_from_now(self) -> None:
        assert inserts("started_at > |")[:2] == ["-1d ", "-7d "]


class TestMany:
    def test_keys_are_cut_and_said_to_be(self) -> None:
        known = Keys((), tuple(f"layer_{n:04d}/size" for n in range(5000)), (), (), ())
        many = complete("params.l", 8, known=known, values=lambda _: [])
        few = complete("params.4999", 11, known=known, values=lambda _: [])

        assert (len(many.items), many.is_whole) == (MOST, False)
        assert ([item.insert for item in few.items], few.is_whole) == (["params.layer_4999/size "], True)


class TestAnyText:
    @given(st.text("ab.'\"` =!<>(),%1-\n\u202e漢metricsparamsANDORNOTINIS", max_size=40), st.integers(-3, 50))
    def test_is_taken(self, text: str, at: int) -> None:
        offer = complete(text, at, known=KNOWN, values=lambda _: [(Text("x"), 1)])

        assert 0 <= offer.start <= offer.end <= len(text)

    @given(st.text(min_size=1, max_size=12))
    def test_as_a_key_or_value_is_written_so_that_it_parses(self, name: str) -> None:
        known = Keys((name,), (name,), (name,), (name,), (name,))
        for kind in ("metrics", "params", "tags", "summary", "datasets"):
            field = complete(f"{kind}.", len(kind) + 1, known=known, values=lambda _: []).items[0].insert
            value = complete(f"{field}= ", len(field) + 2, known=known, values=_only(name)).items[0].insert
            try:
                parse(f"{field}= {value}" if kind != "metrics" else f"{field}= 1")
            except QueryError:  # half of a surrogate pair is no text at all
                assert any("\ud800" <= c <= "\udfff" for c in name)


def _only(name: str) -> Callable[[Field], list[tuple[Value, int]]]:
    return lambda _: [(Text(name), 1)]
