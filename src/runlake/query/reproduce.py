"""A recipe as text: the shell script that makes a run again, and its steps as somebody would type them.

The script is one command after the other, each word of it quoted, for any POSIX shell with git, base64 and Python. It
writes into a new folder and beside it, and stops at the first thing that goes wrong.
"""

from __future__ import annotations

import base64
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runlake.query.recipe import DataSet, File, Recipe
    from runlake.query.started import Started

_END = "END_OF_FILE"  # has a sign that base64 has not
_HEAD = """\
set -eu

code_only=no
if [ "${1:-}" = --code-only ]; then
  code_only=yes
  shift
fi
"""
_FOLDER = """\
case $folder in /*) ;; *) folder=$(pwd -P)/$folder ;; esac

say() { printf '%s\\n' "$*" >&2; }
stop() { say "$*"; exit 1; }
"""
_RESTORE = """\
root=$(pwd -P)
restore() {
  if [ -e "$1" ] || [ -L "$1" ]; then stop "$1 is there already"; fi
  above=$(dirname -- "$1")
  while [ ! -d "$above" ]; do above=$(dirname -- "$above"); done
  case $(cd -- "$above" && pwd -P)/ in "$root"/*) ;; *) stop "$1 would be outside of the checkout" ;; esac
  mkdir -p -- "$(dirname -- "$1")"
  base64 --decode > "$1"
}
"""
_ENVIRONMENT = """\
[ "$code_only" = no ] || exit 0

environment=$folder.venv
"""
_CHECK = """\
check() {
  if [ ! -f "$2" ]; then say "data: $2 is not here"; return; fi
  found=$( (sha256sum < "$2" 2> /dev/null || shasum -a 256 < "$2") | cut -c 1-64)
  if [ "$found" = "$1" ]; then say "data: $2 is what it was"; else say "data: $2 differs from what was used"; fi
}
"""


def script(recipe: Recipe) -> bytes:
    """Write the whole recipe as a script: `sh reproduce.sh [--code-only] [FOLDER]`; `REMOTE` and `PYTHON` replace what it names.

    With `--code-only` it stops once the files are as they were. Bytes of the patch and of untracked files are in it.
    """
    parts = [
        _about(recipe),
        _HEAD,
        f"folder=${{1:-{shlex.quote(f'run-{_name(recipe.short_id)}')}}}\n",
        _FOLDER,
        *_code(recipe),
        _ENVIRONMENT,
        *_python(recipe),
        *_exports(recipe),
        *_data(recipe.data),
        *_command(recipe.started),
    ]
    return "\n".join(parts).encode("utf-8", "replace")


def requirements(recipe: Recipe) -> str:
    """Write the packages as a file that `pip install --no-deps -r` reads; those that it cannot say are comments."""
    lines = [
        *recipe.requirements,
        *(f"# cannot be installed from elsewhere: {_plain(line)}" for line in recipe.unpinned),
    ]
    return "".join(f"{line}\n" for line in lines)


def checkout(recipe: Recipe) -> str:
    """Write the commands that fetch the code; "" where its commit is not known."""
    if recipe.commit is None:
        return ""
    remote, folder = shlex.quote(recipe.remote) if recipe.remote else '"$REMOTE"', f"run-{_name(recipe.short_id)}"
    return f"git clone --no-checkout -- {remote} {folder}\ncd {folder}\ngit checkout --detach {recipe.commit}\n"


def environment(recipe: Recipe) -> str:
    """Write the commands that make the environment, with the file of `requirements` beside the checkout."""
    lines = [f"{_interpreter(recipe)} -m venv ../environment"]
    if recipe.requirements:
        lines.append("../environment/bin/python -m pip install --no-deps --requirement ../requirements.txt")
    return "".join(f"{line}\n" for line in lines)


