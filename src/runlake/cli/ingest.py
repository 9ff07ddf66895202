"""`runlake ingest`: brings what lies in the journals of this machine into the tables."""

from __future__ import annotations

import argparse
import sys

from runlake.cli.formats import Result, plain, write
from runlake.cli.formats.text import counted
from runlake.cli.options import TEXT_AND_JSON, add_format, add_store

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
    add_format(parser, TEXT_AND_JSON)
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
    report = drain(uri, wait_s=args.wait)
    rows = {table: count for table, count in sorted(report.ingested.items()) if count}
    data = {"ingested": rows, "waiting": report.waiting, "problems": list(report.problems)}
    write(Result("runlake.ingest/1", data=[data], text=lambda _: _text(rows, report.waiting)), args.format, args.output)
    for sentence in report.problems:
        print(f"runlake: {plain(sentence)}", file=sys.stderr)
    return 1 if report.problems or report.waiting else 0


def _text(rows: dict[str, int], waiting: int) -> str:
    told = [f"{table}: {counted(count, 'row')}" for table, count in rows.items()] or ["nothing to ingest"]
    return "\n".join([*told, *([f"still waiting: {counted(waiting, 'journal segment')}"] if waiting else [])])


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 86_400:
        raise argparse.ArgumentTypeError(f"expected seconds from 0 to 86400, but got {text!r}")
    return found
