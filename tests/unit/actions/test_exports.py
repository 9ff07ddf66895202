from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from runlake.actions import Export, exported
from runlake.errors import InvalidValue
from unit.actions.lab import ANA

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.actions.lab import Lab

DIGEST = sha256(b"run_id,name\n").hexdigest()


def export(at: Lab, **changed: Any) -> None:
    wanted: dict[str, Any] = {
        "kind": "runs",
        "format": "csv",
        "of": {"where": "metrics.loss < 1", "columns": ["run_id", "name"]},
        "rows": 2,
        "sha256": DIGEST,
        "snapshot": at.lake.snapshot.key,
    }
    exported(at.store, Export(**{**wanted, **changed}), actor=ANA)


class TestAnExport:
    def test_is_an_event_that_the_bytes_lead_to(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"), ("demo", "b"))
        key = at.lake.snapshot.key
        export(at)

        (event,) = at.events()
        assert (event["action"], event["target_type"], event["result"]) == ("export.runs", "file", "ok")
        assert event["target_id"] == f"sha256:{DIGEST}"
        assert json.loads(event["new"]) == {
            "format": "csv",
            "rows": 2,
            "sha256": DIGEST,
            "snapshot": key,
            "made_by": "server",
            "of": {"where": "metrics.loss < 1", "columns": ["run_id", "name"]},
        }

    def test_changes_no_run(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        before = at.lake.runs().to_dicts()
        export(at)

        assert at.lake.runs().to_dicts() == before

    def test_of_a_filter_with_a_secret_in_it_does_not_keep_it(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        export(at, of={"where": "tags.t = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'"})

        assert "ghp_abcdefghijklmnop" not in at.events()[0]["new"]

    def test_of_a_kind_that_is_no_word_is_refused(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))

        with pytest.raises(InvalidValue):
            export(at, kind="run table")

    def test_of_one_run_is_an_event_of_that_run(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"), ("demo", "b"))
        ids = at.lake.runs()["run_id"].to_list()
        export(at, kind="chart", format="png", of={"title": "loss", "runs": ids[:1]}, made_by="browser", size_bytes=9)
        export(at, kind="chart", format="png", of={"title": "loss", "runs": ids})

        assert [event["run_id"] for event in at.events()] == [ids[0], None]
        assert json.loads(at.events()[0]["new"])["made_by"] == "browser"

    def test_whose_digest_is_not_known_says_so(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))
        export(at, sha256=None)

        assert at.events()[0]["target_id"] == "sha256 not known"

    def test_with_a_digest_that_is_none_is_refused(self, lab: Callable[..., Lab]) -> None:
        at = lab(("demo", "a"))

        with pytest.raises(InvalidValue, match="64 hexadecimal digits"):
            export(at, sha256="abc")
