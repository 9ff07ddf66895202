"""`runlake audit`: who did what, when, to what, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runlake.cli.formats import Result, aligned, write
from runlake.cli.formats.text import cell
from runlake.cli.options import add_as_of, add_format, add_limit, add_store
from runlake.cli.reading import say_pending, snapshot
from runlake.ids import short_id

if TYPE_CHECKING:
    import argparse

    from runlake.query import Lake

NAME = "audit"
HELP = "who did what, when, to what, and why"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    log = commands.add_parser("log", help="list events, the newest first", description="List events, the newest first.")
    log.add_argument("--user", metavar="NAME", help="only what this person did")
    log.add_argument("--run", metavar="RUN", dest="run_text", help="only what was done to this run")
    log.add_argument("--since", metavar="TIME", help="only from this time on: ISO 8601, or -7d")
    log.add_argument("--until", metavar="TIME", help="only before this time")
    log.add_argument("--action", metavar="ACTION", help="only this action: tag.set, or run. for all that begin so")
    add_limit(log)
    add_as_of(log)
    add_format(log)
    add_store(log)
    log.set_defaults(run=run_log)


def run_log(args: argparse.Namespace) -> int:
    """List events."""
    from runlake.query import open_lake

    lake = open_lake(args.store, as_of=args.as_of)
    frame = lake.events(
        run_ids=None if args.run_text is None else [lake.find(args.run_text)],
        user=args.user,
        since=args.since,
        until=args.until,
        action=args.action,
    )
    frame = frame if args.limit is None else frame.head(args.limit)
    events = frame.to_dicts()
    result = Result(
        "runlake.events/1",
        frame=frame,
        data=[{**event, "old": _decoded(event["old"]), "new": _decoded(event["new"])} for event in events],
        snapshot=snapshot(lake),
        text=lambda columns: _text(events, _paths(lake), columns),
    )
    write(result, args.format, args.output)
    say_pending(lake)
    return 0


def _paths(lake: Lake) -> dict[str, str]:
    """Return the path of each experiment by its id."""
    return {i: path for i, path in lake.experiments().select("experiment_id", "path").rows() if path}


def _text(events: list[dict[str, Any]], paths: dict[str, str], columns: int | None) -> str:
    if not events:
        return "no events"
    names = ("when", "who", "what", "target", "change", "reason", "result")
    rows = [(e["ts"], _who(e), e["action"], _target(e, paths), _change(e), e["reason"], e["result"]) for e in events]
    return aligned(names, rows, columns=columns)


def _who(event: dict[str, Any]) -> str:
    """Name who acted, and say where somebody chose that name in the settings of the dashboard."""
    if not event["user"]:
        return _program(event)
    return f"{event['user']} (claimed)" if event["auth_method"] == "claimed" else event["user"]


def _program(event: dict[str, Any]) -> str:
    """Name what acted where no person did."""
    return f"({event['client']})" if event["client"] else "not recorded"


def _target(event: dict[str, Any], paths: dict[str, str]) -> str:
    kind, target, run_id = event["target_type"], event["target_id"], event["run_id"]
    if kind == "run" or target == run_id:
        return f"run {short_id(target)}"
    shown = paths.get(target, short_id(target)) if kind == "experiment" else target
    return f"{kind} {shown}" + (f" of run {short_id(run_id)}" if run_id else "")


def _change(event: dict[str, Any]) -> str:
    old, new = _decoded(event["old"]), _decoded(event["new"])
    if isinstance(new, dict):
        before = old if isinstance(old, dict) else {}
        return ", ".join(f"{field}: {_step(before.get(field), value)}" for field, value in new.items())
    return "" if old is None and new is None else _step(old, new)


def _step(old: object, new: object) -> str:
    return _value(new) if old is None else f"{_value(old)} -> {_value(new)}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}={_value(v)}" for k, v in value.items())
    if value is None or value == "":
        return "nothing"
    return "no value" if value == [] else cell(value)


def _decoded(text: str | None) -> object:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text
