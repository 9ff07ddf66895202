"""The handle that training code logs to."""

from __future__ import annotations

import itertools
import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Self, SupportsFloat

from runlake.capture.artifact_names import check_file, check_name
from runlake.capture.redact_lines import printed_lines
from runlake.capture.redact_names import check_key
from runlake.capture.redact_text import describe_error
from runlake.capture.texts import NOTES, note_fields, tags_of
from runlake.errors import InvalidType, InvalidValue, ParamConflict, RunClosed, expect
from runlake.ids import short_id
from runlake.run.artifacts import dataset_row, file_row, media_rows, reference_row
from runlake.run.files import files_below
from runlake.run.params import changed_params, param_rows, params_of
from runlake.run.summary import Summary, summary_rows
from runlake.run.values import as_number, check_step, micros, split
from runlake.schema import ARTIFACTS, CONSOLE, EVENTS, LINKS, PARAMS, RUNS, SUMMARIES, SYSTEM_METRICS, TAGS, VALUES

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from runlake.run.recorder import Recorder

STATUSES = ("finished", "failed", "killed")

_log = logging.getLogger("runlake")


class Run:
    """One run, open for logging; made by `runlake.start_run`.

    Safe in threads. In a forked child it logs as a writer of its own.

    Attributes:
        id: id of the run.
        name: display name at the start.
        experiment: path of the experiment at the start.
        summary: explicit results, `run.summary["best/f1"] = 0.91`.
    """

    def __init__(
        self,
        recorder: Recorder,
        *,
        name: str,
        experiment: str,
        params: Mapping[str, str],
        next_step: int,
        on_finish: Callable[[Run], None],
    ) -> None:
        self.id = recorder.run_id
        self.name = name
        self.experiment = experiment
        self.summary = Summary(self._log_summary)
        self._recorder = recorder
        self._journal = recorder.journal
        self._params = dict(params)
        self._param_lock = threading.Lock()
        self._count = itertools.count(next_step)
        self._known: set[tuple[str, ...]] = set()
        self._on_finish = on_finish
        self._pid = os.getpid()
        self._open = True

    @property
    def short_id(self) -> str:
        """The random end of the id, as every table and page shows it."""
        return short_id(self.id)

    @property
    def healthy(self) -> bool:
        """Whether all that was logged is in the journal's file: False while the disk does not take it."""
        return self._journal.health.ok

    def log(
        self, metrics: Mapping[str, Any], step: SupportsFloat | None = None, *, ts: datetime | float | None = None
    ) -> None:
        """Log values at a step; the values of one call belong together.

        Numbers (Python, NumPy, 0-d tensors, lists of one) become points of `metrics`, NaN and
        infinities among them. Text, flags, None and longer lists are kept in `values`; images,
        tables and whatever else `runlake.media` makes, in `artifacts`. Nested mappings are joined by `/`. When it has returned, a kill of the process loses nothing.

        Args:
            metrics: key -> value.
            step: any order, repeats kept; None takes this process's count of calls without a step.
            ts: time claimed for the values: aware datetime or seconds since 1970; None for now.

        Raises:
            InvalidType: metrics is no mapping, or a key, value, step or ts is of a kind that cannot be logged.
            InvalidValue: a key is empty or too long, a step is not finite or beyond 2**53.
            RunClosed: the run has finished.
        """
        if not self._open:
            raise RunClosed(self.id, "log")
        claimed = None if ts is None else micros(ts)
        try:
            keys = tuple(metrics)
            known = keys in self._known and _are_numbers(metrics)
        except (TypeError, AttributeError):  # no mapping, such as a list of known keys
            known = False
        if known:
            at = float(next(self._count)) if step is None else check_step(step)
            try:
                self._journal.points(self.id, metrics, at, claimed)
            except OverflowError:
                self._log_checked(metrics, at, claimed)
            return
        self._log_checked(metrics, step, claimed)

    def _log_checked(self, metrics: Mapping[str, Any], step: SupportsFloat | None, claimed: int | None) -> None:
        if not isinstance(metrics, Mapping):
            raise InvalidType("log", metrics, "a mapping of keys to values")
        numbers, others, media = split(metrics, self._recorder.clean)
        at = None if step is None else check_step(step)
        if not numbers and not others and not media:
            return
        if at is None:
            at = float(next(self._count))
        if not others and tuple(numbers) == tuple(metrics):
            self._known.add(tuple(metrics))
        if not others and not media:
            self._journal.points(self.id, numbers, at, claimed)
            return
        ts = self._recorder.now() if claimed is None else claimed
        rows = {
            VALUES: [VALUES.row(ts=ts, key=k, step=at, type=kind, value=text) for k, (kind, text) in others.items()],
            ARTIFACTS: media_rows(self._recorder, media, at, claimed),
        }
        rows = {table: several for table, several in rows.items() if several}
        self._journal.rows(self.id, rows, points=(numbers, at, claimed) if numbers else None)

    def log_params(self, params: object, *, overwrite: bool = False) -> None:
        """Log settings of the run; nested keys are joined by `/`.

        Args:
            params: dict, argparse namespace, dataclass, pydantic model, OmegaConf config or
                scikit-learn estimator.
            overwrite: allow another value for a key; the change is kept as an event.

        Raises:
            ParamConflict: a key has another value and overwrite is False; nothing is logged then.
            InvalidType, InvalidValue: as for `log`.
        """
        self._check_open("log_params")
        found = params_of(params, self._recorder.clean)
        with self._param_lock:
            changed = changed_params(self._params, found)
            if changed and not overwrite:
                key = next(iter(changed))
                raise ParamConflict(key, self._params[key], changed[key].value)
            new = {k: p for k, p in found.items() if self._params.get(k) != p.value}
            if not new:
                return
            events = [
                self._recorder.event("param.overwrite", ("param", key), old=self._params[key], new=param.value)
                for key, param in changed.items()
            ]
            rows = {PARAMS: param_rows(new, self._recorder.now())}
            self._recorder.rows(rows | {EVENTS: events} if events else rows)
            self._params.update({key: param.value for key, param in new.items()})

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Set tags: a key with one value, several (a list) or none (None or an empty list).

        Raises:
            InvalidType, InvalidValue: a key or value is not text or a number.
        """
        self._check_open("set_tags")
        values = tags_of(tags, "set_tags")
        if values:
            self._recorder.rows(
                {
                    TAGS: [
                        TAGS.row(ts=self._recorder.now(), key=k, values=v, removed=False) for k, v in values.items()
                    ],
                    EVENTS: [self._recorder.event("tag.set", ("tag", k), new=v) for k, v in values.items()],
                }
            )

    def remove_tags(self, *keys: str) -> None:
        """Take tags away; what they were stays in the history."""
        self._check_open("remove_tags")
        names = [check_key(key, "remove_tags") for key in keys]
        if names:
            self._recorder.rows(
                {
                    TAGS: [TAGS.row(ts=self._recorder.now(), key=k, values=[], removed=True) for k in names],
                    EVENTS: [self._recorder.event("tag.remove", ("tag", k)) for k in names],
                }
            )

    def note(
        self,
        notes: str | None = None,
        *,
        hypothesis: str | None = None,
        expected_outcome: str | None = None,
        conclusion: str | None = None,
    ) -> None:
        """Write what the run is for and what came of it; the fields left out stay as they are."""
        self._check_open("note")
        given = zip(NOTES, (notes, hypothesis, expected_outcome, conclusion), strict=True)
        fields = note_fields(dict(given))
        if fields:
            events = [self._recorder.event("run.note", ("run", self.id), new={k: v}) for k, v in fields.items()]
            self._recorder.rows({RUNS: [RUNS.row(ts=self._recorder.now(), **fields)], EVENTS: events})

    def log_artifact(
        self,
        source: str | os.PathLike[str] | bytes,
        name: str | None = None,
        *,
        kind: str = "file",
        step: float | None = None,
        metadata: Mapping[str, Any] | None = None,
        allow_secret: bool = False,
    ) -> None:
        """Log a file or bytes; returns once a copy is on local disk, hashing and upload follow.

        Args:
            source: path of a file, or bytes.
            name: path inside the run; None takes the file's name. Bytes need one.
            kind: file, code, plot, model or the like.
            step: step that it belongs to.
            metadata: further facts, as JSON can hold them.
            allow_secret: log a file although its name says that it is a secret.

        Raises:
            UnsafePath: the name would leave its place.
            SecretRefused: the file looks like a secret by its name.
            NotFound, InvalidValue, InvalidType: the source is no file and no bytes.
        """
        self._check_open("log_artifact")
        if isinstance(source, bytes):
            if name is None:
                raise InvalidValue(
                    "log_artifact", "bytes without a name", 'a name, such as name="confusion_matrix.png"'
                )
            content: Path | bytes = source
            path = check_name(name)
        elif isinstance(source, str | os.PathLike):
            file = check_file(source, allow_secret=allow_secret)
            content, path = file, check_name(name if name is not None else file.name)
        else:
            raise InvalidType("log_artifact", source, "a path or bytes")
        self._recorder.rows({ARTIFACTS: [file_row(self._recorder, content, path, kind, step, metadata)]})

    def log_artifacts(
        self, source: str | os.PathLike[str], prefix: str = "", *, kind: str = "file", allow_secret: bool = False
    ) -> None:
        """Log all files of a folder, or all that match a pattern such as `plots/**/*.png`.

        Raises:
            UnsafePath: a link leads out of the folder; nothing is logged then.
            SecretRefused, NotFound: as for `log_artifact`.
        """
        self._check_open("log_artifacts")
        expect(prefix, str, "log_artifacts: prefix", "text")
        found = files_below(source, allow_secret=allow_secret)
        start = f"{check_name(prefix.strip('/'))}/" if prefix.strip("/") else ""
        for path, name in found:
            self._recorder.rows({ARTIFACTS: [file_row(self._recorder, path, start + name, kind)]})

    def log_reference(
        self, uri: str, name: str | None = None, *, sha256: str | None = None, size_bytes: int | None = None
    ) -> None:
        """Log where something is without copying it; nothing is fetched.

        Args:
            uri: where it is; credentials in it are left out.
            name: path inside the run; None takes the last part of the URI.
            sha256: its SHA-256 in hex, where known.
            size_bytes: its size, where known.
        """
        self._check_open("log_reference")
        self._recorder.rows({ARTIFACTS: [reference_row(self._recorder, uri, name, sha256, size_bytes)]})

    def log_dataset(self, source: object, name: str, *, role: str = "train", version: str | None = None) -> None:
        """Log which data the run used, by its content.

        Args:
            source: a file or folder (SHA-256 of all its bytes), a frame or array (SHA-256 of its
                content), a Delta table (its id and version), or None with a version.
            name: what the data set is called.
            role: train, validation, test or the like.
            version: what its keepers call this version; None takes the digest or table version.

        Raises:
            NotFound: there is no such file.
            InvalidValue: neither data nor a version was given.
        """
        self._check_open("log_dataset")
        self._recorder.rows({LINKS: [dataset_row(self._recorder, source, name, role, version)]})

    def log_console(self, lines: Iterable[tuple[str, str]], *, redacted: bool = False) -> None:
        """Log lines that were printed.

        Args:
            lines: (stdout or stderr, text without its end).
            redacted: their secrets have been taken out, as those of the captured console have.
        """
        now = self._recorder.now()
        pairs = lines if redacted else printed_lines(lines)
        rows = [CONSOLE.row(ts=now, stream=stream, text=text) for stream, text in pairs]
        if rows and self._open:
            self._recorder.rows({CONSOLE: rows})

    def log_system(self, samples: Mapping[str, float]) -> None:
        """Log one sample of the machine or the process; keys name their unit, as in `process/rss_bytes`."""
        expect(samples, Mapping, "log_system", "a mapping of keys to numbers")
        now, numbers = self._recorder.now(), {check_key(k, "log_system"): as_number(k, v) for k, v in samples.items()}
        for key, value in numbers.items():
            expect(value, float, f"log_system: {key!r}", "a number")
        rows = [SYSTEM_METRICS.row(ts=now, key=key, value=value) for key, value in numbers.items()]
        if rows and self._open:
            self._recorder.rows({SYSTEM_METRICS: rows})

    def finish(self, status: str = "finished", *, error: str | None = None) -> None:
        """End the run; when it has returned, all of it is on disk and every later read here sees it.

        Finishing again does nothing.

        Args:
            status: finished, failed or killed.
            error: what went wrong.
        """
        if status not in STATUSES:
            raise InvalidValue("finish", status, "one of " + ", ".join(STATUSES))
        expect(error or "", str, "finish: error", "text, such as str(problem)")
        if not self._open:
            return
        self._open = False
        if os.getpid() == self._pid:
            self._on_finish(self)
            now = self._recorder.now()
            writer = self._journal.writer
            text = None if error is None else self._recorder.clean("error", error)
            patch = RUNS.row(ts=now, status=status, inferred=False, status_of=writer, ended_at=now, error=text)
            event = self._recorder.event("run.finish", ("run", self.id), new={"status": status})
            self._recorder.rows({RUNS: [patch], EVENTS: [event]}, urgent=True)
        self._journal.end_run(self.id)
        if not self._journal.close_segment():
            why = self._journal.health.problem
            _log.warning("runlake: run %s has finished, but its journal is not on disk yet: %s", self.id, why)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is None or (isinstance(problem, SystemExit) and problem.code in (None, 0)):
            self.finish()
        else:
            status = "killed" if isinstance(problem, KeyboardInterrupt) else "failed"
            self.finish(status, error=describe_error(problem))

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Run belongs to its process; in another one continue it with "
            f'runlake.start_run({self.experiment!r}, run_id="{self.id}", resume="must")'
        )

    def __repr__(self) -> str:
        return f"<Run {self.short_id} {self.name!r} of {self.experiment!r}, {'open' if self._open else 'finished'}>"

    def _check_open(self, call: str) -> None:
        if not self._open:
            raise RunClosed(self.id, call)

    def _log_summary(self, values: Mapping[str, Any]) -> None:
        self._check_open("summary")
        self._recorder.rows({SUMMARIES: summary_rows(self._recorder, values)})


def _are_numbers(metrics: Mapping[str, Any]) -> bool:
    # a plain loop takes half the time of a set of types or of `all`
    for value in metrics.values():  # noqa: SIM110
        if type(value) is not float and type(value) is not int:
            return False
    return True
