"""Long tables of (run, key, values), indexed so that one key of all runs, or all keys of some runs, comes quickly."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

BY_ROW = ("_row", "key")


@dataclass(frozen=True, slots=True)
class Keyed:
    """One row per run and key.

    Attributes:
        frame: `_row` (the run's row among the headers, UInt32), `key` (Enum, sorted by name), then values; sorted by
            `_row`, `key`.
        starts: `_row`, `start`, `n`: where in `frame` the keys of a run are; runs without keys are left out.
        runs: the number of headers.
    """

    frame: pl.DataFrame
    starts: pl.DataFrame
    runs: int

    @property
    def keys(self) -> list[str]:
        """All keys, sorted by code point."""
        return [*self.frame.schema["key"].categories]  # type: ignore[attr-defined]

    def __contains__(self, key: str) -> bool:
        """Say whether any run has the key."""
        return bool((self.frame.schema["key"].categories == key).any())  # type: ignore[attr-defined]

    def column(self, key: str, value: str) -> pl.Series:
        """Return one value of one key for every run, in the order of the headers; null where a run has none."""
        name, dtype = f"{key}:{value}", self.frame.schema[value]
        if key not in self:
            return pl.Series(name, [], dtype).extend_constant(None, self.runs)
        found = self.frame.filter(pl.col("key") == key)
        at = pl.repeat(None, self.runs, dtype=pl.UInt32, eager=True)
        at = at.scatter(found["_row"], pl.int_range(found.height, dtype=pl.UInt32, eager=True))
        return found[value].gather(at).alias(name)

    def among(self, rows: pl.Series) -> Keyed:
        """Return what some runs have, as if there were no others, in their order: for `column` and `in` alone.

        A column of a few runs takes a fraction of the time then, since the rows of all others are not looked at.

        Args:
            rows: `_row` of the runs (UInt32).
        """
        order = pl.DataFrame({"_row": rows}).with_row_index("_new")
        found = self.of(rows).join(order, on="_row").drop("_row").rename({"_new": "_row"})
        return Keyed(found, self.starts.clear(), rows.len())

    def of(self, rows: pl.Series) -> pl.DataFrame:
        """Return the rows of some runs.

        Args:
            rows: `_row` of the runs (UInt32).
        """
        if rows.len() == self.runs:
            return self.frame
        spans = pl.DataFrame({"_row": rows}).join(self.starts, on="_row", how="inner")
        places = spans.select(pl.int_ranges("start", pl.col("start") + pl.col("n")).explode()).to_series()
        return self.frame[places.drop_nulls()]

    def wide(self, rows: pl.Series, value: str) -> pl.DataFrame:
        """Pivot one value of some runs: one column per key that any of them has, sorted by key.

        Args:
            rows: `_row` of the runs, which decides the order of the result.
            value: the column to spread.
        """
        # By number, not by name: a key may be called like a column of ours.
        found = self.of(rows).select("_row", pl.col("key").to_physical(), value)
        order = pl.DataFrame({"_row": rows})
        if found.is_empty():
            return order.select()
        names = self.frame.schema["key"].categories  # type: ignore[attr-defined]
        numbers = found["key"].unique().sort()
        aligned = order.join(
            found.pivot(on="key", index="_row", values=value), on="_row", how="left", maintain_order="left"
        )
        return aligned.select(pl.col(str(n)).alias(names[n]) for n in numbers)


def encoded(rows: pl.DataFrame, headers: pl.DataFrame) -> pl.DataFrame:
    """Replace `run_id` by `_row` and make `key` an Enum: to sort and group by these takes a fraction of the time.

    Rows of runs that are not among the headers are left out.
    """
    known = headers.select("run_id", "_row").join(rows, on="run_id", how="inner").drop("run_id")
    return known.with_columns(pl.col("key").cast(pl.Enum(known["key"].unique().sort())))


def keyed(rows: pl.DataFrame, runs: int) -> Keyed:
    """Index `encoded` rows, at most one per run and key.

    Args:
        rows: `_row`, `key`, values.
        runs: the number of headers.
    """
    left = rows["key"].unique().sort()
    if left.len() < len(rows.schema["key"].categories):  # type: ignore[attr-defined]
        rows = rows.with_columns(pl.col("key").cast(pl.Enum(left.cast(pl.String))))
    frame = rows.sort("_row", "key").select("_row", "key", pl.exclude("_row", "key"))
    starts = (
        frame.group_by("_row", maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .with_columns((pl.col("n").cum_sum() - pl.col("n")).alias("start"))
    )
    return Keyed(frame, starts, runs)


def updated(older: Keyed, rows: pl.DataFrame, places: pl.Series | None, changed: pl.Series, runs: int) -> Keyed:
    """Replace the rows of some runs.

    Args:
        older: what to start from.
        rows: `encoded` rows of the changed runs, at most one per run and key.
        places: new `_row` of each old one, null where the run has changed; None where no run has moved.
        changed: new `_row` of the runs to replace.
        runs: the number of headers now.
    """
    kept = older.frame
    if places is not None:
        kept = kept.with_columns(places.gather(kept["_row"]).alias("_row"))
    kept = kept.filter(~pl.col("_row").is_in(changed.implode()))
    keys = pl.Enum(sorted({*older.keys, *rows.schema["key"].categories}))  # type: ignore[attr-defined]
    both = [frame.with_columns(pl.col("key").cast(keys)) for frame in (kept, rows.select(kept.columns))]
    return keyed(pl.concat(both), runs)
