"""The read side: a snapshot of a store, and everything that can be asked of it.

`open_lake` gives a `Lake`; its methods give Polars frames. `language` and `compile` are the filter
language. Nothing here changes a store.
"""

from __future__ import annotations

from runlake.query.compare import Comparison, compare
from runlake.query.detail import RunDetail
from runlake.query.keys import Keys
from runlake.query.lake import Lake, open_lake
from runlake.query.media import Evaluation

__all__ = ["Comparison", "Evaluation", "Keys", "Lake", "RunDetail", "compare", "open_lake"]
