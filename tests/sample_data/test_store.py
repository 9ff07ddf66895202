"""The sample store is whole, small, and tells nothing of the machine that built it."""

from __future__ import annotations

import getpass
import json
import platform
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow.parquet as pq
import pytest

import runlake

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
STORE = ROOT / "sample_data/store"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runlake.Lake]:
    """The sample, read without any journal of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(tmp_path_factory.mktemp("journal")))
        yield runlake.open_lake(STORE)


class TestTheSampleStore:
    def test_has_runs_of_every_fate(self, lake: runlake.Lake) -> None:
        runs = lake.runs(deleted=True, columns=["status"])

        assert Counter(runs["status"]) == {"finished": 60, "failed": 2, "killed": 1}

    def test_has_deleted_runs_with_a_reason(self, lake: runlake.Lake) -> None:
        deletions = lake.events().filter(pl.col("action") == "run.delete")

        assert lake.runs(deleted=True).height - lake.runs().height == 2
        assert deletions["reason"].null_count() == 0

    def test_has_groups_of_five_seeds(self, lake: runlake.Lake) -> None:
        runs = lake.runs(experiment="tumour_diagnosis/baseline", columns=["params.model", "params.seed"])
        groups = runs.group_by("params.model").agg(pl.col("params.seed").sort()).sort("params.model")

        assert groups.rows() == [(model, list("01234")) for model in ("boosting", "forest", "sgd")]

    def test_has_a_search_with_its_cells(self, lake: runlake.Lake) -> None:
        parent = lake.find("tumour_diagnosis/tuning:grid_learning_rate_depth")

        assert lake.runs(where=f"parent_run_id = '{parent}'").height == 8

    def test_keeps_the_evaluation_of_every_finished_run(self, lake: runlake.Lake) -> None:
        runs = lake.runs(where="status = 'finished' and params.model != 'grid'", columns=["run_id"])["run_id"]

        assert set(lake.media(runs.to_list(), "test")["run_id"]) == set(runs)

    def test_measures_what_its_evaluations_say(self, lake: runlake.Lake) -> None:
        where = "status = 'finished' and metrics.test/accuracy > 0"
        for run_id, said in lake.runs(where=where, columns=["run_id", "metrics.test/accuracy"]).iter_rows():
            frame = lake.evaluation(run_id, "test").frame
            scores = frame.select(pl.col("^score/.*$"))
            guess = [scores.columns[row.index(max(row))].removeprefix("score/") for row in scores.iter_rows()]

            assert sum(a == b for a, b in zip(guess, frame["label"], strict=True)) / len(guess) == pytest.approx(said)

    def test_names_who_did_it_and_where(self, lake: runlake.Lake) -> None:
        assert set(lake.runs(columns=["user"])["user"]) == {"ana", "bo", "chen", "eve"}

    def test_waits_for_nothing(self, lake: runlake.Lake) -> None:
        assert lake.pending == ()

    def test_stays_small(self) -> None:
        assert sum(path.stat().st_size for path in STORE.rglob("*") if path.is_file()) < 5_000_000


def texts_of(path: Path) -> Iterator[str]:
    """Give all text of a file: the cells and the metadata of a Parquet file, the bytes of any other."""
    data = path.read_bytes()
    if data[:4] != b"PAR1":
        yield data.decode("utf-8", "replace")
        return
    file = pq.ParquetFile(path)
    yield str(file.metadata.metadata) + str(file.schema_arrow.metadata) + str(file.metadata.created_by)
    yield json.dumps(file.read().to_pylist(), default=str)


class TestNothingTellsOfTheMachineThatBuiltIt:
    @pytest.mark.parametrize(
        "name",
        [
            str(Path.home()),
            str(ROOT),
            f'"{getpass.getuser()}"',
            f'"{platform.node()}"',
            platform.platform(),
            "runlake-sample-",
        ],
    )
    def test_not_even_after_decompression(self, name: str) -> None:
        found = [
            str(p.relative_to(STORE)) for p in STORE.rglob("*") if p.is_file() and any(name in t for t in texts_of(p))
        ]

        assert found == []

    def test_for_the_search_would_see_a_name(self, tmp_path: Path) -> None:
        pl.DataFrame({"user": ["somebody"], "deep": [["/home/somebody"]]}).write_parquet(tmp_path / "a.parquet")

        assert any('"somebody"' in text and "/home/somebody" in text for text in texts_of(tmp_path / "a.parquet"))
