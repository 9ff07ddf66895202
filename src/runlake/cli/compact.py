"""`runlake compact`: many small data files become few sorted ones."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from runlake.cli.formats import Result, aligned, plain, write
from runlake.cli.formats.text import counted, size
from runlake.cli.options import actor, add_reason, add_store
from runlake.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.schema import Table
    from runlake.store.compact import Compacted

NAME = "compact"
HELP = "rewrite many small data files into few sorted ones; every row stays as it is"
GOOD, FAILED = 0, 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("tables", metavar="TABLE", nargs="*", type=_table, help="only these tables (default: all)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    add_reason(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Compact.

    Returns:
        1 where a table could not be compacted to the end.
    """
    tables = args.tables or list(TABLES.values())
    done = _would(args.store, tables) if args.dry_run else _do(args, tables)
    write(
        Result("runlake.compact/1", data=[asdict(one) for one in done], text=lambda columns: _text(done, columns)),
        args.format,
        args.output,
    )
    for one in done:
        if one.problem:
            print(f"runlake: table {one.table}: {plain(one.problem)}", file=sys.stderr)
    return FAILED if any(one.problem for one in done) else GOOD


def _would(store: str | None, tables: Sequence[Table]) -> list[Compacted]:
    from runlake.journal import store_uri
    from runlake.store.compact import compact

    return compact(store_uri(store), tables=tables, dry_run=True)


def _do(args: argparse.Namespace, tables: Sequence[Table]) -> list[Compacted]:
    from runlake.actions import compact_store

    outcome, done = compact_store(args.store, tables, actor=actor(), reason=args.reason, progress=_progress)
    for sentence in outcome.pending:
        print(f"runlake: note: {plain(sentence)}", file=sys.stderr)
    return done


def _progress(table: str, done: int, of: int) -> None:
    if sys.stderr.isatty() and of:
        print(f"\r{table}: {done} of {of}\x1b[K", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _text(done: Sequence[Compacted], columns: int | None) -> str:
    touched = [one for one in done if one.rows]
    if not touched:
        return f"nothing to compact: {counted(sum(one.files_after for one in done), 'file')} in all"
    names = ("table", "files", "now", "size", "now", "rows rewritten")
    rows = [
        (one.table, one.files_before, one.files_after, size(one.bytes_before), size(one.bytes_after), one.rows)
        for one in touched
    ]
    return aligned(names, rows, columns=columns)


def _table(name: str) -> Table:
    if name not in TABLES:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(TABLES)}, but got {name!r}")
    return TABLES[name]
