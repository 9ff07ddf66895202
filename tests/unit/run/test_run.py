from __future__ import annotations

import json
import logging
import math
import pickle
import shutil
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

import runlake
from runlake.errors import ParamConflict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlake import Lake, Run


@pytest.fixture
def run(store: str) -> Iterator[Run]:
    with runlake.start_run("vision/digits", "first", store=store, capture=False) as run:
        yield run


def lake_of(run: Run) -> Lake:
    return runlake.open_lake(run._journal.uri)


def points(run: Run, key: str) -> list[tuple[float, float]]:
    frame = lake_of(run).metrics(run_ids=[run.id], keys=[key])
    return list(zip(frame["step"], frame["value"], strict=True))


def values(run: Run) -> dict[str, tuple[str, str]]:
    frame = lake_of(run).values(run_ids=[run.id])
    return {row["key"]: (row["type"], row["value"]) for row in frame.iter_rows(named=True)}


class TestLoggingNumbers:
    @pytest.mark.parametrize(
        ("value", "stored"),
        [
            (1, 1.0),
            (-0.5, -0.5),
            (2**70, float(2**70)),
            (np.float32(0.1), float(np.float32(0.1))),
            (np.int64(3), 3.0),
            (np.array(2.5), 2.5),
            (np.array([2.5]), 2.5),
            (np.array([[2.5]]), 2.5),
            ([4], 4.0),
            ((4.5,), 4.5),
            (Decimal("0.25"), 0.25),
            (Fraction(1, 4), 0.25),
            (math.inf, math.inf),
            (-math.inf, -math.inf),
            (5e-324, 5e-324),
        ],
    )
    def test_of_any_kind_keeps_the_number(self, run: Run, value: object, stored: float) -> None:
        run.log({"a": value}, step=0)

        assert points(run, "a") == [(0.0, stored)]

    def test_keeps_nan(self, run: Run) -> None:
        run.log({"a": math.nan}, step=0)
        run.log({"a": 1.0}, step=1)

        assert str(points(run, "a")) == "[(0.0, nan), (1.0, 1.0)]"

    def test_flattens_nested_mappings(self, run: Run) -> None:
        run.log({"val": {"f1": 0.5, "by class": {"a": 1.0}}}, step=3)

        assert (points(run, "val/f1"), points(run, "val/by class/a")) == ([(3.0, 0.5)], [(3.0, 1.0)])

    def test_of_nothing_is_nothing(self, run: Run) -> None:
        run.log({})

        assert lake_of(run).metrics(run_ids=[run.id]).is_empty()

    def test_of_huge_integers_whose_sum_is_beyond_a_double_keeps_them(self, run: Run) -> None:
        for _ in range(2):
            run.log({"a": 10**308, "b": 10**308, "c": 1.5})

        assert points(run, "a") == [(0.0, 1e308), (1.0, 1e308)]


class TestSteps:
    def test_count_the_calls_without_one(self, run: Run) -> None:
        run.log({"a": 1.0})
        run.log({"a": 2.0, "b": 1.0})
        run.log({"a": 3.0}, step=100)
        run.log({"a": 4.0})

        assert points(run, "a") == [(0.0, 1.0), (1.0, 2.0), (2.0, 4.0), (100.0, 3.0)]

    def test_may_repeat_go_back_and_be_fractional(self, run: Run) -> None:
        for step, value in ((5, 1.0), (5, 2.0), (-1, 3.0), (2.5, 4.0), (np.int32(7), 5.0)):
            run.log({"a": value}, step=step)

        assert points(run, "a") == [(-1.0, 3.0), (2.5, 4.0), (5.0, 1.0), (5.0, 2.0), (7.0, 5.0)]

    def test_are_exact_up_to_two_to_the_53(self, run: Run) -> None:
        run.log({"a": 1.0}, step=2**53)

        assert points(run, "a") == [(float(2**53), 1.0)]


