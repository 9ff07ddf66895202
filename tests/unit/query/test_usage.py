from __future__ import annotations

import json

import polars as pl
import pytest

from builders import Logged, a_lake, a_run, at
from runlake.query.datasets import short
from runlake.query.usage import overview, users, uses, versions

DIGEST = "sha256:" + "0123456789abcdef" * 4


def used_by(run_id: str, *, when: float, version: str | None, role: str | None, facts: object = None) -> Logged:
    run = a_run(run_id, started=when, metrics={"loss": [3.0, when]})
    use = {"subject": f"run:{run_id}", "predicate": "used_dataset", "object": "dataset:iris"}
    attributes = facts if isinstance(facts, str) or facts is None else json.dumps(facts)
    run.add("links", run_id=run_id, **use, version=version, role=role, attributes=attributes, at=when)
    return run


def declared(run: Logged) -> Logged:
    ident = run.rows["experiments"][0]["experiment_id"]
    return run.add(
        "experiments", run_id=None, experiment_id=ident, primary_metric="loss", direction="minimize", reducer="last"
    )


LAKE = a_lake(
    declared(used_by("a", when=10, version=DIGEST, role="train", facts={"rows": 150, "bytes": 10, "kind": "frame"})),
    used_by("b", when=30, version=DIGEST, role="test", facts={"rows": 150}),
    used_by("c", when=20, version="v2", role="train", facts={"uri": "s3://x", "rows": "many"}),
    used_by("d", when=40, version=None, role=None, facts="{broken"),
    a_run("e", datasets={"wine": "v1"}),
    a_run("gone", datasets={"wine": "v1", "lost": "v1"}, deleted=True),
)
USED = uses(LAKE)


class TestDataSets:
    def test_are_listed_with_how_often_they_were_used(self) -> None:
        assert overview(USED).rows() == [
            ("iris", 3, 4, ["test", "train"], at(10), at(40)),
            ("wine", 1, 1, ["train"], at(0), at(0)),
        ]

    def test_of_no_store_are_none(self) -> None:
        nothing = uses(a_lake(a_run()))

        assert (overview(nothing).height, versions(nothing, "iris").height) == (0, 0)
        assert users(a_lake(a_run()), nothing, "iris").height == 0


class TestTheVersionsOfADataSet:
    def test_are_listed_with_what_was_recorded_of_them(self) -> None:
        columns = ("version", "short", "runs", "roles", "first_used_at", "last_used_at", "rows", "bytes", "kind", "uri")

        assert versions(USED, "iris").select(columns).rows() == [
            (None, None, 1, [], at(40), at(40), None, None, None, None),
            (DIGEST, "0123456", 2, ["test", "train"], at(10), at(30), 150, None, None, None),
            ("v2", "v2", 1, ["train"], at(20), at(20), None, None, None, "s3://x"),
        ]

    def test_were_used_by_runs_with_what_these_come_to(self) -> None:
        columns = ("run_id", "status", "used", "metric", "value")

        assert users(LAKE, USED, "iris").select(columns).rows() == [
            ("d", "finished", "used", "loss", 40.0),
            ("b", "finished", "test 0123456", "loss", 30.0),
            ("c", "finished", "train v2", "loss", 20.0),
            ("a", "finished", "train 0123456", "loss", 10.0),
        ]
        assert users(LAKE, USED, "iris", DIGEST)["run_id"].to_list() == ["b", "a"]


class TestTheDataOfARun:
    def test_is_a_column_of_the_run_table(self) -> None:
        several = used_by("x", when=50, version="v1", role="train")
        link = {"subject": "run:x", "predicate": "used_dataset", "object": "dataset:a (b)"}
        several.add("links", run_id="x", **link, version=None, role="test")
        lake = a_lake(several, a_run("y"), *(used_by("z", when=9, version=DIGEST, role=role) for role in ("a", "b")))

        for limit in (None, 3):
            shown = lake.runs(columns=["run_id", "data"], limit=limit)
            assert shown.rows() == [("x", "a (b), iris (v1)"), ("z", "iris (0123456)"), ("y", None)]


class TestAShortVersion:
    @pytest.mark.parametrize(
        ("version", "expected"),
        [
            (DIGEST, "0123456"),
            ("v2", "v2"),
            ("sha256:short", "sha256:short"),
            ("6f0a5c1e-8f4e-4a3f-9a62-000000000000@17", "6f0a5c1e-8f4e-4a3f-…"),
            (None, None),
        ],
    )
    def test_tells_versions_apart(self, version: str | None, expected: str | None) -> None:
        assert pl.DataFrame({"v": [version]}, schema={"v": pl.String}).select(short(pl.col("v"))).item() == expected
