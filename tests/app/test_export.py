"""Files of the run table and of groups: what they hold is what is shown, and each is an event."""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import runlake
from components import export, exporting
from components.runs import group_table
from runlake.actions import Export, local_actor
from runlake.cli.main import main
from runlake.errors import StoreError
from runlake.query import open_lake
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard
    from runlake.query import Lake

COLUMNS = ("run_id", "name", "params.depth", "metrics.loss.max", "started_at")


def csv_rows(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode())))


def depths(lake: Lake) -> pl.DataFrame:
    return export.rows(lake, where="params.depth >= 4", order_by="params.depth asc", columns=COLUMNS)


def file(lake: Lake, form: str) -> bytes:
    return export.written(depths(lake), form, schema="runlake.runs/1", lake=lake)


def labels(at: AppTest) -> list[str]:
    return [button.proto.label for button in at.get("download_button")]


@pytest.fixture
def lake(stores: dict[str, str]) -> Lake:
    return open_lake(stores["sample"])


class TestTheRunTableAsAFile:
    def test_has_all_runs_that_fit_in_their_order_with_the_columns_asked_for(self, lake: Lake) -> None:
        found = csv_rows(file(lake, "csv"))

        assert found[0] == list(COLUMNS)
        assert [row[2] for row in found[1:]] == [str(depth) for depth in range(4, 12)]
        assert {row[3] for row in found[1:]} == {"1.0"}

    def test_holds_the_same_in_every_format(self, lake: Lake) -> None:
        parquet = pl.read_parquet(file(lake, "parquet"))
        data = json.loads(file(lake, "json"))["data"]

        assert parquet.equals(depths(lake))
        for column in COLUMNS[:4]:
            told = [row[column] for row in data]
            assert told == parquet[column].to_list()
            assert [str(value) for value in told] == [
                row[COLUMNS.index(column)] for row in csv_rows(file(lake, "csv"))[1:]
            ]

    def test_is_the_json_document_of_the_command_line(
        self, lake: Lake, stores: dict[str, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = ["runs", "--where", "params.depth >= 4", "--order-by", "params.depth asc", "--format", "json"]
        main([*words, "--columns", ",".join(COLUMNS), "--store", stores["sample"]])

        assert json.loads(file(lake, "json")) == json.loads(capsys.readouterr().out)

    def test_runs_nothing_in_a_spreadsheet(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "journals"))
        monkeypatch.setenv("RUNLAKE_INGESTER", "off")
        store, texts = str(tmp_path / "store"), ("=1+1", "+cmd", "-cmd", "@cmd", "\tcmd", "-0.5", "plain")
        with runlake.start_run("wine", params=dict(numbered(texts)), store=store, capture=False):
            pass
        lake = open_lake(store)
        frame = export.rows(
            lake, where="", order_by="name asc", columns=[f"params.{key}" for key, _ in numbered(texts)]
        )
        found = csv_rows(export.written(frame, "csv", schema="runlake.runs/1", lake=lake))

        assert found[1] == ["'=1+1", "'+cmd", "'-cmd", "'@cmd", "'\tcmd", "-0.5", "plain"]

    def test_is_offered_for_what_fits(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", status="finished", limit="5")

        assert labels(at) == ["CSV", "Parquet", "JSON"]
        assert "All 11 runs that fit, in this order, with these columns." in [c.value for c in at.caption]

    def test_is_not_offered_where_nothing_fits(self, dashboard: Dashboard) -> None:
        assert labels(dashboard("sample", q="no such run")) == []


class TestGroupsAsAFile:
    def test_have_n_both_ends_of_the_interval_and_the_runs(self, lake: Lake) -> None:
        found = lake.grouped(["user"], ["metrics.loss"])
        frame = group_table.for_file(found, ("user", "failed", "mean(metrics.loss)", "ci_half(metrics.loss)"))

        assert frame.columns == [
            *("user", "n", "failed", "n(metrics.loss)", "mean(metrics.loss)"),
            *("ci_low(metrics.loss)", "ci_high(metrics.loss)", "run_ids"),
        ]
        assert frame["run_ids"].list.len().to_list() == [4, 4, 4]
        told = json.loads(export.written(frame, "json", schema="runlake.groups/1", lake=lake))
        assert (told["schema"], told["data"]) == ("runlake.groups/1", frame.to_dicts())

    def test_of_a_key_that_is_called_like_a_statistic_keep_it(self) -> None:
        keys = ["params.mean(x)", "params.ci_half(x)"]
        found = pl.DataFrame(
            {**{key: ["a"] for key in keys}, "n": [1], "mean(x)": [1.0], "n(x)": [1], "run_ids": [["r"]]}
        )

        assert group_table.for_file(found, (*keys, "mean(x)")).columns == [*keys, "n", "n(x)", "mean(x)", "run_ids"]

    def test_are_offered(self, dashboard: Dashboard) -> None:
        assert labels(dashboard("sample", by="user")) == ["CSV", "Parquet", "JSON"]


class TestAnExport:
    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "journals"))
        monkeypatch.setenv("RUNLAKE_INGESTER", "off")
        store = str(tmp_path / "store")
        for n in range(3):
            runlake.start_run("few", f"r{n}", store=store, capture=False).finish()
        drain(store)
        return store

    def book(self, store: str, **changed: Any) -> exporting.Book:
        wanted: dict[str, Any] = {
            "store": store,
            "actor": local_actor(client="app"),
            "snapshot": open_lake(store).snapshot.key,
            "why_not": "",
            "said": [],
        }
        return exporting.Book(**{**wanted, **changed})

    def file(self, book: exporting.Book, form: str) -> bytes:
        def frame(lake: Lake) -> pl.DataFrame:
            return export.rows(lake, where="name != 'r0'", order_by="name asc", columns=("run_id", "name"))

        lake = open_lake(book.store)
        make = partial(export.made, frame, form, schema="runlake.runs/1", lake=lake)
        return book.written(make, Export("runs", form, "", {"where": "name != 'r0'", "columns": ["run_id", "name"]}))

    @pytest.mark.parametrize("form", ["csv", "parquet", "json"])
    def test_is_an_event_with_what_it_held_and_the_digest_of_its_bytes(self, store: str, form: str) -> None:
        book = self.book(store)
        made = self.file(book, form)

        (event,) = open_lake(store).events(action="export.runs").to_dicts()
        assert event["target_id"] == f"sha256:{sha256(made).hexdigest()}"
        assert json.loads(event["new"]) == {
            "format": form,
            "rows": 2,
            "sha256": sha256(made).hexdigest(),
            "size_bytes": len(made),
            "snapshot": book.snapshot,
            "made_by": "server",
            "of": {"where": "name != 'r0'", "columns": ["run_id", "name"]},
        }
        assert event["client"].startswith("app ")

    def test_of_a_store_that_can_only_be_read_leaves_without_an_event(self, store: str) -> None:
        book = self.book(store, why_not="it can only be read")

        assert csv_rows(self.file(book, "csv"))[0] == ["run_id", "name"]
        assert open_lake(store).events(action="export.").is_empty()

    def test_that_cannot_be_recorded_leaves_and_is_said(self, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*args: object, **named: object) -> None:
            raise StoreError("the change is not on disk yet", store, "no space left")

        monkeypatch.setattr(exporting, "exported", full)
        book = self.book(store)

        assert self.file(book, "csv")
        assert "no space left" in book.said[0]


class TestAStoreThatCanOnlyBeRead:
    def test_says_so_in_a_word(self, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
        from runlake.store.folder import Folder

        monkeypatch.setattr(Folder, "may_write", lambda self: False)
        at = dashboard("sample")

        assert labels(at) == ["CSV", "Parquet", "JSON"]
        assert "Not recorded: this store can only be read." in [c.value for c in at.caption]


def numbered(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(f"p{place}", text) for place, text in enumerate(texts)]
