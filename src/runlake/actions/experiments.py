"""Creating, renaming, editing, archiving and restoring experiments.

An experiment has a stable id, and a path that people see. Renaming gives each id below the old
path a new path, as one record with one event per experiment, so a reader sees the whole subtree
move at once or not at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.actions.change import Change, Outcome, Patch
from runlake.actions.checks import clean_reason, clean_text, one_of
from runlake.actions.current import Experiment, experiments_now, make_store, read
from runlake.actions.record import record
from runlake.capture.redact_names import check_key, experiment_path
from runlake.errors import InvalidValue, NotFound
from runlake.ids import experiment_id
from runlake.schema import EXPERIMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runlake.actions.who import Actor
    from runlake.clock import Clock

REDUCERS = ("last", "min", "max", "mean")
DIRECTIONS = ("minimize", "maximize")


@dataclass(frozen=True, slots=True)
class Details:
    """What can be said of an experiment; None leaves a field as it is, "" takes it away.

    Attributes:
        description: free text.
        owner: who answers for it.
        primary_metric: key of the metric that decides which run is best.
        reducer: how a series becomes one number: last, min, max or mean.
        direction: minimize or maximize.
        tags: key -> values, or None to take the tag away; other tags stay.
        splits: key, or pattern with one `*`, -> metric and split, such as {"loss": ("loss", "train")}; None says that
            such a key is of no split. Takes the place of all that was declared, so {} takes it away.
    """

    description: str | None = None
    owner: str | None = None
    primary_metric: str | None = None
    reducer: str | None = None
    direction: str | None = None
    tags: Mapping[str, Sequence[str] | None] | None = None
    splits: Mapping[str, Sequence[str] | None] | None = None

    def columns(self, tags_now: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Lay the fields out as columns of the table, checked and redacted.

        Raises:
            InvalidType, InvalidValue: the reducer or the direction is none, or a split cannot be declared so.
        """
        given = {
            "description": self.description,
            "owner": self.owner,
            "primary_metric": self.primary_metric,
            "reducer": one_of("reducer", self.reducer, REDUCERS),
            "direction": one_of("direction", self.direction, DIRECTIONS),
        }
        columns = {name: clean_text(text, name) for name, text in given.items() if text is not None}
        if self.tags is not None:
            changed = {check_key(k, "tag"): _texts(k, v) for k, v in self.tags.items()}
            merged = {**{k: list(v) for k, v in tags_now.items()}, **changed}
            columns["tags"] = json.dumps({k: v for k, v in merged.items() if v is not None}, sort_keys=True)
        if self.splits is not None:
            columns["splits"] = _splits(self.splits)
        return columns


