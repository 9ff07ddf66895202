from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

import runlake
from runlake import media
from runlake.errors import InvalidValue, NotFound, StoreError
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIXELS = np.arange(12, dtype="u1").reshape(3, 4)


@pytest.fixture
def run(store: str) -> Iterator[runlake.Run]:
    """A run whose process is still alive, in an empty store."""
    with runlake.start_run("media", store=store) as run:
        yield run


def lake(store: str) -> runlake.Lake:
    return runlake.open_lake(store)


class TestWhatIsLogged:
    def test_is_listed_by_key_step_and_place_in_its_list(self, run: runlake.Run, store: str) -> None:
        for step in (2, 1):
            run.log({"shown": [media.Image(PIXELS), media.Image(PIXELS, caption="b")], "loss": 0.5}, step=step)
        run.log({"one": media.Text("x")}, step=3)

        found = lake(store).media(run.id)

        assert found.select("key", "step", "index", "kind", "caption", "path").rows() == [
            ("one", 3.0, None, "text", None, "media/one.txt"),
            ("shown", 1.0, 0, "image", None, "media/shown/0.png"),
            ("shown", 1.0, 1, "image", "b", "media/shown/1.png"),
            ("shown", 2.0, 0, "image", None, "media/shown/0.png"),
            ("shown", 2.0, 1, "image", "b", "media/shown/1.png"),
        ]
        assert lake(store).metrics(run.id).height == 2

    def test_is_one_call_with_the_numbers_beside_it(self, run: runlake.Run, store: str) -> None:
        run.log({"loss": 0.5, "note": "a", "shown": media.Image(PIXELS)}, step=1)
        run.finish()
        drain(store)

        seqs = {
            name: pl.read_delta(f"{store}/{name}").filter(pl.col("run_id") == run.id).select("writer", "seq")
            for name in ("metrics", "values", "artifacts")
        }
        assert seqs["artifacts"].join(seqs["metrics"], on=["writer", "seq"]).height == 1
        assert seqs["artifacts"].join(seqs["values"], on=["writer", "seq"]).height == 1

    def test_again_at_a_step_counts_as_logged_last(self, run: runlake.Run, store: str) -> None:
        run.log({"t": media.Table({"a": [1]})}, step=1)
        run.log({"t": media.Table({"a": [2]})}, step=1)

        assert lake(store).media(run.id).height == 1
        assert lake(store).table(run.id, "t").rows() == [(2,)]
        assert lake(store).artifacts(run.id).filter(pl.col("path") == "media/t.parquet").height == 2

    @pytest.mark.parametrize("key", ["a:b", "a/../b", "con", "x" * 900, "ü/é ", "a%2fb", "..", "a\\b", "<img src=x>"])
    def test_may_have_any_key_that_a_number_may_have(self, run: runlake.Run, store: str, key: str) -> None:
        run.log({key: media.Text("x")}, step=1)
        run.log({f"{key}_": media.Text("y")}, step=1)

        found = lake(store).media(run.id)

        assert set(found["key"]) == {key, f"{key}_"}
        assert {lake(store).artifact_bytes(run.id, path) for path in found["path"]} == {b"x", b"y"}

    def test_under_one_key_with_a_number_is_refused(self, run: runlake.Run, store: str) -> None:
        with pytest.raises(InvalidValue, match="each key once"):
            run.log({"a/b": 1, "a": {"b": media.Text("x")}})

        assert lake(store).media(run.id).is_empty()


class TestTheBytes:
    def test_are_the_same_while_the_run_lives_and_when_they_are_stored(self, run: runlake.Run, store: str) -> None:
        run.log({"image": media.Image(PIXELS), "table": media.Table({"a": [1, None], "b": ["x", "y"]})}, step=1)
        live = lake(store)
        before = (live.artifact_bytes(run.id, "media/image.png"), live.table(run.id, "table"))
        run.finish()
        drain(store)

        stored = lake(store)
        rows = stored.media(run.id)

        assert rows["sha256"].null_count() == 0
        assert (stored.artifact_bytes(run.id, "media/image.png"), stored.table(run.id, "table").rows()) == (
            before[0],
            before[1].rows(),
        )

    def test_of_a_table_are_parquet_that_others_read(self, run: runlake.Run, store: str) -> None:
        run.log({"table": media.Table({"a": [1, 2]})}, step=1)
        run.finish()
        drain(store)
        row = lake(store).media(run.id).row(0, named=True)
        blob = f"{store}/blobs/sha256/{row['sha256'][:2]}/{row['sha256']}"

        assert pl.read_parquet(blob)["a"].to_list() == [1, 2]
        assert "form" not in json.loads(row["metadata"])

    def test_of_a_damaged_table_are_kept_and_said_to_be(self, run: runlake.Run, store: str, tmp_path: Path) -> None:
        run.log({"table": media.Table({"a": [1, 2]})}, step=1)
        (spooled,) = (path for path in tmp_path.glob("journals/*/spool/*") if b"runlake-columns" in path.read_bytes())
        spooled.write_bytes(spooled.read_bytes()[:-4])
        damaged = spooled.read_bytes()
        run.finish()
        drain(store)
        row = lake(store).media(run.id).row(0, named=True)

        assert "whole" in json.loads(row["metadata"])["problem"]
        assert lake(store).artifact_bytes(run.id, row["path"]) == damaged
        with pytest.raises(StoreError, match="cannot read the table"):
            lake(store).table(run.id, "table")


class TestAnEvaluation:
    def test_comes_back_as_it_was_logged(self, run: runlake.Run, store: str) -> None:
        labels, scores = [0, 1, 1], [0.25, 0.75, 0.5]
        run.log({"test": media.pr_curve(labels, scores, classes=["ok", "fraud"], ids=["p", "q", "r"])}, step=1)
        run.log({"test": media.pr_curve(labels, scores[::-1], classes=["ok", "fraud"])}, step=2)

        first, last = (lake(store).evaluation(run.id, "test", step) for step in (1, None))

        assert (first.task, first.classes, first.positive, first.view) == (
            "classification",
            ("ok", "fraud"),
            "fraud",
            "pr_curve",
        )
        assert first.frame.rows() == [("ok", 0.25, "p"), ("fraud", 0.75, "q"), ("fraud", 0.5, "r")]
        assert (last.step, last.frame["score/fraud"].to_list()) == (2.0, [0.5, 0.75, 0.25])

    def test_of_numbers_has_no_classes(self, run: runlake.Run, store: str) -> None:
        run.log({"fit": media.regression([1.0], [2.0])}, step=1)

        found = lake(store).evaluation(run.id, "fit")

        assert (found.task, found.classes, found.positive) == ("regression", (), None)

    def test_that_is_not_there_says_what_is(self, run: runlake.Run, store: str) -> None:
        run.log({"test": media.regression([1.0], [2.0])}, step=1)

        with pytest.raises(NotFound, match=r"those of run .* are test"):
            lake(store).evaluation(run.id, "fit")
        with pytest.raises(NotFound, match="at the steps 1"):
            lake(store).evaluation(run.id, "test", 7)


def test_a_picture_is_one_that_a_browser_shows(run: runlake.Run, store: str) -> None:
    from PIL import Image

    run.log({"image": media.Image(PIXELS)}, step=1)

    content = lake(store).artifact_bytes(run.id, "media/image.png")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), PIXELS)
