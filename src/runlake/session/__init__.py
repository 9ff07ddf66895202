"""The composition root: starting, finding and ending runs.

Read `start` (starting a run), `care` (what is done for it beside logging), `background` (the one
thread), `current` (which run is current, and the exit), `delivery` (the ingester) in this order.
"""

from runlake.session.current import current_run
from runlake.session.start import start_run

__all__ = ["current_run", "start_run"]
