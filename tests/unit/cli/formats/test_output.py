from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import polars as pl
import pytest

from runlake.cli.formats import Format, Result, write
from runlake.errors import InvalidValue

FRAME = pl.DataFrame({"name": ["a", "b"], "f1": [0.5, None]})
RESULT = Result("runlake.test/1", frame=FRAME, snapshot={"key": "k"})


class Stdout(io.TextIOWrapper):
    """Standard output with the bytes that it was given."""

    def __init__(self, *, terminal: bool) -> None:
        self.raw_bytes = io.BytesIO()
        self.terminal = terminal
        super().__init__(self.raw_bytes, encoding="utf-8")

    def isatty(self) -> bool:
        return self.terminal


class TestOnStandardOutput:
    def test_json_is_one_document_and_nothing_else(self, capsys: pytest.CaptureFixture[str]) -> None:
        write(RESULT, Format.JSON)

        assert json.loads(capsys.readouterr().out) == {
            "schema": "runlake.test/1",
            "snapshot": {"key": "k"},
            "data": [{"name": "a", "f1": 0.5}, {"name": "b", "f1": None}],
        }

    def test_csv_has_a_heading(self, capsys: pytest.CaptureFixture[str]) -> None:
        write(RESULT, Format.CSV)

        assert capsys.readouterr().out == "name,f1\na,0.5\nb,\n"

    def test_a_table_has_no_colour(self, capsys: pytest.CaptureFixture[str]) -> None:
        write(RESULT, Format.TABLE)

        assert capsys.readouterr().out == "name   f1\na     0.5\nb\n"

    def test_parquet_goes_into_a_pipe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        out = Stdout(terminal=False)
        monkeypatch.setattr(sys, "stdout", out)
        write(RESULT, Format.PARQUET)

        assert pl.read_parquet(out.raw_bytes.getvalue()).equals(FRAME)

    def test_parquet_is_refused_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        out = Stdout(terminal=True)
        monkeypatch.setattr(sys, "stdout", out)
        with pytest.raises(InvalidValue, match="-o FILE"):
            write(RESULT, Format.PARQUET)

        assert out.raw_bytes.getvalue() == b""


class TestIntoAFile:
    def test_parquet_can_be_read_back(self, tmp_path: Path) -> None:
        write(RESULT, Format.PARQUET, str(tmp_path / "runs.parquet"))

        assert pl.read_parquet(tmp_path / "runs.parquet").equals(FRAME)
        assert [p.name for p in tmp_path.glob("*parquet*")] == ["runs.parquet"]

    def test_a_table_is_not_cut(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "20")
        write(Result("s/1", frame=pl.DataFrame({"x": ["y" * 90]})), Format.TABLE, str(tmp_path / "t.txt"))

        assert (tmp_path / "t.txt").read_text() == f"x\n{'y' * 90}\n"

    def test_a_device_is_written_to(self) -> None:
        write(RESULT, Format.CSV, "/dev/null")

        assert Path("/dev/null").is_char_device()  # a file of that name has not taken its place


class TestAResultThatIsNoTable:
    def test_is_refused_as_csv(self) -> None:
        with pytest.raises(InvalidValue, match="table or json"):
            write(Result("s/1", data=[1], text=lambda _: "x"), Format.CSV)