class TestLoggingOtherValues:
    def test_keeps_them_at_their_step(self, run: Run) -> None:
        run.log(
            {
                "text": "héllo",
                "flag": True,
                "numpy flag": np.True_,
                "none": None,
                "list": [1, 2.5, math.nan, "x"],
                "array": np.arange(3),
                "empty": {},
                "day": datetime(2026, 1, 31, tzinfo=UTC),
            },
            step=2,
        )

        assert values(run) == {
            "text": ("str", '"héllo"'),
            "flag": ("bool", "true"),
            "numpy flag": ("bool", "true"),
            "none": ("null", "null"),
            "list": ("json", '[1, 2.5, "NaN", "x"]'),
            "array": ("json", "[0, 1, 2]"),
            "empty": ("json", "{}"),
            "day": ("str", '"2026-01-31T00:00:00+00:00"'),
        }

    def test_beside_numbers_shares_the_call(self, run: Run) -> None:
        run.log({"a": 1.0, "note": "x"})

        snapshot = lake_of(run).snapshot
        seqs = [snapshot.scan(table).collect()["seq"].to_list() for table in ("metrics", "values")]
        assert seqs[0] == seqs[1]


class TestClaimedTimes:
    def test_are_kept_beside_our_own(self, run: Run) -> None:
        claimed = datetime(2020, 5, 17, 12, tzinfo=UTC)
        run.log({"a": 1.0}, step=0, ts=claimed)
        run.log({"a": 2.0}, step=1, ts=claimed.timestamp() + 1.5)

        stored = lake_of(run).snapshot.scan("metrics").sort("step").collect()
        assert stored["ts"].to_list() == [claimed, claimed + timedelta(seconds=1.5)]
        assert all(at.year >= 2026 for at in stored["logged_at"].to_list())


class TestParams:
    def test_of_another_value_need_to_say_so(self, run: Run) -> None:
        run.log_params({"depth": 10})
        run.log_params({"depth": 10})
        with pytest.raises(ParamConflict):
            run.log_params({"new": 1, "depth": 11})
        run.log_params({"depth": 11}, overwrite=True)

        lake = lake_of(run)
        assert dict(lake.params(run_ids=[run.id]).select("key", "value").iter_rows()) == {"depth": "11"}
        events = lake.events(run_ids=[run.id], action="param.overwrite")
        assert events.select("target_id", "old", "new").rows() == [("depth", '"10"', '"11"')]


class TestTags:
    def test_have_no_one_or_several_values(self, run: Run) -> None:
        run.set_tags({"urgent": None, "stage": "dev", "team": ["a", "b"], "n": 3})
        run.set_tags({"stage": "prod"})
        run.remove_tags("n")

        tags = lake_of(run).runs().select("tags.urgent", "tags.stage", "tags.team").row(0)
        assert tags == ("", "prod", "a, b")
        assert "tags.n" not in lake_of(run).runs().columns


class TestNotes:
    def test_keep_their_fields_apart(self, run: Run) -> None:
        run.note("free", hypothesis="deeper is better")
        run.note(conclusion="it is not")

        header = lake_of(run).run(run.id).header
        assert [header[f] for f in ("notes", "hypothesis", "expected_outcome", "conclusion")] == [
            "free",
            "deeper is better",
            None,
            "it is not",
        ]


class TestTheSummary:
    def test_is_not_overwritten_by_later_points(self, run: Run) -> None:
        run.summary["f1"] = 0.9
        run.log({"f1": 0.1}, step=1)
        run.summary.update({"verdict": "ship", "n": 3})

        row = lake_of(run).runs().row(0, named=True)
        assert [row[f"summary.{k}"] for k in ("f1", "verdict", "n")] == [0.9, "ship", 3.0]
        assert row["metrics.f1"] == 0.1


