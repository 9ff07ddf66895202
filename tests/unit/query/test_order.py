"""Runs in the order that was asked for: numbers, then NaN, then what is missing."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import polars as pl
import pytest

from runlake.query.language import parse_order
from runlake.query.order import order_fields, sort

START = datetime(2026, 1, 1, tzinfo=UTC)
FRAME = pl.DataFrame(
    {
        "run_id": ["a", "b", "c", "d", "e", "f"],
        "started_at": [START, START, START.replace(day=3), None, START.replace(day=2), START.replace(day=2)],
        "metrics.f1": [0.5, math.nan, None, math.inf, 0.5, -math.inf],
        "params.lr": ["0.1", "1e-3", "auto", None, "10", "nan"],
        "params.lr:num": [0.1, 0.001, None, None, 10.0, math.nan],
        "tags.team": [["b"], ["a", "b"], [], None, ["a"], ["c"]],
        "name": ["b", "a", None, "B", "é", "b"],
        "git_dirty": [True, False, None, True, False, None],
    }
)


@pytest.mark.parametrize(
    ("text", "run_ids"),
    [
        ("run_id desc", "fedcba"),
        ("started_at", "abefcd"),
        ("started_at desc", "cefabd"),
        ("metrics.f1", "feadbc"),
        ("metrics.f1 desc", "deafbc"),
        ("params.lr", "baefcd"),
        ("params.lr desc", "eabfcd"),
        ("tags.team", "cebafd"),
        ("tags.team desc", "fabecd"),
        ("name", "dbfaec"),
        ("name desc, run_id desc", "efabdc"),
        ("git_dirty, metrics.f1", "ebadfc"),
    ],
)
def test_runs_stand_in_the_order_asked_for_and_ties_newest_first(text: str, run_ids: str) -> None:
    orders = parse_order(text)

    assert "".join(sort(FRAME, orders).get_column("run_id")) == run_ids
    assert "".join(sort(FRAME.lazy(), orders).collect().get_column("run_id")) == run_ids


def test_without_an_order_the_newest_come_first() -> None:
    assert "".join(sort(FRAME, ()).get_column("run_id")) == "cefabd"


def test_an_order_names_the_columns_that_it_needs() -> None:
    columns = {field.column for field in order_fields(parse_order("params.lr desc, metrics.f1.min"))}

    assert columns == {"params.lr", "params.lr:num", "metrics.f1:min", "started_at", "run_id"}
