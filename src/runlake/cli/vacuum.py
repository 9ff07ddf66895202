"""`runlake vacuum`: removes files that nothing needs any more, and archives old commits."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from runlake.cli.formats import Result, aligned, plain, write
from runlake.cli.formats.text import size
from runlake.cli.options import actor, add_reason, add_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.store.vacuum import Vacuumed

NAME = "vacuum"
HELP = "remove files that compaction has replaced, and archive old commits; rows and history stay"
KEEP_DAYS = 30
_DAY_S = 86_400.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "--keep",
        type=_days,
        default=KEEP_DAYS,
        metavar="DAYS",
        help=f"files that were in use within so many days stay, at least 7 (default: {KEEP_DAYS})",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    add_reason(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Vacuum."""
    done = _would(args.store, args.keep) if args.dry_run else _do(args)
    write(
        Result("runlake.vacuum/1", data=[asdict(one) for one in done], text=lambda columns: _text(done, columns)),
        args.format,
        args.output,
    )
    return 0


def _would(store: str | None, days: float) -> list[Vacuumed]:
    from runlake.journal import store_uri
    from runlake.store.vacuum import vacuum

    return vacuum(store_uri(store), keep_s=days * _DAY_S, dry_run=True)


def _do(args: argparse.Namespace) -> list[Vacuumed]:
    from runlake.actions import vacuum_store

    outcome, done = vacuum_store(args.store, keep_s=args.keep * _DAY_S, actor=actor(), reason=args.reason)
    for sentence in outcome.pending:
        print(f"runlake: note: {plain(sentence)}", file=sys.stderr)
    return done


def _text(done: Sequence[Vacuumed], columns: int | None) -> str:
    rows = [(one.table, one.files, size(one.size_bytes), one.archived) for one in done if one.files or one.archived]
    if not rows:
        return "nothing to remove"
    return aligned(("table", "files", "size", "commits archived"), rows, columns=columns)


def _days(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 7 <= found <= 36_500:
        raise argparse.ArgumentTypeError(f"expected days from 7 on, but got {text!r}")
    return found
