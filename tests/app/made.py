"""Stores that the dashboard is shown: empty, like a real one, hostile."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import runlake
from runlake.actions import create_experiment, local_actor

if TYPE_CHECKING:
    import pytest

MARKUP = "![x](http://evil.example/x.png) <b>bold</b> `code` :material/delete: :red[r] $x$ www.evil.example Ω漢字"


def emptied(store: str) -> None:
    """Make a store with an experiment and no run."""
    create_experiment(store, path="nothing/yet", actor=local_actor(client="cli"), reason=None)


def log_sample(store: str, patch: pytest.MonkeyPatch) -> None:
    """Log twelve runs of three people, of which one fails."""
    for number in range(12):
        patch.setenv("RUNLAKE_USER", ("ana", "bo", "chen")[number % 3])
        model = ("forest", "boosting")[number % 2]
        run = runlake.start_run(
            ("fraud/baseline", "fraud/tuning", "wine")[number % 3],
            name=f"train_{model}_v{number}",
            params={"model": model, "depth": number, "lr.max": 10.0**-number},
            tags={"stage": "dev"},
            store=store,
            capture=False,
        )
        for step in range(60):
            run.log({"val/f1": 1 - math.exp(-step / 9) - number / 100, "loss": 1 / (step + 1)}, step=step)
        run.summary["test/f1"] = 0.5 + number / 100
        run.finish("failed" if number == 5 else "finished")


def log_hostile(store: str) -> None:
    """Log one run with markup wherever text goes, 300 metrics and no finite number."""
    run = runlake.start_run(
        "a/[b](http:evil.example)/<i>",
        name=MARKUP,
        params={"nan": math.nan, "formula": "=1+1", MARKUP.replace(".", " "): MARKUP},
        tags={"a b": [MARKUP]},
        notes=MARKUP,
        hypothesis=MARKUP,
        store=store,
        capture=False,
    )
    run.log({f"m{n:03d} {MARKUP[:30]}": math.nan if n % 2 else math.inf for n in range(300)})
    run.finish()
