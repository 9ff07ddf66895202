from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from journaling import OTHER, RUN, Writer
from runlake.journal import read_segment
from runlake.schema import EXPERIMENTS, METRICS, RUNS, SUMMARIES
from runlake.store.delta import Appender
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.presence import base_states, origins_in

if TYPE_CHECKING:
    import polars as pl

    from runlake.journal import Segment
    from runlake.schema import Table


def rows(store: str, table: Table) -> pl.LazyFrame:
    return Appender(open_store(store, create=True), table).scan()


@pytest.fixture
def links(store: str) -> list[Segment]:
    """Three links of one writer, of which the first two are in the tables."""
    writer = Writer(store).start().log(0, loss=1.0).close()
    writer.log(1, loss=3.0).log(0, OTHER, loss=7.0).close()
    found = [read_segment(path) for path in sorted(writer.folder.glob("*.seg"))]
    drain(store)
    writer.log(2, loss=5.0).close()
    return [*found, read_segment(writer.folder / "00000002.seg")]


class TestOriginsInATable:
    def test_are_those_of_its_rows(self, store: str, links: list[Segment]) -> None:
        found = origins_in(rows(store, METRICS), METRICS, links)

        assert found == {(links[0].writer, 0), (links[0].writer, 1)}

    def test_differ_by_table(self, store: str, links: list[Segment]) -> None:
        assert origins_in(rows(store, RUNS), RUNS, links) == {(links[0].writer, 0)}

    def test_are_none_in_a_table_that_does_not_exist(self, store: str, links: list[Segment]) -> None:
        assert origins_in(rows(store, EXPERIMENTS), EXPERIMENTS, links) == set()

    def test_are_found_for_rows_of_no_run(self, store: str) -> None:
        writer = Writer(store).rows(EXPERIMENTS, {"ts": 1, "experiment_id": "e"}, run_id=None).close()
        segment = read_segment(writer.folder / "00000000.seg")
        drain(store)

        assert origins_in(rows(store, EXPERIMENTS), EXPERIMENTS, [segment]) == {(writer.id, 0)}


class TestTheBaseOfSummaries:
    def test_is_the_newest_state_before_a_link(self, store: str, links: list[Segment]) -> None:
        found = base_states(rows(store, SUMMARIES), [links[2]])

        assert {(run_id, key): int(s["count"][0]) for (run_id, key, _), s in found.items()} == {(RUN, "loss"): 2}

    def test_is_not_one_that_is_to_be_made_again(self, store: str, links: list[Segment]) -> None:
        found = base_states(rows(store, SUMMARIES), [links[1]])

        assert {run_id: int(s["count"][0]) for (run_id, _, _), s in found.items()} == {RUN: 1}

    def test_of_a_first_link_is_nothing(self, store: str, links: list[Segment]) -> None:
        assert base_states(rows(store, SUMMARIES), [links[0]]) == {}
