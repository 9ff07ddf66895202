"""What runs logged as media: which there are, step by step, and the tables and evaluations among them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.exceptions import PolarsError

from runlake.errors import NotFound, StoreError
from runlake.query.artifacts import artifact_bytes, artifacts, facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlake.query.source import Source

_COLUMNS = (
    "run_id",
    "key",
    "index",
    "step",
    "kind",
    "caption",
    "path",
    "version",
    "size_bytes",
    "sha256",
    "media_type",
    "metadata",
    "ts",
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Predictions of a run beside what is true, as they were logged.

    Attributes:
        task: classification, counts (a ready confusion matrix) or regression.
        classes: names of the classes in their order; none for a regression.
        positive: the class that curves of two classes are of.
        view: the picture that it was logged for, such as pr_curve; "" where none was named.
        frame: label, predicted, score/<class>, id, example/<name>, as far as they were given; for counts
            label, predicted, count.
    """

    run_id: str
    key: str
    step: float
    task: str
    classes: tuple[str, ...]
    positive: str | None
    view: str
    frame: pl.DataFrame


def media(source: Source, run_ids: Iterable[str] | None = None, keys: Iterable[str] | None = None) -> pl.DataFrame:
    """List media: run_id, key, index (in a list, else null), step, kind, caption and where the bytes are.

    Sorted by run, key, step and index. Of what was logged twice at one step the later one counts.
    """
    return of_artifacts(artifacts(source, run_ids), keys)


def of_artifacts(rows: pl.DataFrame, keys: Iterable[str] | None = None) -> pl.DataFrame:
    """Pick the media out of rows of `artifacts`."""
    fact = pl.col("metadata").str.json_path_match
    found = (
        rows.filter(pl.col("path").str.starts_with("media/"), pl.col("step").is_not_null())
        .with_columns(key=fact("$.key"), index=fact("$.index").cast(pl.Int64, strict=False), caption=fact("$.caption"))
        .filter(pl.col("key").is_not_null())
    )
    if keys is not None:
        found = found.filter(pl.col("key").is_in(list(keys)))
    place = ["run_id", "key", "step", "index"]
    return found.unique(place, keep="last", maintain_order=True).sort(place).select(_COLUMNS)


def table(
    source: Source, run_id: str, key: str, step: float | None = None, *, newer: Callable[[], Source] | None = None
) -> pl.DataFrame:
    """Return a logged table, of its last step unless `step` says otherwise.

    Raises:
        NotFound: the run has no table by that key, or none at that step, or its bytes are not here.
        StoreError: its bytes are no table.
    """
    return _frame(source, _row(source, run_id, key, step, ("table", "evaluation")), newer)


def evaluation(
    source: Source, run_id: str, key: str, step: float | None = None, *, newer: Callable[[], Source] | None = None
) -> Evaluation:
    """Return a logged evaluation, of its last step unless `step` says otherwise.

    Raises:
        NotFound, StoreError: as for `table`.
    """
    row = _row(source, run_id, key, step, ("evaluation",))
    facts = facts_of(row["metadata"])
    classes, positive = facts.get("classes"), facts.get("positive")
    return Evaluation(
        run_id,
        key,
        float(row["step"]),
        str(facts.get("task", "")),
        tuple(map(str, classes)) if isinstance(classes, list) else (),
        positive if isinstance(positive, str) else None,
        str(facts.get("view", "")),
        _frame(source, row, newer),
    )


def _row(source: Source, run_id: str, key: str, step: float | None, kinds: tuple[str, ...]) -> dict[str, Any]:
    rows = media(source, [run_id]).filter(pl.col("kind").is_in(kinds))
    of_key = rows.filter(pl.col("key") == key)
    if of_key.is_empty():
        known = ", ".join(rows["key"].unique().sort())
        raise NotFound(kinds[0], key, f"those of run {run_id} are {known}" if known else f"run {run_id} has none")
    found = of_key.tail(1) if step is None else of_key.filter(pl.col("step") == step).tail(1)
    if found.is_empty():
        known = ", ".join(f"{at:g}" for at in of_key["step"])
        raise NotFound(kinds[0], f"{key} at step {step:g}", f"it was logged at the steps {known}")
    return found.row(0, named=True)


def _frame(source: Source, row: dict[str, Any], newer: Callable[[], Source] | None) -> pl.DataFrame:
    run_id, path, version = str(row["run_id"]), str(row["path"]), row["version"]
    content = artifact_bytes(source, run_id, path, int(str(version)), newer=newer)
    try:
        return pl.read_parquet(io.BytesIO(content))
    except (PolarsError, OSError, ValueError) as problem:
        raise StoreError(f"cannot read the table {path!r} of run {run_id}", source.uri, str(problem)) from problem
