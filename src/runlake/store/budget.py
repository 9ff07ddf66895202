"""How often tables may be committed: a commit costs ten times as much at 10,000 versions."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PER_DAY = 2_000
BURST = 200
FILE = "budget.json"
_PER_SECOND = (PER_DAY - BURST) / 86_400


@dataclass(slots=True)
class Budget:
    """A bucket of commits per table that fills at a steady rate, kept over restarts.

    Attributes:
        tokens: commits that may happen at once, at most `BURST`; negative where a reader's drains have overdrawn it.
        at: when that was counted, seconds since 1970.
    """

    path: Path
    tokens: float = BURST
    at: float = 0.0

    @classmethod
    def load(cls, root: Path) -> Budget:
        """Read the bucket of a journal root; a full one where there is none."""
        budget = cls(root / FILE, at=time.time())
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            facts = json.loads(budget.path.read_text())
            budget.tokens, budget.at = min(float(facts["tokens"]), BURST), float(facts["at"])
        return budget

    def available(self, now: float) -> bool:
        """Whether a batch may be committed at `now`, seconds since 1970."""
        # a clock that was set back must not stop the refill for long
        elapsed = max(0.0, now - self.at)
        self.tokens = min(BURST, self.tokens + elapsed * _PER_SECOND)
        self.at = now
        return self.tokens >= 1

    def spend(self, now: float) -> None:
        """Count one batch, which commits to a table at most once."""
        self.available(now)
        self.tokens = max(self.tokens - 1, -BURST)
        # a lost count costs a few commits at worst
        with contextlib.suppress(OSError):
            self.path.write_text(json.dumps({"tokens": self.tokens, "at": self.at}))
