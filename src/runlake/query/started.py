"""How a run was started: the folder of the checkout and the words of its command, as far as another machine can use them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PYTHON = re.compile(r"python[\d.]*(\.exe)?")
_CUT = " [cut]"


@dataclass(frozen=True, slots=True)
class Started:
    """A command.

    Attributes:
        folder: where in the checkout it was started, "" for its root.
        program: name of what to run out of the environment's programs; "" where the first word is no such thing.
        words: the words behind it, or all of them.
    """

    folder: str
    program: str
    words: tuple[str, ...]


def started(header: Mapping[str, object], identity: Mapping[str, object]) -> tuple[Started | None, list[str]]:
    """Read the recorded command.

    Returns:
        The command, None where it cannot be repeated; and sentences on why not, or on what is not certain about it.
    """
    command = header["command"]
    if not isinstance(command, str) or not command.strip():
        return None, ["The command was not recorded."]
    if command.endswith(_CUT):
        return None, ["The command is too long and was cut."]
    if "[redacted" in command:
        return None, [f"A secret was taken out of the command, so it has to be completed by hand: {command}"]
    try:
        words = shlex.split(command)
    except ValueError:
        return None, ["What is recorded as the command is none that a shell can read."]
    if not words or not all(word.isprintable() for word in words):
        return None, ["The command holds characters that do not print, so it is not repeated."]
    if header["source_type"] in ("notebook", "interactive"):
        return None, ["The run was started by hand, in a notebook or a session: no command makes it again."]
    return _placed(words, header["entry_point"], identity)


def _placed(words: list[str], entry: object, identity: Mapping[str, object]) -> tuple[Started, list[str]]:
    doubts = []
    program = _program(words[0], identity)
    rest = words[1:] if program else words
    at = next((n for n, word in enumerate(rest) if not word.startswith("-")), None)
    if at is not None and _program(rest[at], identity) and program:  # an installed command, behind its interpreter
        program, rest = _program(rest[at], identity), rest[at + 1 :]
        at = None
    folder = None
    if at is not None and isinstance(entry, str) and "-m" not in rest[:at] and "-c" not in rest[:at]:
        folder, rest[at] = _folder(rest[at], entry)
    if folder is None:
        folder = ""
        doubts.append("In which folder of the checkout the command was started is not recorded: its root is taken.")
    if named := [word for word in rest if word.startswith(("/", "~/"))]:
        doubts.append(f"The command names places of the machine that it ran on: {', '.join(named)}.")
    return Started(folder, program, tuple(rest)), doubts


def _program(word: str, identity: Mapping[str, object]) -> str:
    """Name what is run if it is of the Python environment: the interpreter, or a program beside it."""
    path = PurePosixPath(word)
    if _PYTHON.fullmatch(path.name):
        return "python"
    executable, home = identity.get("executable"), identity.get("home")
    if not isinstance(executable, str) or not path.name:
        return ""
    beside = {str(PurePosixPath(executable).parent)}
    if isinstance(home, str) and home.strip("/"):
        beside |= {folder.replace(home.rstrip("/"), "~", 1) for folder in beside if folder.startswith(home)}
    return path.name if str(path.parent) in beside else ""


def _folder(word: str, entry: str) -> tuple[str | None, str]:
    """Return the folder of the checkout from which a script was named, and its name there; None where that is not clear."""
    script, whole = PurePosixPath(word), PurePosixPath(entry)
    parts = [part for part in script.parts if part != "."]
    if whole.is_absolute() or ".." in (*parts, *whole.parts):
        return None, word
    if script.is_absolute() or word.startswith("~/"):
        return ("", entry) if tuple(parts[-len(whole.parts) :]) == whole.parts else (None, word)
    if tuple(whole.parts[-len(parts) :]) != tuple(parts):
        return None, word
    return "/".join(whole.parts[: -len(parts)]), word
