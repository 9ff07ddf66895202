"""The script that makes a run again: really run, on a repository and a run that are made here."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import runlake
from builders import Logged, a_lake, a_run
from runlake.query import reproduce
from runlake.query.recipe import is_inside
from runlake.query.started import Started, started

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.query.recipe import Recipe

COMMIT = "0123456789" * 4
BIDI = "\u202e"


def git(folder: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, text=True).stdout


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def start(script: bytes, at: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (at / "reproduce.sh").write_bytes(script)
    command = ["sh", "reproduce.sh", *args]
    return subprocess.run(
        command, cwd=at, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree with a commit; what differs from it is for the test to write."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    folder = tmp_path / "its' repository"
    (folder / "models").mkdir(parents=True)
    (folder / "models/train.py").write_text(
        "import os, sys\nopen('ran', 'w').write(repr([sys.argv[1:], os.environ.get('PYTHONHASHSEED'), os.getcwd()]))\n"
    )
    (folder / "data.bin").write_bytes(bytes(range(256)))
    (folder / "crlf.txt").write_bytes(b"a\r\nb\r\n")
    (folder / "gone.txt").write_text("soon gone")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first")
    git(folder, "remote", "add", "origin", str(folder))
    return folder


def logged_in(folder: Path, store: str, *args: str) -> Recipe:
    """Log a run from a script in the work tree and return its recipe."""
    (folder / ".git/info/exclude").write_text("ran\n")
    code = f"import runlake\nwith runlake.start_run('e', 'r', store={store!r}) as run:\n    pass\n"
    (folder / "log it.py").write_text(code)
    subprocess.run([sys.executable, "log it.py", *args], cwd=folder, check=True)
    lake = runlake.open_lake(store)
    return lake.recipe(lake.runs()["run_id"][0])


class TestTheScript:
    def test_gives_back_the_work_tree_byte_for_byte(self, repository: Path, store: str, tmp_path: Path) -> None:
        (repository / "models/train.py").write_text("print('changed')   \n\t\n")
        (repository / "data.bin").write_bytes(bytes(reversed(range(256))))
        (repository / "crlf.txt").write_bytes(b"a\r\nc\n")
        (repository / "gone.txt").unlink()
        (repository / "new folder").mkdir()
        (repository / "new folder/it's $(touch hacked) \u03a9.bin").write_bytes(b"\0\xff\n" * 100)
        (repository / "-rf").write_text("")
        git(repository, "add", "data.bin")

        recipe = logged_in(repository, store, "--lr", "it's $(touch hacked)")
        done = start(reproduce.script(recipe), tmp_path, "--code-only", "again")

        assert (done.returncode, done.stderr) == (0, "")
        assert tree(tmp_path / "again") == tree(repository)
        assert git(tmp_path / "again", "rev-parse", "HEAD") == git(repository, "rev-parse", "HEAD")
        assert not list(tmp_path.rglob("hacked"))
        assert recipe.started == Started("", "python", ("log it.py", "--lr", "it's $(touch hacked)"))

    def test_runs_the_command_in_an_environment_of_its_own(self, repository: Path, store: str, tmp_path: Path) -> None:
        data = tmp_path / "rows.csv"
        data.write_text("a,b\n")
        digest = hashlib.sha256(data.read_bytes()).hexdigest()
        known = logged_in(repository, store)
        args = ("train.py", "a b", "$(touch hacked)")
        recipe = replace(
            known,
            requirements=(),
            variables={"PYTHONHASHSEED": "7"},
            started=Started("models", "python", args),
            data=(replace_data(known, "rows", str(data), digest), replace_data(known, "gone", "/not/there", digest)),
        )

        done = start(reproduce.script(recipe), tmp_path, "again", PYTHON=sys.executable)

        assert done.returncode == 0, done.stderr
        ran = tmp_path / "again/models"
        assert (ran / "ran").read_text() == repr([list(args[1:]), "7", str(ran)])
        assert f"data: {data} is what it was" in done.stderr
        assert "data: /not/there is not here" in done.stderr
        assert (tmp_path / "again.venv/bin/python").exists()

    def test_goes_to_another_repository_if_told_so(self, repository: Path, store: str, tmp_path: Path) -> None:
        recipe = replace(logged_in(repository, store), remote=None)

        lost = start(reproduce.script(recipe), tmp_path, "--code-only", "lost")
        found = start(reproduce.script(recipe), tmp_path, "--code-only", "found", REMOTE=str(repository))

        assert (lost.returncode, "say where the repository is" in lost.stderr) == (1, True)
        assert tree(tmp_path / "found") == tree(repository)
        assert found.returncode == 0

    def test_writes_through_no_link_of_the_repository(self, repository: Path, store: str, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (repository / "link").symlink_to(outside)
        git(repository, "add", "link")
        git(repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "link")
        known = logged_in(repository, store)
        recipe = replace(known, untracked=(replace(known.untracked[0], path="link/deep/evil"),))

        done = start(reproduce.script(recipe), tmp_path, "--code-only", "again")

        assert (done.returncode, "would be outside of the checkout" in done.stderr) == (1, True)
        assert list(outside.iterdir()) == []

    def test_stops_where_the_patch_does_not_apply(self, repository: Path, store: str, tmp_path: Path) -> None:
        patch = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
        recipe = replace(logged_in(repository, store), patch=patch, patch_exact=False)

        assert start(reproduce.script(recipe), tmp_path, "--code-only", "again").returncode != 0

    def test_is_printed_by_the_command_line(self, repository: Path, store: str, tmp_path: Path) -> None:
        recipe = logged_in(repository, store)
        command = [sys.executable, "-m", "runlake", "show", recipe.run_id, "--reproduce", "--store", store]
        printed = subprocess.run(command, check=True, capture_output=True).stdout

        assert printed == reproduce.script(recipe)
        assert subprocess.run([*command, "--format", "json"], check=False, capture_output=True).returncode == 2


def replace_data(recipe: Recipe, name: str, path: str, digest: str) -> Any:
    from runlake.query.recipe import DataSet

    return DataSet(name, "train", f"sha256:{digest}", path, digest)


def captured(files: dict[str, tuple[str, bytes, dict[str, Any]]], **header: Any) -> Recipe:
    """The recipe of a run with these captured files (path to kind, content, facts) and facts of its header."""
    run = a_run("run-0001", **{"git_commit": COMMIT, "git_remote": "https://git.example/r.git", **header})
    extra = Logged()
    for path, (kind, content, facts) in files.items():
        digest = hashlib.sha256(content).hexdigest()
        extra.blobs[digest] = content
        row = {"path": path, "kind": kind, "size_bytes": len(content), "sha256": digest, "metadata": json.dumps(facts)}
        extra.add("artifacts", run_id="run-0001", writer="w-run-0001", **row)
    return a_lake(run, extra).recipe("run-0001")


class TestARecipe:
    def test_says_what_is_missing_of_a_bare_run(self) -> None:
        recipe = a_lake(a_run("run-0001")).recipe("run-0001")

        assert (recipe.commit, recipe.remote, recipe.started, recipe.requirements) == (None, None, None, ())
        for word in ("commit of the code", "repository", "Python", "packages", "seed", "command"):
            assert any(word in sentence for sentence in recipe.missing), word
        assert any("System libraries" in sentence for sentence in recipe.uncertain)
        assert any("No data set" in sentence for sentence in recipe.uncertain)

    def test_says_that_a_change_was_not_captured(self) -> None:
        assert any("the change was not captured" in said for said in captured({}, git_dirty=True).missing)

    def test_says_that_a_redacted_patch_is_not_what_ran(self) -> None:
        recipe = captured({"runlake/git.patch": ("code", b"diff", {"byte_exact": False})}, git_dirty=True)

        assert (recipe.patch, recipe.patch_exact) == (b"diff", False)
        assert any("not byte-exact" in said for said in recipe.uncertain)

    def test_says_what_capture_left_out_and_why(self) -> None:
        facts = {
            "left_out": [{"path": ".env", "why": "its name says that it is a secret"}],
            "problems": ["submodule x"],
        }
        recipe = captured({"runlake/git.json": ("code", json.dumps(facts).encode(), {})})

        assert "Not captured: .env (its name says that it is a secret)." in recipe.missing
        assert "Capture said: submodule x." in recipe.uncertain

    def test_has_exact_packages_and_names_those_that_nobody_else_can_install(self) -> None:
        lines = [
            "numpy==2.1.0", "mine==1.0 @ file:///home/ana/mine (editable)",
            f"fork==3.0 @ https://git.example/fork.git@{COMMIT}", "-r more.txt", "x==1; touch hacked",
        ]  # fmt: skip
        recipe = captured({"runlake/packages.txt": ("environment", "\n".join(lines).encode(), {})})

        assert recipe.requirements == ("numpy==2.1.0", f"fork @ git+https://git.example/fork.git@{COMMIT}")
        assert all(line.startswith("#") for line in reproduce.requirements(recipe).splitlines()[2:])
        assert any(said.startswith("3 packages were") for said in recipe.missing)

    def test_sets_only_variables_that_matter(self) -> None:
        env = {
            "OMP_NUM_THREADS": "4",
            "LD_PRELOAD": "/evil.so",
            "PATH": "/evil",
            "TZ": f"a{BIDI}b",
            "MKL_CBWR": "[redacted:x]",
        }
        machine = json.dumps({"env": env}).encode()
        seeds = '{"PYTHONHASHSEED": "0", "torch": 7, "python_state": "sha256:ab", "random_state": 3}'
        recipe = captured({"runlake/environment.json": ("environment", machine, {})}, seeds=seeds)

        assert recipe.variables == {"OMP_NUM_THREADS": "4", "PYTHONHASHSEED": "0"}
        assert recipe.seeds == {"torch": 7, "random_state": 3}

    @pytest.mark.parametrize(
        "remote",
        [
            "--upload-pack=touch hacked",
            "ext::sh -c touch% hacked",
            "-x@y:z",
            f"https://a{BIDI}b",
            "~/x",
            "https://[redacted:url]/x",
        ],
    )
    def test_gives_git_no_address_that_is_none(self, remote: str) -> None:
        recipe = captured({}, git_remote=remote)

        assert recipe.remote is None
        assert any("no address that git should be given" in said for said in recipe.missing)

    @pytest.mark.parametrize("commit", ["HEAD", "--orphan", "abc; touch hacked", COMMIT[:-1]])
    def test_checks_out_no_commit_that_is_none(self, commit: str) -> None:
        assert captured({}, git_commit=commit).commit is None

    @pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", ".git/hooks/post-checkout", "a/.GIT/x", "a//b", "", f"a{BIDI}", "a\nb", "a\\b"])  # fmt: skip
    def test_restores_no_file_outside_of_the_checkout(self, name: str) -> None:
        recipe = captured({f"runlake/untracked/{name}": ("code", b"x", {"byte_exact": True})})

        assert not is_inside(name)
        assert recipe.untracked == ()
        assert any("none that may be written to" in said for said in recipe.missing)

    def test_keeps_hostile_text_on_lines_that_do_nothing(self, tmp_path: Path) -> None:
        evil = "x\ntouch hacked\n$(touch hacked) `touch hacked` ' \" " + BIDI
        recipe = captured(
            {"runlake/git.json": ("code", json.dumps({"problems": [evil]}).encode(), {})},
            name=evil, command=evil, git_remote=evil, git_commit=None, seeds=json.dumps({evil: evil}),
        )  # fmt: skip
        script = reproduce.script(recipe)
        (tmp_path / "run-run-0001").mkdir()

        assert BIDI not in script.decode()
        start(script, tmp_path, PYTHON="true")
        assert not list(tmp_path.rglob("hacked"))


WHO = {"executable": "/home/ana/studies/.venv/bin/python", "home": "/home/ana"}


class TestTheCommand:
    @pytest.mark.parametrize(
        ("command", "entry", "expected"),
        [
            ("python train.py --lr 0.1", "train.py", Started("", "python", ("train.py", "--lr", "0.1"))),
            ("/usr/bin/python3.11 -u train.py", "models/train.py", Started("models", "python", ("-u", "train.py"))),
            ("python ./models/train.py", "models/train.py", Started("", "python", ("./models/train.py",))),
            ("python '~/studies/models/train.py'", "models/train.py", Started("", "python", ("models/train.py",))),
            ("python '~/studies/.venv/bin/pytest' -x", "pytest", Started("", "pytest", ("-x",))),
            ("python -m models.train", "models.train", Started("", "python", ("-m", "models.train"))),
            ("torchrun train.py", "train.py", Started("", "", ("torchrun", "train.py"))),
        ],
    )
    def test_is_started_where_it_was(self, command: str, entry: str, expected: Started) -> None:
        found, _ = started({"command": command, "entry_point": entry, "source_type": "script"}, WHO)

        assert found == expected

    @pytest.mark.parametrize(
        ("command", "why"),
        [
            (None, "not recorded"), ("", "not recorded"), ("python a [cut]", "cut"), ("python 'a", "can read"),
            ("python --token '[redacted:named_secret]'", "secret"), ("python 'a\nb'", "do not print"),
        ],
    )  # fmt: skip
    def test_that_cannot_be_repeated_is_said(self, command: str | None, why: str) -> None:
        found, said = started({"command": command, "entry_point": None, "source_type": "script"}, WHO)

        assert found is None
        assert why in said[0]

    def test_of_a_notebook_is_none(self) -> None:
        found, said = started({"command": "python -m ipykernel", "entry_point": None, "source_type": "notebook"}, WHO)

        assert found is None
        assert "by hand" in said[0]

    def test_says_that_it_names_places_of_the_machine(self) -> None:
        command = shlex.join(["python", "train.py", "/data/x", "~/y"])
        found, said = started({"command": command, "entry_point": "train.py", "source_type": "script"}, WHO)

        assert found is not None
        assert "/data/x, ~/y" in said[0]
        assert reproduce.command(found) == 'python train.py /data/x "$HOME"/y\n'
