"""A recovery that is there to be killed: `recovery.py STORE STEP` kills itself at its STEPth step.

It prints the name of each step before it goes on, so that the killer knows where it struck.
"""

from __future__ import annotations

import os
import signal
import sys

from runlake.store.ingest import drain


def main() -> None:
    """Drain until the step comes."""
    store, deadline = sys.argv[1], int(sys.argv[2])
    count = 0

    def step(name: str) -> None:
        nonlocal count
        os.write(1, f"{name}\n".encode())
        if count == deadline:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1

    drain(store, on_step=step)


if __name__ == "__main__":
    main()
