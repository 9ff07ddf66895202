"""Makes stores of any size, as many processes would have left them.

    python benchmarks/generate.py STORE [--runs 100000] [--params 10] [--metrics 20] [--points 50] [--seed 1]

Experiments of very different size, keys of which a few are everywhere and many are rare, learning
curves with noise and now and then a NaN, runs that failed, were killed or are nested. The rows take
the way of ingestion, from the decoded batch on: the same columns, files, commits and summaries, one
batch for some thousand runs. What comes of one seed is the same rows each time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from runlake.ids import experiment_id
from runlake.journal import store_uri
from runlake.schema import EVENTS, EXPERIMENTS, IDENTITIES, METRICS, PARAMS, RUNS, SUMMARIES, TAGS, Table
from runlake.store import arrow
from runlake.store.decode import sort
from runlake.store.delta import Appender
from runlake.store.layout import open_store
from runlake.store.points import Points, to_arrow
from runlake.store.summarise import summaries_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

START_US = 1_735_689_600_000_000  # 2025-01-01
TEAMS, PEOPLE, EXPERIMENT_COUNT = ("risk", "vision", "search", "speech"), 25, 200
MODELS = ("forest", "boosting", "linear", "net")
KEYS = (
    "loss",
    "accuracy",
    "val/loss",
    "val/f1",
    "lr",
    "grad_norm",
    "val/precision",
    "val/recall",
    "epoch_s",
    "gpu_util",
)
SETTINGS = ("lr", "batch_size", "max_depth", "model", "optimizer", "dropout", "seed", "n_estimators", "warmup", "data")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a store is.

    Attributes:
        runs: number of runs.
        params: parameters of each.
        metrics: series of each; a tenth of the runs has rare keys among them.
        points: points of each series; 0 leaves points out but not their summaries.
        per_batch: runs that are delivered at once.
        digits: decimals of the values; 17 leaves random doubles as they are.
    """

    runs: int = 100_000
    params: int = 10
    metrics: int = 20
    points: int = 50
    per_batch: int = 1_000
    digits: int = 6


def generate(store: str, size: Size, *, seed: int = 1, say: Callable[[str], object] | None = None) -> None:
    """Fill a new store.

    Raises:
        FileExistsError: there is something at that place.
    """
    uri = store_uri(store)
    if Path(uri).exists():
        raise FileExistsError(uri)
    made = open_store(uri, create=True)
    random = np.random.default_rng(seed)
    appenders = {
        table: Appender(made, table)
        for table in (METRICS, SUMMARIES, PARAMS, TAGS, EVENTS, IDENTITIES, EXPERIMENTS, RUNS)
    }
    began = time.perf_counter()
    for first in range(0, size.runs, size.per_batch):
        batch = _Batch(random, first, min(size.per_batch, size.runs - first), size)
        for table, appender in appenders.items():
            data = batch.rows(table)
            if data.num_rows:
                appender.append(data, {"runlake.links": json.dumps([[w, 0] for w in batch.writers])})
        if say:
            done = first + batch.count
            say(f"\r{done:,} of {size.runs:,} runs after {time.perf_counter() - began:.0f} s")


