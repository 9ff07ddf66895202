"""The `runlake` command: builds the parser from the files beside it and runs one of them."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from runlake.cli import (
    audit,
    compact,
    compare,
    dashboard,
    delete,
    demo,
    doctor,
    experiments,
    ingest,
    note,
    rename,
    restore,
    runs,
    show,
    tag,
    vacuum,
    views,
)
from runlake.cli.argv import removals, times_ago
from runlake.errors import Ambiguous, InvalidType, InvalidValue, NotFound, QueryError, RunlakeError
from runlake.formats import plain_lines
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

COMMANDS: tuple[ModuleType, ...] = (
    demo,
    dashboard,
    runs,
    show,
    compare,
    tag,
    rename,
    note,
    delete,
    restore,
    experiments,
    views,
    ingest,
    compact,
    vacuum,
    doctor,
    audit,
)
GOOD, FAILED, USAGE, INTERRUPTED, NOBODY_READS = 0, 1, 2, 130, 141
_USAGE_ERRORS = (InvalidValue, InvalidType, NotFound, Ambiguous, QueryError)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the words after `runlake`; None takes them from the shell.

    Returns:
        0 good, 1 findings or failure, 2 wrong usage, 3 not everything could be checked,
        130 interrupted, 141 nobody reads the output any more.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words = times_ago(sys.argv[1:] if argv is None else argv)
    if words[:1] == [tag.NAME]:
        words = removals(words)
    try:
        args = build_parser().parse_args(words)
    except SystemExit as stop:
        return int(stop.code or 0)
    return _guarded(args.run, args)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="runlake",
        description="Experiment tracking in a folder of Delta Lake tables.",
        epilog="exit codes: 0 good, 1 findings or failure, 2 wrong usage, 3 not everything could be checked",
    )
    parser.add_argument("--version", action="version", version=f"runlake {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        one = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.configure(one)
        if hasattr(command, "run"):  # one with commands of its own sets theirs
            one.set_defaults(run=command.run)
    return parser


def _guarded(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    try:
        code = run(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # the interpreter flushes once more when it ends, into the same closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except _USAGE_ERRORS as problem:
        return _say(str(problem), USAGE)
    except (RunlakeError, OSError) as problem:
        return _say(str(problem), FAILED)
    return code


def _say(message: str, code: int) -> int:
    print(f"runlake: {plain_lines(message)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
