"""What was read last is kept, and nobody can change what another one gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import polars as pl
import pytest

from runlake.query import recent
from runlake.query.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlake.query.source import Source

SOURCE = cast("Source", object())


@pytest.fixture
def asked() -> list[tuple[str, ...] | None]:
    return []


@pytest.fixture
def reader(asked: list[tuple[str, ...] | None]) -> Callable[[Source, Iterable[str] | None], pl.DataFrame]:
    def read(source: Source, run_ids: Iterable[str] | None) -> pl.DataFrame:
        ids = None if run_ids is None else tuple(run_ids)
        asked.append(ids)
        return pl.DataFrame({"run_id": ids or ("all",)})

    return read


def test_the_same_runs_are_read_once(reader: Any, asked: Any) -> None:
    kept = Recent()

    answers = [kept.read(reader, SOURCE, ids) for ids in (["a", "b"], ["a", "b"], ["b", "a"])]

    assert asked == [("a", "b"), ("b", "a")]
    assert [frame["run_id"].to_list() for frame in answers] == [["a", "b"], ["a", "b"], ["b", "a"]]


def test_a_change_of_one_answer_is_in_no_other(reader: Any) -> None:
    kept = Recent()
    first = kept.read(reader, SOURCE, ["a"])

    first.insert_column(1, pl.Series("mine", [1]))
    kept.read(reader, SOURCE, ["a"]).extend(pl.DataFrame({"run_id": ["mine"]}))

    assert kept.read(reader, SOURCE, ["a"]).to_dict(as_series=False) == {"run_id": ["a"]}


def test_all_runs_and_long_answers_are_read_each_time(reader: Any, asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_ROWS", 1)
    kept = Recent()

    for ids in (None, None, ["a", "b"], ["a", "b"], ["a"], ["a"]):
        kept.read(reader, SOURCE, ids)

    assert asked == [None, None, ("a", "b"), ("a", "b"), ("a",)]


def test_what_was_asked_long_ago_is_forgotten(reader: Any, asked: Any) -> None:
    kept = Recent()
    for number in range(recent.MOST_FRAMES):
        kept.read(reader, SOURCE, [str(number)])
    kept.read(reader, SOURCE, ["0"])  # asked for again, so that "1" is the oldest
    kept.read(reader, SOURCE, ["new"])
    asked.clear()

    for one in ("0", "1"):
        kept.read(reader, SOURCE, [one])

    assert asked == [("1",)]
