from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from runlake.capture import (
    CapturedFile,
    Context,
    Entry,
    Environment,
    GitState,
    RunFacts,
    Who,
    capture_run,
)
from runlake.capture.untracked import LeftOut, Untracked
from runlake.schema import IDENTITIES, RUNS

NOON = 1_769_860_800_000_000  # 2026-01-31T12:00:00Z
ALICE = Who(
    "alice",
    process_owner="svc",
    host="gpu7",
    home="/home/alice",
    cwd="/home/alice/p",
    command="python /home/alice/t.py",
)


class _Clock:
    def now_us(self) -> int:
        return NOON


def _fixed(git: GitState | None = None, environment: Environment | None = None) -> Context:
    return Context.fixed(
        clock=_Clock(),
        who=ALICE,
        entry=Entry("script", "jobs/train.py"),
        git=git,
        environment=environment,
        seeds={"numpy": 7},
    )


class TestAFixedContext:
    def test_takes_nothing_from_the_machine(self) -> None:
        assert capture_run(_fixed()) == RunFacts(
            header={
                "source_type": "script",
                "entry_point": "jobs/train.py",
                "command": "python ~/t.py",
                "seeds": '{"numpy": 7}',
            },
            identity=ALICE.columns(),
            files=[],
            problems=[],
        )

    def test_names_runs_by_its_own_clock(self) -> None:
        assert _fixed().name_stem() == "2026-01-31_train"

    def test_lays_out_what_it_was_given(self) -> None:
        git = GitState(
            root="/home/alice/p",
            commit="ab" * 20,
            branch="main",
            dirty=True,
            remote="https://h/a.git",
            name="Alice Example",
            email="alice@example.com",
            patch=b"diff\n",
            patch_exact=False,
            untracked=(Untracked("new.py", 3, "cd" * 32, b"x=1", True),),
            left_out=(LeftOut(".env", "its name says that it is a secret"),),
            problems=("submodule /home/alice/lib has changes",),
        )
        environment = Environment(
            "3.11.7", "Linux", "CPU (2 cores)", 2**34, None, ("a==1 @ file:///home/alice/a",), {"n": 1}
        )

        facts = capture_run(_fixed(git, environment))

        assert facts.header == {
            "source_type": "script",
            "entry_point": "jobs/train.py",
            "command": "python ~/t.py",
            "seeds": '{"numpy": 7}',
            "git_commit": "ab" * 20,
            "git_branch": "main",
            "git_dirty": True,
            "git_remote": "https://h/a.git",
            "python_version": "3.11.7",
            "platform": "Linux",
            "cpu": "CPU (2 cores)",
            "memory_bytes": 2**34,
        }
        assert (facts.identity["git_name"], facts.identity["email"]) == ("Alice Example", "alice@example.com")
        assert [(f.path, f.kind) for f in facts.files] == [
            ("runlake/environment.json", "environment"),
            ("runlake/packages.txt", "environment"),
            ("runlake/git.json", "code"),
            ("runlake/git.patch", "code"),
            ("runlake/untracked/new.py", "code"),
        ]
        assert facts.files[1].content == b"a==1 @ file://~/a\n"
        assert facts.files[3] == CapturedFile(
            "runlake/git.patch", "code", b"diff\n", "text/x-diff", {"byte_exact": False}
        )
        assert facts.files[4].metadata == {"byte_exact": True, "sha256_on_disk": "cd" * 32}
        assert json.loads(facts.files[2].content)["left_out"] == [
            {"path": ".env", "why": "its name says that it is a secret"}
        ]
        assert facts.problems == ["submodule ~/lib has changes"]

    def test_names_neither_person_nor_machine_outside_of_identities(self) -> None:
        facts = capture_run(_fixed(GitState(root="/home/alice/p"), Environment(facts={"path": "/home/alice/venv"})))

        told = repr(facts.header) + repr([f.content for f in facts.files])
        assert not any(name in told for name in ("alice", "svc", "gpu7"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestALiveContext:
    def test_fills_columns_of_the_tables_alone(self, project: Path) -> None:
        facts = capture_run(Context.live())

        assert set(facts.header) <= set(RUNS.position)
        assert set(facts.identity) == set(IDENTITIES.position) - {"ts", "actor_id"}
        assert len({file.path for file in facts.files}) == len(facts.files)

    def test_knows_who_at_once(self) -> None:
        assert Context.live().identity()["pid"] == os.getpid()

    def test_names_neither_machine_nor_home_in_the_header(self, project: Path) -> None:
        told = repr(capture_run(Context.live()).header)

        assert socket.gethostname() not in told.split("/")
        assert f"{Path.home()}/" not in told

    def test_captures_a_script_as_it_was_when_it_was_first_asked(self, project: Path) -> None:
        subprocess.run(["git", "init", "-q"], cwd=project, check=True)
        (project / "new.py").write_text("secret = 'hunter2'\n")
        code = (
            "from pathlib import Path; from runlake.capture import *\n"
            "first = capture_run(Context.live()); Path('new.py').write_text('changed'); again = capture_run(Context.live())\n"
            "print([f.path for f in first.files if 'untracked' in f.path], b'hun' b'ter2' in b''.join(f.content for f in first.files))\n"
            "print(first.files == again.files, first.header['source_type'], first.header['entry_point'])\n"
        )
        (project / "train.py").write_text(code)

        done = subprocess.run([sys.executable, "train.py"], cwd=project, capture_output=True, text=True, check=True)

        assert done.stdout == (
            "['runlake/untracked/new.py', 'runlake/untracked/train.py'] False\nTrue script train.py\n"
        )
