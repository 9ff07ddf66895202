"""What differs between many runs: a row for each field, with how many values it has instead of a column for each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from components.compare import field_text
from components.compare.field_text import SECTIONS

if TYPE_CHECKING:
    from runlake.query.variety import Variety

LABELS = {
    "section": "Section",
    "field": "Field",
    "distinct": "Values",
    "common": "Most common",
    "share": "In runs",
    "reference": "Reference",
    "range": "Least to greatest",
    "absent": "Not recorded",
}
WIDTHS = {
    "section": 95,
    "field": 220,
    "distinct": 75,
    "common": 250,
    "share": 90,
    "reference": 200,
    "range": 210,
    "absent": 110,
}
RIGHT = ("distinct", "share", "absent")


def written(variety: Variety, *, only_different: bool) -> pl.DataFrame:
    """Write the fields as texts, one column for each of `LABELS`."""
    fields = variety.fields.filter("differs") if only_different else variety.fields
    runs = len(variety.run_ids)
    rows = list(fields.iter_rows(named=True))
    return fields.select(
        pl.col("section").replace_strict(SECTIONS),
        field_text.name(),
        pl.Series("distinct", [f"{row['distinct']:,}" for row in rows], dtype=pl.String),
        pl.Series("common", [_common(row, runs) for row in rows], dtype=pl.String),
        pl.Series("share", [_share(row, runs) for row in rows], dtype=pl.String),
        pl.Series("reference", [_text(row, "reference") for row in rows], dtype=pl.String),
        pl.Series("range", [_range(row) for row in rows], dtype=pl.String),
        pl.Series("absent", [f"{runs - row['has']:,}" if row["has"] < runs else "" for row in rows], dtype=pl.String),
    )


def _common(row: dict[str, object], runs: int) -> str | None:
    if row["common_runs"] == 1 and runs > 1:
        return "each once"
    return _text(row, "common")


def _share(row: dict[str, object], runs: int) -> str:
    count = int(str(row["common_runs"]))
    return "" if count == 1 and runs > 1 else f"{count:,} of {runs:,}"


def _text(row: dict[str, object], which: str) -> str | None:
    if row[which] is None:
        return None
    cell = {"text": row[which], "number": row[f"{which}_number"], "section": row["section"], "field": row["field"]}
    return field_text.text(cell)


def _range(row: dict[str, object]) -> str:
    if row["least"] is None or row["greatest"] is None:
        return ""
    ends = [
        field_text.text({"text": f"{row[end]:g}", "number": row[end], "section": row["section"], "field": row["field"]})
        for end in ("least", "greatest")
    ]
    return " to ".join(dict.fromkeys(ends))
