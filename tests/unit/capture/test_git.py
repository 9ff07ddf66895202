from __future__ import annotations

import hashlib
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from runlake.capture.git import GitState, git_state
from runlake.capture.untracked import LeftOut, Untracked

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not any(os.access(f"{p}/git", os.X_OK) for p in os.get_exec_path()), reason="no git")


class Repository:
    """A work tree of the test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self("init", "-q", "-b", "main")
        self("config", "user.name", "Alice Example")
        self("config", "user.email", "alice@example.com")

    def __call__(self, *args: str) -> str:
        done = subprocess.run(["git", *args], cwd=self.root, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, **files: str) -> str:
        for name, content in files.items():
            self.write(name.replace("__", "."), content)
        self("add", "-A")
        self("commit", "-q", "-m", "a commit")
        return self("rev-parse", "HEAD")

    @property
    def state(self) -> GitState:
        return git_state(str(self.root))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    return Repository(tmp_path / "repo")


class TestACleanTree:
    def test_is_its_commit_branch_and_person(self, repo: Repository) -> None:
        commit = repo.commit(a__py="x = 1\n")

        assert repo.state == GitState(
            root=str(repo.root),
            commit=commit,
            branch="main",
            dirty=False,
            name="Alice Example",
            email="alice@example.com",
        )

    def test_has_no_branch_where_head_is_detached(self, repo: Repository) -> None:
        commit = repo.commit(a__py="x = 1\n")
        repo("checkout", "-q", commit)

        assert (repo.state.commit, repo.state.branch) == (commit, None)

    def test_is_the_same_from_a_folder_below(self, repo: Repository) -> None:
        repo.commit(a__py="x = 1\n")
        (repo.root / "deep").mkdir()

        assert git_state(str(repo.root / "deep")) == repo.state

    def test_is_seen_in_a_linked_work_tree(self, repo: Repository) -> None:
        repo.commit(a__py="x = 1\n")
        repo("worktree", "add", "-q", "-b", "other", "../other")

        state = git_state(str(repo.root.parent / "other"))

        assert (state.branch, state.dirty, state.problems) == ("other", False, ())


class TestTheRemote:
    def test_loses_its_credentials(self, repo: Repository) -> None:
        repo("remote", "add", "origin", "https" + "://x-access-token:ghp_secret@github.com/a/b.git")

        assert repo.state.remote == "https://github.com/a/b.git"

    def test_is_the_one_that_the_branch_follows(self, repo: Repository) -> None:
        repo.commit(a__py="x = 1\n")
        repo("remote", "add", "origin", "git@github.com:a/b.git")
        repo("remote", "add", "fork", "git@github.com:c/b.git")
        repo("config", "branch.main.remote", "fork")

        assert repo.state.remote == "git@github.com:c/b.git"


class TestUncommittedChanges:
    def test_give_back_the_tree_byte_for_byte(self, repo: Repository, tmp_path: Path) -> None:
        commit = repo.commit(a__py="one\ntwo\n", b__py="gone\n", c__bin="binary")
        repo.write("a.py", "one\nTWO\n")
        repo.write("latin.txt", b"caf\xe9\r\nend without a line end")
        repo.write("c.bin", bytes(range(256)))
        repo("add", "latin.txt", "c.bin")
        repo.write('new dir/späce "q".py', "staged\n")
        repo("add", "new dir")
        repo("rm", "-q", "b.py")

        state = repo.state
        copy = Repository(tmp_path / "copy")
        copy("fetch", "-q", str(repo.root), commit)
        copy("checkout", "-q", commit)
        (copy.root / "the.patch").write_bytes(state.patch or b"")
        copy("apply", "--binary", "the.patch")

        assert state.dirty
        assert state.patch_exact
        for name in ("a.py", "latin.txt", "c.bin", 'new dir/späce "q".py'):
            assert (copy.root / name).read_bytes() == (repo.root / name).read_bytes()
        assert not (copy.root / "b.py").exists()

    def test_lose_secrets_and_say_so(self, repo: Repository) -> None:
        repo.commit(a__py="x = 1\n")
        repo.write("a.py", "x = 1\npassword = 'hunter2'\n")

        state = repo.state

        assert b"+password = '[redacted:named_secret]'" in (state.patch or b"")
        assert not state.patch_exact

    def test_of_a_file_with_a_secret_name_are_left_out(self, repo: Repository) -> None:
        repo.commit(__env="A=1\n", a__py="x = 1\n")
        repo.write(".env", "A=hunter2\n")
        repo.write("a.py", "x = 2\n")

        state = repo.state

        assert b"hunter2" not in (state.patch or b"")
        assert b"x = 2" in (state.patch or b"")
        assert state.left_out == (LeftOut(".env", "its name says that it is a secret"),)
        assert not state.patch_exact

    def test_that_are_too_big_are_left_out(self, repo: Repository) -> None:
        repo.commit(big__txt="a\n", a__py="x = 1\n")
        repo.write("big.txt", "line\n" * 600_000)
        repo.write("a.py", "x = 2\n")

        state = repo.state

        assert [left.path for left in state.left_out] == ["big.txt"]
        assert b"x = 2" in (state.patch or b"")

    def test_before_the_first_commit_are_all_files(self, repo: Repository) -> None:
        repo.write("a.py", "x = 1\n")
        repo("add", "a.py")

        state = repo.state

        assert (state.commit, state.branch, state.dirty) == (None, "main", True)
        assert b"+x = 1" in (state.patch or b"")


class TestUntrackedFiles:
    def test_are_captured_with_their_digest(self, repo: Repository) -> None:
        repo.commit(a__py="x = 1\n", __gitignore="ignored.txt\n")
        repo.write("new.py", "y = 2\n")
        repo.write("ignored.txt", "no\n")

        state = repo.state

        digest = hashlib.sha256(b"y = 2\n").hexdigest()
        assert (state.dirty, state.patch) == (True, None)
        assert state.untracked == (Untracked("new.py", 6, digest, b"y = 2\n", True),)

    def test_lose_their_secrets(self, repo: Repository) -> None:
        repo.write("new.py", "api_key = 'hunter2'\n")

        (file,) = repo.state.untracked

        assert (file.content, file.byte_exact) == (b"api_key = '[redacted:named_secret]'\n", False)

    def test_that_must_not_be_read_are_left_out(self, repo: Repository) -> None:
        repo.write(".env", "A=hunter2\n")
        repo.write("big.bin", b"\0" * (2**20 + 1))
        repo.write("key.bin", b"\xff\0ghp_" + b"a1" * 18)
        (repo.root / "link").symlink_to("/etc/passwd")
        os.mkfifo(repo.root / "pipe")
        Repository(repo.root / "inner").commit(a__py="x = 1\n")

        state = repo.state

        assert state.untracked == ()
        assert dict(state.left_out) == {
            ".env": "its name says that it is a secret",
            "big.bin": "1048577 bytes are too many",
            "inner/": "a repository of its own",
            "key.bin": "it seems to hold a secret",
            "link": "it could not be read",
        }

    def test_stop_at_a_total(self, repo: Repository) -> None:
        for n in range(12):
            repo.write(f"{n:02}.bin", os.urandom(2**20))

        state = repo.state

        assert len(state.untracked) == 10
        assert [left.path for left in state.left_out] == ["10.bin", "11.bin"]


class TestAHostileRepository:
    def test_runs_nothing(self, repo: Repository, tmp_path: Path) -> None:
        canary = tmp_path / "canary"
        script = tmp_path / "evil.sh"
        script.write_text(f"#!/bin/sh\ntouch {canary}\n")
        script.chmod(0o755)
        repo.commit(a__txt="x\n", __gitattributes="*.txt diff=evil\n")
        hook = repo.root / ".git" / "hooks" / "post-index-change"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(script.read_text())
        hook.chmod(0o755)
        for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.evil.command", "diff.evil.textconv"):
            repo("config", key, str(script))
        repo("config", "diff.noprefix", "true")
        repo("config", "color.ui", "always")
        repo.write("a.txt", "y\n")

        state = repo.state

        assert not canary.exists()
        assert b"--- a/a.txt\n+++ b/a.txt\n" in (state.patch or b"")

    def test_is_not_changed(self, repo: Repository) -> None:
        repo.commit(a__txt="x\n")
        os.utime(repo.root / "a.txt", (1, 1))
        index = (repo.root / ".git" / "index").read_bytes()

        assert repo.state.dirty is False
        assert (repo.root / ".git" / "index").read_bytes() == index

    def test_is_the_one_of_the_folder_whatever_a_hook_has_set(
        self, repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        commit = repo.commit(a__txt="x\n")
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
        monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/bin/false")

        assert repo.state.commit == commit


class TestASubmodule:
    def test_with_changes_of_its_own_is_a_problem(self, repo: Repository, tmp_path: Path) -> None:
        inner = Repository(tmp_path / "inner")
        inner.commit(a__py="x = 1\n")
        repo("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.root), "lib")
        repo.commit()
        (repo.root / "lib" / "a.py").write_text("x = 2\n")

        state = repo.state

        assert state.dirty
        assert state.problems == ("submodule lib has changes of its own, which are not in the patch",)


class TestWhatCannotBeRead:
    def test_is_said_outside_of_a_repository(self, tmp_path: Path) -> None:
        assert git_state(str(tmp_path)) == GitState(problems=("not a git repository",))

    def test_is_said_where_git_is_not_installed(self, repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(repo.root))

        state = repo.state

        assert (state.commit, state.dirty) == (None, None)
        assert set(state.problems) == {"git is not installed"}

    def test_is_said_where_git_takes_too_long_and_the_commit_is_still_there(
        self, repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        commit = repo.commit(a__py="x = 1\n")
        slow = tmp_path / "bin" / "git"
        slow.parent.mkdir()
        real = next(f"{p}/git" for p in os.get_exec_path() if os.access(f"{p}/git", os.X_OK))
        slow.write_text(f'#!/bin/sh\ncase "$*" in *"status --porcelain"*) sleep 30;; esac\nexec {real} "$@"\n')
        slow.chmod(0o755)
        monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")

        state = git_state(str(repo.root), timeout_s=0.3)

        assert (state.commit, state.branch, state.dirty) == (commit, "main", None)
        assert "git status took too long" in state.problems

    def test_is_said_where_the_repository_is_broken(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()

        state = git_state(str(tmp_path))

        assert state.commit is None
        assert state.problems
