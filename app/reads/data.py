"""Every cached read, keyed by the snapshot: a new snapshot is a new key, so nothing is ever stale.

One lake per store is kept open for all sessions. A script run works on the lake that it pinned at
its start, so that one page shows one snapshot; `refresh` moves on to what has arrived since.
Frames are shared between sessions and are never changed in place.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import format
from components.charts import sparks
from runlake.analysis.series import split
from runlake.errors import StoreError
from runlake.query import compare
from runlake.query.attention import attention as needing
from runlake.query.overview import overview as looked_over
from stores import holder, store

if TYPE_CHECKING:
    from runlake.analysis.series import Series
    from runlake.query import Comparison, Evaluation, Keys, Lake, RunDetail
    from runlake.query.overview import Overview

_PINNED = "frame.lake"
_FROM_NOW = re.compile(r"(?i)[-+]\s*\d|now|today")


def as_of() -> datetime | None:
    """Return the time that the session looks back to; None for now."""
    text = state.AS_OF.get()
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def open_lake() -> Lake:
    """Pin the newest lake for this script run; called once by the frame.

    Raises:
        RunlakeError: there is no store, or it cannot be read.
    """
    lake = holder(store(), as_of()).newest()
    st.session_state[_PINNED] = lake
    return lake


def lake() -> Lake:
    """Return the lake that this script run works on."""
    pinned: Lake | None = st.session_state.get(_PINNED)
    return open_lake() if pinned is None else pinned


def read_again() -> None:
    """Move on to what has just been changed from here; the next script run shows it."""
    holder(store(), None).newest(within_s=0)


def has_news() -> bool:
    """Return whether the store holds more than what this session shows."""
    if as_of() is not None:
        return False
    newest, shown = holder(store(), None).newest(), lake()
    return (newest.snapshot.key, newest.pending) != (shown.snapshot.key, shown.pending)


def key() -> tuple[str, str, str]:
    """Name what this script run reads: store, time looked back to, snapshot."""
    return (store(), state.AS_OF.get(), lake().snapshot.key)


def of(run_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Name what is read of some runs: as one text, since to hash a thousand takes a tenth of a second."""
    return (*key(), "\n".join(run_ids))


def runs(
    *,
    where: str | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    columns: tuple[str, ...] | None = None,
    experiment: str | None = None,
) -> pl.DataFrame:
    """Return runs as `Lake.runs` does."""
    return _runs((*key(), minute(where)), where, order_by, limit, columns, experiment, lake())


