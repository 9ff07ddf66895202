from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from journaling import OTHER, RUN, Writer
from runlake.errors import StoreError
from runlake.journal import read_segment
from runlake.schema import METRICS, RUNS
from runlake.store.ingest import drain
from runlake.store.layout import open_store
from runlake.store.pins import TablePins, pins_of


def pins(store: str) -> TablePins:
    return TablePins(open_store(store, create=True), METRICS)


class TestAHandle:
    def test_is_one_per_newest_version(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        drain(store)
        table = pins(store)
        version = table.latest()
        assert version == 1

        assert table.handle(version) is table.handle(version)
        writer.log(1, loss=1.0).close()
        drain(store)

        assert table.latest() == 2
        assert (table.handle(1).version(), table.handle(2).version()) == (1, 2)

    def test_is_shared_in_a_process(self, store: str) -> None:
        opened = open_store(store, create=True)

        assert pins_of(opened, METRICS) is pins_of(opened, METRICS)
        assert pins_of(opened, METRICS) is not pins_of(opened, RUNS)


class TestRows:
    def test_of_a_small_table_are_read_once_for_each_version(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        drain(store)
        table = pins(store)
        assert table.scan(table.latest()).collect().height == 1
        data = list(Path(store, "metrics").glob("*.parquet"))

        for file in data:
            file.rename(file.with_suffix(".away"))
        assert table.scan(table.latest()).collect().height == 1
        for file in data:
            file.with_suffix(".away").rename(file)
        writer.log(1, loss=1.0).close()
        drain(store)

        assert table.scan(table.latest()).collect()["step"].sort().to_list() == [0.0, 1.0]
        assert table.scan(1).collect().height == 1

    def test_of_a_large_table_stay_where_they_are(self, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("runlake.store.pins.SMALL_BYTES", 0)
        Writer(store).start().log(0, loss=1.0).close()
        drain(store)
        table = pins(store)
        rows = table.scan(table.latest())
        for file in Path(store, "metrics").glob("*.parquet"):
            file.unlink()

        with pytest.raises(FileNotFoundError):
            rows.collect()


class TestWhatATableHolds:
    def test_is_found_by_rows_at_first_and_by_commits_from_then_on(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        first = read_segment(writer.folder / "00000000.seg")
        drain(store)
        writer.log(1, loss=1.0).close()
        second = read_segment(writer.folder / "00000001.seg")
        table = pins(store)

        before = table.holds([first, second], table.latest())
        drain(store)
        after = table.holds([first, second], table.latest())

        assert (before, after) == ({(writer.id, 0)}, {(writer.id, 0), (writer.id, 1)})
        assert table.holds([second], 1) == set()
        assert table.holds([second], None) == set()

    def test_is_asked_again_after_forgetting(self, store: str) -> None:
        writer = Writer(store).start().log(0, loss=1.0).close()
        segment = read_segment(writer.folder / "00000000.seg")
        Writer(store).start(OTHER).log(0, OTHER, loss=1.0).close()
        table = pins(store)
        drain(store)

        table.forget(set())

        assert table.holds([segment], table.latest()) == {(writer.id, 0)}


class TestTime:
    def test_finds_the_version_of_a_moment(self, store: str) -> None:
        writer = Writer(store)
        for step in range(5):
            writer.log(step, loss=1.0).close()
            drain(store)
        table = pins(store)
        times = [table._committed_at(version) for version in range(6)]

        found = [table.at(datetime.fromtimestamp(ms / 1000, UTC)) for ms in times]

        assert found == [max(v for v in range(6) if times[v] <= ms) for ms in times]
        assert table.at(datetime(2000, 1, 1, tzinfo=UTC)) is None

    def test_that_cannot_be_read_from_the_log_is_a_store_error(self, store: str) -> None:
        Writer(store).log(0, loss=1.0).close()
        drain(store)
        (Path(store) / "metrics" / "_delta_log" / f"{1:020d}.json").write_text('{"commitInfo" broken')

        with pytest.raises(StoreError, match="log of table metrics"):
            pins(store).at(datetime.now(UTC))


def test_run_ids_are_those_of_the_version(store: str) -> None:
    Writer(store).start().start(OTHER).close()
    drain(store)
    table = TablePins(open_store(store), RUNS)

    assert (table.run_ids(table.latest()).known, table.run_ids(0).known) == (frozenset({RUN, OTHER}), frozenset())
