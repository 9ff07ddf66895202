"""`runlake delete`: hides runs from every list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.cli.changes import report
from runlake.cli.options import actor, add_reason, add_store

if TYPE_CHECKING:
    import argparse

NAME = "delete"
HELP = "hide runs until they are restored; nothing is erased"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="id, unique end of an id, or experiment:name")
    add_reason(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Delete the runs."""
    from runlake.actions import delete_runs

    return report(delete_runs(args.store, args.runs, actor=actor(), reason=args.reason), args)