class TestArtifacts:
    def test_are_stored_by_content(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "plots").mkdir()
        (tmp_path / "plots" / "a.png").write_bytes(b"same")
        (tmp_path / "plots" / "b.txt").write_bytes(b"same")
        run.log_artifacts(tmp_path / "plots", prefix="out")
        run.log_artifact(b"first", "model.bin")
        run.log_artifact(b"second", "model.bin")
        run.log_reference("s3://user:secret@bucket/big.bin", sha256="AB" * 32)

        lake = lake_of(run)
        frame = lake.artifacts(run_ids=[run.id])
        assert sorted(frame.select("path", "version", "size_bytes", "kind").rows()) == [
            ("big.bin", 1, None, "reference"),
            ("model.bin", 1, 5, "file"),
            ("model.bin", 2, 6, "file"),
            ("out/a.png", 1, 4, "file"),
            ("out/b.txt", 1, 4, "file"),
        ]
        reference = frame.filter(path="big.bin").row(0, named=True)
        assert reference["sha256"] == "ab" * 32
        assert reference["uri"].endswith("@bucket/big.bin")
        assert "secret" not in reference["uri"]
        assert lake.artifact_bytes(run.id, "model.bin") == b"second"

    def test_matched_by_a_pattern_are_named_from_its_fixed_part(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "x" / "y").mkdir(parents=True)
        (tmp_path / "x" / "y" / "1.txt").write_text("1")
        (tmp_path / "x" / "2.md").write_text("2")
        run.log_artifacts(f"{tmp_path}/x/**/*.txt")

        assert lake_of(run).artifacts(run_ids=[run.id])["path"].to_list() == ["y/1.txt"]

    def test_changed_after_logging_are_kept_as_they_were(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "model.bin"
        path.write_bytes(b"then")
        run.log_artifact(path)
        path.write_bytes(b"now, longer")

        assert lake_of(run).artifact_bytes(run.id, "model.bin") == b"then"

    def test_have_metadata_without_secrets(self, run: Run) -> None:
        run.log_artifact(b"x", "a.bin", metadata={"api_key": "abc123secretvalue", "shape": (2, np.int64(3))})
        run.finish()

        metadata = json.loads(lake_of(run).artifacts(run.id)["metadata"][0])
        assert "abc123secretvalue" not in str(metadata)
        assert metadata["shape"] == [2, 3]


class TestTheEndOfARun:
    def statuses(self, store: str) -> dict[str, tuple[str, str | None]]:
        frame = runlake.open_lake(store).runs(columns=["name", "status", "error"])
        return {row["name"]: (row["status"], row["error"]) for row in frame.iter_rows(named=True)}

    def test_says_how_it_went(self, store: str) -> None:
        def body(name: str, problem: BaseException | None) -> None:
            with runlake.start_run("e", name, store=store, capture=False):
                if problem is not None:
                    raise problem

        body("fine", None)
        body_raises: list[tuple[str, BaseException]] = [
            ("crash", ValueError("bad data")),
            ("ctrl-c", KeyboardInterrupt()),
            ("exit", SystemExit(3)),
        ]
        for name, problem in body_raises:
            with pytest.raises(type(problem)):
                body(name, problem)
        with pytest.raises(SystemExit):
            body("exit well", SystemExit(0))

        assert self.statuses(store) == {
            "fine": ("finished", None),
            "crash": ("failed", "ValueError: bad data"),
            "ctrl-c": ("killed", "KeyboardInterrupt: "),
            "exit": ("failed", "SystemExit: 3"),
            "exit well": ("finished", None),
        }

    def test_with_an_error_that_has_no_utf8_is_told(self, store: str) -> None:
        with (
            pytest.raises(FileNotFoundError),
            runlake.start_run("e", "no such file", store=store, capture=False),
        ):
            raise FileNotFoundError("caf\udce9.csv")

        assert self.statuses(store) == {"no such file": ("failed", "FileNotFoundError: caf\\udce9.csv")}

    def test_is_seen_by_the_next_read(self, store: str) -> None:
        for number in range(3):
            with runlake.start_run("e", store=store, capture=False) as run:
                run.log({"a": float(number)})
            assert runlake.open_lake(store).runs()["metrics.a"].to_list()[0] == float(number)

    def test_may_be_said_twice(self, store: str) -> None:
        run = runlake.start_run("e", store=store, capture=False)
        run.finish()
        run.finish("failed")

        assert runlake.open_lake(store).runs()["status"].to_list() == ["finished"]


class TestResuming:
    def test_goes_on_where_the_run_was(self, store: str) -> None:
        with runlake.start_run("e", "name", params={"a": 1}, store=store, capture=False) as run:
            run.log({"x": 0.0})
            run.log({"x": 1.0})
        with runlake.start_run("other", run_id=run.id, resume="must", store=store, capture=False) as again:
            again.log({"x": 2.0})
            with pytest.raises(ParamConflict):
                again.log_params({"a": 2})

        lake = runlake.open_lake(store)
        assert lake.metrics(run_ids=[run.id])["step"].to_list() == [0.0, 1.0, 2.0]
        assert lake.runs().select("name", "experiment", "status").rows() == [("name", "e", "finished")]
        assert lake.events(run_ids=[run.id])["action"].sort().to_list() == [
            "run.finish",
            "run.finish",
            "run.resume",
            "run.start",
        ]

    def test_takes_any_kind_of_text_for_an_id(self, store: str) -> None:
        with runlake.start_run("e", run_id=np.str_("r-1"), resume="allow", store=store, capture=False) as run:
            run.log({"a": 1.0})

        assert (type(run.id), points(run, "a")) == (str, [(0.0, 1.0)])

    def test_allow_starts_what_is_not_there(self, store: str) -> None:
        runlake.start_run("e", run_id="mine", resume="allow", store=store, capture=False).finish()
        runlake.start_run("e", run_id="mine", resume="allow", store=store, capture=False).finish()

        assert runlake.open_lake(store).runs()["run_id"].to_list() == ["mine"]


class TestNames:
    def test_of_unnamed_runs_count_up_within_their_experiment(self, store: str) -> None:
        names = []
        for experiment in ("a", "a", "b"):
            with runlake.start_run(experiment, store=store, capture=False) as run:
                names.append(run.name)

        assert [name.rsplit("_", 1)[1] for name in names] == ["v1", "v2", "v1"]
        assert names[0].startswith(f"{datetime.now(UTC):%Y-%m-%d}_")

    def test_of_experiments_are_told_again_to_a_store_made_anew(self, store: str) -> None:
        for _ in range(2):
            with runlake.start_run("e", "a", store=store, capture=False):
                pass
            found = runlake.open_lake(store).runs(columns=["experiment", "name"]).rows()
            shutil.rmtree(store)

        assert found == [("e", "a")]


class TestNesting:
    def test_is_by_parent(self, store: str) -> None:
        with (
            runlake.start_run("e", "parent", store=store, capture=False) as parent,
            runlake.start_run("e", "child", parent=parent, store=store, capture=False) as child,
        ):
            assert runlake.current_run() is child
        detail = runlake.open_lake(store).run(parent.id)

        assert [c["run_id"] for c in detail.children.iter_rows(named=True)] == [child.id]

    def test_current_run_falls_back_to_the_one_still_open(self, store: str) -> None:
        with runlake.start_run("e", store=store, capture=False) as outer:
            with runlake.start_run("e", store=store, capture=False):
                pass
            assert runlake.current_run() is outer
            found: list[Any] = []
            thread = threading.Thread(target=lambda: found.append(runlake.current_run()))
            thread.start()
            thread.join()
            assert found == [outer]
        assert runlake.current_run() is None


class TestDataSets:
    def test_are_known_by_their_whole_content(self, run: Run, tmp_path: Path) -> None:
        rows = pl.DataFrame({"x": range(20_000), "y": [0.0] * 20_000})
        changed = rows.with_columns(pl.when(pl.col("x") == 19_999).then(1.0).otherwise("y").alias("y"))
        run.log_dataset(rows, "train")
        run.log_dataset(changed, "changed", role="validation")
        path = tmp_path / "data.csv"
        path.write_text("a,b\n1,2\n")
        run.log_dataset(path, "file", role="test", version="2026-01")

        data = lake_of(run).datasets(run_ids=[run.id])
        versions = dict(zip(data["name"], data["version"], strict=True))
        assert versions["train"] != versions["changed"]
        assert versions["file"] == "2026-01"
        assert sorted(zip(data["name"], data["role"], strict=True)) == [
            ("changed", "validation"),
            ("file", "test"),
            ("train", "train"),
        ]


class TestAHandle:
    def test_shows_what_it_is(self, run: Run) -> None:
        assert repr(run) == f"<Run {run.short_id} 'first' of 'vision/digits', open>"

    def test_is_not_pickled_by_accident(self, run: Run) -> None:
        with pytest.raises(TypeError, match="resume"):
            pickle.dumps(run)


class TestSecrets:
    def test_never_reach_the_journal(self, store: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z"
        caplog.set_level(logging.DEBUG)

        def train() -> None:
            with runlake.start_run("e", notes=f"see {secret}", tags={"t": secret}, store=store, capture=False) as run:
                run.log_params({"api_key": "hunter2hunter2", "url": f"https://x:{secret}@host/"})
                run.log({"text": f"token {secret}"})
                run.summary["s"] = secret
                raise ValueError(f"boom {secret}")

        with pytest.raises(ValueError, match="boom"):
            train()
        runlake.open_lake(store).runs()

        found = [
            p
            for p in tmp_path.rglob("*")
            if p.is_file() and (secret.encode() in p.read_bytes() or b"hunter2" in p.read_bytes())
        ]
        assert found == []
