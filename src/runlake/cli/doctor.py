"""`runlake doctor`: what is wrong or at risk, and what to do. It writes nothing unless told to fix."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from runlake.cli.formats import Result, write
from runlake.cli.formats.text import counted
from runlake.cli.options import TEXT_AND_JSON, actor, add_format, add_store
from runlake.errors import NotFound, RunlakeError
from runlake.formats import plain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from runlake.query import Lake
    from runlake.store.health import Finding
    from runlake.store.snapshot import Snapshot

NAME = "doctor"
HELP = "what is wrong or at risk, and what to do"
GOOD, FINDINGS, INCOMPLETE = 0, 1, 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "--fix",
        action="store_true",
        help="first mend damaged checkpoints and bring what waits in the journals into the tables",
    )
    add_format(parser, TEXT_AND_JSON)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Look at everything.

    Returns:
        0 where nothing is wrong, 1 with findings, 3 where not everything could be checked.
    """
    from runlake.journal import store_uri

    uri = store_uri(args.store)
    if args.fix:
        _fix(uri)
    found = findings(uri)
    write(
        Result("runlake.findings/1", data=[asdict(f) for f in found], text=lambda _: _text(uri, found)),
        args.format,
        args.output,
    )
    return exit_code(found)


def findings(uri: str) -> list[Finding]:
    """Gather the findings of all checks; a check that cannot be done is a finding too."""
    from runlake.cli.checks.journals import journal_findings
    from runlake.cli.checks.places import place_findings
    from runlake.cli.checks.runs import run_findings
    from runlake.store.health import Severity, store_findings, table_findings

    places = _checked("places", lambda: place_findings(uri))
    found = [*store_findings(uri), *places, *_checked("journals", lambda: journal_findings(uri))]
    if any(f.code in {"store.missing", "store.unreadable"} for f in found):
        return found
    tables = _checked("tables", lambda: table_findings(uri))
    runs = _checked("runs", lambda: run_findings(_undrained(uri)))
    order = [Severity.PROBLEM, Severity.WARNING, Severity.UNCHECKED, Severity.INFO]
    return sorted([*found, *tables, *runs], key=lambda f: order.index(f.severity))


def exit_code(found: list[Finding]) -> int:
    """Return the exit code for what was found."""
    from runlake.store.health import Severity

    severities = {f.severity for f in found}
    if severities & {Severity.PROBLEM, Severity.WARNING}:
        return FINDINGS
    return INCOMPLETE if Severity.UNCHECKED in severities else GOOD


def _checked(what: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    from runlake.store.health import Finding, Severity

    try:
        return look()
    except (RunlakeError, OSError) as problem:
        return [Finding(f"{what}.unchecked", Severity.UNCHECKED, f"the {what} could not be checked: {problem}")]


def _undrained(uri: str) -> Lake:
    from runlake.clock import SystemClock
    from runlake.query import Lake
    from runlake.store.snapshot import open_snapshot

    def reopen() -> Snapshot:
        return open_snapshot(uri, drain=False)

    return Lake(reopen(), reopen=reopen, clock=SystemClock())


def _fix(uri: str) -> None:
    from runlake.actions import repair_store
    from runlake.store.ingest import drain

    problems: list[str] = []
    try:
        mended = repair_store(uri, actor=actor())[1]
    except NotFound:  # nothing to mend; what waits in the journals makes the store
        mended = {}
    except (RunlakeError, OSError) as problem:
        mended, problems = {}, [str(problem)]
    problems += [f"table {name}: set aside {counted(count, 'damaged file')}" for name, count in mended.items()]
    for sentence in [*problems, *drain(uri).problems]:
        print(f"runlake: {plain(sentence)}", file=sys.stderr)


def _text(uri: str, found: list[Finding]) -> str:
    from runlake.store.health import Severity

    lines = [f"store {plain(uri)}"]
    for finding in found:
        lines.append(f"{finding.severity:<9}  {plain(finding.message)}  [{finding.code}]")
        if finding.advice:
            lines.append(f"{'':<9}  -> {plain(finding.advice)}")
    if all(f.severity is Severity.INFO for f in found):
        lines.append("nothing is wrong")
    return "\n".join(lines)
