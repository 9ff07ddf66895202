"""`runlake note`: writes what a run is about."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from runlake.cli.changes import report
from runlake.cli.options import actor, add_reason, add_store

if TYPE_CHECKING:
    import argparse

NAME = "note"
HELP = "write notes, hypothesis, expected outcome or conclusion of a run"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("run_text", metavar="RUN", help="id, unique end of an id, or experiment:name")
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help="notes; '-' reads them from standard input, '' takes them away"
    )
    parser.add_argument("--hypothesis", metavar="TEXT", help="what the run tests")
    parser.add_argument("--expected-outcome", metavar="TEXT", help="what was expected before it ran")
    parser.add_argument("--conclusion", metavar="TEXT", help="what was concluded after it ran")
    add_reason(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Write the notes."""
    from runlake.actions import note_run

    outcome = note_run(
        args.store,
        args.run_text,
        notes=sys.stdin.read() if args.text == "-" else args.text,
        hypothesis=args.hypothesis,
        expected_outcome=args.expected_outcome,
        conclusion=args.conclusion,
        actor=actor(),
        reason=args.reason,
    )
    return report(outcome, args)
