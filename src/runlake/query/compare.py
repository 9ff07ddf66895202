"""What differs between chosen runs, field by field, against the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import InvalidValue
from runlake.query.datasets import datasets
from runlake.query.packages import packages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlake.query.lake import Lake

SECTIONS = ("attributes", "datasets", "params", "tags", "metrics", "summary", "packages")
ATTRIBUTES = (
    "experiment",
    "status",
    "error",
    "user",
    "host",
    "started_at",
    "duration_s",
    "parent_run_id",
    "hypothesis",
    "expected_outcome",
    "conclusion",
    "notes",
    "source_type",
    "entry_point",
    "command",
    "git_commit",
    "git_branch",
    "git_dirty",
    "git_remote",
    "seeds",
    "python_version",
    "platform",
    "cpu",
    "memory_bytes",
    "gpu",
)
# What a value is, beside its text: two values are the same if text and type are.
_CELL = {
    "run_id": pl.String(),
    "field": pl.String(),
    "aspect": pl.String(),
    "text": pl.String(),
    "number": pl.Float64(),
    "type": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side.

    Attributes:
        run_ids: the runs in the order asked for; the first is what the others are compared with.
        names: their display names, in that order.
        cells: section, field, aspect ("" but for metrics: last, min or max), run (0, 1, ...), run_id, text, number,
            type, delta and percent (difference to the first run's number; null where either has none, percent also
            where the first is 0), change (same, changed, type, added, removed), differs (whether the field differs
            between any two runs). Every field of a section has a cell for every run; sorted as shown.
    """

    run_ids: tuple[str, ...]
    names: tuple[str | None, ...]
    cells: pl.DataFrame

    def table(self, section: str, *, only_different: bool = False) -> pl.DataFrame:
        """Return one section as field, aspect, differs, then one column of text per run id.

        Raises:
            InvalidValue: there is no such section.
        """
        if section not in SECTIONS:
            raise InvalidValue("section", section, "one of " + ", ".join(SECTIONS))
        cells = self.cells.filter(pl.col("section") == section)
        if only_different:
            cells = cells.filter("differs")
        texts = cells.group_by("field", "aspect", maintain_order=True).agg(pl.col("differs").first(), pl.col("text"))
        runs = [pl.col("text").list.get(i).alias(run_id) for i, run_id in enumerate(self.run_ids)]
        return texts.select("field", "aspect", "differs", *runs)

    @property
    def different(self) -> int:
        """The number of fields that differ."""
        return self.cells.filter(pl.col("differs") & (pl.col("run") == 0)).height


def compare(lake: Lake, run_ids: Sequence[str]) -> Comparison:
    """Compare runs with the first of them.

    Args:
        lake: the snapshot.
        run_ids: one run or more, each anything that `Lake.find` takes; one named twice counts once.

    Raises:
        InvalidValue: none is given.
        NotFound, Ambiguous: one is not there, or could be several.
    """
    ids = found_ids(lake, run_ids)
    sections = fields(lake, ids)
    headers = lake.folded.headers
    names = dict(headers.filter(pl.col("run_id").is_in(ids)).select("run_id", "name").rows())
    cells = pl.concat([_cells(section, rows, ids) for section, rows in sections.items()])
    return Comparison(tuple(ids), tuple(names[i] for i in ids), cells)


def found_ids(lake: Lake, run_ids: Sequence[str]) -> list[str]:
    """Return the ids of the runs that are meant, each once.

    Raises:
        InvalidValue: none is given.
        NotFound, Ambiguous: one is not there, or could be several.
    """
    if not run_ids:
        raise InvalidValue("compare", run_ids, "one run or more")
    meant = lake.find_all(run_ids)
    # `find` says what is wrong with the first that was not found.
    return list(dict.fromkeys(meant[text] if text in meant else lake.find(text) for text in run_ids))


