"""Everything that is known of one run, but its points: what the Run page and `runlake show` are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from runlake.ids import short_id
from runlake.query import people
from runlake.query.artifacts import artifacts, facts_of
from runlake.query.datasets import datasets
from runlake.query.events import events
from runlake.query.facts import params, results, series_summaries, tags
from runlake.query.fold import in_order, patched
from runlake.query.headers import ATTRIBUTES, BASE
from runlake.query.source import Source, read, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlake.query.folded import Folded

# Three times the interval at which a healthy run gives a sign of life.
SILENT_S = 180.0


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run. Frames are as the methods of `Lake` of the same name return them.

    Attributes:
        run_id: its id.
        header: attribute -> value, None where it is not recorded.
        identity: column of `identities` -> value, of the process that started the run.
        links: direction ("out" from this run, "in" to it), predicate, other (`run:<id>`, `dataset:<name>`), version,
            role, attributes, ts.
        parent: the base columns of the run that this one is nested in; no row without one.
        children: the base columns of the runs nested in this one, the earliest first.
        silent_s: seconds since the last sign of life (start, heartbeat or point), where the run counts as running
            and any is known; else None.
        problems: sentences about what is missing or wrong.
    """

    run_id: str
    header: Mapping[str, object]
    identity: Mapping[str, object]
    params: pl.DataFrame
    tags: pl.DataFrame
    summaries: pl.DataFrame
    results: pl.DataFrame
    artifacts: pl.DataFrame
    datasets: pl.DataFrame
    links: pl.DataFrame
    parent: pl.DataFrame
    children: pl.DataFrame
    events: pl.DataFrame
    silent_s: float | None
    problems: tuple[str, ...]

    @property
    def short_id(self) -> str:
        """The random end of the id."""
        return short_id(self.run_id)


def run_detail(folded: Folded, run_id: str, *, now: datetime) -> RunDetail:
    """Gather what is known of a run that the snapshot has.

    Args:
        folded: the snapshot.
        run_id: its whole id.
        now: what silence counts from; aware.
    """
    source, one = folded.source, [run_id]
    header = folded.headers.filter(pl.col("run_id") == run_id).select(ATTRIBUTES).row(0, named=True)
    summaries, stored, happened = series_summaries(source, one), artifacts(source, one), events(folded, run_ids=one)
    silent_s = _silence(header, summaries, now)
    return RunDetail(
        run_id=run_id,
        header=header,
        identity=_identity(source, folded.people, run_id, header["actor_id"]),
        params=params(source, one),
        tags=tags(source, one),
        summaries=summaries,
        results=results(source, one),
        artifacts=stored,
        datasets=datasets(source, one),
        links=links(source, run_id),
        parent=folded.headers.filter(pl.col("run_id").is_in([header["parent_run_id"]])).select(BASE),
        children=folded.headers.filter((pl.col("parent_run_id") == run_id) & ~pl.col("deleted")).select(BASE).reverse(),
        events=happened,
        silent_s=silent_s,
        problems=_problems(header, stored, happened, silent_s),
    )


def links(source: Source, run_id: str) -> pl.DataFrame:
    """Read the links from and to a run; see `RunDetail.links`. Sorted by direction, predicate, other, ts."""
    me = f"run:{run_id}"
    touching = source.scan("links").filter((pl.col("subject") == me) | (pl.col("object") == me))
    found = read(source, "links", touching)
    outward = pl.col("subject") == me
    return found.select(
        pl.when(outward).then(pl.lit("out")).otherwise(pl.lit("in")).alias("direction"),
        "predicate",
        pl.when(outward).then("object").otherwise("subject").alias("other"),
        "version",
        "role",
        "attributes",
        "ts",
    ).sort("direction", "predicate", "other", "ts", "version", "role", descending=[True, *[False] * 5], nulls_last=True)


def _identity(source: Source, actors: pl.DataFrame, run_id: str, actor_id: object) -> dict[str, object]:
    """Prefer what the run's own process said: one actor may have started many processes."""
    starter = pl.col("actor_id").is_in([actor_id])
    own = read(source, "identities", rows_of(source, "identities", [run_id]).filter(starter))
    chosen = patched(in_order(own, ["actor_id"]), "actor_id", people.FIELDS) if own.height else actors.filter(starter)
    facts = chosen.select(people.FIELDS)
    return facts.row(0, named=True) if facts.height else dict.fromkeys(people.FIELDS)


def _silence(header: Mapping[str, object], summaries: pl.DataFrame, now: datetime) -> float | None:
    if header["status"] != "running":
        return None
    # Only what the run's own processes do is a sign of life: a note or a new name that others give it is none.
    signs = [header["started_at"], header["heartbeat_at"], summaries["last_ts"].max()]
    known = [sign for sign in signs if isinstance(sign, datetime)]
    return max(0.0, (now - max(known)).total_seconds()) if known else None


def _problems(
    header: Mapping[str, object], stored: pl.DataFrame, happened: pl.DataFrame, silent_s: float | None
) -> tuple[str, ...]:
    found = []
    if header["started_at"] is None:
        found.append("The start of the run is not recorded.")
    if header["experiment"] is None:
        found.append("The experiment of the run is not recorded.")
    if silent_s is not None and silent_s > SILENT_S:
        found.append(f"The run counts as running, but has been silent for {silent_s:,.0f} s.")
    for path, version, metadata in stored.select("path", "version", "metadata").rows():
        if facts_of(metadata).get("missing") is True:
            found.append(f"The bytes of artifact {path} (version {version}) are missing.")
    for action, target, result in (
        happened.filter(pl.col("result") != "ok").select("action", "target_id", "result").rows()
    ):
        found.append(f"{action} of {target} ended with: {result}.")
    return tuple(found)
