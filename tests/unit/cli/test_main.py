from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.cli import main as cli
from runlake.cli import runs
from runlake.cli.main import build_parser, main
from runlake.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unit.cli.lab import Shell

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"


def leaves(parser: argparse.ArgumentParser, name: str = "runlake") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """List the commands that do something, by their whole names."""
    below = [a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for choices in below:
        for word, one in choices.items():
            yield from leaves(one, f"{name} {word}")


LEAVES = dict(leaves(build_parser()))
CHANGING = [
    *(f"runlake {verb}" for verb in ("tag", "rename", "note", "delete", "restore")),
    *(f"runlake experiments {verb}" for verb in ("create", "rename", "archive", "restore", "describe", "set")),
]


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {word for action in parser._actions for word in action.option_strings}


class TestEachCommand:
    @pytest.mark.parametrize("name", LEAVES)
    def test_takes_a_store(self, name: str) -> None:
        assert "--store" in options(LEAVES[name])

    @pytest.mark.parametrize("name", LEAVES)
    def test_runs_something(self, name: str) -> None:
        assert callable(LEAVES[name].get_default("run") or LEAVES[name]._defaults.get("run"))

    @pytest.mark.parametrize("name", LEAVES)
    def test_explains_every_argument(self, name: str) -> None:
        assert [a.dest for a in LEAVES[name]._actions if not a.help] == []

    @pytest.mark.parametrize("name", LEAVES)
    def test_is_in_the_reference_with_every_option(self, name: str) -> None:
        section = PAGE.read_text().partition(f"## `{name}`")[2].partition("\n## ")[0]
        missing = {
            o for o in options(LEAVES[name]) - {"-h", "--help"} if f"`{o}`" not in section and f"`{o} " not in section
        }
        common = {"--store", "--format", "-o", "--output", "--reason", "--as-of", "--limit"}

        assert section
        assert missing - common == set()

    @pytest.mark.parametrize("option", ["--store", "--format", "--output", "--reason", "--as-of", "--limit"])
    def test_shares_options_that_are_explained_once(self, option: str) -> None:
        assert f"`{option}" in PAGE.read_text().partition("\n## `runlake")[0]

    @pytest.mark.parametrize("name", CHANGING)
    def test_that_changes_something_takes_a_reason(self, name: str) -> None:
        assert "--reason" in options(LEAVES[name])

    def test_of_the_contract_is_there(self) -> None:
        contract = [
            "demo",
            "ui",
            "runs",
            "show",
            "compare",
            "tag",
            "rename",
            "note",
            "delete",
            "restore",
            "ingest",
            "compact",
            "doctor",
        ]

        assert {f"runlake {word}" for word in [*contract, "audit log"]} <= LEAVES.keys()


class TestHelp:
    @pytest.mark.parametrize("words", [["--help"], ["runs", "--help"], ["experiments", "set", "--help"]])
    def test_is_good(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main(words) == 0
        assert capsys.readouterr().out.startswith("usage: runlake")

    def test_loads_nothing_heavy(self) -> None:
        code = (
            "import sys\nfrom runlake.cli.main import main\nmain(['--help'])\n"
            "print(sorted({'polars', 'pyarrow', 'deltalake', 'numpy', 'msgspec', 'psutil', 'streamlit'} & set(sys.modules)))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert done.stdout.splitlines()[-1] == "[]"


class TestWrongUsage:
    @pytest.mark.parametrize(
        "words",
        [
            [],
            ["nope"],
            ["runs", "--nope"],
            ["show"],
            ["experiments"],
            ["audit", "nope"],
            ["ui", "--port", "0"],
            ["ingest", "--wait", "x"],
            ["compact", "nope"],
        ],
    )
    def test_is_2_and_says_so_on_stderr(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main(words) == 2

        printed = capsys.readouterr()
        assert printed.out == ""
        assert "usage: runlake" in printed.err


class TestTheVersion:
    def test_is_that_of_the_package(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--version"]) == 0
        assert capsys.readouterr().out == f"runlake {runlake.__version__}\n"


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("problem", "code", "said"),
        [
            (StoreError("cannot read table runs", "/s", "\x1b torn"), 1, "cannot read table runs (/s): \\x1b torn"),
            (PermissionError(13, "Permission denied", "x.csv"), 1, "Permission denied"),
            (KeyboardInterrupt(), 130, "interrupted"),
        ],
    )
    def test_is_one_sentence_and_a_code(
        self,
        problem: BaseException,
        code: int,
        said: str,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise problem

        monkeypatch.setattr(runs, "run", fail)
        assert main(["runs"]) == code

        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith("runlake: ")
        assert said in printed.err

    def test_a_bug_is_not_hidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise ZeroDivisionError

        monkeypatch.setattr(runs, "run", fail)
        with pytest.raises(ZeroDivisionError):
            main(["runs"])


class TestAReaderThatGoesAway:
    def test_is_no_traceback(self, shell: Shell) -> None:
        for name in ("a", "b"):
            runlake.start_run("demo", name, params={"x": "y" * 90_000}, store=shell.store, capture=False).finish()
        runlake.open_lake(shell.store)
        with subprocess.Popen(
            [sys.executable, "-m", "runlake.cli.main", "runs", "--format", "json", "--store", shell.store],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(os.environ),
        ) as child:
            assert child.stdout is not None
            assert child.stderr is not None
            child.stdout.read(1)
            child.stdout.close()
            said = child.stderr.read()

        assert (child.returncode, said) == (cli.NOBODY_READS, b"")


class TestATerminalThatIsNotUnicode:
    def test_still_gets_its_table(self, shell: Shell) -> None:
        runlake.start_run("demo", "größe 数据", store=shell.store, capture=False).finish()
        done = subprocess.run(
            [sys.executable, "-m", "runlake.cli.main", "runs", "--store", shell.store],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            check=True,
        )

        assert b"gr\\xf6\\xdfe \\u6570\\u636e" in done.stdout
