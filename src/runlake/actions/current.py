"""What the targets of an action are now, read through the query unit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runlake.query import Lake

HEADER = ("name", "notes", "hypothesis", "expected_outcome", "conclusion", "deleted")


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment as it is now.

    Attributes:
        experiment_id: the canonical id.
        ids: all ids that have its path, the canonical one among them.
        path: where it is.
        fields: description, owner, primary_metric, reducer, direction and splits; None where not declared.
        tags: key -> values.
        archived: whether it is put away.
    """

    experiment_id: str
    ids: tuple[str, ...]
    path: str
    fields: Mapping[str, str | None]
    tags: Mapping[str, Sequence[str]]
    archived: bool


def read(store: str | Path | None) -> Lake:
    """Open the lake as it is now.

    Raises:
        StoreError: it cannot be read.
    """
    from runlake.query import open_lake  # loads Polars, which a caller that only wants `Actor` need not

    return open_lake(store)


def make_store(store: str | Path | None) -> None:
    """Make an empty store where there is none.

    Raises:
        StoreError: it cannot be made.
    """
    from runlake.store.layout import open_store

    open_store(store, create=True)


def resolved(lake: Lake, runs: Sequence[str]) -> list[str]:
    """Turn RUN texts into ids, each once, in the order given.

    Raises:
        NotFound, Ambiguous: a text names no run or several.
        InvalidValue: there is none.
    """
    if not runs:
        raise InvalidValue("RUN", "nothing", "at least one run")
    return list(dict.fromkeys(lake.find(text) for text in runs))


def headers_now(lake: Lake, run_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the fields of `HEADER` by run."""
    rows = lake.runs(columns=["run_id", *HEADER], deleted=True).to_dicts()
    wanted = set(run_ids)
    return {row.pop("run_id"): row for row in rows if row["run_id"] in wanted}


def tags_now(lake: Lake, run_ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Return the tags of each run, key -> values."""
    found: dict[str, dict[str, list[str]]] = {run_id: {} for run_id in run_ids}
    for row in lake.tags(run_ids=run_ids).to_dicts():
        found[row["run_id"]][row["key"]] = list(row["values"] or [])
    return found


def experiments_now(lake: Lake) -> list[Experiment]:
    """Return every experiment, in the order of paths; those whose path is not known are left out."""
    from runlake.query.experiments import known_ids, merged

    ids = known_ids(lake.snapshot)
    by_canonical: dict[str, list[str]] = {}
    for row in ids.to_dicts():
        by_canonical.setdefault(row["canonical_id"], []).append(row["experiment_id"])
    return [_experiment(row, by_canonical[row["experiment_id"]]) for row in merged(ids).to_dicts() if row["path"]]


def _experiment(row: Mapping[str, Any], ids: Sequence[str]) -> Experiment:
    fields = ("description", "owner", "primary_metric", "reducer", "direction", "splits")
    return Experiment(
        experiment_id=row["experiment_id"],
        ids=tuple(ids),
        path=row["path"],
        fields={name: row[name] for name in fields},
        tags=_tags(row["tags"]),
        archived=bool(row["archived"]),
    )


def _tags(text: str | None) -> dict[str, list[str]]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(k): [str(one) for one in (v if isinstance(v, list) else [v])] for k, v in found.items()}
