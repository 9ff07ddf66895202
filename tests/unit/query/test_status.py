from __future__ import annotations

from typing import Any

import pytest

from builders import Logged, at, frame
from runlake.query.fold import in_order
from runlake.query.status import statuses


def concluded(*said: dict[str, Any]) -> dict[str, Any]:
    """Status and end of the one run of which all this was said, a second apart."""
    rows = Logged()
    for second, what in enumerate(said):
        rows.add("runs", **({"run_id": "r", "at": second} | what))
    return statuses(in_order(frame("runs", rows.rows["runs"]), ["run_id"])).row(0, named=True)


RUNNING = {"status": "running"}
FINISHED = {"status": "finished", "ended_at": at(50)}
INFERRED = {"status": "killed", "inferred": True, "status_of": "w1", "writer": "ingester", "ended_at": at(40)}


class TestOneWriter:
    @pytest.mark.parametrize(
        ("said", "status", "end"),
        [
            ([RUNNING], "running", None),
            ([RUNNING, FINISHED], "finished", at(50)),
            ([RUNNING, {"status": "failed"}], "failed", at(1)),
            ([RUNNING, INFERRED], "killed", at(40)),
            ([RUNNING, FINISHED, INFERRED], "finished", at(50)),
            ([INFERRED, RUNNING, FINISHED], "finished", at(50)),
            ([RUNNING, FINISHED, RUNNING], "running", None),
            ([RUNNING, FINISHED, RUNNING, INFERRED], "killed", at(40)),
        ],
    )
    def test_is_believed_over_what_others_inferred(self, said: list[dict[str, Any]], status: str, end: object) -> None:
        assert concluded(*said) == {"run_id": "r", "status": status, "ended_at": end}

    def test_is_itself_where_status_of_is_missing(self) -> None:
        assert concluded(RUNNING, INFERRED | {"status_of": "somebody else"})["status"] == "running"


class TestSeveralWriters:
    def test_run_while_one_of_them_does(self) -> None:
        other = {"status": "running", "writer": "w2"}

        assert concluded(RUNNING, other, FINISHED) == {"run_id": "r", "status": "running", "ended_at": None}

    def test_end_as_the_last_of_them_ended(self) -> None:
        other: list[dict[str, Any]] = [
            {"status": "running", "writer": "w2"},
            {"status": "failed", "writer": "w2", "ended_at": at(60)},
        ]

        assert concluded(*other, RUNNING, FINISHED) == {"run_id": "r", "status": "failed", "ended_at": at(60)}


class TestRowsWithoutAStatus:
    def test_say_nothing(self) -> None:
        rows = Logged().add("runs", run_id="r", notes="hm").rows["runs"]

        assert statuses(frame("runs", rows)).is_empty()
