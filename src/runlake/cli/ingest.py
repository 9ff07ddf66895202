"""`runlake ingest`: brings what lies in the journals of this machine into the tables."""

from __future__ import annotations

import argparse
import sys

from runlake.cli.formats import Result, write
from runlake.cli.formats.text import counted
from runlake.cli.options import actor, add_reason, add_store
from runlake.formats import plain

NAME = "ingest"
HELP = "bring what lies in this machine's journals into the tables"
WAIT_S = 60.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "--wait",
        type=_seconds,
        default=WAIT_S,
        metavar="SECONDS",
        help=f"how long to wait for another process that ingests (default: {WAIT_S:g})",
    )
    parser.add_argument(
        "--adopt",
        action="store_true",
        help="also what waits for another machine or container, which you know to be gone",
    )
    add_reason(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Drain.

    Returns:
        1 where something that should be in the tables is not.

    Raises:
        NotFound: there is no such store, nor anything on its way to it.
    """
    from runlake.journal import journal_root, store_uri
    from runlake.store.ingest import drain
    from runlake.store.layout import open_store

    uri = store_uri(args.store)
    if not journal_root(uri).is_dir():
        open_store(uri)  # nothing was ever logged to it here: is there such a store at all?
    adopted, kept = _adopted(uri, args.reason) if args.adopt else (0, ())
    report = drain(uri, wait_s=args.wait)
    rows = {table: count for table, count in sorted(report.ingested.items()) if count}
    problems = [*kept, *report.problems]
    data = {"ingested": rows, "adopted": adopted, "waiting": report.waiting, "problems": problems}
    text = _text(rows, adopted, report.waiting)
    write(Result("runlake.ingest/1", data=[data], text=lambda _: text), args.format, args.output)
    for sentence in problems:
        print(f"runlake: {plain(sentence)}", file=sys.stderr)
    return 1 if problems or report.waiting else 0


def _adopted(uri: str, reason: str | None) -> tuple[int, tuple[str, ...]]:
    """Take over what waits for another machine: how many journals, and what is left where it is."""
    from runlake.actions import adopt_journals

    done = adopt_journals(uri, actor=actor(), reason=reason)
    denied = tuple(f"denied: {change.action} on {change.target_type} {change.target_id}" for change in done.denied)
    return len(done.changes), (*done.unchanged, *denied)


def _text(rows: dict[str, int], adopted: int, waiting: int) -> str:
    told = [f"{table}: {counted(count, 'row')}" for table, count in rows.items()] or ["nothing to ingest"]
    told = [f"taken over: {counted(adopted, 'journal')}", *told] if adopted else told
    return "\n".join([*told, *([f"still waiting: {counted(waiting, 'journal segment')}"] if waiting else [])])


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 86_400:
        raise argparse.ArgumentTypeError(f"expected seconds from 0 to 86400, but got {text!r}")
    return found
