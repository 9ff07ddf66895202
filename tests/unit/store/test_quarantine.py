from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from journaling import Writer, stored
from runlake.journal import journal_root, read_segment
from runlake.store.backlog import Waiting
from runlake.store.ingest import drain
from runlake.store.quarantine import keep_tail, put_away

if TYPE_CHECKING:
    from pathlib import Path


def waiting(path: Path) -> Waiting:
    return Waiting("w", 3, path, 0, left=True, urgent=True, trusted=False)


class TestPuttingAway:
    def test_keeps_the_bytes_and_the_reason(self, tmp_path: Path) -> None:
        (tmp_path / "x.seg").write_bytes(b"bad")

        said = put_away(tmp_path, waiting(tmp_path / "x.seg"), "no good")

        kept = tmp_path / "quarantine" / "w-00000003.seg"
        assert (kept.read_bytes(), kept.with_suffix(".reason.txt").read_text()) == (b"bad", "no good\n")
        assert said == f"a journal segment cannot be used and was put aside as {kept}: no good"
        assert not (tmp_path / "x.seg").exists()

    def test_overwrites_nothing(self, tmp_path: Path) -> None:
        for content in (b"one", b"two"):
            (tmp_path / "x.seg").write_bytes(content)
            put_away(tmp_path, waiting(tmp_path / "x.seg"), "no good")

        kept = sorted(p.read_bytes() for p in (tmp_path / "quarantine").glob("*.seg"))
        assert kept == [b"one", b"two"]

    def test_of_nothing_leaves_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "x.seg").write_bytes(b"\0\0")

        assert put_away(tmp_path, waiting(tmp_path / "x.seg"), "no good") is None
        assert list(tmp_path.iterdir()) == []


class TestKeepingATail:
    def test_copies_what_is_no_whole_record(self, store: str) -> None:
        writer = Writer(store).start()
        path = writer.folder / "00000000.seg"
        path.write_bytes(path.read_bytes().rstrip(b"\0") + b"half a record\0\0")

        said = keep_tail(journal_root(store), read_segment(path))

        [kept] = (journal_root(store) / "quarantine").glob("*.tail")
        assert kept.read_bytes() == b"half a record"
        assert said.endswith(f"they were put aside as {kept}")


@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_broken_the_rest_is_delivered_once(store: str, seed: int) -> None:
    whole = Writer(store).start("good").log(0, "good", loss=1.0).finish("good")
    broken = Writer(store).start("bad").param("p", "v", "bad")
    for step in range(20):
        broken.log(step, "bad", loss=float(step), acc=1.0)
        if step == 10:
            broken.close()
    broken.die()
    chance = random.Random(seed)
    for path in broken.folder.glob("*.seg"):
        content = bytearray(path.read_bytes().rstrip(b"\0"))
        for _ in range(chance.randrange(4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content[: chance.choice([len(content), chance.randrange(len(content))])])

    drain(store)
    drain(store)

    assert stored(store, "runs").filter(run_id="good").height == 2
    metrics = stored(store, "metrics")
    assert metrics.height == metrics.select("writer", "seq", "key").n_unique()
    assert metrics.filter(run_id="bad")["value"].is_in([float(i) for i in range(20)]).all()
    assert [*broken.folder.glob("*.seg"), *whole.folder.glob("*.seg")] == []
    assert whole.folder.exists()
