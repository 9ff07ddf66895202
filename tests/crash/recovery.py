"""A recovery that is there to be killed: `python -m crash.recovery STORE STEP COUNT AFTER_S`, see `striking`."""

from __future__ import annotations

import sys

from crash.striking import from_arguments
from runlake.store import parquet
from runlake.store.backlog import Watch
from runlake.store.ingest import drain


def main() -> None:
    """Drain until the step comes."""
    striker = from_arguments(sys.argv[2:])
    parquet.write_parquet = striker.before("writing", parquet.write_parquet)
    Watch.delivered = striker.before("deleted", Watch.delivered)  # type: ignore[method-assign]
    drain(sys.argv[1], on_step=striker)


if __name__ == "__main__":
    main()
