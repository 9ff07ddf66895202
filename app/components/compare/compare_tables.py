"""What several runs answered to the same rows: joined on a key, those where they disagree first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import artifact_preview, choose, exporting, format, step_choice, table
from components.apart import apart
from components.charts import curve_controls
from components.compare import answer_tables
from components.compare.answer_tables import NO_LABEL, Logged
from reads import data, sections
from runlake.analysis.agreement import guessed_key, key_columns
from runlake.errors import NotFound, StoreError
from runlake.formats import comma_separated, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.compare.slots import Slot
    from runlake.analysis.agreement import Joined

MOST = 8  # runs that are joined
PAGE = 100
_ROW = "row number"
_GRID = "compare.tables.grid"
_KINDS = ("table", "evaluation")
_RIGHT, _WRONG = "✓", "✗"


def show(runs: tuple[Slot, ...]) -> None:
    """Draw the choices, the counts, and the rows."""
    found = data.media(tuple(run.run_id for run in runs)).filter(pl.col("kind").is_in(_KINDS))
    counts = dict(found.group_by("key").agg(pl.col("run_id").n_unique()).sort("key").iter_rows())
    names = sorted((key for key, count in counts.items() if count > 1), key=lambda key: (-counts[key], key))
    if not names:
        st.caption("No two of these runs logged a table or an evaluation under the same name.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        name = choose.one(
            state.COMPARE_TABLE, names, label="Table", usual=_usual(found, names),
            shown=lambda key: in_order(f"{key} · {counts[key]} of {len(runs)} runs"), width=300,
        )  # fmt: skip
        rows = found.filter(pl.col("key") == name)
        step = step_choice.show(
            state.COMPARE_STEP, rows["step"].unique().sort().to_list(), key="compare.tables.step", width=320
        )
    tables = _read(rows, runs, name, step)
    if len(tables) < 2:
        st.caption("Fewer than two of these runs have a table that can be read at this step.")
        return
    _tables(tables, name)


def _usual(found: pl.DataFrame, names: Sequence[str]) -> str:
    """Take an evaluation on held-out data before anything else, as it has labels and ids."""
    kinds = dict(found.group_by("key").agg(pl.col("kind").last()).iter_rows())
    return min(names, key=lambda key: (kinds[key] != "evaluation", not key.startswith("test"), names.index(key)))


def _read(rows: pl.DataFrame, runs: Sequence[Slot], name: str, step: float) -> list[Logged]:
    """Read the table of each run at its last step up to there; say what cannot be, and what is left out."""
    last = rows.filter(pl.col("step") <= step).group_by("run_id").agg(pl.col("step", "kind").sort_by("step").last())
    at = {run_id: (own, kind) for run_id, own, kind in last.iter_rows()}
    having = [run for run in runs if run.run_id in at]
    tables: list[Logged] = []
    for run in having[:MOST]:
        own, kind = at[run.run_id]
        try:
            frame = sections.table(run.run_id, name, own)
        except (NotFound, StoreError) as error:
            st.caption(format.markdown(f"{run.label}: {error}"))
            continue
        frame = answer_tables.of_evaluation(frame) if kind == "evaluation" else frame
        tables.append(Logged(run, own, kind, frame))
    if len(having) > MOST:
        st.caption(f"The first {MOST} of the {len(having):,} runs that have it are joined.")
    other = [f"{one.run.label} at {one.step:.15g}" for one in tables if one.step != step]
    if other:
        st.caption(format.markdown(f"At the last step before {step:.15g}: {', '.join(other)}."))
    return tables


def _tables(tables: list[Logged], name: str) -> None:
    tables, keys = _keys(tables)
    if not keys:
        return
    columns = [column for column in answer_tables.common_columns(tables) if column not in keys]
    if not columns:
        st.caption("Besides the key these tables have no column in common.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        answer = choose.one(
            state.COMPARE_ANSWER, columns, label="Answer", usual=answer_tables.guessed_answer(tables, keys), width=180,
            help="The column that says what the model said.",
        )  # fmt: skip
        others = [NO_LABEL, *(column for column in columns if column != answer)]
        label = choose.one(
            state.COMPARE_LABEL, others, label="Label", usual=answer_tables.guessed_label(tables, answer, keys), width=180,
            help="The column that says what is true.",
        )  # fmt: skip
    label_column = None if label == NO_LABEL else label
    what = tuple((one.run.run_id, name, one.step) for one in tables)
    joined = sections.answers(what, tuple(keys), answer_tables.answers(tables, answer, label_column))
    _flaws(joined, tables, keys)
    _counts(joined)
    shown = _filtered(joined, tables, has_label=label_column is not None)
    _rows(joined, shown, tables, name)


def _keys(tables: list[Logged]) -> tuple[list[Logged], list[str]]:
    """Draw the choice of the key; where nothing tells rows apart, offer their number."""
    frames = [one.frame for one in tables]
    columns = key_columns(frames)
    wanted = tuple(key for key in state.COMPARE_JOIN.get() if key in columns or key == _ROW)
    guessed = guessed_key(frames)
    options = [*columns, _ROW]
    chosen = st.multiselect(
        "Key: the columns that tell which row is which",
        options,
        format_func=apart(options, in_order),
        width=520,
        max_selections=state.COMPARE_JOIN.most,
        **curve_controls.mirror(state.COMPARE_JOIN, wanted or guessed or (_ROW,)),
    )
    if not wanted and not guessed:
        st.caption("No column is unique in each table, so rows are paired by their number.")
    if not chosen:
        st.caption("Choose the columns that tell which row is which.")
    if _ROW in chosen:
        tables = [
            Logged(one.run, one.step, one.kind, one.frame.with_row_index(_ROW, offset=1) if _ROW not in one.frame.columns else one.frame)
            for one in tables
        ]  # fmt: skip
    return tables, list(chosen)


def _flaws(joined: Joined, tables: Sequence[Logged], keys: Sequence[str]) -> None:
    """Say what of the tables does not fit the key: nothing is dropped without a word, or at all."""
    said = []
    for flaws, one in zip(joined.flaws, tables, strict=True):
        parts = []
        if flaws.repeated:
            parts.append(f"{flaws.repeated:,} rows repeat a key (paired in their order)")
        if flaws.keyless:
            parts.append(f"{flaws.keyless:,} rows have no key (paired with nothing)")
        if flaws.mislabelled:
            parts.append(f"{flaws.mislabelled:,} rows have another label than in {tables[0].run.label}")
        if parts:
            said.append(f"{one.run.label}: {', '.join(parts)}.")
    if said:
        st.warning(
            format.markdown(f"The key {', '.join(keys)} does not fit every row. {' '.join(said)}"),
            icon=":material/key_off:",
        )


def _counts(joined: Joined) -> None:
    total = joined.frame.height
    parts = [
        f"**{joined.disagree:,}** disagree",
        f"**{joined.agree:,}** agree",
        f"**{joined.only_some:,}** only in some runs",
    ]
    st.markdown(f"{total:,} {'row' if total == 1 else 'rows'}: {', '.join(parts)}.")


def _filtered(joined: Joined, tables: Sequence[Logged], *, has_label: bool) -> pl.DataFrame:
    options = state.COMPARE_ROWS.choices if has_label else state.COMPARE_ROWS.choices[:3]
    wanted = state.COMPARE_ROWS.get()
    others = {one.run.run_id: at for at, one in enumerate(tables) if at}
    names = {one.run.run_id: one.run.label for one in tables}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        rows = st.segmented_control(
            "Rows", options, format_func=format.segment, required=True, label_visibility="collapsed",
            **curve_controls.mirror(state.COMPARE_ROWS, wanted if wanted in options else "All"),
        )  # fmt: skip
        against = rows in state.COMPARE_ROWS.choices[3:]
        if against:
            st.caption("wrong for" if rows == "Reference right" else "right for", width="content")
            other = choose.one(
                state.COMPARE_OTHER, list(others), label="The other run", shown=lambda run_id: in_order(names[run_id])
            )
            return joined.frame.filter(_against(joined, others[other], reference_right=rows == "Reference right"))
    if rows == "Disagree":
        return joined.frame.filter(pl.col("distinct") > 1)
    return joined.frame.filter(~joined.everywhere) if rows == "Only in some" else joined.frame


def _against(joined: Joined, other: int, *, reference_right: bool) -> pl.Expr:
    if reference_right:
        return joined.right(0) & joined.wrong(other)
    return joined.wrong(0) & joined.right(other)


def _rows(joined: Joined, shown: pl.DataFrame, tables: Sequence[Logged], name: str) -> None:
    if shown.is_empty():
        st.caption("No row is like that.")
        return
    pages = -(-shown.height // PAGE)
    at = min(int(state.COMPARE_ROWS_PART.get()), pages)
    if pages > 1:
        at = st.pagination(pages, key=f"compare.tables.page.{pages}", default=at)
        state.COMPARE_ROWS_PART.set(float(at))
    page = shown.slice((at - 1) * PAGE, PAGE)
    written = _written(joined, page, tables)
    labels = {key: key for key in joined.keys} | ({"label": "label"} if "label" in written.columns else {})
    labels |= {f"answer/{i}": one.run.label for i, one in enumerate(tables)}
    labels |= {"distinct": "Answers", "gap": "Spread" if joined.numeric else "Gap"}
    _grid(written, labels)
    rest = f"rows {(at - 1) * PAGE + 1:,} to {(at - 1) * PAGE + page.height:,} of {shown.height:,}" if pages > 1 else (
        f"{shown.height:,} {'row' if shown.height == 1 else 'rows'}"
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{rest}; those with the most answers first, then by how far the runs are apart. Click a row to see all of it.",
            width="stretch",
        )
        _export(joined, shown, tables, name)
    _open(joined, tables)


def _grid(written: pl.DataFrame, labels: Mapping[str, str]) -> None:
    """Draw the page; a click on a row opens it."""
    c = st.column_config
    rows = written["@key"].to_list()
    # A selection is a place in the grid, so the grid's name changes with what stands there.
    key = f"{_GRID}.{hash(str(rows))}"
    st.dataframe(
        table.arrow(written.select(list(labels))),
        key=key,
        hide_index=True,
        row_height=table.ROW_PX,
        height=table.height(written.height, most_px=520),
        placeholder=format.NOTHING,
        on_select=partial(_opened, rows, key),
        selection_mode="single-row",
        column_config={
            column: c.TextColumn(
                in_order(label), width=90 if column in ("distinct", "gap") else None,
                alignment="right" if column in ("distinct", "gap") else None,
            )
            for column, label in labels.items()
        },
        alt="Rows that the runs answered, those where they disagree first",
    )  # fmt: skip


def _opened(keys: Sequence[list[str]], grid: str) -> None:
    rows = st.session_state[grid]["selection"]["rows"]
    state.COMPARE_ROW.set(tuple(keys[rows[0]]) if rows else ())


def _written(joined: Joined, page: pl.DataFrame, tables: Sequence[Logged]) -> pl.DataFrame:
    """Write a page of rows as texts: of each run its answer, how sure it was, and whether it is right."""
    texts = artifact_preview.as_text(page.select(*joined.keys, "label"))
    columns: dict[str, Any] = {key: texts[key] for key in joined.keys}
    if page["label"].null_count() < page.height or page.schema["label"] != pl.String:
        columns["label"] = texts["label"]
    judged = page.select(
        *(joined.right(i).alias(f"right/{i}") for i in range(joined.n)),
        *(joined.wrong(i).alias(f"wrong/{i}") for i in range(joined.n)),
    )
    for i in range(joined.n):
        answers = artifact_preview.as_text(page.select(f"answer/{i}")).to_series()
        columns[f"answer/{i}"] = [
            _cell(*row, numeric=joined.numeric)
            for row in zip(
                page[f"has/{i}"], answers, page[f"sure/{i}"], judged[f"right/{i}"], judged[f"wrong/{i}"], strict=True
            )
        ]
    columns["distinct"] = page["distinct"].cast(pl.String)
    columns["gap"] = [format.number(gap) for gap in page["gap"]]
    columns["@key"] = [_address(joined, row) for row in page.select(_place(joined)).iter_rows()]
    return pl.DataFrame(columns)


def _cell(has: bool, answer: str | None, sure: float | None, right: bool, wrong: bool, *, numeric: bool) -> str | None:
    if not has:
        return None
    mark = f"{_RIGHT} " if right and not numeric else f"{_WRONG} " if wrong and not numeric else ""
    said = "(no answer)" if answer is None else answer
    return f"{mark}{said}" + (f"  ({format.number(sure)})" if sure is not None else "")


def _place(joined: Joined) -> list[str]:
    return [*(f"row/{i}" for i in range(joined.n))]


def _address(joined: Joined, rows: Sequence[int | None]) -> list[str]:
    """Name a row by the first table that has it and its number there: keys may repeat, or be missing."""
    return next([str(at), str(row)] for at, row in enumerate(rows) if row is not None)


def _open(joined: Joined, tables: Sequence[Logged]) -> None:
    """Show all that every run has of the row that was clicked."""
    wanted = state.COMPARE_ROW.get()
    if len(wanted) != 2 or not all(part.isdigit() for part in wanted) or int(wanted[0]) >= joined.n:
        return
    found = joined.frame.filter(pl.col(f"row/{int(wanted[0])}") == int(wanted[1]))
    if found.is_empty():
        return
    row = found.row(0, named=True)
    named = ", ".join(str(row[key]) for key in joined.keys)
    columns = list(dict.fromkeys(name for one in tables for name in one.frame.columns))
    cells: dict[str, list[str | None]] = {"field": [*columns]}
    for i, one in enumerate(tables):
        at = row[f"row/{i}"]
        texts = artifact_preview.as_text(one.frame[[at]]).row(0, named=True) if at is not None else {}
        cells[one.run.run_id] = [texts.get(column) for column in columns]
    st.markdown(f"**All of {format.markdown(named)}**")
    table.show(
        pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)),
        labels={"field": "Column"} | {one.run.run_id: one.run.label for one in tables},
        widths={"field": 200}, most_px=480, key="compare.tables.row", alt=in_order(f"All that the runs have of {named}"),
    )  # fmt: skip


def _export(joined: Joined, shown: pl.DataFrame, tables: Sequence[Logged], name: str) -> None:
    labels = {key: key for key in joined.keys} | {"label": "label"}
    for i, one in enumerate(tables):
        labels |= {f"answer/{i}": f"{one.run.label}: answer", f"sure/{i}": f"{one.run.label}: confidence"}
    labels |= {"runs": "runs that have the row", "distinct": "different answers", "gap": "gap"}

    def written() -> tuple[bytes, int]:
        rows = shown.select(list(labels))
        return comma_separated(list(labels.values()), rows.iter_rows()).encode(), rows.height

    book = exporting.book()
    exporting.button(
        "CSV", written, kind="table", format="csv", name=f"answers of {name}",
        of={"title": f"answers of {name}", "runs": [one.run.run_id for one in tables]}, key="compare.tables.csv",
        recorded=book,
    )  # fmt: skip
    exporting.say(book)
