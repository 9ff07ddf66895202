"""From what a person types to the id of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import Ambiguous, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHORTEST = 8
_SHOWN = 10
_NAMED = 3


def find(headers: pl.DataFrame, text: str) -> str:
    """Return the id of the run that `text` means.

    In this order: an id; `experiment:name`, where runs that are not deleted come before deleted ones; the beginning
    or the end of an id, of at least 8 characters.

    Raises:
        Ambiguous: several runs match; it lists up to ten of them.
        NotFound: none does.
    """
    text = text.strip()
    if headers.filter(pl.col("run_id") == text).height:
        return text
    named = headers.filter(pl.concat_str("experiment", pl.lit(":"), "name") == text)
    kept = named.filter(~pl.col("deleted"))
    part = pl.col("run_id").str.starts_with(text) | pl.col("run_id").str.ends_with(text)
    by_id = headers.filter(part) if len(text) >= SHORTEST else headers.clear()
    for found in (kept, named, by_id):
        if found.height == 1:
            return str(found["run_id"][0])
        if found.height:
            raise Ambiguous(text, _candidates(found))
    raise NotFound("run", text, _hint(headers, text))


def find_all(headers: pl.DataFrame, texts: Iterable[str]) -> dict[str, str]:
    """Return the id of the run that each text means, by the rules of `find`, in one pass for all of them.

    Returns:
        text to run id, in the order given; texts that no run or several go by are left out.
    """
    asked = list(dict.fromkeys(texts))
    left = pl.DataFrame(
        {"text": asked, "name": [text.strip() for text in asked]}, schema={"text": pl.String, "name": pl.String}
    )
    meant: dict[str, str] = {}
    for candidates in _ways(headers, left["name"]):
        found = left.join(candidates, on="name", how="inner").unique()
        one = found.filter(~pl.col("text").is_duplicated())
        meant.update(one.select("text", "run_id").iter_rows())
        # What several go by is settled too: a later way does not tell them apart.
        left = left.join(found, on="text", how="anti")
        if left.is_empty():
            break
    return {text: meant[text] for text in asked if text in meant}


def abbreviated(headers: pl.DataFrame, run_ids: Sequence[str]) -> dict[str, str]:
    """Give each run the shortest end of its id, of at least 8 characters, by which `find` finds it and no other.

    Args:
        headers: of all runs.
        run_ids: whole ids; one that is not among the headers is left as it is.
    """
    ids = headers["run_id"]
    left = pl.DataFrame({"run_id": run_ids}, schema={"run_id": pl.String}).unique(maintain_order=True)
    short = {run_id: run_id for run_id in run_ids}
    length = SHORTEST
    longest = max(ids.str.len_chars().to_list(), default=0)
    while left.height and length <= longest:
        parts = left.with_columns(pl.col("run_id").str.tail(length).alias("part"))
        # Each beginning and end of this length by how many ids have it; an id as short as that is its own name.
        ends = [
            pl.DataFrame({"run_id": ids, "part": part}).filter(pl.col("part").is_in(parts["part"].implode()))
            for part in (ids.str.tail(length), ids.str.head(length))
        ]
        by = pl.concat(ends).unique().group_by("part").agg(pl.col("run_id").len().alias("n"))
        told = (pl.col("n") == 1) & ((pl.col("part") == pl.col("run_id")) | ~pl.col("part").is_in(ids.implode()))
        found = parts.join(by, on="part", how="inner").filter(told)
        short.update(found.select("run_id", "part").iter_rows())
        left = left.join(found, on="run_id", how="anti")
        length += 1 if length < 2 * SHORTEST else SHORTEST
    return short


def _ways(headers: pl.DataFrame, names: pl.Series) -> Iterable[pl.DataFrame]:
    """Yield what a name can mean, the best way first: name, run_id."""
    ids = pl.col("run_id")
    yield headers.select(ids.alias("name"), ids).filter(pl.col("name").is_in(names.implode()))
    if names.str.contains(":", literal=True).any():
        full = headers.select(pl.concat_str("experiment", pl.lit(":"), "name").alias("name"), ids, "deleted")
        named = full.filter(pl.col("name").is_in(names.implode()))
        yield named.filter(~pl.col("deleted")).drop("deleted")
        yield named.drop("deleted")
    lengths = names.str.len_chars().unique().sort()
    for length in lengths.filter(lengths >= SHORTEST).to_list():
        asked = names.filter(names.str.len_chars() == length).implode()
        ends = [headers.select(part.alias("name"), ids) for part in (ids.str.tail(length), ids.str.head(length))]
        yield pl.concat(ends).filter(pl.col("name").is_in(asked)).unique()


def _candidates(found: pl.DataFrame) -> tuple[str, ...]:
    facts = found.head(_SHOWN).select("run_id", "experiment", "name", "status").rows()
    shown = [f"{run_id}  {experiment or '-'}:{name or '-'}  {status}" for run_id, experiment, name, status in facts]
    more = found.height - len(shown)
    return (*shown, *([f"... and {more} more"] if more else []))


def _hint(headers: pl.DataFrame, text: str) -> str:
    if meant := _by_name(headers, text):
        return f"did you mean {' or '.join(meant)}?"
    if len(text) < SHORTEST and ":" not in text:
        return f"give at least {SHORTEST} characters of its id, or experiment:name"
    return "`runlake runs` lists what there is"


def _by_name(headers: pl.DataFrame, name: str) -> list[str]:
    """Write the runs of a name so that each is found: with its experiment, or by its id where that tells it no better."""
    full = pl.concat_str("experiment", pl.lit(":"), "name")
    named = headers.filter(pl.col("name") == name, ~pl.col("deleted")).with_columns(full.alias("full"))
    tells = pl.col("full").is_not_null() & ~pl.col("full").is_duplicated()
    written = named.select(pl.when(tells).then("full").otherwise("run_id")).to_series().to_list()
    more = len(written) - _NAMED
    return [*written[:_NAMED], *([f"one of {more} more"] if more > 0 else [])]
