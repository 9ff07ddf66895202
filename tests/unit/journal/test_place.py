from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from runlake.journal import actor_id, journal_root, make_root, store_uri

if TYPE_CHECKING:
    import pytest


class TestTheNameOfAStore:
    def test_is_the_same_for_two_spellings(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to("real")

        assert (
            store_uri("link")
            == store_uri("./x/../real/")
            == store_uri(f"file://{tmp_path}/real")
            == str(tmp_path / "real")
        )

    def test_defaults_to_the_environment_then_to_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert store_uri() == str(tmp_path / "runlake_store")

        monkeypatch.setenv("RUNLAKE_STORE", "s3://bucket/lake/")
        assert store_uri() == "s3://bucket/lake"


class TestTheJournalRoot:
    def test_differs_by_store(self) -> None:
        assert journal_root("/a/lake") != journal_root("/b/lake")

    def test_is_for_its_user_alone(self, store: str) -> None:
        root = make_root(store)

        assert [stat.S_IMODE(p.stat().st_mode) for p in (root, root / "spool", root / "store.json")] == [
            0o700,
            0o700,
            0o600,
        ]


class TestAnActor:
    def test_keeps_a_random_id(self, store: str) -> None:
        root = make_root(store)
        ana, bo = actor_id(root, "ana|ana|host"), actor_id(root, "bo|bo|host")

        assert ana == actor_id(root, "ana|ana|host")
        assert ana != bo
        assert not any("ana" in path.name or "ana" in path.read_text() for path in Path(root / "actors").iterdir())
