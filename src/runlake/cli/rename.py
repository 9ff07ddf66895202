"""`runlake rename`: gives a run another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.cli.changes import report
from runlake.cli.options import actor, add_reason, add_store

if TYPE_CHECKING:
    import argparse

NAME = "rename"
HELP = "give a run another name"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("run_text", metavar="RUN", help="id, unique end of an id, or experiment:name")
    parser.add_argument("name", metavar="NAME", help="the new name")
    add_reason(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Rename the run."""
    from runlake.actions import rename_run

    return report(rename_run(args.store, args.run_text, args.name, actor=actor(), reason=args.reason), args)