def create_experiment(
    store: str | Path | None,
    path: str,
    details: Details | None = None,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Create an experiment that has no run yet, and the store where there is none.

    Raises:
        InvalidValue: the path is none, is taken, or is where a renamed experiment began.
        StoreError: the store cannot be read or the journal not be written.
    """
    path = experiment_path(path)
    make_store(store)
    lake = read(store)
    _check_free(path, experiments_now(lake), moving={})
    found = experiment_id(path)
    row = {"experiment_id": found, "path": path, **(details or Details()).columns({})}
    new = {k: _shown(k, v) for k, v in row.items() if k != "experiment_id"}
    change = Change("experiment.create", "experiment", found, None, None, new, path)
    patch = Patch(None, [change], {EXPERIMENTS: [row]})
    return record(lake.snapshot.uri, [patch], actor=actor, reason=clean_reason(reason), clock=clock)


def edit_experiment(
    store: str | Path | None,
    path: str,
    details: Details,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Describe one experiment, name its owner, tag it or declare what is best in it.

    Raises:
        NotFound: nothing has that path.
        InvalidValue: a reducer or direction is none, or nothing is given.
        StoreError: the store cannot be read or the journal not be written.
    """
    path = experiment_path(path)
    lake = read(store)
    found = next((e for e in experiments_now(lake) if e.path == path), None)
    if found is None:
        raise NotFound("experiment", path, "`runlake experiments list` shows them")
    columns = details.columns(found.tags)
    if not columns:
        raise InvalidValue("experiment", "nothing", "at least one fact to declare")
    now = {**found.fields, "tags": json.dumps(found.tags, sort_keys=True)}
    changed = {k: v for k, v in columns.items() if (now.get(k) or "") != v}
    changes = [_edited(found, k, now.get(k), v) for k, v in changed.items()]
    row = {"experiment_id": found.experiment_id, **changed}
    unchanged = [f"experiment {path!r}: {k.replace('_', ' ')} is already as asked" for k in columns if k not in changed]
    patches = [Patch(None, changes, {EXPERIMENTS: [row]})] if changes else []
    return record(
        lake.snapshot.uri, patches, actor=actor, reason=clean_reason(reason), unchanged=unchanged, clock=clock
    )


def rename_experiment(
    store: str | Path | None,
    path: str,
    new_path: str,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Rename or move an experiment with everything below it; ids, links and old filters go on working.

    Raises:
        NotFound: nothing has that path and nothing is below it.
        InvalidValue: a path is none, or a new one is taken.
        StoreError: the store cannot be read or the journal not be written.
    """
    path, new_path = experiment_path(path), experiment_path(new_path)
    lake = read(store)
    everything = experiments_now(lake)
    moving = _subtree(everything, path)
    if path == new_path:
        unchanged = [f"experiment {path!r} already has that path"]
        return record(lake.snapshot.uri, [], actor=actor, reason=clean_reason(reason), unchanged=unchanged, clock=clock)
    targets = {i: experiment_path(new_path + e.path[len(path) :]) for e in moving for i in e.ids}
    for target in sorted(set(targets.values())):
        _check_free(target, everything, moving=targets)
    changes = [_renamed(e, targets[e.experiment_id]) for e in moving]
    rows = [{"experiment_id": i, "path": target} for i, target in targets.items()]
    patch = Patch(None, changes, {EXPERIMENTS: rows})
    return record(lake.snapshot.uri, [patch], actor=actor, reason=clean_reason(reason), clock=clock)


def archive_experiment(
    store: str | Path | None,
    path: str,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Put an experiment and everything below it away; `path/.` means the experiment alone.

    Raises:
        NotFound: nothing has that path and nothing is below it.
        StoreError: the store cannot be read or the journal not be written.
    """
    return _archive(store, path, archived=True, actor=actor, reason=reason, clock=clock)


def restore_experiment(
    store: str | Path | None,
    path: str,
    *,
    actor: Actor,
    reason: str | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Bring an archived experiment and everything below it back; see `archive_experiment`."""
    return _archive(store, path, archived=False, actor=actor, reason=reason, clock=clock)


def _archive(
    store: str | Path | None, path: str, *, archived: bool, actor: Actor, reason: str | None, clock: Clock | None
) -> Outcome:
    alone = path.rstrip().endswith("/.")
    path = experiment_path(path.strip().removesuffix("/."))
    lake = read(store)
    named = _subtree(experiments_now(lake), path, alone=alone)
    verb, state = ("experiment.archive", "already archived") if archived else ("experiment.restore", "not archived")
    touched = [e for e in named if e.archived != archived]
    changes = [
        Change(verb, "experiment", e.experiment_id, None, {"archived": e.archived}, {"archived": archived}, e.path)
        for e in touched
    ]
    rows = [{"experiment_id": e.experiment_id, "archived": archived} for e in touched]
    patches = [Patch(None, changes, {EXPERIMENTS: rows})] if changes else []
    unchanged = [f"experiment {e.path!r} is {state}" for e in named if e.archived == archived]
    return record(
        lake.snapshot.uri, patches, actor=actor, reason=clean_reason(reason), unchanged=unchanged, clock=clock
    )


def _edited(experiment: Experiment, field: str, old: str | None, new: str) -> Change:
    before, after = {field: _shown(field, old)}, {field: _shown(field, new)}
    return Change("experiment.edit", "experiment", experiment.experiment_id, None, before, after, experiment.path)


def _renamed(experiment: Experiment, path: str) -> Change:
    old, new = {"path": experiment.path}, {"path": path}
    return Change("experiment.rename", "experiment", experiment.experiment_id, None, old, new, experiment.path)


def _subtree(everything: Sequence[Experiment], path: str, *, alone: bool = False) -> list[Experiment]:
    found = [e for e in everything if e.path == path or (not alone and e.path.startswith(f"{path}/"))]
    if not found:
        raise NotFound("experiment", path, "`runlake experiments list` shows them")
    return found


def _check_free(path: str, everything: Sequence[Experiment], *, moving: Mapping[str, str]) -> None:
    """Refuse a path that another experiment has, or that code may still log to for another one."""
    began = experiment_id(path)
    for experiment in everything:
        if experiment.path == path and moving.keys().isdisjoint(experiment.ids):
            raise InvalidValue("experiment", path, "a path that is not taken")
        # A process that starts a run knows the path alone and derives the id from it, so a path
        # stays with the experiment that first had it.
        if began in experiment.ids and moving.get(began, experiment.path) != path:
            wanted = f"a path that is new: code that logs to this one adds to {experiment.path!r}, which began here"
            raise InvalidValue("experiment", path, wanted)


def _texts(key: str, values: Sequence[str] | None) -> list[str] | None:
    if values is None:
        return None
    return [clean_text(v, f"tag {key!r}", key=key) for v in ([values] if isinstance(values, str) else values)]


def _splits(rules: Mapping[str, Sequence[str] | None]) -> str:
    from runlake.query.splits import written  # loads Polars

    clean: dict[str, Sequence[str] | None] = {}
    for key, said in rules.items():
        named = clean_text(key, "split")
        is_texts = isinstance(said, list | tuple) and all(isinstance(part, str) for part in said)
        clean[named] = [clean_text(part, f"split {named!r}") for part in said] if said and is_texts else said
    return written(clean)


def _shown(column: str, value: str | None) -> object:
    if column not in ("tags", "splits") or not value:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):  # what somebody else has written there is shown as it is
        return value
