"""The names that others script against, in the form that the contract gives them."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import runlake

if TYPE_CHECKING:
    from pathlib import Path


class TestThePackage:
    def test_has_every_name_that_it_lists(self) -> None:
        missing = [name for name in runlake.__all__ if not hasattr(runlake, name)]

        assert missing == []

    def test_lists_its_names_once_and_in_order(self) -> None:
        assert list(runlake.__all__) == sorted(set(runlake.__all__))

    def test_shows_every_name_to_dir(self) -> None:
        assert set(runlake.__all__) <= set(dir(runlake))

    def test_says_what_each_name_is_for(self) -> None:
        silent = [
            n for n in runlake.__all__ if callable(getattr(runlake, n)) and not inspect.getdoc(getattr(runlake, n))
        ]

        assert silent == []

    def test_survives_import_of_everything(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", "from runlake import *; start_run, open_lake"], capture_output=True
        )

        assert done.stderr == b""

    def test_refuses_a_name_that_it_does_not_have(self) -> None:
        with pytest.raises(AttributeError, match="no_such_name"):
            _ = runlake.no_such_name


class TestTheContract:
    def test_of_start_run(self) -> None:
        parameters = inspect.signature(runlake.start_run).parameters
        positional = [n for n, p in parameters.items() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        keywords = {n for n, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}

        assert positional == ["experiment", "name"]
        assert keywords >= {"params", "tags", "notes", "parent", "run_id", "resume", "store"}
        assert parameters["resume"].default == "never"

    def test_of_open_lake(self) -> None:
        assert list(inspect.signature(runlake.open_lake).parameters)[:2] == ["store", "as_of"]

    @pytest.mark.parametrize(
        "name", ["log", "log_params", "set_tags", "log_artifact", "log_artifacts", "note", "finish"]
    )
    def test_of_the_calls_of_a_run(self, name: str) -> None:
        assert callable(getattr(runlake.Run, name))

    def test_of_the_facts_of_a_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "journal"))
        monkeypatch.setenv("RUNLAKE_INGESTER", "off")
        with runlake.start_run("fraud/baseline", "first", store=tmp_path / "store", capture=False) as run:
            run.summary["best"] = 0.5

        assert (type(run.id), run.name, run.experiment) == (str, "first", "fraud/baseline")
        assert run.id.endswith(run.short_id)

    @pytest.mark.parametrize("name", ["runs", "metrics", "params", "artifacts", "events"])
    def test_of_a_lake(self, name: str) -> None:
        assert callable(getattr(runlake.Lake, name))

    def test_of_the_parameters_of_runs(self) -> None:
        assert {"where", "order_by", "limit", "columns", "deleted"} <= set(
            inspect.signature(runlake.Lake.runs).parameters
        )
