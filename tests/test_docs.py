"""The documentation is run, and nothing public is missing from the reference.

In the README and below docs/:
- a ```python block runs, in the order of the page, in an empty folder that holds a copy of `sample_data/` where the page names it;
- a ```text block straight after it is what it prints (`...` stands for any text);
- a ```console block holds commands after `$ `, each followed by what it prints, in the same way;
- every other kind of block is only shown.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import generate
import runlake
from runlake import errors, schema
from runlake.cli.main import build_parser

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
BLOCK = re.compile(r"^```(python|text|console)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset)=\"([^\"]+)\"")

# Runs one page: blocks arrive as JSON, and every block's own output is compared with what the page shows.
DRIVER = Path(__file__).with_name("docs_driver.py")


def blocks_of(page: Path) -> list[dict[str, object]]:
    """Return the blocks of a page with the line that each starts at."""
    text = page.read_text(encoding="utf-8")
    return [
        {
            "kind": m[1],
            "code": m[2],
            "line": text[: m.start(2)].count("\n"),
            "adjacent": not text[previous : m.start()].strip(),
        }
        for previous, m in zip([0, *(m.end() for m in BLOCK.finditer(text))], BLOCK.finditer(text), strict=False)
    ]


RUNNABLE = [page for page in PAGES if any(b["kind"] != "text" for b in blocks_of(page))]


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda p: str(p.relative_to(ROOT)))
def test_page_runs(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    if "sample_data/" in page.read_text(encoding="utf-8"):
        shutil.copytree(ROOT / "sample_data", folder / "sample_data")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RUNLAKE_")}
    environment |= {"HOME": str(tmp_path), "RUNLAKE_JOURNAL": str(tmp_path / "journal"), "COLUMNS": "120"}
    environment |= {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    done = subprocess.run(
        [sys.executable, str(DRIVER), str(page)], input=json.dumps(blocks_of(page)),
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_page_links_to_what_is_there(page: Path) -> None:
    targets = [one or other for one, other in LINK.findall(page.read_text(encoding="utf-8"))]
    missing = [t for t in targets if not t.startswith(("https://", "mailto:")) and not (page.parent / t).exists()]

    assert missing == []


def reference() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(ROOT.glob("docs/reference/**/*.md")))


def without_entry(names: list[str]) -> list[str]:
    """Return the names that the reference never shows as code."""
    spans = " ".join(re.findall(r"`[^`\n]+`", reference()))
    return [name for name in names if not re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", spans)]


def commands(parser: argparse.ArgumentParser, name: str) -> list[str]:
    """List all commands below `name`, those below them among them."""
    below = [a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    found = [(f"{name} {word}", one) for choices in below for word, one in choices.items()]
    return [c for full, one in found for c in (full, *commands(one, full))]


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Collect the options of a parser and of all below it."""
    found = {o for action in parser._actions for o in action.option_strings}
    below = [one for a in parser._actions if isinstance(a, argparse._SubParsersAction) for one in a.choices.values()]
    return found.union(*map(options, below))


def methods_of(kind: type) -> list[str]:
    return [f"{kind.__name__}.{n}" for n in sorted(vars(kind)) if not n.startswith("_")]


@pytest.mark.parametrize("page", generate.PAGES)
def test_reference_is_what_the_code_says(page: str) -> None:
    written = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")

    assert written == generate.PAGES[page](), "run `make docs`"


class TestTheReferenceHasAnEntryForEach:
    def test_public_name(self) -> None:
        assert without_entry([f"runlake.{name}" for name in runlake.__all__ if name not in ERRORS]) == []

    @pytest.mark.parametrize("kind", ["Run", "Lake"])
    def test_method(self, kind: str) -> None:
        assert without_entry(methods_of(getattr(runlake, kind))) == []

    def test_command(self) -> None:
        assert without_entry(commands(build_parser(), "runlake")) == []

    def test_option(self) -> None:
        page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
        known = [o for o in options(build_parser()) if o.startswith("--") and o != "--help"]

        assert [option for option in known if option not in page] == []

    def test_table(self) -> None:
        assert without_entry(list(schema.TABLES)) == []

    @pytest.mark.parametrize("table", schema.TABLES.values(), ids=lambda t: t.name)
    def test_column(self, table: schema.Table) -> None:
        page = (ROOT / "docs/reference/tables.md").read_text(encoding="utf-8")
        section = page.partition(f"## `{table.name}`")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| `(\w+)` \|", section, re.M)

        assert rows == [c.name for c in table.columns]

    def test_error(self) -> None:
        assert without_entry(ERRORS) == []

    def test_environment_variable(self) -> None:
        assert without_entry(environment_variables()) == []


ERRORS = [name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)]


def environment_variables() -> list[str]:
    """Collect every RUNLAKE_... that the product's code names."""
    trees = [ast.parse(p.read_text(encoding="utf-8")) for top in ("src", "app") for p in ROOT.glob(f"{top}/**/*.py")]
    texts = (
        n.value for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    )
    return sorted({t for t in texts if re.fullmatch(r"RUNLAKE_[A-Z_]+", t)})
