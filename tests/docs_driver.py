"""Runs the blocks of one page of the documentation; `test_docs.py` starts it in an empty folder."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
from typing import Any


def main(page: str, blocks: list[dict[str, Any]]) -> None:
    """Run the blocks in order; stop at the first that fails or prints something else."""
    scope: dict[str, object] = {"__name__": "__main__", "__file__": page}
    printed = ""
    for at, block in enumerate(blocks):
        if block["kind"] == "python":
            printed = run_python(page, block, scope)
        elif block["kind"] == "console":
            run_console(page, block)
        elif block["adjacent"] and at and blocks[at - 1]["kind"] == "python":
            compare(page, block["line"], block["code"], printed)


def run_python(page: str, block: dict[str, Any], scope: dict[str, object]) -> str:
    """Run one block, with failures at the page's own line; return what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile("\n" * block["line"] + block["code"], page, "exec"), scope)
    return out.getvalue()


def run_console(page: str, block: dict[str, Any]) -> None:
    """Run each command after `$ ` without a shell and compare what it prints."""
    parts = re.split(r"^\$ (.*)\n", block["code"], flags=re.M)
    for command, expected in zip(parts[1::2], parts[2::2], strict=True):
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=120)
        if done.returncode not in {0, 1}:
            sys.exit(
                f"{page}, line {block['line']}: {command!r} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
            )
        if expected.strip():
            compare(page, block["line"], expected, done.stdout)


def compare(page: str, line: int, expected: str, printed: str) -> None:
    """Stop unless `printed` is what the page shows; `...` stands for any text."""
    pattern = ".*?".join(re.escape(part) for part in tidy(expected).split("..."))
    if re.fullmatch(pattern, tidy(printed), re.S) is None:
        sys.exit(f"{page}, line {line}: the page shows\n{expected}\nbut it prints\n{printed}")


def tidy(text: str) -> str:
    """Drop what does not show: blanks at the ends of lines and of the text."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


if __name__ == "__main__":
    main(sys.argv[1], json.load(sys.stdin))
