from __future__ import annotations

from builders import a_lake, a_run
from runlake.query.names import spell
from runlake.query.telling import telling


def told(*runs: object, where: str = "") -> list[str]:
    return [spell(field) for field in telling(a_lake(*runs), where)]  # type: ignore[arg-type]


class TestWhatTellsRunsApart:
    def test_is_what_has_some_values_but_not_many(self) -> None:
        runs = [
            a_run(
                f"run-{n}",
                user=("ada", "bo")[n % 2],
                params={"model": ("rf", "nn")[n % 2], "seed": n, "same": 1, "rare": n % 2} if n else {"rare": 0},
                tags={"stage": [("dev", "prod")[n % 2]], "team": ["risk"]},
                datasets={"iris": "v1"} if n == 3 else {},
                hypothesis="It helps." if n == 4 else None,
            )
            for n in range(20)
        ]

        assert told(*runs) == [
            *("status", "user", "datasets.name", "conclusion", "tags.stage", "params.rare", "params.model")
        ]

    def test_is_that_of_the_runs_that_fit(self) -> None:
        runs = [
            a_run("a", experiment="one", params={"model": "rf"}),
            a_run("b", experiment="one", params={"model": "rf"}),
            a_run("c", experiment="two", params={"model": "nn"}),
        ]

        assert told(*runs) == ["status", "experiment", "params.model"]
        assert told(*runs, where="experiment UNDER 'one'") == ["status"]

    def test_is_the_status_where_there_is_nothing(self) -> None:
        assert told() == ["status"]
