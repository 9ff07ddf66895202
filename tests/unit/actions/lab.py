"""A store with runs, and what it says after an action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import runlake
from runlake.actions import Actor

ANA = Actor(user="ana", client="test 1", actor_id="actor-ana", facts={"host": "lab", "process_owner": "ana"})


@dataclass(frozen=True)
class Lab:
    """A store with runs, and what it says after an action."""

    store: str
    runs: tuple[str, ...]

    @property
    def lake(self) -> runlake.Lake:
        return runlake.open_lake(self.store)

    def tags(self, run_id: str) -> dict[str, list[str]]:
        return {row["key"]: row["values"] for row in self.lake.tags(run_ids=run_id).to_dicts()}

    def header(self, run_id: str) -> dict[str, Any]:
        return dict(self.lake.run(run_id).header)

    def events(self) -> list[dict[str, Any]]:
        """Events of `ANA`, the oldest first."""
        return self.lake.events(user="ana").reverse().to_dicts()

    def told(self) -> list[tuple[str, str, str | None, str | None]]:
        return [(e["action"], e["target_id"], e["old"], e["new"]) for e in self.events()]

    def paths(self) -> list[str]:
        return self.lake.experiments()["path"].to_list()


def make_lab(store: str, *runs: tuple[str, str]) -> Lab:
    """Make a store with runs, each given by experiment and name, tagged stage=dev."""
    ids = []
    for experiment, name in runs:
        with runlake.start_run(experiment, name, tags={"stage": "dev"}, store=store, capture=False) as run:
            run.log({"loss": 0.5})
        ids.append(run.id)
    return Lab(store, tuple(ids))
