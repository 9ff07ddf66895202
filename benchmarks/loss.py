"""Promise: what `log()` has returned for survives `kill -9` at any moment, once: 0 lost, 0 duplicates.

    python -m benchmarks.loss [--kills 96] [--peer-kills 24] [--at-once 8]

Some processes at once log into one store, up to a thousand times a second each, and count in shared
memory what has returned; each is killed with SIGKILL, alone, after a time of its own. Then everything
is recovered, as the tracker does it: Runlake's journals are delivered, a peer's files are left to its
helper process until that has ended. What is read back is compared with
what had returned. Only the process dies, not the machine: this says nothing of a loss of power.
"""

from __future__ import annotations

import mmap
import random
import statistics
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import trackers
from benchmarks.gate import ready
from benchmarks.measures import OURS, Measure, main
from benchmarks.reading import READ, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

VICTIM = """
import mmap, struct
number = int(sys.argv[2])
with open(sys.argv[3], "r+b") as file:
    returned = mmap.mmap(file.fileno(), 8)
begin({"victim": number}, {})
print("ready", flush=True)
step = 0
while True:
    log({"victim": float(number), "loss": step / 7}, step)
    step += 1
    struct.pack_into("<q", returned, 0, step)
    time.sleep(0.001)
"""
SETTLE_S = 30.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many processes of Runlake and of each peer are killed, how many log at once, for how long at most."""

    kills: int = 96
    peer_kills: int = 24
    at_once: int = 8
    longest_s: float = 1.5


QUICK = Size(kills=4, peer_kills=2, at_once=2, longest_s=0.4)


@dataclass(frozen=True, slots=True)
class Loss:
    """What came of one kill: calls that had returned, those of them that are gone, rows there again."""

    returned: int
    lost: int
    doubled: int


def measure(size: Size) -> Iterator[Measure]:
    """Take what each tracker loses."""
    for name in READ:
        wanted = size.kills if name == OURS else size.peer_kills
        found: list[Loss] = []
        while len(found) < wanted:
            found += killed(name, min(size.at_once, wanted - len(found)), size.longest_s)
        returned = sum(one.returned for one in found)
        each = statistics.median(one.lost for one in found), max(one.lost for one in found)
        of = f"{len(found)} kills, {returned:,} calls had returned; median {each[0]:.0f}, at most {each[1]} of one kill"
        yield Measure("kill.lost", name, (float(sum(one.lost for one in found)),), of)
        yield Measure("kill.doubled", name, (float(sum(one.doubled for one in found)),), f"{len(found)} kills")


def killed(name: str, victims: int, longest_s: float) -> list[Loss]:
    """Let some processes log into one store, kill each, recover, and count."""
    with trackers.place() as folder:
        if name in trackers.ONE_DATABASE:
            trackers.run(name, trackers.MAKE, folder=folder)
        acks = [Path(folder) / f"returned-{number}" for number in range(victims)]
        for path in acks:
            path.write_bytes(bytes(8))
        children = [trackers.begun(name, VICTIM, folder, str(n), str(path)) for n, path in enumerate(acks)]
        with ThreadPoolExecutor(victims) as pool:
            list(pool.map(lambda child: kill(child, longest_s), children))
        settle(name, folder)
        rows = rows_of(name, folder)
        return [_loss(rows, number, _returned(path)) for number, path in enumerate(acks)]


def kill(child: subprocess.Popen[str], longest_s: float) -> None:
    """Kill a process at a random moment of its logging."""
    ready(child)
    time.sleep(random.uniform(0.0, longest_s))
    child.kill()
    child.communicate()


def settle(name: str, folder: str) -> None:
    """Wait until what the dead have left is recovered."""
    if name == OURS:
        words = [trackers.python(name), "-m", "runlake.cli.main", "ingest", "--store", f"{folder}/store"]
        environment = trackers.environment(folder)
        subprocess.run(words, check=True, env=environment, stdout=subprocess.DEVNULL)
        return
    end = time.monotonic() + SETTLE_S
    while time.monotonic() < end and any(trackers.alive(folder)):
        time.sleep(0.1)


def _returned(path: Path) -> int:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ) as shared:
        [count] = struct.unpack("<q", shared[:8])
    return int(count)


def _loss(rows: list[tuple[int, int]], victim: int, returned: int) -> Loss:
    steps = [step for number, step in rows if number == victim]
    there = set(steps)
    return Loss(returned, returned - len(there & set(range(returned))), len(steps) - len(there))


if __name__ == "__main__":
    main(__doc__, measure, Size(), QUICK)
