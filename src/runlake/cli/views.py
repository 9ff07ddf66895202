"""`runlake views`: lists saved views of the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.cli.formats import Result, aligned, write
from runlake.cli.formats.text import Whole
from runlake.cli.options import actor, add_as_of, add_format, add_store
from runlake.cli.reading import say_pending, snapshot

if TYPE_CHECKING:
    import argparse

    import polars as pl

NAME = "views"
HELP = "list saved views of the dashboard"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--user", metavar="NAME", help="whose private views to list too (default: yours)")
    parser.add_argument("--deleted", action="store_true", help="deleted ones too")
    add_as_of(parser)
    add_format(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """List views."""
    from runlake.query import open_lake

    lake = open_lake(args.store, as_of=args.as_of)
    frame = lake.views(user=actor().user if args.user is None else args.user, deleted=args.deleted)
    result = Result(
        "runlake.views/1",
        frame=frame,
        data=frame.to_dicts(),
        snapshot=snapshot(lake),
        text=lambda columns: _table(frame, columns),
    )
    write(result, args.format, args.output)
    say_pending(lake)
    return 0


def _table(frame: pl.DataFrame, columns: int | None) -> str:
    if frame.is_empty():
        return "no views"
    names = ("view", "page", "visibility", "saved by", "last changed", "link", "description")
    rows = [
        (
            row["name"],
            row["page"],
            "deleted" if row["deleted"] else row["visibility"],
            row["user"] or "not recorded",
            row["changed_at"],
            Whole(f"/{row['page']}?saved={row['view_id']}"),
            row["description"] or None,
        )
        for row in frame.to_dicts()
    ]
    return aligned(names, rows, columns=columns)
