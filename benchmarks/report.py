"""Figures in, `RESULTS.md` out: one row per promise, met or missed, the peers of the same run beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measures import OURS, Measure, Taken
from benchmarks.promises import PROMISES, Promise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TITLE = "# What was measured"
PEERS = {"wandb": "W&B", "mlflow": "MLflow", "tensorboardX": "tensorboardX", "trackio": "Trackio"}


def render(taken: Sequence[Taken]) -> str:
    """Write the page."""
    found = {(m.figure, m.tracker): m for one in taken for m in one.measures}
    parts = [
        TITLE,
        "`make bench` writes this page from what it has measured; [how](README.md). Figures are medians, the"
        " smallest and the largest in brackets. Peers stand beside Runlake in the same run, and the ratio says how"
        " many times better Runlake's figure is: it is what counts, as the machine is not the reader's.",
        *_warning(taken),
        _promises(found),
        *_section("Why it was missed, and what would reach it", _missed(found)),
        *_section("What to know of the others", _known(found)),
        _how(taken),
    ]
    return "\n\n".join(parts) + "\n"


def met(promise: Promise, found: dict[tuple[str, str], Measure]) -> bool | None:
    """Whether a promise is kept; None where it was not measured."""
    value = figure(promise, found)
    if value is None:
        return None
    return value >= promise.limit if promise.at_least else value <= promise.limit


def figure(promise: Promise, found: dict[tuple[str, str], Measure]) -> float | None:
    """Return the figure that a promise is judged by."""
    ours = found.get((promise.figure, OURS))
    if ours is None or not promise.over:
        return ours.median if ours else None
    over = found.get((promise.figure, promise.over))
    return over.median / ours.median if over else None


def number(value: float) -> str:
    """Write a figure with three digits, or all before the point.

    >>> [number(v) for v in (0.0, 0.0213, 4.254, 116.9, 12345.6)]
    ['0', '0.0213', '4.25', '117', '12,346']
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _warning(taken: Sequence[Taken]) -> Iterator[str]:
    quick = sorted(one.benchmark for one in taken if one.quick)
    if quick:
        yield f"**Nothing is to be concluded from {', '.join(quick)}: only the code was tried, with `--quick`.**"


def _promises(found: dict[tuple[str, str], Measure]) -> str:
    rows = ["| promise | limit | Runlake | | peers in the same run | ratio |", "|---|---:|---:|---|---|---|"]
    rows += [_row(promise, found) for promise in PROMISES]
    return "\n".join(rows)


def _row(promise: Promise, found: dict[tuple[str, str], Measure]) -> str:
    sign = "≥" if promise.at_least else "≤"
    limit = f"{sign} {number(promise.limit)} {promise.unit}" if promise.limit else "0"
    kept = met(promise, found)
    ours = found.get((promise.figure, OURS))
    if kept is None or ours is None:
        return f"| {promise.says} | {limit} | not measured | | | |"
    word = "met" if kept else "**missed**"
    if promise.over:
        return f"| {promise.says} | {limit} | {number(figure(promise, found) or 0.0)} | {word} | | |"
    own = f"{_value(ours)} ({ours.of})" if ours.of else _value(ours)
    peers = [(PEERS[name], theirs) for name in PEERS if (theirs := found.get((promise.figure, name)))]
    beside = "; ".join(f"{name} {_value(theirs)}{_of(theirs, ours)}" for name, theirs in peers)
    ratios = "; ".join(f"{name} {_ratio(promise, ours, theirs)}" for name, theirs in peers)
    if not promise.limit:
        ratios = ""
    return f"| {promise.says} | {limit} | {own} | {word} | {beside or 'none'} | {ratios} |"


def _value(one: Measure) -> str:
    spread = f" [{number(min(one.values))} to {number(max(one.values))}]" if len(one.values) > 1 else ""
    return f"{number(one.median)}{spread}"


def _of(theirs: Measure, ours: Measure) -> str:
    return f" ({theirs.of})" if theirs.of != ours.of else ""


def _ratio(promise: Promise, ours: Measure, theirs: Measure) -> str:
    both = (theirs.median, ours.median) if promise.lower_is_better else (ours.median, theirs.median)
    if not both[1]:
        return "-"
    # who read or wrote less has not taken longer for it
    return f"{'' if theirs.same else 'over '}{number(both[0] / both[1])}"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"## {title}\n\n" + "\n".join(lines)


def _missed(found: dict[tuple[str, str], Measure]) -> list[str]:
    return [
        f"- **{p.says}.** {p.missed or 'Not looked into.'}{_also(p, found)}" for p in PROMISES if met(p, found) is False
    ]


def _known(found: dict[tuple[str, str], Measure]) -> list[str]:
    return [
        f"- {p.says}: {(p.know + _also(p, found)).strip()}"
        for p in PROMISES
        if met(p, found) and (p.know or _also(p, found))
    ]


def _also(promise: Promise, found: dict[tuple[str, str], Measure]) -> str:
    beside = [(found.get((name, OURS)), words) for name, words in promise.also]
    said = "; ".join(f"{number(m.median)} {words}" for m, words in beside if m)
    return f" Runlake's figures beside it: {said}." if said else ""


def _how(taken: Sequence[Taken]) -> str:
    rows = [
        "## Where and when",
        "| benchmark | began (UTC) | took | load before, after | how much |",
        "|---|---|---:|---|---|",
    ]
    for one in taken:
        size = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in one.size.items())
        at = one.at[:16].replace("T", " ")
        rows.append(f"| `{one.benchmark}` | {at} | {one.took_s:,.0f} s | {one.load[0]}, {one.load[1]} | {size} |")
    machines = dict.fromkeys("; ".join(one.machine.values()) for one in taken)
    versions = dict.fromkeys(", ".join(f"{name} {v}" for name, v in one.versions.items()) for one in taken)
    rows[1:1] = [""]
    said = [f"Machine: {m} (Python as the last)." for m in machines] + [f"Versions: {v}." for v in versions]
    return "\n".join(rows) + "\n\n" + "\n".join(said)
