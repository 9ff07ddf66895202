"""Lets processes begin together: each says "ready" on a line, and waits for one."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess


def wall(children: list[subprocess.Popen[str]]) -> tuple[float, list[str]]:
    """Let them go when all are ready.

    Returns:
        Seconds until the last one has ended; the last line of each.

    Raises:
        RuntimeError: one failed; with what it said.
    """
    for child in children:
        ready(child)
    began = time.perf_counter()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    with ThreadPoolExecutor(len(children)) as pool:
        ends = list(pool.map(lambda child: child.communicate(), children))
    took = time.perf_counter() - began
    for child, (_, err) in zip(children, ends, strict=True):
        if child.returncode:
            raise RuntimeError(err[-2000:])
    return took, [out.splitlines()[-1] for out, _ in ends]


def ready(child: subprocess.Popen[str]) -> None:
    """Wait until a process says so.

    Raises:
        RuntimeError: it ended before; with what it said.
    """
    assert child.stdout is not None
    while line := child.stdout.readline():
        if line == "ready\n":
            return
    raise RuntimeError(child.communicate()[1][-2000:])
