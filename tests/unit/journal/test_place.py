from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from runlake.errors import InvalidValue
from runlake.journal import actor_id, is_bucket, journal_home, journal_root, make_root, store_uri
from runlake.journal.place import create_once


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

        monkeypatch.setenv("RUNLAKE_STORE", str(tmp_path / "lake"))
        assert store_uri() == str(tmp_path / "lake")

    @pytest.mark.parametrize("name", ["https://host/lake", "a|b", "a%41b", "a\x00b", "a\\b", Path("s3://bucket/lake")])
    def test_is_refused_where_no_table_can_lie(self, name: str | Path) -> None:
        with pytest.raises(InvalidValue, match="store: expected"):
            store_uri(name)

    @pytest.mark.parametrize("name", ["s3://bucket", "az://container/team/lake", "gs://my.bucket/lake=1/a_b-c"])
    def test_may_be_a_place_in_a_bucket(self, name: str) -> None:
        assert store_uri(name) == store_uri(f"{name}/") == name
        assert is_bucket(name)

    @pytest.mark.parametrize(
        "name",
        [
            "s3://key:hunter2@bucket/lake",
            "az://container/lake?sig=hunter2",
            "s3://bucket/../hunter2",
            "s3://b//hunter2",
        ],
    )
    def test_of_a_bucket_that_it_cannot_be_is_not_shown(self, name: str) -> None:
        with pytest.raises(InvalidValue, match="s3://bucket/prefix") as refused:
            store_uri(name)
        assert "hunter2" not in str(refused.value)

    @pytest.mark.parametrize("name", ["/data/s3:/lake", "C:/lake", "C:\\lake", "lake"])
    def test_may_look_a_little_like_a_bucket(self, name: str) -> None:
        assert not is_bucket(name)


class TestTheJournalRoot:
    def test_differs_by_store(self) -> None:
        assert journal_root("/a/lake") != journal_root("/b/lake")

    @pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs users")
    def test_differs_by_user_where_they_share_a_folder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        mine = journal_root("/a/lake")
        monkeypatch.setattr(os, "geteuid", lambda: 4711)

        assert journal_root("/a/lake") == mine.with_name(f"{mine.name.rpartition('-')[0]}-4711")

    def test_is_for_its_user_alone(self, store: str) -> None:
        root = make_root(store)

        assert [stat.S_IMODE(p.stat().st_mode) for p in (root, root / "spool", root / "store.json")] == [
            0o700,
            0o700,
            0o600,
        ]


class TestAnAccountWithoutAHome:
    def test_has_its_journals_beside_the_temporary_files(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        def no_home() -> Path:
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.delenv("RUNLAKE_JOURNAL", raising=False)
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
        monkeypatch.setattr(Path, "home", no_home)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

        assert journal_home() == tmp_path / f"runlake-{os.getuid()}"


class TestAFileThatIsMadeOnce:
    def test_is_of_who_was_first(self, tmp_path: Path) -> None:
        path = tmp_path / "store.json"

        for content in ("first", "second"):
            create_once(path, content)

        assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("store.json", b"first")]


class TestAnActor:
    def test_keeps_a_random_id(self, store: str) -> None:
        root = make_root(store)
        ana, bo = actor_id(root, "ana|ana|host"), actor_id(root, "bo|bo|host")

        assert ana == actor_id(root, "ana|ana|host")
        assert ana != bo
        assert not any("ana" in path.name or "ana" in path.read_text() for path in Path(root / "actors").iterdir())
