"""What a changing command says about what it changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from runlake.cli.formats import Result, write
from runlake.cli.formats.text import cell
from runlake.formats import plain
from runlake.ids import short_id

if TYPE_CHECKING:
    import argparse

    from runlake.actions import Change, Outcome

GOOD, FAILED = 0, 1


def report(outcome: Outcome, args: argparse.Namespace) -> int:
    """Print what became of an action; returns the exit code, 1 where something was denied."""
    write(Result("runlake.changes/1", data=_data(outcome), text=lambda _: _text(outcome)), args.format, args.output)
    for change in outcome.denied:
        print(f"runlake: denied: {change.action} on {change.target_type} {plain(change.target_id)}", file=sys.stderr)
    for sentence in outcome.pending:
        print(f"runlake: note: {plain(sentence)}", file=sys.stderr)
    return FAILED if outcome.denied else GOOD


def _data(outcome: Outcome) -> list[object]:
    told = [(change, "ok") for change in outcome.changes] + [(change, "denied") for change in outcome.denied]
    return [
        *(
            {
                "result": result,
                "event_id": change.event_id,
                "action": change.action,
                "target_type": change.target_type,
                "target_id": change.target_id,
                "run_id": change.run_id,
                "old": change.old,
                "new": change.new,
            }
            for change, result in told
        ),
        *({"result": "unchanged", "message": sentence} for sentence in outcome.unchanged),
    ]


def _text(outcome: Outcome) -> str:
    lines = [_sentence(change) for change in outcome.changes]
    lines += [f"nothing to change: {plain(sentence)}" for sentence in outcome.unchanged]
    return "\n".join(lines) or "nothing changed"


def _sentence(change: Change) -> str:
    who = f"run {short_id(change.run_id)}" if change.run_id else change.target_type
    if change.target_type == "tag":
        return f"{who}: tag {plain(change.target_id)} {_from_to(change.old, change.new)}"
    verb = change.action.partition(".")[2]
    if verb in {"delete", "restore", "archive", "create"}:
        return f"{_target(who, change)} {verb}d"
    old = change.old if isinstance(change.old, dict) else {}
    new = change.new if isinstance(change.new, dict) else {}
    told = [
        f"{field.replace('_', ' ')} {_from_to(old.get(field) or None, value or None)}" for field, value in new.items()
    ]
    return f"{_target(who, change)}: {', '.join(told)}"


def _target(who: str, change: Change) -> str:
    return who if change.run_id else f"{who} {plain(change.label or short_id(change.target_id))}"


def _from_to(old: object, new: object) -> str:
    if new is None:
        return f"removed (was {_value(old)})"
    return f"set to {_value(new)}" + ("" if old is None else f" (was {_value(old)})")


def _value(value: object) -> str:
    if isinstance(value, list):
        return cell(value) if value else "no value"
    if isinstance(value, dict):
        return cell([f"{k}={cell(v)}" if v else k for k, v in value.items()])
    return repr(cell(value)) if isinstance(value, str) else cell(value)
