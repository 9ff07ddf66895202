from __future__ import annotations

from typing import TYPE_CHECKING

from journaling import OTHER, RUN, Ticks, Writer, stored
from runlake.journal import Journal, read_segment
from runlake.schema import RUNS, SYSTEM_METRICS, Table
from runlake.store.delta import Appender
from runlake.store.ingest import drain
from runlake.store.killed import Unfinished, say_killed, unfinished
from runlake.store.layout import open_store

if TYPE_CHECKING:
    import polars as pl


def left_by(store: str, *writers: Writer) -> list[Unfinished]:
    drain(store)

    def read(table: Table) -> pl.LazyFrame:
        return Appender(open_store(store), table).scan()

    return unfinished([writer.id for writer in writers], read)


class TestUnfinishedRuns:
    def test_are_those_whose_last_word_is_running(self, store: str) -> None:
        writer = Writer(store).start().start(OTHER).finish(OTHER)

        found = left_by(store, writer)

        assert [(run.run_id, run.writer) for run in found] == [(RUN, writer.id)]

    def test_were_last_alive_when_anything_was_logged(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0)
        writer.rows(SYSTEM_METRICS, {"ts": 1, "key": "cpu", "value": 1.0}).close()

        [found] = left_by(store, writer)

        last = stored(store, "system_metrics")["logged_at"].dt.epoch("us").max()
        assert found.last_at == last

    def test_are_not_those_of_processes_that_only_added_to_them(self, store: str) -> None:
        Writer(store).start().close()
        helper = Writer(store).log(0, loss=1.0).close()

        assert left_by(store, helper) == []

    def test_are_none_once_somebody_has_said_killed(self, store: str) -> None:
        writer = Writer(store).start().close()
        said = {"ts": 5, "status": "killed", "inferred": True, "status_of": writer.id, "ended_at": 4}
        Writer(store).rows(RUNS, said).close()

        assert left_by(store, writer) == []

    def test_are_none_where_there_are_no_tables(self, store: str) -> None:
        writer = Writer(store)
        open_store(store, create=True)

        assert left_by(store, writer) == []


class TestSayingKilled:
    def test_writes_status_and_event_together(self, store: str) -> None:
        journal = Journal(store, Ticks())

        say_killed(journal, [Unfinished(RUN, "w", 7)], client="ingester 1")

        [path] = (journal.root / journal.writer).glob("*.seg")
        segment = read_segment(path)
        [patch], [event] = segment.rows["runs"], segment.rows["events"]
        assert (segment.urgent, patch.seq, patch.run_id, event.run_id) == (True, event.seq, RUN, RUN)
        values = dict(zip((c.name for c in RUNS.columns), patch.values, strict=True))
        assert {k: v for k, v in values.items() if v is not None and k != "ts"} == {
            "status": "killed",
            "inferred": True,
            "status_of": "w",
            "ended_at": 7,
        }
