"""Starting a run: arguments checked, header journalled, everything slow left to the background."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from runlake.capture import Context
from runlake.capture.redact_names import check_key, experiment_path, own_id
from runlake.capture.texts import clean, note_fields, tags_of
from runlake.errors import InvalidValue, NotFound, ParamConflict, RunExists, expect
from runlake.ids import experiment_id, new_id
from runlake.journal import Journal, actor_id, make_root, store_uri
from runlake.run import Author, Recorder, Run, changed_params, param_rows, params_of
from runlake.schema import EVENTS, EXPERIMENTS, IDENTITIES, LINKS, PARAMS, RUNS, TAGS, Table
from runlake.session import current
from runlake.session.care import Care
from runlake.session.names import next_name
from runlake.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runlake.query.resume import KnownRun

Resume = Literal["never", "allow", "must"]

_journals: dict[tuple[str, int], tuple[Context, Journal]] = {}
_journals_lock = threading.Lock()
_live = Context.live()


def start_run(
    experiment: str,
    name: str | None = None,
    *,
    params: object = None,
    tags: Mapping[str, object] | None = None,
    notes: str | None = None,
    hypothesis: str | None = None,
    expected_outcome: str | None = None,
    parent: Run | str | None = None,
    run_id: str | None = None,
    resume: Resume = "never",
    store: str | Path | None = None,
    capture: bool = True,
    context: Context | None = None,
) -> Run:
    """Start a run, or continue one, and return the handle to log to.

    A run that is left open ends with the interpreter: as finished, or as failed with the exception that ended
    it. What an exit callback starts after that is recorded as finished from the start, unless it says more; one
    that is the first in its process to start a run has to finish it, else it reads killed.

    Only with `run_id` does a start read the store. Where that cannot be read, the id is taken on trust and a
    warning says so: "must" continues it, "never" and "allow" start it, and no parameter is compared.

    Args:
        experiment: path such as "fraud_detection/baseline"; made on first use.
        name: display name; None makes one from date, entry point and the next free version.
        params: settings, as for `Run.log_params`.
        tags: tags, as for `Run.set_tags`.
        notes: free text.
        hypothesis: what the run tests.
        expected_outcome: what is expected of it.
        parent: the run, or id of the run, that this one is nested in.
        run_id: id to use or to continue; None makes one.
        resume: "never" starts a new run, "must" continues `run_id`, "allow" does either.
        store: path of its folder, or its place in a bucket; None takes `RUNLAKE_STORE`, else `./runlake_store`.
        capture: record code, environment, console and system metrics.
        context: where identity, facts and time come from; None takes them from the machine.

    Raises:
        InvalidType, InvalidValue: an argument cannot be used; nothing is written then.
        RunExists: `run_id` is there and resume is "never".
        NotFound: `run_id` is not there and resume is "must".
    """
    described = {"notes": notes, "hypothesis": hypothesis, "expected_outcome": expected_outcome}
    expect(context or _live, Context, "context", "a runlake.capture.Context")
    plan = _plan(experiment, name, params, tags, parent, run_id, resume, described)
    uri = store_uri(store)
    known = _known(uri, plan, resume, given=run_id is not None)
    context = context or _live
    if current.in_notebook():
        current.finish_previous(unless=plan.parent)
    journal = _journal(uri, context)
    recorder = Recorder(journal, plan.run_id, _author(journal, context), clean)
    display = clean("name", name or "") or (known.name if known else None)
    display = display or next_name(uri, plan.experiment_id, context.name_stem(recorder.now()))
    care = Care(recorder, context, everything=capture)
    first = _first_rows(plan, recorder, display, care.identity(), resumed=known is not None)
    recorder.rows(first)
    run = Run(
        recorder,
        name=display,
        experiment=plan.experiment,
        params=(known.params if known else {}) | {key: param.value for key, param in plan.params.items()},
        next_step=known.next_step if known else 0,
        on_finish=care.end,
    )
    current.opened(run)
    care.begin(run)
    return run


@dataclass(frozen=True, slots=True)
class _Plan:
    run_id: str
    experiment: str
    experiment_id: str
    parent: str | None
    params: dict[str, Any]
    tags: dict[str, list[str]]
    notes: dict[str, str]


def _plan(
    experiment: str,
    name: str | None,
    params: object,
    tags: Mapping[str, object] | None,
    parent: Run | str | None,
    run_id: str | None,
    resume: Resume,
    notes: Mapping[str, str | None],
) -> _Plan:
    path = experiment_path(experiment)
    if name is not None:
        check_key(name, "name")
    if resume not in ("never", "allow", "must"):
        raise InvalidValue("resume", resume, '"never", "allow" or "must"')
    if run_id is None and resume == "must":
        raise InvalidValue("run_id", run_id, 'the id of the run to continue, because resume is "must"')
    expect(parent or "", (Run, str), "parent", "a Run or the id of one")
    return _Plan(
        run_id=new_id() if run_id is None else own_id(run_id),
        experiment=path,
        experiment_id=experiment_id(path),
        parent=parent.id if isinstance(parent, Run) else None if parent is None else own_id(parent, "parent"),
        params={} if params is None else params_of(params, clean),
        tags={} if tags is None else tags_of(tags, "tags"),
        notes=note_fields(notes),
    )


def _known(uri: str, plan: _Plan, resume: Resume, *, given: bool) -> KnownRun | None:
    """Look a given id up in the store; a new run was given none, and its start reads nothing."""
    if not given:
        return None
    if any(run.id == plan.run_id for run in current.open_runs()):
        raise InvalidValue("run_id", plan.run_id, "a run that is not open in this process; log to the handle you have")
    # Reading needs the read side, which a plain start never loads.
    from runlake.query.resume import known_run

    known = known_run(uri, plan.run_id)
    if known is not None and known.unread:
        return known if resume == "must" else None  # else it may be new, and needs a whole header
    if known is None and resume == "must":
        raise NotFound("run", plan.run_id, f"the store is {uri}")
    if known is not None:
        if resume == "never":
            raise RunExists(plan.run_id)
        for key, param in changed_params(known.params, plan.params).items():
            raise ParamConflict(key, known.params[key], param.value)
    return known


def _journal(uri: str, context: Context) -> Journal:
    with _journals_lock:
        key = (uri, id(context))
        if key not in _journals:
            # the context is kept with its journal, so that its id is not given to another one
            _journals[key] = context, Journal(uri, context.clock)
        return _journals[key][1]


def _author(journal: Journal, context: Context) -> Author:
    who = context.identity()
    try:
        person = "|".join(str(who.get(fact)) for fact in ("user", "process_owner", "host"))
        actor = actor_id(make_root(journal.uri), person)
    except OSError:
        actor = new_id()  # the disk does not take it; the identity row of this run still says who it is
    return Author(actor, "local", f"sdk {VERSION}")


def _first_rows(
    plan: _Plan, recorder: Recorder, name: str, identity: dict[str, Any], *, resumed: bool
) -> dict[Table, list[list[Any]]]:
    now, author = recorder.now(), recorder.author
    opened = {
        "started_at": now,
        "name": name,
        "actor_id": author.actor_id,
        "parent_run_id": plan.parent,
        "experiment_id": plan.experiment_id,
    }
    header = RUNS.row(
        ts=now,
        # What an exit callback starts after the runs were ended is over with the callback, unless it says more.
        status="finished" if current.has_ended() else "running",
        ended_at=now if current.has_ended() else None,
        inferred=False,
        status_of=recorder.journal.writer,
        heartbeat_at=now,
        **({} if resumed else opened),
        **plan.notes,
    )
    verb = "run.resume" if resumed else "run.start"
    event = recorder.event(verb, ("run", plan.run_id), new={"name": name, "experiment": plan.experiment})
    rows: dict[Table, list[list[Any]]] = {
        RUNS: [header],
        EVENTS: [event],
        EXPERIMENTS: []
        if resumed or not recorder.journal.first_time(plan.experiment_id)
        else [EXPERIMENTS.row(ts=now, experiment_id=plan.experiment_id, path=plan.experiment)],
        IDENTITIES: [IDENTITIES.row(ts=now, actor_id=author.actor_id, **identity)]
        if recorder.journal.first_time(author.actor_id)
        else [],
        PARAMS: param_rows(plan.params, now),
        TAGS: [TAGS.row(ts=now, key=key, values=values, removed=False) for key, values in plan.tags.items()],
        LINKS: _parent_link(plan, now),
    }
    return {table: found for table, found in rows.items() if found}


def _parent_link(plan: _Plan, now: int) -> list[list[Any]]:
    if plan.parent is None:
        return []
    return [LINKS.row(ts=now, subject=f"run:{plan.run_id}", predicate="child_of", object=f"run:{plan.parent}")]