def minute(where: str | None) -> int:
    """Return the minute where the filter counts from now, so that its answer does not outlive it; else 0."""
    return int(time.time() // 60) if where and _FROM_NOW.search(where) else 0


@st.cache_resource(show_spinner=False, max_entries=128)
def _runs(
    key: tuple[str, str, str, int],
    where: str | None,
    order_by: str | None,
    limit: int | None,
    columns: tuple[str, ...] | None,
    experiment: str | None,
    _lake: Lake,
) -> pl.DataFrame:
    chosen = list(columns) if columns is not None else None
    return _lake.runs(where=where, order_by=order_by, limit=limit, columns=chosen, experiment=experiment)


def names() -> dict[str, str]:
    """Return the name of every run by its id, the newest first; never change what this returns."""
    return _names(key(), lake())


@st.cache_resource(show_spinner=False, max_entries=4)
def _names(key: tuple[str, str, str], _lake: Lake) -> dict[str, str]:
    return dict(_lake.runs(columns=["run_id", "name"]).with_columns(pl.col("name").fill_null("(unnamed)")).iter_rows())


def users() -> list[str]:
    """Return who has started runs, sorted."""
    return runs(columns=("user",))["user"].drop_nulls().unique().sort().to_list()


def count(where: str | None) -> int:
    """Count the runs that fit a filter."""
    return len(runs(where=where, columns=("run_id",)))


def statuses(where: str) -> pl.Series:
    """Return the status of each run that fits a filter; "" is all runs."""
    return runs(where=where or None, columns=("status",))["status"]


def metrics(run_ids: tuple[str, ...], keys: tuple[str, ...] | None = None) -> pl.DataFrame:
    """Return the points of these runs: run_id, key, step, ts, value."""
    return _read(of(run_ids), "metrics", keys, run_ids, lake())


def values(run_ids: tuple[str, ...], keys: tuple[str, ...] | None = None) -> pl.DataFrame:
    """Return logged values that are no numbers."""
    return _read(of(run_ids), "values", keys, run_ids, lake())


def summaries(run_ids: tuple[str, ...], keys: tuple[str, ...] | None = None) -> pl.DataFrame:
    """Return the merged summary of each series of these runs."""
    return _read(of(run_ids), "summaries", keys, run_ids, lake())


def results(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return explicit results: run_id, key, value, value_num, type, ts."""
    return _read(of(run_ids), "results", None, run_ids, lake())


def params(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return the parameters of these runs: run_id, key, value, value_num, type."""
    return _read(of(run_ids), "params", None, run_ids, lake())


def tags(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return the tags of these runs."""
    return _read(of(run_ids), "tags", None, run_ids, lake())


def artifacts(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return the artifacts of these runs, with their versions."""
    return _read(of(run_ids), "artifacts", None, run_ids, lake())


def media(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return the media of these runs: run_id, key, index, step, kind, caption, path, version and more."""
    return _read(of(run_ids), "media", None, run_ids, lake())


def media_bytes(run_id: str, path: str, version: int) -> bytes:
    """Return the content of one object, kept for the next look.

    Raises:
        NotFound, StoreError: it is not here, or cannot be read.
    """
    return _media_bytes(key(), run_id, path, version, lake())


@st.cache_data(show_spinner=False, max_size="100 MB")
def _media_bytes(key: tuple[str, str, str], run_id: str, path: str, version: int, _lake: Lake) -> bytes:
    return _lake.artifact_bytes(run_id, path, version)


def evaluation(run_id: str, name: str, step: float) -> Evaluation:
    """Return one evaluation, by the name that it was logged under.

    Raises:
        NotFound, StoreError: it is not here, or cannot be read.
    """
    return _evaluation(key(), run_id, name, step, lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _evaluation(key: tuple[str, str, str], run_id: str, name: str, step: float, _lake: Lake) -> Evaluation:
    return _lake.evaluation(run_id, name, step)


def events(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return what was done to these runs."""
    return _read(of(run_ids), "events", None, run_ids, lake())


def datasets(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return the data sets that these runs used."""
    return _read(of(run_ids), "datasets", None, run_ids, lake())


def system_metrics(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return samples of the machine and the process."""
    return _read(of(run_ids), "system_metrics", None, run_ids, lake())


@st.cache_resource(show_spinner=False, max_entries=256)
def _read(
    key: tuple[str, ...], what: str, keys: tuple[str, ...] | None, _run_ids: tuple[str, ...], _lake: Lake
) -> pl.DataFrame:
    wanted: dict[str, Any] = {"run_ids": list(_run_ids)}
    if keys is not None:
        wanted["keys"] = list(keys)
    frame: pl.DataFrame = getattr(_lake, what)(**wanted)
    return frame


def curves(run_ids: tuple[str, ...], keys: tuple[str, ...]) -> pl.DataFrame:
    """Return series reduced to the size of a table cell: run_id, key, curve."""
    return _curves(key(), run_ids, keys, lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _curves(key: tuple[str, str, str], run_ids: tuple[str, ...], keys: tuple[str, ...], _lake: Lake) -> pl.DataFrame:
    return sparks.reduced(_lake.metrics(run_ids=list(run_ids), keys=list(keys)))


def run(run_id: str) -> RunDetail:
    """Return everything known about one run.

    Raises:
        NotFound: no run by that id.
    """
    return _run(key(), run_id, lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _run(key: tuple[str, str, str], run_id: str, _lake: Lake) -> RunDetail:
    return _lake.run(run_id)


def console(run_id: str) -> pl.DataFrame:
    """Return what a run printed."""
    return _console(key(), run_id, lake())


@st.cache_resource(show_spinner=False, max_entries=16)
def _console(key: tuple[str, str, str], run_id: str, _lake: Lake) -> pl.DataFrame:
    return _lake.console(run_id)


def experiments() -> pl.DataFrame:
    """Return all experiments."""
    return _experiments(key(), lake())


@st.cache_resource(show_spinner=False, max_entries=8)
def _experiments(key: tuple[str, str, str], _lake: Lake) -> pl.DataFrame:
    return _lake.experiments()


def experiment_paths() -> list[str]:
    """Return the paths of all experiments and of what lies above them, sorted."""
    paths = experiments()["path"].drop_nulls().to_list()
    return sorted({"/".join(parts[: n + 1]) for p in paths for parts in [p.split("/")] for n in range(len(parts))})


def keys() -> Keys:
    """Return the names of all metrics, params, tags, results and data sets."""
    return _keys(key(), lake())


@st.cache_resource(show_spinner=False, max_entries=8)
def _keys(key: tuple[str, str, str], _lake: Lake) -> Keys:
    return _lake.keys()


def artifact_bytes(run_id: str, path: str) -> bytes:
    """Return the content of an artifact; not cached, it may be large."""
    return lake().artifact_bytes(run_id, path)


def find(text: str) -> str:
    """Return the id of the run that `text` names.

    Raises:
        NotFound, Ambiguous: none or several.
    """
    return lake().find(text)


# What the Home page reads.


def overview() -> tuple[Overview, StoreError | None]:
    """Return what is going on in each experiment; without the best runs, and why, where their table is damaged."""
    zone = format.zone().key
    try:
        return _overview(key(), zone, True, lake()), None
    except StoreError as problem:
        return _overview(key(), zone, False, lake()), problem


@st.cache_resource(show_spinner=False, max_entries=8)
def _overview(key: tuple[str, str, str], zone: str, ranked: bool, _lake: Lake) -> Overview:
    return looked_over(_lake, zone=zone, ranked=ranked)


def attention() -> pl.DataFrame:
    """Return the runs that somebody should look at."""
    return _attention((*key(), int(time.time() // 60)), lake())


@st.cache_resource(show_spinner=False, max_entries=8)
def _attention(key: tuple[str, str, str, int], _lake: Lake) -> pl.DataFrame:
    return needing(_lake)


# What the Run and the Compare page read beyond that.


def series(run_ids: tuple[str, ...], keys: tuple[str, ...], zone: str) -> dict[tuple[str, str], Series]:
    """Return the series of these runs and keys, with wall times of `zone`; (run_id, key) to series."""
    return _series(of(run_ids), keys, zone, run_ids, lake())


@st.cache_resource(show_spinner=False, max_entries=32)
def _series(
    key: tuple[str, ...], keys: tuple[str, ...], zone: str, _run_ids: tuple[str, ...], _lake: Lake
) -> dict[tuple[str, str], Series]:
    return split(_lake.metrics(run_ids=list(_run_ids), keys=list(keys)), zone=zone)


def headers(run_ids: tuple[str, ...]) -> pl.DataFrame:
    """Return name, status and start of these runs, deleted ones among them: run_id, name, status, started_at."""
    return _headers(of(run_ids), run_ids, lake())


@st.cache_resource(show_spinner=False, max_entries=64)
def _headers(key: tuple[str, ...], _run_ids: tuple[str, ...], _lake: Lake) -> pl.DataFrame:
    return _lake.runs(run_ids=_run_ids, columns=["run_id", "name", "status", "started_at"], deleted=True)


def differences(run_ids: tuple[str, ...]) -> Comparison:
    """Return what differs between these runs, the first of which is the reference."""
    return _differences(of(run_ids), run_ids, lake())


@st.cache_resource(show_spinner=False, max_entries=32)
def _differences(key: tuple[str, ...], _run_ids: tuple[str, ...], _lake: Lake) -> Comparison:
    return compare(_lake, list(_run_ids))
