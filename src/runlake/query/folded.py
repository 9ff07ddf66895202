"""What is derived from one snapshot as a whole: each part once, and only when somebody asks for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from runlake.query import experiments as experiment_fold
from runlake.query import facts, summaries
from runlake.query import views as view_fold
from runlake.query.changes import Carried, changed_runs, links, same_links
from runlake.query.datasets import by_name, datasets
from runlake.query.fold import newest
from runlake.query.gaps import Gaps, gaps
from runlake.query.headers import headers
from runlake.query.keyed import BY_ROW, Keyed, encoded, keyed, updated
from runlake.query.people import people

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlake.query.source import Source

RunIds = list[str] | None

_REDUCED = ("last", "min", "max", "first")


class Folded:
    """The folds of one snapshot that many questions share, cached; safe to share between threads.

    Two threads that ask for the same part at once may both compute it; they get equal frames. A part that the folds
    of an earlier snapshot have is carried over: only runs that have got new rows are folded again.
    """

    def __init__(self, source: Source, carried: Carried | None = None) -> None:
        self.source = source
        self._carried = carried
        self._links: dict[str, pl.DataFrame] = {}

    def following(self, source: Source) -> Folded:
        """Return the folds of a newer snapshot of the same store, which carry over what these have come to."""
        # A copy first: another thread may be adding parts.
        parts = {name: part for name, part in dict(vars(self)).items() if isinstance(part, pl.DataFrame | Keyed)}
        return Folded(source, Carried(self.source, parts, self._links))

    @cached_property
    def people(self) -> pl.DataFrame:
        """Actors; see `people.people`."""
        carried = self._kept("people", "identities")
        return people(self.source) if carried is None else carried

    @cached_property
    def experiment_ids(self) -> pl.DataFrame:
        """Experiments by every id that they have had; see `experiments.known_ids`."""
        carried = self._kept("experiment_ids", "experiments")
        return experiment_fold.known_ids(self.source) if carried is None else carried

    @cached_property
    def experiments(self) -> pl.DataFrame:
        """Experiments without counts; see `experiments.merged`."""
        return experiment_fold.merged(self.experiment_ids)

    @cached_property
    def views(self) -> pl.DataFrame:
        """Saved views of the dashboard, without the names of people; see `views.known`."""
        carried = self._kept("views", "views")
        return view_fold.known(self.source) if carried is None else carried

    @cached_property
    def headers(self) -> pl.DataFrame:
        """Run headers in the default order; see `headers.headers`."""
        carried = self._kept("headers", "runs")
        named = self._carried.parts if self._carried else {}
        if carried is not None and named["people"] is self.people and named["experiment_ids"] is self.experiment_ids:
            return carried
        return headers(self.source, self.experiment_ids, self.people)

    @cached_property
    def params(self) -> Keyed:
        """Value, value_num and type of each parameter."""

        def fold(run_ids: RunIds) -> pl.DataFrame:
            return newest(self._encoded(facts.rows(self.source, "params", facts.PARAM, run_ids)), BY_ROW)

        return self._part("params", "params", fold, facts.PARAM)

    @cached_property
    def tags(self) -> Keyed:
        """Values (a list of text) and shown (one text) of each tag that is set."""
        shown = pl.col("values").list.join(", ").alias("shown")

        def fold(run_ids: RunIds) -> pl.DataFrame:
            rows = self._encoded(facts.rows(self.source, "tags", ("values", "removed"), run_ids))
            return facts.newest_tags(rows, BY_ROW).with_columns(shown)

        return self._part("tags", "tags", fold, ("values", "shown"))

    @cached_property
    def results(self) -> Keyed:
        """Value, value_num and type of each explicit result."""

        def fold(run_ids: RunIds) -> pl.DataFrame:
            return newest(self._encoded(facts.result_rows(self.source, run_ids)), BY_ROW)

        return self._part("results", "summaries", fold, facts.PARAM)

    @cached_property
    def text_results(self) -> frozenset[str]:
        """Keys of which some explicit result is no number: their columns are text."""
        found = self.results.frame.filter(pl.col("value_num").is_null())["key"].unique()
        return frozenset(found.cast(pl.String))

    @cached_property
    def metrics(self) -> Keyed:
        """One number per way to reduce a series: last, min, max, first, mean, count."""
        names = {f"{how}_value": how for how in _REDUCED}

        def fold(run_ids: RunIds) -> pl.DataFrame:
            rows = self._encoded(summaries.value_rows(self.source, run_ids))
            alone, shared = summaries.of_one_writer(rows, BY_ROW)
            if shared.is_empty():
                return alone.rename(names)
            ids = self.headers.get_column("run_id").gather(shared["_row"].unique())
            whole = summaries.merged(self._encoded(summaries.series_rows(self.source, ids)), BY_ROW)
            # the keys of these runs alone may be fewer than those of all
            whole = whole.with_columns(pl.col("key").cast(alone.schema["key"])).select(alone.columns)
            return pl.concat([alone, whole.join(shared, on=BY_ROW, how="semi")]).rename(names)

        return self._part("metrics", "summaries", fold, (*_REDUCED, "mean", "count"))

    @cached_property
    def gaps(self) -> Gaps:
        """Metrics that are logged on train and on validation; see `gaps.gaps`."""
        return gaps(self)

    @cached_property
    def datasets(self) -> Keyed:
        """Versions and roles (lists of text) of each data set."""

        def fold(run_ids: RunIds) -> pl.DataFrame:
            return self._encoded(by_name(datasets(self.source, run_ids)))

        return self._part("datasets", "links", fold, ("version", "role"))

    def _encoded(self, rows: pl.DataFrame) -> pl.DataFrame:
        return encoded(rows, self.headers)

    def _part(self, name: str, table: str, fold: Callable[[RunIds], pl.DataFrame], values: Sequence[str]) -> Keyed:
        older, changed = self._carried, self._changed(name, table)
        columns = (*BY_ROW, *values)
        if older is None or changed is None:
            return keyed(fold(None).select(columns), self.headers.height)
        carried: Keyed = older.parts[name]
        places = _places(older.parts["headers"], self.headers)
        if not changed and places is None:
            return carried
        rows = fold(sorted(changed)).select(columns)
        replaced = self.headers.filter(pl.col("run_id").is_in(list(changed)))["_row"]
        return updated(carried, rows, places, replaced, self.headers.height)

    def _changed(self, name: str, table: str) -> frozenset[str] | None:
        """Return the runs with other rows than the carried part has; None where all may have."""
        if self._carried is None or name not in self._carried.parts:
            return None
        return changed_runs(self.source, table, self._carried.links(table), self._table_links(table))

    def _kept(self, name: str, table: str) -> pl.DataFrame | None:
        """Return a carried part if its table still has the same rows."""
        if self._carried is None or name not in self._carried.parts:
            return None
        same = same_links(self._carried.links(table), self._table_links(table))
        part: pl.DataFrame = self._carried.parts[name]
        return part if same else None

    def _table_links(self, table: str) -> pl.DataFrame:
        if table not in self._links:
            self._links[table] = links(self.source, table)
        return self._links[table]


def _places(before: pl.DataFrame, now: pl.DataFrame) -> pl.Series | None:
    """Return the new `_row` of each old one; None where no run has moved."""
    if before["run_id"].equals(now["run_id"]):
        return None
    rows = now.select("run_id", "_row")
    return before.select("run_id").join(rows, on="run_id", how="left", maintain_order="left")["_row"]
