from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import runlake
from components.export import content
from runlake.query import open_lake

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from app.conftest import Dashboard


def rows(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode())))


class TestTheRunTableAsAFile:
    def test_has_all_runs_that_fit_in_their_order_with_the_columns_asked_for(self, stores: dict[str, str]) -> None:
        lake = open_lake(stores["sample"])
        columns = ("run_id", "name", "params.depth", "metrics.loss.max")
        found = rows(content(lake, "params.depth >= 4", "params.depth asc", columns))

        assert found[0] == list(columns)
        assert [row[2] for row in found[1:]] == [str(depth) for depth in range(4, 12)]
        assert {row[3] for row in found[1:]} == {"1.0"}

    def test_runs_nothing_in_a_spreadsheet(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "journals"))
        monkeypatch.setenv("RUNLAKE_INGESTER", "off")
        store, texts = str(tmp_path / "store"), ("=1+1", "+cmd", "-cmd", "@cmd", "\tcmd", "-0.5", "plain")
        with runlake.start_run("wine", params=dict(numbered(texts)), store=store, capture=False):
            pass
        columns = [f"params.{key}" for key, _ in numbered(texts)]
        found = rows(content(open_lake(store), "", "name asc", columns))

        assert found[1] == ["'=1+1", "'+cmd", "'-cmd", "'@cmd", "'\tcmd", "-0.5", "plain"]

    def test_is_offered_for_what_fits(self, dashboard: Dashboard) -> None:
        button = dashboard("sample", status="finished", limit="5").get("download_button")[0].proto

        assert (button.label, button.help) == ("CSV", "All 11 runs that fit, in this order, with these columns.")

    def test_is_not_offered_where_nothing_fits(self, dashboard: Dashboard) -> None:
        assert dashboard("sample", q="no such run").get("download_button") == []


def numbered(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(f"p{place}", text) for place, text in enumerate(texts)]
