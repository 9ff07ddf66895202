"""What runs ran on, field by field: interpreter, machine, settings and packages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import RunlakeError
from runlake.query.artifacts import artifact_bytes, artifacts
from runlake.query.packages import KIND, packages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runlake.query.lake import Lake
    from runlake.query.source import Source

HEADER = ("python_version", "platform", "cpu", "memory_bytes", "gpu", "host", "seeds")
_NAME = "environment.json"
_MOST_FACTS = 2000  # of one run
_MOST_TEXT = 2000
_SCHEMA = {"run_id": pl.String(), "section": pl.String(), "field": pl.String(), "text": pl.String()}


def environment(lake: Lake, run_ids: Sequence[str]) -> pl.DataFrame:
    """Read what runs ran on.

    Args:
        lake: the snapshot.
        run_ids: whole ids.

    Returns:
        run_id, section (machine, packages, variables, details), field, text; each field of a run once. Sections come
        in that order, fields as in `HEADER`, else sorted. A run has no row for what was not recorded.
    """
    headers = lake.folded.headers.filter(pl.col("run_id").is_in(list(run_ids))).select("run_id", *HEADER)
    machine = headers.cast(dict.fromkeys(HEADER, pl.String())).unpivot(
        HEADER, index="run_id", variable_name="field", value_name="text"
    )
    installed = (
        packages(lake.snapshot, run_ids)
        .group_by("run_id", pl.col("package").alias("field"), maintain_order=True)
        .agg(pl.col("version").str.join(", ").alias("text"))
        .sort("field", "run_id")
    )
    parts = [("machine", machine.drop_nulls("text")), ("packages", installed)]
    laid_out = [part.select(pl.lit(name).alias("section"), "run_id", "field", "text") for name, part in parts]
    return pl.concat([*(part.select(list(_SCHEMA)) for part in laid_out), _facts(lake.snapshot, run_ids)])


def _facts(source: Source, run_ids: Iterable[str]) -> pl.DataFrame:
    """Read further facts of machine and libraries, which are kept as a tree, by the paths of their leaves."""
    is_facts = (pl.col("kind") == KIND) & pl.col("path").str.ends_with(_NAME) & pl.col("latest")
    listed = artifacts(source, run_ids).filter(is_facts)
    read: dict[str | None, list[tuple[str, str, str]]] = {}
    rows: list[tuple[str, str, str, str]] = []
    for run_id, path, sha256 in listed.select("run_id", "path", "sha256").rows():
        # Runs of one environment share one file.
        if sha256 is None or sha256 not in read:
            read[sha256] = _leaves_of(source, run_id, path)
        rows += [(run_id, *leaf) for leaf in read[sha256]]
    found = pl.DataFrame(rows, schema=_SCHEMA, orient="row").unique(["run_id", "section", "field"], maintain_order=True)
    return found.sort(pl.col("section").replace_strict({"variables": 0, "details": 1}), "field", "run_id")


def _leaves_of(source: Source, run_id: str, path: str) -> list[tuple[str, str, str]]:
    try:
        tree = json.loads(artifact_bytes(source, run_id, path))
        variables = tree.pop("env", None) if isinstance(tree, dict) else None
        found = [("variables", *leaf) for leaf in _leaves(variables, "")]
        found += [("details", *leaf) for leaf in _leaves(tree, "")]
    except (RunlakeError, ValueError, RecursionError):  # it waits elsewhere, or is damaged: the rest can be compared
        return []
    return found[:_MOST_FACTS]


def _leaves(tree: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for name, part in tree.items():
            yield from _leaves(part, f"{path}.{name}" if path else str(name))
    elif path:
        yield path, (tree if isinstance(tree, str) else json.dumps(tree, ensure_ascii=False))[:_MOST_TEXT]
