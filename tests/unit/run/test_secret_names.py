"""No name carries a secret into the journal or the store, wherever somebody puts one."""

from __future__ import annotations

import contextlib
import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import runlake
from journaling import stored
from runlake.actions import (
    Actor,
    Details,
    create_experiment,
    edit_experiment,
    record_event,
    remove_tags,
    rename_experiment,
    rename_run,
    set_tags,
)
from runlake.errors import RunlakeError
from runlake.schema import TABLES
from unit.capture.corpus import SECRETS, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlake import Run

ANA = Actor(user="ana", client="test 1", actor_id="actor-ana")
# An action reads the tables and waits until it is in them, so not every secret goes through each.
FEW = SECRETS[::6]

LOGGED: dict[str, Callable[[Any, str, Path], object]] = {
    "metric key": lambda r, s, d: r.log({s: 1.0}),
    "metric key with a prefix": lambda r, s, d: r.log({f"val/{s}": 1.0}),
    "nested metric key": lambda r, s, d: r.log({"val": {s: {"f1": 1.0}}}),
    "value key": lambda r, s, d: r.log({s: "text", "flag": True}),
    "key inside of a value": lambda r, s, d: r.log({"rows": [{s: 1}]}),
    "param key": lambda r, s, d: r.log_params({s: 3}),
    "nested param key": lambda r, s, d: r.log_params({"model": {s: {"depth": 3}}}),
    "key inside of a param": lambda r, s, d: r.log_params({f"p{hash(s)}": [{s: 3}]}),
    "overwritten param": lambda r, s, d: (r.log_params({s: 3}), r.log_params({s: 4}, overwrite=True)),
    "tag key": lambda r, s, d: r.set_tags({s: "x"}),
    "removed tag key": lambda r, s, d: r.remove_tags(s),
    "summary key": lambda r, s, d: r.summary.update({s: 1.0}),
    "system key": lambda r, s, d: r.log_system({s: 1.0}),
    "artifact path": lambda r, s, d: r.log_artifact(b"x", f"out/{s}"),
    "artifact kind": lambda r, s, d: r.log_artifact(b"x", "a", kind=s),
    "key of artifact metadata": lambda r, s, d: r.log_artifact(b"x", "a", metadata={s: {s: 1}}),
    "name of a file": lambda r, s, d: r.log_artifact(_file(d, s)),
    "name of a file that cannot be copied": lambda r, s, d: r.log_artifact(_unreadable(d, s), "a"),
    "artifact prefix": lambda r, s, d: r.log_artifacts(d, prefix=s),
    "name of a reference": lambda r, s, d: r.log_reference("s3://bucket/x", s),
    "end of a reference": lambda r, s, d: r.log_reference(f"s3://bucket/{s}"),
    "data set name": lambda r, s, d: r.log_dataset(None, s, version="1"),
    "data set role": lambda r, s, d: r.log_dataset(None, "d", role=s, version="1"),
    "data set version": lambda r, s, d: r.log_dataset(None, "d", version=s),
    "data set file": lambda r, s, d: r.log_dataset(_file(d, s), "d"),
    "console": lambda r, s, d: r.log_console([("stdout", s)]),
    "stream": lambda r, s, d: r.log_console([(s, "x")]),
    "note": lambda r, s, d: r.note(s),
}

STARTED: dict[str, Callable[[str, str], Run]] = {
    "experiment": lambda s, at: start(f"e/{s}", store=at),
    "name": lambda s, at: start("e", s, store=at),
    "run id": lambda s, at: start("e", run_id=s, store=at),
    "parent": lambda s, at: start("e", parent=s, store=at),
    "tag key": lambda s, at: start("e", tags={s: "x"}, store=at),
    "param key": lambda s, at: start("e", params={s: 1}, store=at),
    "error of a bad call": lambda s, at: _failing(at, lambda r: r.log({s: object()})),
    "error of a long value": lambda s, at: _failing(
        at, lambda r: r.log({"a": f"{'x' * 60} {s}"}, step=odd([f"- {s}"]))
    ),
    "error of a bad path": lambda s, at: _failing(at, lambda r: r.log_artifact(b"x", f"../{s}")),
    "error of a missing file": lambda s, at: _failing(at, lambda r: r.log_artifact(f"nowhere/{s}")),
    "long error": lambda s, at: _failing(at, lambda r: _fail(f"{'x' * 1980} {s}")),
    "given error": lambda s, at: _given_error(at, s),
}

DONE: dict[str, Callable[[str, str, str], object]] = {
    "tag key": lambda s, at, run: set_tags(at, [run], {s: "x"}, actor=ANA),
    "removed tag": lambda s, at, run: remove_tags(at, [run], [s], actor=ANA),
    "run name": lambda s, at, run: rename_run(at, run, s, actor=ANA),
    "experiment": lambda s, at, run: create_experiment(at, f"new/{s}", actor=ANA),
    "moved experiment": lambda s, at, run: rename_experiment(at, "e", f"moved/{s}", actor=ANA),
    "experiment tag": lambda s, at, run: edit_experiment(at, "e", Details(tags={s: ["x"]}), actor=ANA),
    "primary metric": lambda s, at, run: edit_experiment(at, "e", Details(primary_metric=s), actor=ANA),
    "event target": lambda s, at, run: record_event(at, "runs.export", (s, s), new={s: 1}, actor=ANA),
    "actor": lambda s, at, run: record_event(
        at, "runs.export", ("run", run), actor=Actor(user=s, client="test 1", facts={"host": s})
    ),
}


