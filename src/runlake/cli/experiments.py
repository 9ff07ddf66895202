"""`runlake experiments`: lists, creates, renames, describes, archives and restores experiments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runlake.cli.changes import report
from runlake.cli.formats import Result, aligned, write
from runlake.cli.formats.text import Whole
from runlake.cli.options import actor, add_as_of, add_format, add_reason, add_store
from runlake.cli.reading import say_pending, snapshot

if TYPE_CHECKING:
    import argparse

    import polars as pl

    from runlake.actions import Details

NAME = "experiments"
HELP = "list and change experiments"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _configure_list(_add(commands, "list", "list experiments"))
    create = _changing(commands, "create", "create an experiment that has no run yet", run_create)
    _add_details(create)
    rename = _changing(commands, "rename", "rename or move an experiment with everything below it", run_rename)
    rename.add_argument("new_path", metavar="NEW_PATH", help="where it goes")
    _changing(commands, "archive", "put an experiment and everything below it away", run_archive)
    _changing(commands, "restore", "bring an archived experiment and everything below it back", run_restore)
    describe = _changing(commands, "describe", "write what an experiment is about", run_describe)
    describe.add_argument("description", metavar="TEXT", help="free text; '' takes it away")
    edit = _changing(commands, "set", "declare owner, tags, primary metric and direction of an experiment", run_set)
    _add_details(edit)
    edit.add_argument("--untag", action="append", default=[], metavar="KEY", help="take a tag away; may be repeated")


def run_list(args: argparse.Namespace) -> int:
    """List experiments."""
    import polars as pl

    from runlake.query import open_lake

    lake = open_lake(args.store, as_of=args.as_of)
    frame = lake.experiments()
    if not args.archived:
        frame = frame.filter(~pl.col("archived"))
    if args.path is not None:
        path = args.path.strip("/")
        frame = frame.filter((pl.col("path") == path) | pl.col("path").str.starts_with(f"{path}/"))
    result = Result(
        "runlake.experiments/1",
        frame=frame,
        data=[_parsed(row) for row in frame.to_dicts()],
        snapshot=snapshot(lake),
        text=lambda columns: _table(frame, columns),
    )
    write(result, args.format, args.output)
    say_pending(lake)
    return 0


def run_create(args: argparse.Namespace) -> int:
    """Create an experiment."""
    from runlake.actions import create_experiment

    return report(create_experiment(args.store, args.path, _details(args), actor=actor(), reason=args.reason), args)


def run_rename(args: argparse.Namespace) -> int:
    """Rename an experiment."""
    from runlake.actions import rename_experiment

    return report(rename_experiment(args.store, args.path, args.new_path, actor=actor(), reason=args.reason), args)


def run_archive(args: argparse.Namespace) -> int:
    """Archive an experiment."""
    from runlake.actions import archive_experiment

    return report(archive_experiment(args.store, args.path, actor=actor(), reason=args.reason), args)


def run_restore(args: argparse.Namespace) -> int:
    """Restore an experiment."""
    from runlake.actions import restore_experiment

    return report(restore_experiment(args.store, args.path, actor=actor(), reason=args.reason), args)


def run_describe(args: argparse.Namespace) -> int:
    """Describe an experiment."""
    from runlake.actions import Details, edit_experiment

    details = Details(description=args.description)
    return report(edit_experiment(args.store, args.path, details, actor=actor(), reason=args.reason), args)


def run_set(args: argparse.Namespace) -> int:
    """Declare facts of an experiment."""
    from runlake.actions import edit_experiment

    return report(edit_experiment(args.store, args.path, _details(args), actor=actor(), reason=args.reason), args)


def _configure_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="EXPERIMENT", nargs="?", help="only this one and what is below it")
    parser.add_argument("--archived", action="store_true", help="archived experiments too")
    add_as_of(parser)
    add_format(parser)
    add_store(parser)
    parser.set_defaults(run=run_list)


def _add(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    return parser


def _changing(commands: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser = _add(commands, name, text)
    parser.add_argument("path", metavar="EXPERIMENT", help="path, such as fraud_detection/baseline")
    add_reason(parser)
    add_store(parser)
    parser.set_defaults(run=run)
    return parser


def _add_details(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--description", metavar="TEXT", help="what it is about")
    parser.add_argument("--owner", metavar="NAME", help="who answers for it")
    parser.add_argument("--tag", action="append", default=[], metavar="KEY=VALUE", help="may be repeated")
    parser.add_argument("--primary-metric", metavar="KEY", help="the metric that decides which run is best")
    parser.add_argument("--reducer", metavar="HOW", help="how a series becomes one number: last, min, max or mean")
    parser.add_argument("--direction", metavar="WAY", help="minimize or maximize")
    parser.add_argument(
        "--split",
        action="append",
        metavar="KEY=METRIC@SPLIT",
        help="which split of which metric a key is, with one * in KEY if need be; KEY= for none; may be repeated; "
        "takes the place of all that was declared, so '' takes it away",
    )


def _details(args: argparse.Namespace) -> Details:
    from runlake.actions import Details

    tags: dict[str, list[str] | None] = {}
    for word in args.tag:
        key, has_value, value = word.partition("=")
        values = tags.setdefault(key, [])
        if has_value and values is not None:
            values.append(value)
    tags |= dict.fromkeys(getattr(args, "untag", []))
    splits = None
    if args.split is not None:
        from runlake.query.splits import read_lines

        splits = read_lines(args.split)
    return Details(
        description=args.description,
        owner=args.owner,
        primary_metric=args.primary_metric,
        reducer=args.reducer,
        direction=args.direction,
        tags=tags or None,
        splits=splits,
    )


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    from runlake.query.splits import rules_of

    return {**row, "tags": json.loads(row["tags"] or "{}"), "splits": rules_of(row["splits"])}


def _table(frame: pl.DataFrame, columns: int | None) -> str:
    if frame.is_empty():
        return "no experiments"
    names = ("experiment", "runs", "running", "best by", "owner", "last activity", "description")
    rows = [
        (
            Whole(row["path"] or "not recorded"),
            row["runs"],
            row["running"],
            _best_by(row),
            row["owner"] or None,
            row["last_activity_at"],
            row["description"],
        )
        for row in frame.to_dicts()
    ]
    return aligned(names, rows, columns=columns)


def _best_by(row: dict[str, Any]) -> str | None:
    if not row["primary_metric"]:
        return None
    return " ".join(part for part in (row["direction"], row["reducer"], row["primary_metric"]) if part)
