"""From what a person types to the id of a run."""

from __future__ import annotations

import polars as pl

from runlake.errors import Ambiguous, NotFound

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
