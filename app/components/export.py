"""Tables as files: all runs or groups that fit, as the command line would write them; the differences between some."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import streamlit as st

import data
import identity
import stores
from components import format, run_table
from runlake.actions import exported, why_read_only
from runlake.errors import RunlakeError
from runlake.formats import comma_separated, document, latex_table, markdown_table
from runlake.query.described import described

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from runlake.actions import Actor
    from runlake.query import Lake

FORMATS = {"CSV": "csv", "Parquet": "parquet", "JSON": "json"}
_MIME = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "json": "application/json"}
_SAID = "runs.export.said"


@dataclass(frozen=True, slots=True)
class Job:
    """What a file is to hold, and in whose name it leaves.

    Attributes:
        kind: runs or groups; the event is called after it.
        lake: the snapshot that is read.
        frame: reads the rows, when the file is asked for.
        of: what the event says that it was made of.
        actor: who asks.
        recorded: whether the export becomes an event; where the store can only be read, no event would ever reach it.
        said: where to put what went wrong with the event, for the next look of the page.
    """

    kind: str
    lake: Lake
    frame: Callable[[], pl.DataFrame]
    of: Mapping[str, object]
    actor: Actor
    recorded: bool
    said: list[str]

    def content(self, form: str) -> bytes:
        """Write the file and record that it left; where the event cannot be written, the file leaves nonetheless."""
        frame = self.frame()
        made = written(frame, form, schema=f"runlake.{self.kind}/1", lake=self.lake)
        if not self.recorded:
            return made
        digest, key = sha256(made).hexdigest(), self.lake.snapshot.key
        try:
            exported(
                self.lake.snapshot.uri,
                kind=self.kind,
                format=form,
                of=self.of,
                rows=frame.height,
                sha256=digest,
                snapshot=key,
                actor=self.actor,
            )
        except RunlakeError as problem:
            self.said.append(f"The export was not recorded: {problem}")
        return made


def menu(kind: str, frame: Callable[[Lake], pl.DataFrame], *, of: Mapping[str, object], about: str) -> None:
    """Draw the menu of files that a table can be had as; each is written when it is clicked, and is an event.

    Args:
        kind: runs or groups.
        frame: reads what the file holds.
        of: what the event says of it: filter, order, columns.
        about: what the file holds, in words of ours.
    """
    lake, said = data.lake(), st.session_state.setdefault(_SAID, [])
    recorded = not why_read_only(stores.store())
    job = Job(kind, lake, partial(frame, lake), of, identity.current(), recorded, said)
    with st.popover("Export", icon=":material/download:", key=f"runs.export.{kind}"):
        st.caption(about)
        with st.container(horizontal=True, gap="small"):
            for name, form in FORMATS.items():
                st.download_button(
                    name,
                    data=partial(job.content, form),
                    file_name=f"{kind}.{form}",
                    mime=_MIME[form],
                    # A rerun would find the file gone before the browser has fetched it.
                    on_click="ignore",
                    key=f"runs.export.{kind}.{form}",
                )
        st.caption(
            "Recorded as an event, with the file's SHA-256."
            if recorded
            else "Not recorded: this store can only be read."
        )
    while said:
        st.toast(format.markdown(said.pop()), icon=":material/info:")


def runs(columns: Sequence[str], *, where: str, order_by: str, found: int) -> None:
    """Draw the menu of files of all runs that fit.

    Args:
        columns: as shown; id and name come first anyway.
        where: the filter, "" for all runs.
        order_by: the order.
        found: how many runs fit.
    """
    wanted = tuple(dict.fromkeys(("run_id", "name", *(c for c in columns if not c.startswith(run_table.CURVE)))))
    menu(
        "runs",
        partial(rows, where=where, order_by=order_by, columns=wanted),
        of={"where": where, "order_by": order_by, "columns": list(wanted)},
        about=f"{'All' if found > 1 else 'The'} {found:,} {'runs that fit' if found > 1 else 'run that fits'}, "
        "in this order, with these columns.",
    )


def rows(lake: Lake, *, where: str, order_by: str, columns: Sequence[str]) -> pl.DataFrame:
    """Read the runs of a snapshot for a file."""
    return lake.runs(where=where or None, order_by=order_by, columns=list(columns))


def written(frame: pl.DataFrame, form: str, *, schema: str, lake: Lake) -> bytes:
    """Write a frame as CSV that no spreadsheet runs, as Parquet, or as the JSON document of the command line."""
    if form == "parquet":
        out = io.BytesIO()
        frame.write_parquet(out)
        return out.getvalue()
    if form == "json":
        return f"{document(schema, frame.to_dicts(), snapshot=described(lake))}\n".encode()
    return comma_separated(frame.columns, frame.iter_rows()).encode()


def differences(shown: pl.DataFrame, labels: Mapping[str, str]) -> None:
    """Draw the choice of files that a table of texts can be had as.

    Args:
        shown: the table.
        labels: column to heading, in the order of the columns.
    """
    names, rows = list(labels.values()), list(shown.select(list(labels)).iter_rows())
    writers: dict[str, Callable[..., str]] = {"CSV": comma_separated, "Markdown": markdown_table, "LaTeX": latex_table}
    with st.popover("Export", icon=":material/download:", key="compare.export"):
        for name, suffix in (("CSV", "csv"), ("Markdown", "md"), ("LaTeX", "tex")):
            st.download_button(
                name,
                data=partial(_encoded, writers[name], names, rows),
                file_name=f"differences.{suffix}",
                mime="text/plain",
                on_click="ignore",
                key=f"compare.export.{suffix}",
                type="tertiary",
            )


def _encoded(write: Callable[..., str], names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> bytes:
    return write(names, rows).encode()