def odd(value: object) -> Any:
    """Call with what no type checker lets pass."""
    return value


def start(*args: Any, **more: Any) -> Run:
    return runlake.start_run(*args, **more, capture=False)


def _failing(store: str, call: Callable[[Run], object]) -> Run:
    with start("e", store=store) as run:
        call(run)
    return run


def _fail(message: str) -> None:
    raise ValueError(message)


def _given_error(store: str, text: str) -> Run:
    run = start("e", store=store)
    run.finish("failed", error=text)
    return run


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("x")  # where the name has a slash there is no such folder
    return path


def _unreadable(folder: Path, name: str) -> Path:
    path = _file(folder, name)
    path.chmod(0)
    return path


def leaked(store: str, secrets: Iterable[Secret]) -> set[str]:
    """Secrets that are in any file of journal or store, or in any cell of a table."""
    places = [os.environ["RUNLAKE_JOURNAL"], store]
    files = [path for place in places for path in Path(place).rglob("*")]
    blobs = [*map(os.fsencode, files), *(path.read_bytes() for path in files if path.is_file())]
    if Path(store).is_dir():
        blobs += [repr(stored(store, table).to_dict(as_series=False)).encode("utf-8", "replace") for table in TABLES]
    everything = b"\0".join(blobs)
    return {
        secret.name
        for secret in secrets
        for form in (secret.raw, json.dumps(secret.raw)[1:-1], repr(secret.raw)[1:-1])
        if form.encode() in everything
    }


def refused(call: Callable[..., object]) -> None:
    """A name may be refused too, as one with line ends is."""
    with contextlib.suppress(RunlakeError, ValueError, OSError):
        call()


@pytest.mark.parametrize("where", LOGGED)
def test_no_name_that_is_logged_lands_with_its_secret(where: str, store: str, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    with start("e", "a", store=store) as run:
        for number, secret in enumerate(SECRETS):
            (folder / str(number)).mkdir(parents=True)
            refused(partial(LOGGED[where], run, secret.text, folder / str(number)))
        before = leaked(store, SECRETS)

    runlake.open_lake(store)
    assert (before, leaked(store, SECRETS)) == (set(), set())


@pytest.mark.parametrize("where", STARTED)
def test_no_name_at_the_start_and_no_error_at_the_end_lands_with_its_secret(where: str, store: str) -> None:
    start("e", store=store).finish()
    for secret in SECRETS:
        refused(lambda: STARTED[where](secret.text, store).finish())  # noqa: B023
    before = leaked(store, SECRETS)

    runlake.open_lake(store)
    assert (before, leaked(store, SECRETS)) == (set(), set())


@pytest.mark.parametrize("where", DONE)
def test_no_name_in_an_action_lands_with_its_secret(where: str, store: str) -> None:
    with start("e", "a", store=store) as run:
        run.log({"loss": 1.0})
    for secret in FEW:
        refused(partial(DONE[where], secret.text, store, run.id))

    assert leaked(store, FEW) == set()


class TestNamesThatDifferInTheirSecretsAlone:
    ONE, TWO = ("two/ghp_" + c * 36 for c in "aB")

    def test_stay_two(self, store: str) -> None:
        with start("e", params={self.ONE: 1, self.TWO: 2}, tags={self.ONE: "1", self.TWO: "2"}, store=store) as run:
            run.log({self.ONE: 1.0, self.TWO: 2.0})
            run.log({self.TWO: 2.0})
            run.log({"rows": [{self.ONE: 1, self.TWO: 2}]})
            run.log_artifact(b"1", f"{self.ONE}.txt", metadata={self.ONE: 1, self.TWO: 2})
            run.log_artifact(b"2", f"{self.TWO}.txt")

        lake = runlake.open_lake(store)
        one, two = "two/[redacted:github_token]", "two/[redacted:github_token_2]"
        metrics = lake.metrics(run_ids=[run.id])
        assert sorted(zip(metrics["key"], metrics["value"], strict=True)) == [(one, 1.0), (two, 2.0), (two, 2.0)]
        assert dict(lake.params(run_ids=[run.id]).select("key", "value").rows()) == {one: "1", two: "2"}
        assert dict(lake.tags(run_ids=[run.id]).select("key", "values").rows()) == {one: ["1"], two: ["2"]}
        assert json.loads(lake.values(run_ids=[run.id])["value"][0]) == [{one: 1, two: 2}]
        paths = [f"{name.replace(':', '-')}.txt" for name in (one, two)]
        assert sorted(lake.artifacts(run_ids=[run.id])["path"]) == paths


class TestASetOfKeys:
    def test_that_holds_a_secret_takes_the_long_way_each_time(self, store: str) -> None:
        secret = "ghp_" + "x1" * 18
        with start("e", store=store) as run:
            for step in range(3):
                run.log({f"again/{secret}": float(step), "loss": 1.0}, step=step)

        lake = runlake.open_lake(store)
        assert lake.metrics(keys=["again/[redacted:github_token]"])["value"].to_list() == [0.0, 1.0, 2.0]
        assert leaked(store, [Secret("token", secret, secret)]) == set()
