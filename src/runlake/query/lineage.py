"""Where a run stands among others: what it came from, what came from it, the data that it used, who used what it made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.query.datasets import PREDICATE as USED
from runlake.query.source import read

if TYPE_CHECKING:
    from runlake.query.folded import Folded

CHILD = "child_of"
GENERATIONS = 8
MOST_RUNS = 200
_RUN, _ARTIFACT, _SHA = "run:", "artifact:", "sha256:"
# What capture keeps is the same for many runs, and media are shown where they are; neither is made to be used.
_NOT_MADE = ("code", "environment")
_RELATIVES = ("run_id", "name", "experiment", "status", "started_at", "duration_s", "deleted")


@dataclass(frozen=True, slots=True)
class Lineage:
    """The relatives of one run. Frames of runs hold name, experiment, status, started_at, duration_s and deleted.

    Attributes:
        ancestors: run_id, those columns, relation, of, generation: runs that it came from, over up to eight
            generations. `relation` is what the run `of`, one generation nearer, is to it: child_of, forked_from,
            retry_of or another predicate of `links`.
        descendants: the same of runs that came from it: `relation` is what each is to `of`.
        ancestors_left_out, descendants_left_out: how many more the last generation that was looked at has.
        datasets: name, version, role, other_runs: how many other runs used that version.
        makers: dataset, version, path, run_id and those columns: runs that made a file that this one used as data.
        made: path, version, sha256, runs: how many other runs used the file, or hold the same bytes.
        users: path, version, run_id and those columns, how ("used as data", "linked" or "same bytes").
    """

    run_id: str
    ancestors: pl.DataFrame
    descendants: pl.DataFrame
    ancestors_left_out: int
    descendants_left_out: int
    datasets: pl.DataFrame
    makers: pl.DataFrame
    made: pl.DataFrame
    users: pl.DataFrame


def lineage(folded: Folded, run_id: str, *, generations: int = GENERATIONS, most: int = MOST_RUNS) -> Lineage:
    """Look up the relatives of a run; costs two looks at `links` and two at `artifacts`, whatever the number of runs.

    A run is listed once in each direction, at its nearest generation, so that a circle of links ends.

    Args:
        folded: the snapshot.
        run_id: a whole id.
        generations: how far to follow.
        most: runs in each direction; of a generation that does not fit the earliest stay, and no further one follows.
    """
    links = _links(folded)
    edges = _edges(folded, links)
    up, up_left = _walk(folded, edges, run_id, ("run_id", "other"), generations, most)
    down, down_left = _walk(folded, edges, run_id, ("other", "run_id"), generations, most)
    uses = links.filter(pl.col("predicate") == USED)
    used = _datasets(uses, run_id)
    made = _made(folded, run_id)
    users = _users(folded, links, uses, made, run_id)
    counts = users.group_by("path").agg(pl.col("run_id").n_unique().alias("runs"))
    return Lineage(
        run_id=run_id,
        ancestors=up,
        descendants=down,
        ancestors_left_out=up_left,
        descendants_left_out=down_left,
        datasets=used,
        makers=_makers(folded, used, run_id),
        made=made.join(counts, on="path", how="left", maintain_order="left").with_columns(pl.col("runs").fill_null(0)),
        users=users,
    )


def _links(folded: Folded) -> pl.DataFrame:
    """Read the links between runs, to data sets and to artifacts: subject and object without their kinds."""
    rows = folded.source.scan("links").filter(pl.col("subject").str.starts_with(_RUN))
    columns = ("subject", "predicate", "object", "version", "role")
    found = read(folded.source, "links", rows.select(columns)).unique(maintain_order=True)
    return found.with_columns(pl.col("subject").str.strip_prefix(_RUN).alias("run_id"))


def _edges(folded: Folded, links: pl.DataFrame) -> pl.DataFrame:
    """Say of each run which others it came from: run_id, other, relation."""
    headers = folded.headers.filter(pl.col("parent_run_id").is_not_null())
    nested = headers.select("run_id", pl.col("parent_run_id").alias("other"), pl.lit(CHILD).alias("relation"))
    linked = links.filter(pl.col("object").str.starts_with(_RUN)).select(
        "run_id", pl.col("object").str.strip_prefix(_RUN).alias("other"), pl.col("predicate").alias("relation")
    )
    both = pl.concat([nested, linked]).unique(maintain_order=True)
    return both.filter(pl.col("run_id") != pl.col("other"))


def _walk(
    folded: Folded, edges: pl.DataFrame, run_id: str, way: tuple[str, str], generations: int, most: int
) -> tuple[pl.DataFrame, int]:
    """Follow edges from one end to the other, a generation at a time."""
    near, far = way
    seen, at, left_out = {run_id}, pl.Series([run_id]), 0
    found = []
    for generation in range(1, generations + 1):
        reached = edges.filter(pl.col(near).is_in(at.implode()) & ~pl.col(far).is_in([*seen]))
        relations = reached.group_by(far, maintain_order=True).agg(
            pl.col(near).first().alias("of"), pl.col("relation").unique(maintain_order=True).str.join(", ")
        )
        runs = _known(folded, relations.rename({far: "run_id"})).sort("started_at", "run_id", nulls_last=True)
        room = most - (len(seen) - 1)
        left_out = max(0, runs.height - room)
        runs = runs.head(room)
        if runs.is_empty():
            break
        found.append(runs.with_columns(pl.lit(generation).alias("generation")))
        at = runs["run_id"]
        seen |= {*at}
        if left_out:
            break
    if not found:
        empty = _known(folded, pl.DataFrame(schema={"run_id": pl.String, "of": pl.String, "relation": pl.String}))
        return empty.with_columns(pl.lit(0).alias("generation")), left_out
    return pl.concat(found), left_out


def _known(folded: Folded, rows: pl.DataFrame) -> pl.DataFrame:
    """Add what is known of the runs; those that the store does not hold keep their ids alone."""
    runs = folded.headers.select(_RELATIVES)
    first = runs.join(rows.select("run_id").unique(), on="run_id", how="semi")
    return rows.join(first, on="run_id", how="left", maintain_order="left")


def _datasets(uses: pl.DataFrame, run_id: str) -> pl.DataFrame:
    own = uses.filter(pl.col("run_id") == run_id)
    version = ["object", "version"]
    others = uses.filter(pl.col("run_id") != run_id).join(own.select(version).unique(), on=version, how="semi")
    counts = others.group_by(version).agg(pl.col("run_id").n_unique().cast(pl.Int64).alias("other_runs"))
    # Without a version nothing says that others used the same.
    known = pl.when(pl.col("version").is_not_null()).then(pl.col("other_runs").fill_null(0))
    return (
        own.join(counts, on=version, how="left", maintain_order="left")
        .select(
            pl.col("object").str.strip_prefix("dataset:").alias("name"), "version", "role", known.alias("other_runs")
        )
        .sort("name", "role", "version", nulls_last=True)
    )


def _made(folded: Folded, run_id: str) -> pl.DataFrame:
    """List the newest version of each file that the run made: path, version (its digest, as of data), sha256."""
    rows = folded.source.scan("artifacts", run_ids=[run_id]).filter(
        ~pl.col("kind").is_in(_NOT_MADE) & ~pl.col("path").str.starts_with("media/") & pl.col("sha256").is_not_null()
    )
    found = read(folded.source, "artifacts", rows.select("path", "sha256", "ts", "seq"))
    newest = found.sort("path", "ts", "seq").unique("path", keep="last", maintain_order=True)
    return newest.select("path", pl.concat_str(pl.lit(_SHA), "sha256").alias("version"), "sha256")


def _users(folded: Folded, links: pl.DataFrame, uses: pl.DataFrame, made: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """Find the runs that used what this one made: by digest of their data, by links, or holding the same bytes."""
    names = made.with_columns(pl.format("artifact:{}/{}", pl.lit(run_id), "path").alias("object"))
    digests = made.with_columns(pl.concat_str(pl.lit(_ARTIFACT), "version").alias("object"))
    linked = links.filter(pl.col("object").str.starts_with(_ARTIFACT))
    shown = ["path", "version", "run_id"]
    parts = [
        uses.join(made, on="version").select(*shown, pl.lit("used as data").alias("how")),
        *(
            linked.drop("version").join(one, on="object").select(*shown, pl.lit("linked").alias("how"))
            for one in (names, digests)
        ),
        _holding(folded, made).select(*shown, pl.lit("same bytes").alias("how")),
    ]
    others = (
        pl.concat(parts)
        .filter(pl.col("run_id") != run_id)
        .unique(["path", "run_id"], keep="first", maintain_order=True)
    )
    return _known(folded, others).sort("path", "started_at", "run_id", nulls_last=True)


def _holding(folded: Folded, made: pl.DataFrame) -> pl.DataFrame:
    """Return the runs that logged files of the same bytes: path (here), version, run_id."""
    if made.is_empty():
        return pl.DataFrame(schema={"path": pl.String, "version": pl.String, "run_id": pl.String})
    same = folded.source.scan("artifacts").filter(pl.col("sha256").is_in(made["sha256"].unique().to_list()))
    found = read(folded.source, "artifacts", same.select("run_id", "sha256")).unique()
    return found.join(made, on="sha256").select("path", "version", "run_id")


def _makers(folded: Folded, used: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """Find the runs that made a file which this one used as data: dataset, version, path (there), run_id, ..."""
    named = used.select(pl.col("name").alias("dataset"), "version")
    digests = named.filter(pl.col("version").str.starts_with(_SHA)).unique(maintain_order=True)
    digests = digests.with_columns(pl.col("version").str.strip_prefix(_SHA).alias("sha256"))
    same = folded.source.scan("artifacts").filter(pl.col("sha256").is_in(digests["sha256"].to_list()))
    found = read(folded.source, "artifacts", same.select("run_id", "path", "sha256")).unique(maintain_order=True)
    others = digests.join(found, on="sha256", maintain_order="left").filter(pl.col("run_id") != run_id).drop("sha256")
    return _known(folded, others).sort("dataset", "started_at", "run_id", "path", nulls_last=True)
