"""What several runs printed: the last lines beside each other, two outputs line by line, and what went wrong in each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import choose, format, matching, search_box
from components.charts import curve_controls
from components.compare import beside, line_diff
from components.run import console_view
from reads import data
from runlake.analysis.lines import difference
from runlake.formats import in_order

if TYPE_CHECKING:
    from components.compare.slots import Slot

MOST = 3  # outputs beside each other
LAST = 400  # lines of each
_MOST_CHARACTERS = 100_000
_COMPARED = 20_000  # lines of each of two
_TROUBLES = 50  # lines of each
_ERROR = r"(?i)\b(error|exception|traceback|fatal|critical|panic|failed|killed|oom)\b|Error:|Exception:"
_WARNING = r"(?i)\bwarn(ing)?s?\b|Warning:"
_NUMBER = re.compile(r"[+-]?\d+(?:[.,:]\d+)*(?:[eE][+-]?\d+)?%?")
_PX = 460


def show(runs: tuple[Slot, ...]) -> None:
    """Draw the controls, what went wrong, and the outputs.

    Raises:
        QueryError: the search does not parse.
    """
    curve_controls.ready(state.COMPARE_CONSOLE, state.COMPARE_TIMES, state.COMPARE_NUMBERS)
    others = {run.run_id: run for run in runs[1:]}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if others:
            st.segmented_control(
                "Show",
                state.COMPARE_CONSOLE.choices,
                key=state.COMPARE_CONSOLE.key,
                format_func=format.segment,
                required=True,
                label_visibility="collapsed",
                persist_state="session",
            )
        compares = bool(others) and state.COMPARE_CONSOLE.get() == "Difference"
        if compares:
            other = choose.one(
                state.COMPARE_OTHER,
                list(others),
                label="The other run",
                shown=lambda run_id: in_order(others[run_id].label),
            )
            unified = line_diff.layout()
            st.toggle(
                "Numbers count as equal", key=state.COMPARE_NUMBERS.key, persist_state="session",
                help="Lines that differ in numbers alone, such as a loss or a time, are taken for the same.",
            )  # fmt: skip
        else:
            search_box.show("Search lines", param=state.COMPARE_SEARCH)
            st.toggle("Times", key=state.COMPARE_TIMES.key, persist_state="session")
    if compares:
        pair = (runs[0], others[other])
        _troubles(pair)
        _difference(*pair, unified=unified)
    else:
        shown = beside.show(runs, most=MOST, key="compare.console.beside")
        _troubles(shown)
        for place, run in zip(st.columns(len(shown), gap="small"), shown, strict=True):
            with place:
                _last(run)


def drawn_over(lines: pl.DataFrame) -> pl.DataFrame:
    """Keep of each line what a terminal shows after its carriage returns; captured lines are so already."""
    last = pl.col("text").str.strip_chars_end("\r").str.split("\r").list.last()
    return lines.with_columns(last.alias("text"))


def troubles(lines: pl.DataFrame) -> pl.DataFrame:
    """Pick the lines that tell of an error or a warning: line (its number, from 1), kind, text."""
    numbered = lines.with_row_index("line", offset=1)
    kind = (
        pl.when(pl.col("text").str.contains(_ERROR))
        .then(pl.lit("error"))
        .when(pl.col("text").str.contains(_WARNING))
        .then(pl.lit("warning"))
    )
    return numbered.with_columns(kind.alias("kind")).drop_nulls("kind").select("line", "kind", "text")


def without_numbers(line: str) -> str:
    """Put one sign in the place of each number.

    >>> without_numbers("12:01:07 step 20  loss 3.1e-05 (45%)")
    '# step #  loss # (#)'
    """
    return _NUMBER.sub("#", line)


def _last(run: Slot) -> None:
    lines = drawn_over(data.console(run.run_id))
    st.markdown(f"**{format.markdown(run.label)}**")
    if lines.is_empty():
        st.caption("No console output was recorded.")
        return
    kept = matching.matches(lines["text"].to_list(), state.COMPARE_SEARCH.get())
    found = lines.filter(pl.Series(kept, dtype=pl.Boolean))
    shown = found.tail(LAST)
    st.caption(f"The last {shown.height:,} of {found.height:,} lines" if shown.height < found.height
               else f"{found.height:,} {'line' if found.height == 1 else 'lines'}")  # fmt: skip
    if shown.height:
        text = console_view.written(shown, timed=state.COMPARE_TIMES.get())[-_MOST_CHARACTERS:]
        st.code(in_order(text), language=None, height=_PX)


def _difference(left: Slot, right: Slot, *, unified: bool) -> None:
    outputs = [drawn_over(data.console(run.run_id)) for run in (left, right)]
    for run, lines in zip((left, right), outputs, strict=True):
        if lines.is_empty():
            st.caption(format.markdown(f"{run.label}: no console output was recorded."))
        elif lines.height > _COMPARED:
            st.caption(format.markdown(f"{run.label}: the last {_COMPARED:,} of {lines.height:,} lines are compared."))
    if any(lines.is_empty() for lines in outputs):
        return
    texts = [lines.tail(_COMPARED)["text"].to_list() for lines in outputs]
    alike = without_numbers if state.COMPARE_NUMBERS.get() else None
    firsts = [max(0, lines.height - _COMPARED) + 1 for lines in outputs]
    found = difference(*texts, alike=alike, numbered=(firsts[0], firsts[1]))
    line_diff.show(
        found, left=left.label, right=right.label, unified=unified, key="compare.console.difference",
        alt=f"Difference of what {left.label} and {right.label} printed",
    )  # fmt: skip


def _troubles(runs: tuple[Slot, ...]) -> None:
    """List errors and warnings of each run above its output, closed where there are none of the first."""
    found = {run.run_id: troubles(drawn_over(data.console(run.run_id))) for run in runs}
    if all(lines.is_empty() for lines in found.values()):
        return
    counts = [
        f"{n:,} {kind}{'' if n == 1 else 's'}"
        for kind in ("error", "warning")
        for n in [sum((lines["kind"] == kind).sum() for lines in found.values())]
    ]
    with st.expander(f"Errors and warnings: {', '.join(counts)}", icon=":material/error:", expanded=True):
        for place, run in zip(st.columns(len(runs), gap="small"), runs, strict=True):
            lines = found[run.run_id]
            with place:
                st.markdown(f"**{format.markdown(run.label)}**")
                if lines.is_empty():
                    st.caption("None.")
                    continue
                shown = lines.head(_TROUBLES)
                text = "\n".join(f"{line:>6}  {kind:<7}  {said}" for line, kind, said in shown.iter_rows())
                st.code(in_order(text), language=None, wrap_lines=True, height=min(220, 40 + 20 * shown.height))
                if shown.height < lines.height:
                    st.caption(f"The first {_TROUBLES} of {lines.height:,}.")
