"""`runlake runs`: lists runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from runlake.cli.formats import Result, aligned, write
from runlake.cli.formats.text import Whole, duration, when
from runlake.cli.options import add_as_of, add_format, add_limit, add_store
from runlake.cli.reading import say_pending, snapshot
from runlake.ids import short_id

if TYPE_CHECKING:
    import argparse

    import polars as pl

NAME = "runs"
HELP = "list runs"
# For people the random end of the id comes first, and what tells runs apart before what describes them.
_FIRST = ("run_id", "name", "experiment", "status", "started_at", "duration_s", "user")
_HEADS = {"run_id": "run", "started_at": "started", "duration_s": "duration"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        nargs="?",
        help="path of an experiment, with everything below it; path/. for the experiment alone",
    )
    parser.add_argument("--where", metavar="EXPR", help="filter, such as \"metrics.f1 > 0.8 and params.model = 'rf'\"")
    parser.add_argument("--order-by", metavar="EXPR", help='such as "metrics.f1 desc" (default: started_at desc)')
    parser.add_argument("--columns", metavar="A,B", help="only these columns; a key with a comma is quoted")
    parser.add_argument("--deleted", action="store_true", help="deleted runs too")
    add_limit(parser)
    add_as_of(parser)
    add_format(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """List the runs."""
    from runlake.query import open_lake

    lake = open_lake(args.store, as_of=args.as_of)
    frame = lake.runs(
        where=args.where,
        order_by=args.order_by,
        limit=args.limit,
        columns=None if args.columns is None else listed(args.columns),
        experiment=args.experiment,
        deleted=args.deleted,
    )
    as_asked = args.columns is not None
    result = Result(
        "runlake.runs/1",
        frame=frame,
        snapshot=snapshot(lake),
        text=lambda columns: table(frame, columns, as_asked=as_asked),
    )
    write(result, args.format, args.output)
    say_pending(lake)
    return 0


def listed(text: str) -> list[str]:
    """Split `a,b,"c,d"` at the commas outside of quotes."""
    names, current, quote = [], "", ""
    for c in text:
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'`":
            quote = c
        if c == "," and not quote:
            names.append(current)
            current = ""
        else:
            current += c
    return [_unquoted(name.strip()) for name in (*names, current) if name.strip()]


def table(frame: pl.DataFrame, columns: int | None, *, as_asked: bool = False) -> str:
    """Lay out runs for people.

    Args:
        frame: as `Lake.runs` gives it.
        columns: width of the terminal; None does not limit it.
        as_asked: keep the columns and their order.
    """
    if frame.is_empty():
        return "no runs"
    names = list(frame.columns)
    if not as_asked:
        first = [name for name in _FIRST if name in names]
        rest = [name for name in names if name not in {*_FIRST, "ended_at"}]
        names = (
            first + [n for n in rest if n.startswith("metrics.")] + [n for n in rest if not n.startswith("metrics.")]
        )
    shown = frame.select(names)
    rows = [[_for_people(name, value) for name, value in zip(names, row, strict=True)] for row in shown.iter_rows()]
    return aligned([_HEADS.get(name, name) for name in names], rows, columns=columns)


def _unquoted(name: str) -> str:
    return name[1:-1] if len(name) > 1 and name[0] in "\"'`" and name[-1] == name[0] else name


def _for_people(name: str, value: object) -> object:
    if name in {"run_id", "parent_run_id"} and isinstance(value, str):
        return Whole(short_id(value))
    if name == "duration_s" and isinstance(value, float):
        return Whole(duration(value))
    if isinstance(value, datetime):
        return Whole(when(value)[:16] + "Z")  # to the minute: what matters here is which day and hour
    return value
