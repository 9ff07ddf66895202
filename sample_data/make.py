"""Train about sixty small models on real data and log them into `sample_data/store`.

    python sample_data/make.py [--store FOLDER] [--only TEXT]

The models, data and numbers are real and repeat from run to run. The people, machines, times and the
repository are invented and come in through `runlake.capture.Context`, so that nothing in the store tells of
the machine that made it. One run is killed for good while it trains, and two fail on their own.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

import story
import studies
import work
from people import StoryClock
from runlake.journal import make_root
from runlake.store.lock import draining

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
FORK = multiprocessing.get_context("fork")


def main() -> None:
    """Build the store beside its place, then put it there."""
    parser = argparse.ArgumentParser(description="Train the sample models and rebuild the sample store.")
    parser.add_argument("--store", type=Path, default=HERE / "store", help="folder to replace")
    parser.add_argument("--only", default="", help="only runs whose experiment:name has this text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="runlake-sample-") as folder:
        os.environ |= {"RUNLAKE_JOURNAL": str(Path(folder) / "journal"), "RUNLAKE_INGESTER": "off"}
        built = Path(folder) / "store"
        count = build(str(built), only=options.only)
        shutil.rmtree(options.store, ignore_errors=True)
        shutil.copytree(built, options.store)
    size = sum(path.stat().st_size for path in options.store.rglob("*") if path.is_file())
    print(f"{count} runs, {size / 1e6:.1f} MB in {options.store}")


def build(store: str, *, only: str = "") -> int:
    """Log everything into a new store and return the number of runs."""
    in_a_process(story.before, store)
    chosen = [plan for plan in studies.plans() if only in f"{plan.experiment}:{plan.name}"]
    for _, week in itertools.groupby(chosen, key=lambda plan: f"{plan.start:%V}"):
        # While this process says that it delivers, nobody else does: a week is one commit per table.
        with draining(make_root(store)):
            for plan in week:
                carry_out(store, plan)
        in_a_process(deliver, store)
    if not only:
        in_a_process(story.after, store)
    return sum(1 + len(plan.children) for plan in chosen)


def carry_out(store: str, plan: studies.Plan) -> None:
    """Train one run, or several that are nested, in a process of its own."""
    print(f"{plan.start:%d %b %H:%M}  {plan.experiment}:{plan.name}", flush=True)
    if plan.kill_after is None:
        in_a_process(train, store, plan)
    else:
        kill(store, plan, after=plan.kill_after)


def train(store: str, plan: studies.Plan, told: Callable[[], object] = lambda: None) -> None:
    """Train one run, single-threaded, so that its numbers repeat."""
    with threadpool_limits(1):
        work.carry_out(store, plan, told=told)


def deliver(store: str) -> None:
    """Bring what is still in journals into the tables."""
    from runlake.store.ingest import drain

    drain(store, wait_s=60, clock=StoryClock(story.POWER_IS_BACK))


def in_a_process(task: Callable[..., None], *arguments: Any) -> None:
    """Do something in a process of its own, as the people of the story would."""
    process = FORK.Process(target=task, args=arguments)
    process.start()
    process.join()
    if process.exitcode != 0:
        sys.exit(f"{task.__name__} ended with {process.exitcode}")


def kill(store: str, plan: studies.Plan, *, after: int) -> None:
    """Train in a process that is killed without warning once it has logged `after` steps."""
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=train, args=(store, plan, lambda: theirs.send_bytes(b"+")))
    process.start()
    for _ in range(after):
        ours.recv_bytes()
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()


if __name__ == "__main__":
    main()
