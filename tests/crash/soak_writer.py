"""A training of a soak: `soak_writer.py STORE END` logs one run after the other until END.

It loads what a training does and no more, so that its memory is that of one.
"""

from __future__ import annotations

import json
import random
import sys
import time

import runlake


def main() -> None:
    """Log runs; each says in a parameter how many calls it makes. Prints how many there were, as JSON."""
    store, end = sys.argv[1], float(sys.argv[2])
    rng, runs, calls = random.Random(), 0, 0
    while time.time() < end:
        planned = rng.randrange(100, 1000)
        with runlake.start_run("soak", params={"calls": planned}, store=store, capture=False) as run:
            for step in range(planned):
                run.log({"loss": step / 7, "acc": 1.0}, step=step)
                time.sleep(0.02)
        runs, calls = runs + 1, calls + planned
    print(json.dumps({"runs": runs, "calls": calls}))


if __name__ == "__main__":
    main()
