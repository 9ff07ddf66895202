"""How chosen runs become a frame: the base columns, then one column per key, in a fixed order and with fixed types."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import InvalidValue
from runlake.query.columns import reduced
from runlake.query.datasets import in_short
from runlake.query.expression import GAP, METRIC_ASPECTS
from runlake.query.headers import ATTRIBUTES, BASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlake.query.folded import Folded
    from runlake.query.keyed import Keyed

GROUPS = ("params", "metrics", "summary", "tags")
DATA = "data"  # names and versions of the data sets of a run, as one text
_MANY = 4  # from a quarter of all runs on, looking at all of them is quicker


def lay_out(folded: Folded, rows: pl.Series, columns: Sequence[str] | None, named: Iterable[str] = ()) -> pl.DataFrame:
    """Lay out chosen runs.

    Args:
        folded: the snapshot.
        rows: `_row` of the runs, which decides the order.
        columns: names of columns, and groups such as "metrics.*"; None is the base columns and all groups.
        named: columns of keys that stand in the frame even if none of these runs has a value; they take effect
            where `columns` is None.

    Raises:
        InvalidValue: `columns` has a name that the snapshot does not know; the message says which come close.
    """
    if columns is None:
        keys = [n.partition(".") for n in named]
        groups = [group(folded, rows, g, also={key for kind, _, key in keys if kind == g}) for g in GROUPS]
        return pl.concat([folded.headers[rows].select(BASE), *groups], how="horizontal")
    series: dict[str, pl.Series] = {}
    columns_of = _Columns(folded, rows)
    for name in columns:
        found = _expand(folded, rows, name) if name.endswith(".*") else [columns_of.one(name)]
        series |= {s.name: s for s in found if s.name not in series}
    return pl.DataFrame(list(series.values()))


def group(folded: Folded, rows: pl.Series, kind: str, also: Iterable[str] = ()) -> pl.DataFrame:
    """Return the columns of one group: the keys that any of the runs has and those in `also`, sorted by key."""
    found = _pivoted(folded, rows, kind)
    missing = [_Columns(folded, rows).one(f"{kind}.{key}").alias(key) for key in set(also) - set(found.columns)]
    whole = found.with_columns(missing) if found.columns else pl.DataFrame(missing)
    return whole.select(pl.col(key).alias(f"{kind}.{key}") for key in sorted(whole.columns))


class _Columns:
    """Columns of chosen runs, one at a time; a key that none of them has gives nulls."""

    def __init__(self, folded: Folded, rows: pl.Series) -> None:
        self._folded, self._rows = folded, rows
        self._few = rows.len() * _MANY < folded.headers.height
        self._among: dict[str, Keyed] = {}

    def one(self, name: str) -> pl.Series:
        """Return the column by its name in the run table."""
        folded = self._folded
        kind, dot, key = name.partition(".")
        if name == DATA:
            used = in_short(folded.datasets.of(self._rows))
            order = pl.DataFrame({"_row": self._rows})
            return order.join(used, on="_row", how="left", maintain_order="left").get_column(DATA)
        if not dot:
            return folded.headers.get_column(name).gather(self._rows)
        if kind == "params":
            found = self._column(kind, folded.params, key, "value")
        elif kind == "tags":
            found = self._column(kind, folded.tags, key, "shown")
        elif kind == "summary":
            found = self._column(kind, folded.results, key, "value" if key in folded.text_results else "value_num")
        else:
            series, how = _reducer(folded, key)
            found = (
                reduced(folded, series, how).gather(self._rows)
                if how in ("best", GAP)
                else self._column(kind, folded.metrics, series, how)
            )
        return found.alias(name)

    def _column(self, kind: str, whole: Keyed, key: str, value: str) -> pl.Series:
        if not self._few:
            return whole.column(key, value).gather(self._rows)
        if kind not in self._among:
            self._among[kind] = whole.among(self._rows)
        return self._among[kind].column(key, value)


def check_columns(folded: Folded, columns: Iterable[str]) -> None:
    """Refuse names that the run table does not have.

    Raises:
        InvalidValue: with the names that come close.
    """
    for name in columns:
        if not _is_known(folded, name):
            raise InvalidValue("columns", name, _instead(folded, name))


def _is_known(folded: Folded, name: str) -> bool:
    kind, dot, key = name.partition(".")
    if not dot:
        return name in (*ATTRIBUTES, DATA)
    if kind not in GROUPS:
        return False
    keys = {"params": folded.params, "tags": folded.tags, "summary": folded.results, "metrics": folded.metrics}[kind]
    if key == "*" or key in keys:
        return True
    series, how = _reducer(folded, key)
    return kind == "metrics" and (series in folded.gaps.pairs if how == GAP else series in keys)


def _instead(folded: Folded, name: str) -> str:
    known = [*ATTRIBUTES, *(f"{g}.*" for g in GROUPS)]
    for kind, keys in zip(GROUPS, (folded.params, folded.metrics, folded.results, folded.tags), strict=True):
        known += [f"{kind}.{key}" for key in keys.keys]
    close = difflib.get_close_matches(name, known, n=3)
    return f"a column such as {' or '.join(map(repr, close))}" if close else "a column of the run table or 'metrics.*'"


def _reducer(folded: Folded, key: str) -> tuple[str, str]:
    """Read `loss.min` as the least value of `loss`, unless a series has that very name."""
    series, dot, how = key.rpartition(".")
    if key in folded.metrics or not dot or how not in METRIC_ASPECTS:
        return key, "last"
    return series, how


def _expand(folded: Folded, rows: pl.Series, name: str) -> list[pl.Series]:
    return group(folded, rows, name.removesuffix(".*")).get_columns()


def _pivoted(folded: Folded, rows: pl.Series, kind: str) -> pl.DataFrame:
    if kind == "params":
        return folded.params.wide(rows, "value")
    if kind == "metrics":
        return folded.metrics.wide(rows, "last")
    if kind == "tags":
        return folded.tags.wide(rows, "shown")
    texts = folded.results.wide(rows, "value")
    numbers = folded.results.wide(rows, "value_num")
    return texts.select(texts[k] if k in folded.text_results else numbers[k] for k in texts.columns)
