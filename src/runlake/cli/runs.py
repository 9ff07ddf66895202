"""`runlake runs`: lists runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from runlake.cli.formats import Result, aligned, write
from runlake.cli.formats.text import Whole, cut, duration, when
from runlake.cli.grouping import add_grouping, print_groups
from runlake.cli.options import add_as_of, add_format, add_limit, add_store
from runlake.cli.reading import say_pending, snapshot
from runlake.formats import plain
from runlake.ids import short_id

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import polars as pl

    from runlake.query import Lake
    from runlake.query.expression import Field

NAME = "runs"
HELP = "list runs"
# For people the random end of the id comes first, and what tells runs apart before what describes them.
_FIRST = ("run_id", "name", "experiment", "status")
_THEN = ("started_at", "duration_s", "user")
_HELD_OUT = ("val", "test", "eval")
_REST = 'choose with --columns, such as "name,metrics.*", or use --format csv'
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
    add_grouping(parser)
    parser.add_argument("--deleted", action="store_true", help="deleted runs too")
    add_limit(parser)
    add_as_of(parser)
    add_format(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """List the runs."""
    from runlake.query import open_lake

    lake = open_lake(args.store, as_of=args.as_of)
    columns = None if args.columns is None else listed(args.columns)
    if args.group_by is not None:
        print_groups(lake, args, by=listed(args.group_by), metrics=columns, left_out=listed(args.leave_out or ""))
        return 0
    asked = {
        "where": args.where,
        "order_by": args.order_by,
        "limit": args.limit,
        "experiment": args.experiment,
        "deleted": args.deleted,
    }
    frame = lake.runs(**asked, columns=columns)

    def text(columns: int | None) -> str:
        if frame.is_empty():
            return nothing(lake, experiment=args.experiment, where=args.where)
        if args.columns is not None:
            return table(frame, columns, as_asked=True)
        extra = aspects(lake, args.order_by, args.where)
        shown = frame.hstack(lake.runs(**asked, columns=extra)) if extra else frame
        return table(shown, columns, leading=leading(lake, shown, args.order_by, args.where))

    write(Result("runlake.runs/1", frame=frame, snapshot=snapshot(lake), text=text), args.format, args.output)
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


def aspects(lake: Lake, order_by: str | None, where: str | None) -> list[str]:
    """Return the columns of such as `metrics.f1.max`, by which runs are ordered or chosen and which a frame leaves out."""
    from runlake.query.expression import FieldKind
    from runlake.query.names import run_column

    known = set(lake.keys().metrics)
    fields = [field for field in _asked(order_by, where) if field.kind is FieldKind.METRIC and field.key in known]
    named = dict.fromkeys(run_column(field) for field in fields if field.aspect)
    # A series may itself be called as the aspect of another is, and then keeps the name.
    return [name for name in named if name.removeprefix("metrics.") not in known]


def _asked(order_by: str | None, where: str | None) -> list[Field]:
    from runlake.query.compile import fields
    from runlake.query.language import parse, parse_order

    asked = [order.field for order in parse_order(order_by)] if order_by else []
    return asked + (sorted(fields(parse(where)), key=lambda field: field.column) if where else [])


def leading(lake: Lake, frame: pl.DataFrame, order_by: str | None, where: str | None) -> list[str]:
    """Return the columns that matter most: what the runs are ordered and chosen by, else one metric."""
    from runlake.query.expression import FieldKind
    from runlake.query.names import run_column

    named = []
    for field in _asked(order_by, where):
        whole = field.key if field.kind is FieldKind.ATTRIBUTE else f"{field.kind}.{field.key}"
        named.append(run_column(field) if run_column(field) in frame.columns else whole)
    kept = [name for name in dict.fromkeys(named) if name in frame.columns and name not in _FIRST]
    if any(name.startswith(("metrics.", "summary.")) for name in kept):
        return kept
    declared = [
        f"metrics.{key}" for key in lake.experiments()["primary_metric"].drop_nulls().unique(maintain_order=True)
    ]
    metrics = [name for name in frame.columns if name.startswith("metrics.") and frame[name].null_count() < len(frame)]
    ranked = sorted(
        metrics,
        key=lambda m: (frame[m].null_count(), m not in declared, not m.partition(".")[2].startswith(_HELD_OUT), m),
    )
    return kept + ranked[:1]


def nothing(lake: Lake, *, experiment: str | None, where: str | None) -> str:
    """Say why no run is listed: the store has none, or what was asked for is not in it."""
    from runlake.query.compile import fields
    from runlake.query.language import parse

    total = len(lake.runs(columns=["run_id"]))
    if not total and lake.as_of is not None and lake.begun is not None and lake.as_of < lake.begun:
        return f"no runs: the store's first commit is of {when(lake.begun)}, after {when(lake.as_of)}"
    if not total or (experiment is None and where is None):
        return "no runs"
    said = [f"no runs (of {total:,} in the store)"]
    if experiment is not None:
        paths = lake.experiments()["path"].drop_nulls().to_list()
        wanted = experiment.removesuffix("/.")
        if not any(path == wanted or path.startswith(f"{wanted}/") for path in paths):
            said.append(f"no experiment {cut(plain(wanted), 60)!r}{_close(wanted, paths)}")
    known = lake.keys()
    kinds = {"metrics": known.metrics, "params": known.params, "tags": known.tags, "summary": known.summary}
    for field in sorted(fields(parse(where)), key=lambda field: field.column) if where else []:
        keys = kinds.get(str(field.kind))
        if keys is not None and field.key not in keys:
            said.append(f"no run has {field.kind}.{cut(plain(field.key), 60)}{_close(field.key, keys)}")
    return "\n".join(dict.fromkeys(said))


def _close(wanted: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    within = [name for name in known if name.endswith(f"/{wanted}")]
    found = (within + get_close_matches(wanted, known, n=3))[:3]
    return f"; did you mean {' or '.join(plain(name) for name in dict.fromkeys(found))}?" if found else ""


def table(frame: pl.DataFrame, columns: int | None, *, as_asked: bool = False, leading: Sequence[str] = ()) -> str:
    """Lay out runs for people.

    Args:
        frame: as `Lake.runs` gives it.
        columns: width of the terminal; None does not limit it.
        as_asked: keep the columns and their order.
        leading: the columns that stand before all that only describes a run.
    """
    if frame.is_empty():
        return "no runs"
    names = list(frame.columns)
    if not as_asked:
        names = _ordered(frame, leading)
    shown = frame.select(names)
    rows = [[_for_people(name, value) for name, value in zip(names, row, strict=True)] for row in shown.iter_rows()]
    return aligned([_HEADS.get(name, name) for name in names], rows, columns=columns, rest=_REST)


def _ordered(frame: pl.DataFrame, leading: Sequence[str]) -> list[str]:
    """Put first what tells runs apart; what no listed run has, and an experiment that all share, are last."""
    names = frame.columns
    rest = [name for name in names if name not in {*_FIRST, *_THEN, *leading, "ended_at"}]
    metrics = [name for name in rest if name.startswith("metrics.")]
    ordered = [*_FIRST, *leading, *_THEN, *metrics, *(name for name in rest if name not in metrics)]
    known = [name for name in dict.fromkeys(ordered) if name in names]
    shared = len(frame) > 1 and frame["experiment"].n_unique() == 1 if "experiment" in names else False
    last = {name for name in known if frame[name].null_count() == len(frame)} | ({"experiment"} if shared else set())
    return [name for name in known if name not in last] + [name for name in known if name in last]


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