def exports(recipe: Recipe) -> str:
    """Write the variables as they are set."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in recipe.variables.items())


def command(started: Started) -> str:
    """Write the command as it is started from the root of the checkout, with the environment active."""
    words = " ".join(filter(None, (started.program, *map(_word, started.words))))
    return f"cd -- {shlex.quote(started.folder)}\n{words}\n" if started.folder else f"{words}\n"


def _about(recipe: Recipe) -> str:
    lines = [
        f"Makes run {recipe.name} ({recipe.run_id}) again.",
        "Read it before you start it: it downloads code and packages and runs a program.",
        "",
        "  sh reproduce.sh [--code-only] [FOLDER]",
    ]
    for title, sentences in (("Missing:", recipe.missing), ("Not certain:", recipe.uncertain)):
        lines += ["", title, *(f"- {sentence}" for sentence in sentences)] if sentences else []
    return "".join(("#!/bin/sh\n", *(f"# {_plain(line)}".rstrip() + "\n" for line in lines)))


def _code(recipe: Recipe) -> Iterator[str]:
    if recipe.commit is None:
        yield '[ -d "$folder" ] || stop "the commit is not known: put the code into $folder first"\ncd -- "$folder"\n'
        yield '[ "$code_only" = no ] || stop "the code is not known"\n'
        return
    yield f"remote={shlex.quote(recipe.remote or '')}"
    yield 'if [ -n "${REMOTE:-}" ]; then remote=$REMOTE; fi'
    if recipe.remote is None:
        yield '[ -n "$remote" ] || stop "say where the repository is: REMOTE=... sh reproduce.sh"'
    yield 'git clone --quiet --no-checkout -- "$remote" "$folder"'
    yield 'cd -- "$folder"'
    yield f"git -c advice.detachedHead=false checkout --quiet --detach {recipe.commit}\n"
    if recipe.patch is not None:
        yield 'patch=$folder.patch\nbase64 --decode > "$patch" ' + _here(recipe.patch)
        yield 'git apply --whitespace=nowarn -- "$patch"\n'
    yield from _untracked(recipe.untracked)


def _untracked(files: Iterable[File]) -> Iterator[str]:
    known = list(files)
    if known:
        yield _RESTORE
    for file in known:
        yield f"restore {shlex.quote(f'./{file.path}')} {_here(file.content)}"


def _python(recipe: Recipe) -> Iterator[str]:
    yield f'"${{PYTHON:-{_interpreter(recipe)}}}" -m venv -- "$environment"'
    if recipe.python is not None:
        yield """found=$("$environment/bin/python" -c 'import platform; print(platform.python_version())')"""
        yield f'[ "$found" = {recipe.python} ] || say "Python is $found and was {recipe.python}"'
    if recipe.requirements or recipe.unpinned:
        yield f"cat > \"$folder.requirements.txt\" <<'{_END}'\n{requirements(recipe)}{_END}"
    if recipe.requirements:
        yield '"$environment/bin/python" -m pip install --quiet --no-deps --requirement "$folder.requirements.txt"\n'


def _exports(recipe: Recipe) -> Iterator[str]:
    if recipe.variables:
        yield exports(recipe)
    for name, value in recipe.seeds.items():
        yield f"# seed, which the program has to set itself: {_plain(name)} = {_plain(str(value))}"


def _data(data: Iterable[DataSet]) -> Iterator[str]:
    known = list(data)
    for one in known:
        said = " ".join(
            str(part) for part in (one.name, f"({one.role})" if one.role else "", one.version or "") if part
        )
        yield f"# data: {_plain(said)}"
    if any(one.path is not None for one in known):
        yield _CHECK
    yield from (f"check {one.sha256} {_word(one.path)}" for one in known if one.path is not None)


def _command(started: Started | None) -> Iterator[str]:
    if started is None:
        yield 'say "the code and its environment are ready; the command is not known"\n'
        return
    if started.folder:
        yield f"cd -- {shlex.quote(started.folder)}"
    program = f'"$environment"/bin/{shlex.quote(started.program)}' if started.program else ""
    yield f'export PATH="$environment/bin:$PATH"\nexec {" ".join(filter(None, (program, *map(_word, started.words))))}\n'


def _interpreter(recipe: Recipe) -> str:
    found = re.match(r"\d+\.\d+", recipe.python or "")
    return f"python{found[0]}" if found else "python3"


def _word(text: str) -> str:
    """Quote a word; what lay in somebody's home is looked for in the home of who runs it."""
    return f'"$HOME"/{shlex.quote(text[2:])}' if text.startswith("~/") else shlex.quote(text)


def _here(content: bytes) -> str:
    encoded = base64.encodebytes(content).decode("ascii")
    return f"<<'{_END}'\n{encoded}{_END}"


def _plain(text: str) -> str:
    """Keep a text on its line, in the order in which it reads."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "", text)