class _Batch:
    """Some runs that were delivered together, each of a process of its own."""

    def __init__(self, random: Generator, first: int, count: int, size: Size) -> None:
        self.random, self.count, self.size, self.first = random, count, size, first
        self.started = START_US + (first + np.arange(count)) * 60_000_000 + random.integers(0, 59_000_000, count)
        self.ids = [_uuid7(int(us) // 1000, random) for us in self.started]
        self.writers = [random.bytes(12).hex() for _ in range(count)]
        # a few experiments hold most of the runs
        self.experiments = np.minimum((random.pareto(0.8, count) * 4).astype(int), EXPERIMENT_COUNT - 1)
        self.models = random.integers(0, len(MODELS), count)
        self.status = random.choice(("finished", "failed", "killed"), count, p=(0.93, 0.05, 0.02))
        self.skill = random.beta(4, 2, count)
        self.duration_us = (random.lognormal(6, 1, count) * 1e6).astype(np.int64)
        self._points: Points | None = None

    def rows(self, table: Table) -> pa.Table:
        if table is METRICS:
            return to_arrow(self.points()) if self.size.points else _empty(table)
        if table is SUMMARIES:
            return summaries_of(self.points(), {})
        made = getattr(self, f"_{table.name}")()
        return sort(table, pa.Table.from_pylist(made, schema=arrow.arrow_schema(table))) if made else _empty(table)

    def points(self) -> Points:
        """Series of all runs; each is noise around a curve that its run's skill decides."""
        if self._points is None:
            self._points = self._made_points(max(self.size.points, 2))
        return self._points

    def _made_points(self, length: int) -> Points:
        random = self.random
        series = sorted((run, key) for i, run in enumerate(self.ids) for key in self._keys(i))
        place = {run: i for i, run in enumerate(self.ids)}
        run_of = np.array([place[run] for run, _ in series])
        size = len(series) * length
        step = np.tile(np.arange(length, dtype=np.float64), len(series))
        rises = np.array(["loss" not in key for _, key in series])
        reached = self.skill[run_of]
        curve = 1 - np.exp(-np.arange(length) / (length / 5))
        level = np.where(rises[:, None], reached[:, None] * curve, 1.2 - reached[:, None] * curve)
        value = np.round(level + random.normal(0, 0.02, level.shape), self.size.digits).ravel()
        value[random.random(size) < 0.0005] = np.nan
        # a step takes about as long as the one before, and all that is logged in one call has one time
        ticks = (self.duration_us // length)[:, None] * random.normal(1, 0.02, (self.count, length))
        ts = (self.started[:, None] + np.cumsum(ticks, axis=1).astype(np.int64))[run_of].ravel()
        order = np.argsort(self.writers, kind="stable")
        rank = np.empty(self.count, dtype=np.int64)
        rank[order] = np.arange(self.count)
        return Points(
            series=series,
            writers=sorted(self.writers),
            of=np.repeat(np.arange(len(series)), length),
            by=np.repeat(rank[run_of], length),
            link=np.zeros(size, dtype=np.int64),
            seq=np.tile(np.arange(length, dtype=np.int64) + 2, len(series)),
            step=step,
            ts=ts.astype(np.int64),
            logged_at=ts.astype(np.int64),
            value=value,
        )

    def _keys(self, i: int) -> list[str]:
        names = [*KEYS, *(f"layer_{n}/norm" for n in range(self.size.metrics))][: self.size.metrics]
        if i % 10 == 0:
            names[-1] = f"rare/{self.random.integers(0, 500)}"
        return names

    def _common(self, i: int, seq: int, at: NDArray[np.int64] | int) -> dict[str, Any]:
        return {
            "run_id": self.ids[i],
            "writer": self.writers[i],
            "link": 0,
            "seq": seq,
            "logged_at": int(at),
            "ts": int(at),
        }

    def _params(self) -> list[dict[str, Any]]:
        names = [*SETTINGS, *(f"setting_{n}" for n in range(self.size.params))][: self.size.params]
        found = []
        for i in range(self.count):
            drawn = self.random.random(len(names))
            for name, chance in zip(names, drawn, strict=True):
                text, number, kind = _setting(name, float(chance), MODELS[self.models[i]])
                row = {"key": name, "value": text, "value_num": number, "type": kind}
                found.append(self._common(i, 1, self.started[i]) | row)
        return found

    def _tags(self) -> list[dict[str, Any]]:
        return [
            self._common(i, 1, self.started[i]) | {"key": key, "values": [value], "removed": False}
            for i in range(self.count)
            for key, value in (
                ("team", TEAMS[self.experiments[i] % len(TEAMS)]),
                ("stage", "prod" if self.skill[i] > 0.9 else "dev"),
                ("dataset", f"v{1 + self.experiments[i] % 5}"),
            )
        ]

    def _events(self) -> list[dict[str, Any]]:
        return [
            self._common(i, 1, self.started[i])
            | {
                "event_id": _uuid7(int(self.started[i]) // 1000, self.random),
                "actor_id": self._actor(i),
                "action": "run.start",
            }
            | {"target_type": "run", "target_id": self.ids[i], "result": "ok", "client": "sdk", "auth_method": "local"}
            for i in range(self.count)
        ]

    def _identities(self) -> list[dict[str, Any]]:
        if self.first:
            return []
        people = [{"actor_id": _actor(n), "user": f"person{n:02d}", "host": f"node{n % 7}"} for n in range(PEOPLE)]
        return [self._common(0, 1, START_US) | {"run_id": None} | person for person in people]

    def _experiments(self) -> list[dict[str, Any]]:
        if self.first:
            return []
        paths = [_experiment(n) for n in range(EXPERIMENT_COUNT)]
        return [
            self._common(0, 1, START_US) | {"run_id": None, "experiment_id": experiment_id(path), "path": path}
            for path in paths
        ]

    def _runs(self) -> list[dict[str, Any]]:
        found = []
        for i in range(self.count):
            number, writer = self.first + i, self.writers[i]
            model = MODELS[self.models[i]]
            start = {
                "experiment_id": experiment_id(_experiment(int(self.experiments[i]))),
                "name": f"2025_{model}_v{number}",
                "status": "running",
                "status_of": writer,
                "inferred": False,
                "started_at": int(self.started[i]),
                "actor_id": self._actor(i),
                "parent_run_id": self.ids[i - 1] if number % 20 == 7 and i else None,
                "git_commit": f"{number % 997:040x}",
                "python_version": "3.11.7",
                "source_type": "script",
                "entry_point": "train.py",
            }
            at = int(self.started[i] + self.duration_us[i])
            killed = self.status[i] == "killed"
            end = {"status": str(self.status[i]), "status_of": writer, "inferred": killed, "ended_at": at}
            found += [self._common(i, 1, self.started[i]) | start, self._common(i, 999_999, at) | end]
        return found

    def _actor(self, i: int) -> str:
        return _actor((self.first + i) * 7 % PEOPLE)


def _empty(table: Table) -> pa.Table:
    return arrow.arrow_schema(table).empty_table()


def _actor(number: int) -> str:
    return str(uuid.UUID(int=number + 1))


def _experiment(number: int) -> str:
    return f"{TEAMS[number % len(TEAMS)]}/project_{number // 8:02d}/task_{number % 8}"


def _setting(name: str, chance: float, model: str) -> tuple[str, float | None, str]:
    if name == "model":
        return model, None, "str"
    if name == "optimizer":
        return ("adam", "sgd", "adamw")[int(chance * 3)], None, "str"
    if name in {"lr", "dropout"}:
        number = float(f"{10 ** (-4 * chance):.3g}")
        return repr(number), number, "float"
    whole = int(chance * 64)
    return str(whole), float(whole), "int"


def _uuid7(ms: int, random: Generator) -> str:
    tail = int.from_bytes(random.bytes(10), "big")
    number = (ms << 80) | (7 << 76) | ((tail >> 62 & 0xFFF) << 64) | (2 << 62) | (tail & (2**62 - 1))
    return str(uuid.UUID(int=number))


def main() -> None:
    """Make one store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    for name in ("runs", "params", "metrics", "points"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    size = Size(args.runs, args.params, args.metrics, args.points)
    generate(args.store, size, seed=args.seed, say=lambda text: print(text, end="", file=sys.stderr, flush=True))
    print(file=sys.stderr)


if __name__ == "__main__":
    main()
