"""`open_lake` and `Lake`: everything that can be asked of a snapshot, in one place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlake.clock import Clock, SystemClock
from runlake.errors import InvalidType, QueryError
from runlake.query import artifacts, datasets, events, experiments, facts, find, keys, series, views
from runlake.query.detail import RunDetail, run_detail
from runlake.query.folded import Folded
from runlake.query.grouped import GroupQuestion, grouped
from runlake.query.hints import hinted
from runlake.query.lineage import Lineage, lineage
from runlake.query.media import Evaluation, evaluation, media, table
from runlake.query.moment import moment
from runlake.query.recent import Recent
from runlake.query.recipe import Recipe, recipe
from runlake.query.runs import Question, chosen, runs
from runlake.store.layout import store_uri  # type: ignore[attr-defined]  # what layout itself resolves names with
from runlake.store.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import polars as pl

    from runlake.query.source import Source


class Lake:
    """A snapshot of a store; what it answers never changes. `refresh` gives the lake as it is now.

    All frames are Polars frames in a fixed order. `run_ids=` and `keys=` take one name or several; None is all that
    the snapshot holds, deleted runs among them. Safe to share between threads.

    Attributes:
        snapshot: the pinned tables that the answers come from.
        folded: what many answers share, made on first use; for the modules of `query`.
    """

    def __init__(
        self, snapshot: Source, *, reopen: Callable[[], Source], clock: Clock, folded: Folded | None = None
    ) -> None:
        self.snapshot = snapshot
        self._reopen = reopen
        self._clock = clock
        self.folded = folded or Folded(snapshot)
        self._recent = Recent()

    def __repr__(self) -> str:
        moment = f" as of {self.as_of.isoformat()}" if self.as_of else ""
        return f"<Lake {self.snapshot.uri!r}{moment}>"

    @property
    def pending(self) -> tuple[str, ...]:
        """Sentences: what is on this machine, but not in here, and why."""
        return self.snapshot.pending

    @property
    def as_of(self) -> datetime | None:
        """The moment that was asked for; None where it was the present."""
        return self.snapshot.as_of

    @property
    def begun(self) -> datetime | None:
        """When the store first held runs: before that `as_of` finds none, however early they claim to have started."""
        return self.snapshot.begun()

    @property
    def now(self) -> datetime:
        """What "-7d" in a filter counts from: `as_of`, else the clock."""
        return self.as_of or datetime.fromtimestamp(self._clock.now_us() / 1e6, UTC)

    def refresh(self) -> Lake:
        """Return the lake on the newest snapshot: this very object where nothing changed, or where `as_of` was given."""
        if self.as_of is not None:
            return self
        newer = self._reopen()
        same = newer.key == self.snapshot.key and newer.pending == self.snapshot.pending
        return (
            self if same else Lake(newer, reopen=self._reopen, clock=self._clock, folded=self.folded.following(newer))
        )

    def runs(
        self,
        where: str | None = None,
        order_by: str | None = None,
        limit: int | None = None,
        columns: Sequence[str] | None = None,
        experiment: str | None = None,
        deleted: bool = False,
        run_ids: str | Iterable[str] | None = None,
    ) -> pl.DataFrame:
        """Return one row per run.

        The columns are run_id, experiment, name, status, user, started_at, ended_at, duration_s, then `params.<key>`
        (text), `metrics.<key>` (the point with the greatest step, time, writer and seq; NaN included),
        `summary.<key>` (explicit results: numbers where all of that key in the snapshot are, else text) and
        `tags.<key>` (several values joined by ", "): the keys that the rows have or that `where` and `order_by` name,
        sorted.

        Args:
            where: filter; see the reference of the filter language.
            order_by: such as "metrics.f1 desc, name"; None is started_at descending, then run_id. Nulls come last,
                before them NaN.
            limit: the first so many.
            columns: these columns in this order: names, also of further attributes such as "git_commit" or of
                reduced series such as "metrics.loss.min", and groups such as "metrics.*"; "data" is the data sets
                that a run used, with short versions, as one text.
            experiment: a path with all below it; `path/.` is that experiment alone.
            deleted: take deleted runs in.
            run_ids: of these runs only, by their whole ids; quicker than to name a thousand in `where`.

        Raises:
            QueryError: `where` or `order_by` does not parse.
            InvalidValue: a column is not known (the message says which come close), or limit is negative.
        """
        question = Question(where, order_by, limit, columns, experiment, deleted, _names(run_ids, "run_ids"))
        try:
            return runs(self.folded, question, now=self.now)
        except QueryError as error:
            raise hinted(error, self.keys()) from None

    def grouped(
        self,
        by: Sequence[str],
        metrics: Sequence[str] | None = None,
        where: str | None = None,
        order_by: str | None = None,
        limit: int | None = None,
        experiment: str | None = None,
        deleted: bool = False,
        leave_out: Sequence[str] = (),
    ) -> pl.DataFrame:
        """Return one row per group of runs that agree in all of `by`: how many, and where their numbers lie.

        The columns are the keys, then n, running, finished, failed and killed (runs), then for each metric, such as
        `metrics.val/f1`, `n(metrics.val/f1)` and likewise missing, not_finite, mean, median, sd, min, max, ci_low,
        ci_high and ci_half, then run_ids (a list). Statistics are of the n runs that have a finite number; `missing` have none,
        `not_finite` have NaN or an infinity. sd has n - 1 below the fraction bar; ci_low and ci_high, which lie
        ci_half from the mean, hold the true one with 95 % confidence by Student's t distribution with n - 1 degrees of freedom (Student, "The probable error
        of a mean", Biometrika 6, 1908). All are in the unit of the metric; sd and interval are null where n < 2.

        Args:
            by: columns of the run table (`params.lr`, `tags.team`, `user`), data sets as `datasets.<name>` or
                `datasets.name`, or "all-but-seed": every parameter that varies between these runs, but for those that
                are seeds or folds by their names. Runs that lack a key agree in that; 1 and 1.0 are one value.
            metrics: columns of numbers, as `runs` takes them; None is the primary metrics that the experiments
                declare, else the metric that most of these runs have.
            where: filter, as `runs` takes it.
            order_by: a column of the result, such as "mean(metrics.val/f1) desc"; None is the most runs first. What
                is missing comes last.
            limit: the first so many groups.
            experiment: a path with all below it; `path/.` is that experiment alone.
            deleted: take deleted runs in.
            leave_out: parameters that "all-but-seed" is not to take, such as an output folder.

        Raises:
            QueryError: `where` does not parse.
            InvalidValue: a column is not known, holds no numbers, or is nothing to group or order by.
        """
        which = Question(where, experiment=experiment, deleted=deleted)
        asked = GroupQuestion(by, metrics, which, order_by, limit, leave_out)
        try:
            return grouped(self.folded, asked, now=self.now)
        except QueryError as error:
            raise hinted(error, self.keys()) from None

    def count(self, where: str | None = None, *, experiment: str | None = None, deleted: bool = False) -> int:
        """Count the runs that `runs` would return without a limit."""
        question = Question(where, experiment=experiment, deleted=deleted)
        try:
            return chosen(self.folded, question, now=self.now)[0].len()
        except QueryError as error:
            raise hinted(error, self.keys()) from None

    def metrics(
        self, run_ids: str | Iterable[str] | None = None, keys: str | Iterable[str] | None = None
    ) -> pl.DataFrame:
        """Return points: run_id, key, step, ts, value; sorted by run_id, key, step, ts, writer, seq."""
        return series.metrics(self.snapshot, _names(run_ids, "run_ids"), _names(keys, "keys"))

    def values(
        self, run_ids: str | Iterable[str] | None = None, keys: str | Iterable[str] | None = None
    ) -> pl.DataFrame:
        """Return what was logged by step and is no number: run_id, key, step, ts, type, value (JSON)."""
        return series.values(self.snapshot, _names(run_ids, "run_ids"), _names(keys, "keys"))

    def summaries(
        self, run_ids: str | Iterable[str] | None = None, keys: str | Iterable[str] | None = None
    ) -> pl.DataFrame:
        """Return one row per series: count, nan_count, inf_count, mean, std, and its first, last, min and max points."""
        if keys is None:
            return self._recent.read(facts.series_summaries, self.snapshot, _names(run_ids, "run_ids"))
        return facts.series_summaries(self.snapshot, _names(run_ids, "run_ids"), _names(keys, "keys"))

    def results(self, run_ids: str | Iterable[str] | None = None) -> pl.DataFrame:
        """Return explicit results: run_id, key, value (text), value_num, type, ts."""
        return self._recent.read(facts.results, self.snapshot, _names(run_ids, "run_ids"))

    def params(self, run_ids: str | Iterable[str] | None = None) -> pl.DataFrame:
        """Return parameters: run_id, key, value (text), value_num, type."""
        return self._recent.read(facts.params, self.snapshot, _names(run_ids, "run_ids"))

    def tags(self, run_ids: str | Iterable[str] | None = None) -> pl.DataFrame:
        """Return tags: run_id, key, values (a list)."""
        return self._recent.read(facts.tags, self.snapshot, _names(run_ids, "run_ids"))

    def artifacts(self, run_ids: str | Iterable[str] | None = None) -> pl.DataFrame:
        """Return artifacts: run_id, path, version, latest, kind, size_bytes, sha256, uri, media_type, metadata, step, ts."""
        return self._recent.read(artifacts.artifacts, self.snapshot, _names(run_ids, "run_ids"))

    def artifact_bytes(self, run_id: str, path: str, version: int | None = None) -> bytes:
        """Return the bytes of an artifact, of its latest version unless `version` says otherwise.

        Raises:
            NotFound: there is no such artifact, or its bytes are not stored.
        """
        return artifacts.artifact_bytes(self.snapshot, run_id, path, version, newer=lambda: self.refresh().snapshot)

    def media(
        self, run_ids: str | Iterable[str] | None = None, keys: str | Iterable[str] | None = None
    ) -> pl.DataFrame:
        """Return logged media: run_id, key, index, step, kind, caption, path, version, size_bytes, sha256, ..., ts."""
        return media(self.snapshot, _names(run_ids, "run_ids"), _names(keys, "keys"))

    def table(self, run_id: str, key: str, step: float | None = None) -> pl.DataFrame:
        """Return a table that was logged under a key, of its last step unless `step` says otherwise.

        Raises:
            NotFound: there is none, or its bytes are not stored.
        """
        return table(self.snapshot, run_id, key, step, newer=lambda: self.refresh().snapshot)

    def evaluation(self, run_id: str, key: str, step: float | None = None) -> Evaluation:
        """Return an evaluation that was logged under a key, of its last step unless `step` says otherwise.

        Raises:
            NotFound: there is none, or its bytes are not stored.
        """
        return evaluation(self.snapshot, run_id, key, step, newer=lambda: self.refresh().snapshot)

    def datasets(self, run_ids: str | Iterable[str] | None = None) -> pl.DataFrame:
        """Return the data that runs used: run_id, name, version, role, attributes (JSON), ts."""
        return self._recent.read(datasets.datasets, self.snapshot, _names(run_ids, "run_ids"))

    def console(self, run_id: str) -> pl.DataFrame:
        """Return what a run printed: ts, stream, text, writer."""
        return series.console(self.snapshot, run_id)

    def system_metrics(
        self, run_ids: str | Iterable[str] | None = None, keys: str | Iterable[str] | None = None
    ) -> pl.DataFrame:
        """Return samples of machine and process: run_id, key, ts, value, writer."""
        return series.system_metrics(self.snapshot, _names(run_ids, "run_ids"), _names(keys, "keys"))

    def events(
        self,
        run_ids: str | Iterable[str] | None = None,
        user: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        action: str | None = None,
    ) -> pl.DataFrame:
        """Return who did what, when, to what and why, the newest first.

        Args:
            run_ids: only of these runs.
            user: only of this name.
            since: only from here on: an aware datetime, ISO 8601 text, or a time ago such as "-7d".
            until: only before this.
            action: only this one, such as "tag.set", or all of a noun: "tag.".
        """
        return events.events(
            self.folded,
            run_ids=_names(run_ids, "run_ids"),
            user=user,
            since=None if since is None else moment(since, now=self.now, what="since"),
            until=None if until is None else moment(until, now=self.now, what="until"),
            action=action,
        )

    def experiments(self) -> pl.DataFrame:
        """Return experiments, empty ones among them: what they declare and how many runs they have by status."""
        return experiments.counted(self.folded.experiments, self.folded.headers)

    def views(self, user: str | None = None, deleted: bool = False) -> pl.DataFrame:
        """Return saved views of the dashboard: the shared ones, and those that `user` has saved for themselves.

        The columns are view_id, name, description, page, query (what the link of the page carries, as a query string),
        visibility (private or shared), user (who saved it), created_at, changed_by, changed_at, deleted. The address of
        a view is `/<page>?saved=<view_id>`.

        Args:
            user: whose private ones to take in, by name; None is nobody's. It keeps them out of the way of others and
                is no secrecy: whoever can read the files of the store can read the table `views`.
            deleted: take deleted ones in.
        """
        return views.views(self.folded, user=user, deleted=deleted)

    def keys(self) -> keys.Keys:
        """Return the keys that the snapshot knows."""
        return keys.keys(self.folded)

    def find(self, text: str) -> str:
        """Return the id of the run that an id, its beginning or end (8 characters or more) or `experiment:name` means.

        Raises:
            NotFound, Ambiguous: none or several match.
        """
        return find.find(self.folded.headers, text)

    def find_all(self, texts: Iterable[str]) -> dict[str, str]:
        """Return the id of the run that each text means, as `find` would; texts that mean none or several are left out."""
        return find.find_all(self.folded.headers, texts)

    def abbreviated(self, run_ids: Sequence[str]) -> dict[str, str]:
        """Return for each whole id its shortest end, of at least 8 characters, that `find` still takes."""
        return find.abbreviated(self.folded.headers, run_ids)

    def run(self, run_id: str) -> RunDetail:
        """Return everything that is known of one run but its points; `run_id` is anything that `find` takes.

        Raises:
            NotFound, Ambiguous: none or several match.
        """
        return run_detail(self.folded, self.find(run_id), now=self.now)

    def lineage(self, run_id: str) -> Lineage:
        """Return the relatives of a run: what it came from, what came from it, its data, and who used what it made.

        Raises:
            NotFound, Ambiguous: none or several match.
        """
        return lineage(self.folded, self.find(run_id))

    def recipe(self, run_id: str) -> Recipe:
        """Return what is known of how to make a run again, and what is not; `query.reproduce` writes it as a script.

        Raises:
            NotFound, Ambiguous: none or several match.
        """
        return recipe(self.snapshot, self.run(run_id), newer=lambda: self.refresh().snapshot)


def open_lake(
    store: str | Path | None = None,
    as_of: datetime | str | None = None,
    *,
    live: bool = True,
    clock: Clock | None = None,
) -> Lake:
    """Open a snapshot of a store.

    What this machine's finished and dead processes left in their journals is brought into the tables first (not
    where `as_of` is given); `Lake.pending` says what could not be.

    Args:
        store: path of its folder, or its place in a bucket; None takes `RUNLAKE_STORE`, else `./runlake_store`.
        as_of: the tables as they were then: an aware datetime, ISO 8601 text, or a time ago such as "-7d".
        live: lay what running processes of this machine have logged over the tables.
        clock: where "now" comes from.

    Raises:
        NotFound: there is no store.
        InvalidValue: `as_of` is no moment, or has no time zone.
        StoreError: the tables cannot be read.
    """
    clock = clock or SystemClock()
    now = datetime.fromtimestamp(clock.now_us() / 1e6, UTC)
    then = None if as_of is None else moment(as_of, now=now, what="as_of")

    uri = store_uri(store)

    def reopen() -> Source:
        return open_snapshot(uri, as_of=then, live=live)

    return Lake(reopen(), reopen=reopen, clock=clock)


def _names(names: str | Iterable[str] | None, what: str) -> list[str] | None:
    if names is None:
        return None
    listed = [names] if isinstance(names, str) else list(names)
    for name in listed:
        if not isinstance(name, str):
            raise InvalidType(what, name, "texts")
    return listed
