"""Where a run stands among others: a tree of its relatives, the data that it used, and who used what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from components import format, links, table
from reads import explained
from runlake.ids import short_id
from runlake.query.expression import Compare, Field, FieldKind, Op, Text
from runlake.query.language import unparse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlake.query import RunDetail
    from runlake.query.lineage import Lineage

MOST_LINKS, MOST_USERS = 6, 50
_INDENT = "\u2003"
# What a run is to the one that it hangs on, seen from below and from above.
_ABOVE = {"child_of": "parent", "forked_from": "forked from", "retry_of": "retried"}
_BELOW = {"child_of": "nested run", "forked_from": "fork", "retry_of": "retry"}
_LABELS = {
    "relation": "Relation",
    "experiment": "Experiment",
    "status": "Status",
    "started": "Started",
    "duration": "Duration",
}


def show(detail: RunDetail) -> None:
    """Draw the tree, the data sets and the artifacts."""
    found = explained.lineage(detail.run_id)
    st.caption("Runs that this one came from, and that came from it. Click a name to go there.")
    shown = [*above(found.ancestors), this(detail), *below(found)]
    _runs(shown, _LABELS, key="run.lineage.tree", alt="Tree of the runs that this one is related to", most_px=480)
    _left_out(found)
    left, right = st.columns(2, gap="medium")
    with left:
        _datasets(found)
    with right:
        _made(found)


def above(ancestors: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of ancestors, the farthest first."""
    rows = [row | {"depth": 0} for row in ancestors.reverse().to_dicts()]
    return [_row(row, _words(row["relation"], _ABOVE)) for row in rows]


def this(detail: RunDetail) -> dict[str, Any]:
    """Return the row of the run itself."""
    header = {
        name: detail.header[name] for name in ("name", "experiment", "status", "started_at", "duration_s", "deleted")
    }
    return _row({"run_id": detail.run_id, "depth": 0, **header}, "this run", mark="● ")


def below(found: Lineage) -> list[dict[str, Any]]:
    """Return the rows of descendants, each below the one that it hangs on and further in."""
    hanging: dict[str, list[dict[str, Any]]] = {}
    for row in found.descendants.to_dicts():
        hanging.setdefault(row["of"], []).append(row)
    rows, pending = [], [(row, 1) for row in reversed(hanging.get(found.run_id, []))]
    while pending:
        row, depth = pending.pop()
        rows.append(_row(row | {"depth": depth}, _words(row["relation"], _BELOW), mark="└ "))
        pending += [(one, depth + 1) for one in reversed(hanging.get(row["run_id"], []))]
    return rows


def _words(relation: str, words: Mapping[str, str]) -> str:
    return ", ".join(words.get(part, part) for part in relation.split(", "))


def _row(row: Mapping[str, Any], relation: str, *, mark: str = "") -> dict[str, Any]:
    known = row["status"] is not None
    name = (row["name"] or "(unnamed)") if known else f"{short_id(row['run_id'])}, which is not in this store"
    return {
        "run_id": row["run_id"],
        "name": f"{_INDENT * row.get('depth', 0)}{mark}{name}",
        "relation": relation,
        "experiment": row["experiment"],
        "status": f"{row['status']}{', deleted' if row['deleted'] else ''}" if known else None,
        "started": format.local(row["started_at"]),
        "duration": format.duration(row["duration_s"]),
    }


def _runs(
    rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], *, key: str, alt: str, most_px: int = 300
) -> None:
    """Draw a table of runs, of which a click on a name opens one."""
    columns = ("name", *labels)
    shown = pl.DataFrame({c: [row[c] for row in rows] for c in columns}, schema=dict.fromkeys(columns, pl.String))
    c = st.column_config
    st.dataframe(
        table.arrow(shown),
        hide_index=True,
        row_height=table.ROW_PX,
        height=table.height(len(rows), most_px=most_px),
        placeholder=format.NOTHING,
        column_config={
            "name": c.ButtonColumn("Run", type="tertiary", alignment="left", key=key, width=260),
            **{
                name: c.TextColumn(label, alignment="right" if name == "duration" else None)
                for name, label in labels.items()
            },
        },
        alt=alt,
    )
    click = st.session_state.get(key)
    if click is not None and click["row"] < len(rows):
        st.switch_page("app_pages/run.py", query_params={"id": rows[click["row"]]["run_id"]})


def _left_out(found: Lineage) -> None:
    for count, what in ((found.ancestors_left_out, "came from"), (found.descendants_left_out, "led to")):
        if count:
            more = f"{count:,} more {'run' if count == 1 else 'runs'}"
            st.caption(f"{more} of the last generation that this run {what}, and what lies beyond, are not shown.")


def _datasets(found: Lineage) -> None:
    st.markdown("**Data sets**")
    if found.datasets.is_empty():
        st.caption("No data set was recorded.")
        return
    shown = found.datasets.with_columns(
        pl.Series("others", [format.number(n) for n in found.datasets["other_runs"]], dtype=pl.String)
    )
    labels = {"name": "Data set", "role": "Role", "version": "Version or digest", "others": "Other runs"}
    widths = {"name": 150, "role": 90, "version": 220, "others": 90}
    table.show(shown, labels=labels, right=["others"], widths=widths, most_px=300, alt="Data sets that the run used")
    shared = found.datasets.filter(pl.col("other_runs") > 0).unique(["name", "version"], maintain_order=True)
    for name, version, others in shared.head(MOST_LINKS).select("name", "version", "other_runs").iter_rows():
        where = unparse(Compare(Field(FieldKind.DATASET, name, "version"), Op.EQ, Text(version)))
        runs = "1 other run" if others == 1 else f"{others:,} other runs"
        label = f"{runs} with {format.markdown(name)}, {format.markdown(version[:19])}"
        st.page_link(links.runs(), label=label, icon=":material/table_rows:", query_params={"where": where})
    if found.makers.height:
        st.caption("Runs that made a file which this one used as data")
        _others(found.makers, {"dataset": "Data set", "path": "Made as"}, key="run.lineage.makers")


def _made(found: Lineage) -> None:
    st.markdown("**Artifacts**")
    if found.made.is_empty():
        st.caption("The run made no file whose content is known.")
        return
    shown = found.made.with_columns(pl.Series("used", [format.number(n) for n in found.made["runs"]], dtype=pl.String))
    labels = {"path": "Made", "sha256": "SHA-256", "used": "Other runs"}
    table.show(
        shown, labels=labels, right=["used"], widths={"path": 200, "sha256": 190, "used": 90}, most_px=300,
        alt="Artifacts that the run made",
    )  # fmt: skip
    if found.users.height:
        st.caption("Runs that used one of them as data, link it, or hold the same bytes")
        _others(found.users, {"path": "Artifact", "how": "How"}, key="run.lineage.users")
    else:
        st.caption("No other run used one of them as data, links one, or holds the same bytes.")


def _others(frame: pl.DataFrame, labels: Mapping[str, str], *, key: str) -> None:
    rows = [row | _row(row, "") for row in frame.head(MOST_USERS).to_dicts()]
    _runs(rows, labels, key=key, alt="Runs that share a file with this one")
    if frame.height > MOST_USERS:
        st.caption(f"{frame.height - MOST_USERS:,} more are not shown.")
