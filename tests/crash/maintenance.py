"""Maintenance that is there to be killed: `python -m crash.maintenance STORE STEP COUNT AFTER_S`, see `striking`.

It compacts, removes what that has replaced and archives the log, as if forty days had passed.
"""

from __future__ import annotations

import sys
import time

from crash.striking import from_arguments
from runlake.store.archive import Keep
from runlake.store.compact import Limits, compact
from runlake.store.vacuum import DAY_S, vacuum


def main() -> None:
    """Maintain until the step comes."""
    store, striker = sys.argv[1], from_arguments(sys.argv[2:])
    striker("compacting")
    compact(store, limits=Limits(rows=300, files=2), on_step=striker)
    striker("vacuuming")
    vacuum(store, keep_log=Keep(commits=2, age_s=0.0, least=1), now=time.time() + 40 * DAY_S, on_step=striker)


if __name__ == "__main__":
    main()
