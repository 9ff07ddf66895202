"""Maintenance that is there to be killed: `maintenance.py STORE STEP N` kills itself at the Nth STEP.

It compacts, removes what that has replaced and archives the log, as if forty days had passed.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from runlake.store.archive import Keep
from runlake.store.compact import Limits, compact
from runlake.store.vacuum import DAY_S, vacuum


def main() -> None:
    """Maintain until the step comes."""
    store, fatal, left = sys.argv[1], sys.argv[2], int(sys.argv[3])

    def step(name: str) -> None:
        nonlocal left
        if name.partition(":")[0] == fatal:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    compact(store, limits=Limits(rows=300, files=2), on_step=step)
    vacuum(store, keep_log=Keep(commits=2, age_s=0.0, least=1), now=time.time() + 40 * DAY_S, on_step=step)


if __name__ == "__main__":
    main()