def fields(lake: Lake, ids: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Read everything that runs can differ in, by section.

    Returns:
        run_id, field, aspect, text, number, type: a row for each value that a run has, in the order fields are shown.
    """
    return {
        "attributes": _attributes(lake, ids),
        "datasets": _datasets(lake, ids),
        "params": _typed(lake.params(ids)),
        "tags": _tags(lake, ids),
        "metrics": _metrics(lake, ids),
        "summary": _typed(lake.results(ids)),
        "packages": _packages(lake, ids),
    }


def _cells(section: str, rows: pl.DataFrame, ids: Sequence[str]) -> pl.DataFrame:
    place = ["field", "aspect"]
    runs = pl.DataFrame({"run_id": ids}).with_row_index("run")
    fields = rows.select(place).unique(maintain_order=True)
    grid = fields.join(runs, how="cross", maintain_order="left").join(
        rows, on=["run_id", *place], how="left", maintain_order="left"
    )
    first = {name: pl.col(name).first().over(place) for name in ("text", "number", "type")}
    compared = grid.with_columns(
        _change(first).alias("change"),
        (pl.col("number") - first["number"]).alias("delta"),
    ).with_columns(
        pl.when(first["number"] != 0).then(pl.col("delta") / first["number"].abs() * 100).alias("percent"),
        (pl.col("change") != "same").any().over(place).alias("differs"),
    )
    order = ["run", "run_id", "text", "number", "type", "delta", "percent", "change", "differs"]
    return compared.select(pl.lit(section).alias("section"), *place, *order)


def _change(first: dict[str, pl.Expr]) -> pl.Expr:
    has, had = pl.col("text").is_not_null(), first["text"].is_not_null()
    same_text, same_type = pl.col("text") == first["text"], pl.col("type").eq_missing(first["type"])
    same_value = same_text | (pl.col("number") == first["number"]).fill_null(False)
    return (
        pl.when(~has & ~had)
        .then(pl.lit("same"))
        .when(~had)
        .then(pl.lit("added"))
        .when(~has)
        .then(pl.lit("removed"))
        .when(same_text & same_type)
        .then(pl.lit("same"))
        .when(same_value & ~same_type)
        .then(pl.lit("type"))
        .otherwise(pl.lit("changed"))
    )


def _attributes(lake: Lake, ids: Sequence[str]) -> pl.DataFrame:
    found = lake.folded.headers.filter(pl.col("run_id").is_in(ids)).select("run_id", *ATTRIBUTES)
    numeric = [name for name in ATTRIBUTES if found.schema[name].is_numeric()]
    texts = found.with_columns(pl.col("started_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")).cast(
        {name: pl.String() for name in ATTRIBUTES}
    )
    numbers = found.select("run_id", pl.col(numeric).cast(pl.Float64)).unpivot(
        numeric, index="run_id", value_name="number"
    )
    long = texts.unpivot(ATTRIBUTES, index="run_id", value_name="text")
    joined = long.join(numbers, on=["run_id", "variable"], how="left", maintain_order="left")
    return _laid_out(joined.drop_nulls("text").rename({"variable": "field"}))


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    return _laid_out(rows.rename({"key": "field", "value": "text", "value_num": "number"}).sort("field"))


def _tags(lake: Lake, ids: Sequence[str]) -> pl.DataFrame:
    rows = lake.tags(ids).sort("key")
    return _laid_out(
        rows.select("run_id", pl.col("key").alias("field"), pl.col("values").list.join(", ").alias("text"))
    )


def _metrics(lake: Lake, ids: Sequence[str]) -> pl.DataFrame:
    rows = lake.summaries(ids).rename({f"{how}_value": how for how in ("last", "min", "max")})
    long = rows.unpivot(["last", "min", "max"], index=["run_id", "key"], variable_name="aspect", value_name="number")
    order = pl.col("aspect").cast(pl.Enum(["last", "min", "max"]))
    number = pl.col("number")
    filled = long.drop_nulls("number").sort(pl.col("key"), order).with_columns(number.cast(pl.String).alias("text"))
    return _laid_out(filled.rename({"key": "field"}))


def _datasets(lake: Lake, ids: Sequence[str]) -> pl.DataFrame:
    used = datasets(lake.snapshot, ids).with_columns(pl.col("role").fill_null("-"))
    field = pl.format("{} ({})", "name", "role").alias("field")
    versions = pl.col("version").fill_null("not recorded").unique(maintain_order=True).str.join(", ").alias("text")
    return _laid_out(used.group_by("run_id", field, maintain_order=True).agg(versions).sort("field"))


def _packages(lake: Lake, ids: Iterable[str]) -> pl.DataFrame:
    found = packages(lake.snapshot, ids)
    return _laid_out(found.rename({"package": "field", "version": "text"}).sort("field"))


def _laid_out(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [
        pl.lit(None if name != "aspect" else "", kind).alias(name)
        for name, kind in _CELL.items()
        if name not in rows.columns
    ]
    return rows.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in _CELL.items())
