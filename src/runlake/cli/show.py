"""`runlake show`: everything known about one run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runlake.cli.formats import Result, aligned, write
from runlake.cli.formats.table import facts
from runlake.cli.formats.text import duration, size
from runlake.cli.options import TEXT_AND_JSON, add_as_of, add_format, add_store
from runlake.cli.reading import say_pending, snapshot
from runlake.errors import InvalidValue
from runlake.formats import plain
from runlake.ids import short_id

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import polars as pl

    from runlake.query import Lake

NAME = "show"
HELP = "everything known about a run"
_EVENTS_SHOWN = 10
_ARTIFACTS_SHOWN = 20
_REST = "use --format json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("run_text", metavar="RUN", help="id, unique end of an id, or experiment:name")
    parser.add_argument(
        "--reproduce", action="store_true", help="print the shell script that makes the run again, and nothing else"
    )
    add_as_of(parser)
    add_format(parser, TEXT_AND_JSON)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Show the run."""
    from runlake.query import open_lake

    lake = open_lake(args.store, as_of=args.as_of)
    if args.reproduce:
        return _reproduce(lake, args)
    known = gathered(lake, args.run_text)
    result = Result("runlake.run/1", data=[known], snapshot=snapshot(lake), text=lambda columns: _text(known, columns))
    write(result, args.format, args.output)
    say_pending(lake)
    return 0


def _reproduce(lake: Lake, args: argparse.Namespace) -> int:
    from runlake.cli.formats import Format
    from runlake.query.reproduce import script

    if args.format is not Format.TABLE:
        raise InvalidValue("--format", str(args.format), "no format beside --reproduce, which prints a script")
    text = script(lake.recipe(args.run_text)).decode()
    write(Result("", text=lambda _columns: text), args.format, args.output)
    say_pending(lake)
    return 0


def gathered(lake: Lake, run_text: str) -> dict[str, Any]:
    """Gather what is known of a run: facts first, then one list per kind.

    Raises:
        NotFound, Ambiguous: `run_text` names no run or several.
    """
    one = lake.run(run_text)
    return {
        "run": dict(one.header),
        "identity": dict(one.identity),
        "silent_s": one.silent_s,
        "problems": list(one.problems),
        "params": _of(one.params),
        "results": _of(one.results),
        "metrics": _of(one.summaries),
        "tags": _of(one.tags),
        "datasets": [_parsed(row, "attributes") for row in _of(one.datasets)],
        "links": [_parsed(row, "attributes") for row in one.links.to_dicts()],
        "artifacts": [_parsed(row, "metadata") for row in _of(one.artifacts)],
        "parent": next(iter(one.parent.to_dicts()), None),
        "children": one.children.to_dicts(),
        "events": [_parsed(_parsed(row, "old"), "new") for row in one.events.to_dicts()],
    }


def _of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.drop("run_id").to_dicts()


def _parsed(row: dict[str, Any], name: str) -> dict[str, Any]:
    try:
        return {**row, name: json.loads(row[name])} if row[name] is not None else row
    except ValueError:
        return row


def _text(known: dict[str, Any], columns: int | None) -> str:
    header = known["run"]
    title = f"{plain(header['name'] or 'unnamed')}  {short_id(header['run_id'])}"
    sections = [title + ("  (deleted)" if header["deleted"] else ""), facts(_header(header), columns=columns)]
    if known["problems"]:
        sections.append("problems\n" + "\n".join(plain(sentence) for sentence in known["problems"]))
    for name, heads, rows in _tables(known):
        if rows:
            shown = rows[:_ARTIFACTS_SHOWN] if name == "artifacts" else rows
            some = f", {len(shown)} of them here; --format json has all" if len(shown) < len(rows) else ""
            sections.append(f"{name} ({len(rows)}{some})\n{aligned(heads, shown, columns=columns, rest=_REST)}")
    events = known["events"]
    if events:
        rows = [
            (e["ts"], e["user"] or (f"({e['client']})" if e["client"] else "not recorded"), e["action"], e["reason"])
            for e in events[:_EVENTS_SHOWN]
        ]
        more = f", the newest {_EVENTS_SHOWN}" if len(events) > _EVENTS_SHOWN else ""
        sections.append(
            f"events ({len(events)}{more})\n"
            + aligned(("when", "who", "what", "reason"), rows, columns=columns, rest=_REST)
        )
    return "\n\n".join(sections)


def _header(header: dict[str, Any]) -> list[tuple[str, object]]:
    hidden = {"name", "deleted", "actor_id", "experiment_id", "duration_s", "memory_bytes", "changed_at"}
    pairs: list[tuple[str, object]] = []
    for name, value in header.items():
        if name == "ended_at":
            pairs += [("ended at", value), ("duration", _duration(header["duration_s"]))]
        elif name == "platform":
            memory = header["memory_bytes"]
            pairs += [("platform", value), ("memory", None if memory is None else size(memory))]
        elif name == "heartbeat_at":
            pairs.append(("last sign of life", value if header["status"] == "running" else None))
        elif name not in hidden:
            pairs.append((name.replace("_", " "), value))
    return [(name, value) for name, value in pairs if value is not None]


def _duration(seconds: float | None) -> str | None:
    return None if seconds is None else duration(seconds)


def _tables(known: dict[str, Any]) -> list[tuple[str, Sequence[str], list[Sequence[object]]]]:
    return [
        ("tags", ("key", "values"), [(t["key"], t["values"]) for t in known["tags"]]),
        ("params", ("key", "value", "type"), [(p["key"], p["value"], p["type"]) for p in known["params"]]),
        ("results", ("key", "value"), [(r["key"], r["value"]) for r in known["results"]]),
        (
            "metrics",
            ("key", "last", "at step", "min", "max", "mean", "points", "NaN"),
            [
                (
                    m["key"],
                    m["last_value"],
                    m["last_step"],
                    m["min_value"],
                    m["max_value"],
                    m["mean"],
                    m["count"],
                    m["nan_count"],
                )
                for m in known["metrics"]
            ],
        ),
        (
            "datasets",
            ("name", "role", "version"),
            [(d["name"], d["role"], d["version"] or "not recorded") for d in known["datasets"]],
        ),
        (
            "artifacts",
            ("path", "version", "kind", "size", "sha256"),
            [
                (a["path"], a["version"], a["kind"], _size(a["size_bytes"]), (a["sha256"] or "not recorded")[:12])
                # What the run logged itself comes before what was captured of its surroundings.
                for a in sorted(known["artifacts"], key=lambda a: a["path"].startswith("runlake/"))
            ],
        ),
        (
            "nested runs",
            ("run", "name", "status", "started"),
            [(short_id(c["run_id"]), c["name"], c["status"], c["started_at"]) for c in known["children"]],
        ),
    ]


def _size(count: int | None) -> str:
    return "not recorded" if count is None else size(count)
