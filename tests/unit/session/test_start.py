"""Starting by an id, where it has to be looked up in a store that cannot be read."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

import runlake
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from runlake import Run

Resume = Literal["never", "allow", "must"]


def log_entry(store: str) -> Path:
    return Path(store) / "runs" / "_delta_log" / f"{0:020}.json"


def start(store: str, resume: Resume, run_id: str = "mine", name: str | None = None) -> Run:
    return runlake.start_run("e", name, params={"p": 2}, run_id=run_id, resume=resume, store=store, capture=False)


@pytest.fixture
def damaged(store: str) -> str:
    """A store with one run, whose table of runs cannot be read."""
    with runlake.start_run("e", "first", params={"p": 1}, run_id="mine", store=store, capture=False) as run:
        run.log({"x": 1.0})
    drain(store, wait_s=20)
    whole = log_entry(store).read_bytes()
    log_entry(store).write_text("garbage")
    (Path(store).parent / "whole").write_bytes(whole)
    return store


def repair(store: str) -> None:
    log_entry(store).write_bytes((Path(store).parent / "whole").read_bytes())


class TestAnIdInAStoreThatCannotBeRead:
    @pytest.mark.parametrize("resume", ["never", "allow", "must"])
    def test_is_taken_on_trust_and_said_once(
        self, resume: Resume, damaged: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING, "runlake"), start(damaged, resume) as run:
            run.log({"x": 2.0}, step=7)

        [record] = [r for r in caplog.records if r.levelno == logging.WARNING]
        assert "run mine is taken on trust" in record.message
        assert "`runlake doctor` says more" in record.message

        repair(damaged)
        lake = runlake.open_lake(damaged)
        assert lake.runs(columns=["run_id", "status", "params.p"]).rows() == [("mine", "finished", "2")]
        assert lake.metrics(keys=["x"]).select("step", "value").rows() == [(0.0, 1.0), (7.0, 2.0)]

    def test_that_must_be_there_keeps_its_name(self, damaged: str) -> None:
        start(damaged, "must").finish()

        repair(damaged)
        assert runlake.open_lake(damaged).runs()["name"].to_list() == ["first"]

    @pytest.mark.parametrize("resume", ["never", "allow"])
    def test_that_is_new_has_a_whole_header(self, resume: Resume, damaged: str) -> None:
        start(damaged, resume, run_id="other", name="second").finish()

        repair(damaged)
        found = runlake.open_lake(damaged).runs(where="run_id = 'other'", columns=["experiment", "name", "started_at"])
        assert found.select("experiment", "name").rows() == [("e", "second")]
        assert found["started_at"].null_count() == 0
