from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runlake.journal import Journal, NotASegment, read_segment, recover, state, writers
from runlake.schema import PARAMS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(store: str) -> Path:
    """An open segment with one row and three calls of points, left by its process."""
    journal = Journal(store)
    journal.rows("r", {PARAMS: [PARAMS.row(ts=1, key="k", value="v", type="str")]})
    for step in range(3):
        journal.points("r", {"a": float(step)}, float(step))
    [folder] = writers(journal.root)
    [path] = folder.segments.values()
    return path


def counts(path: Path) -> tuple[int, int]:
    segment = read_segment(path)
    return len(segment.rows.get("params", [])), sum(map(len, segment.points.values()))


class TestATornSegment:
    @pytest.mark.parametrize("cut", [1, 8, 20])
    def test_loses_only_the_torn_record(self, path: Path, cut: int) -> None:
        end = read_segment(path).valid_bytes
        path.write_bytes(path.read_bytes()[: end - cut])

        assert counts(path) == (1, 2)

    def test_says_that_it_is_torn(self, path: Path) -> None:
        end = read_segment(path).valid_bytes
        path.write_bytes(path.read_bytes()[: end - 1])

        assert read_segment(path).torn

    def test_is_not_torn_by_an_unused_tail(self, path: Path) -> None:
        assert path.stat().st_size > read_segment(path).valid_bytes
        assert not read_segment(path).torn

    def test_ends_at_a_flipped_bit(self, path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[read_segment(path).valid_bytes - 3] ^= 1
        path.write_bytes(data)

        assert counts(path) == (1, 2)


class TestRecovery:
    def test_closes_with_links_that_say_so(self, path: Path) -> None:
        segment = recover(path)

        assert segment.links is not None
        [link] = [json.loads(text) for text in segment.links]
        assert (link["recovered"], {t: n for t, (n, _) in link["tables"].items()}) == (
            True,
            {"params": 1, "metrics": 3},
        )
        assert state(path) == "urgent"

    def test_cuts_a_torn_record(self, path: Path) -> None:
        end = read_segment(path).valid_bytes
        path.write_bytes(path.read_bytes()[: end - 1] + b"garbage")
        segment = recover(path)

        assert not segment.torn
        assert counts(path) == (1, 2)

    def test_done_twice_changes_nothing(self, path: Path) -> None:
        recover(path)
        once = path.read_bytes()
        recover(path)

        assert path.read_bytes() == once

    def test_of_a_segment_cut_inside_its_trailer_closes_it_again(self, path: Path) -> None:
        recover(path)
        path.write_bytes(path.read_bytes()[:-3])
        segment = recover(path)

        assert state(path) == "urgent"
        assert segment.links is not None
        assert counts(path) == (1, 3)


class TestGarbage:
    def test_is_refused_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "00000000.seg"
        path.write_bytes(b"not a journal")

        with pytest.raises(NotASegment, match="does not begin like a journal segment"):
            read_segment(path)

    @settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.data())
    def test_anywhere_never_yields_what_was_not_logged(self, path: Path, data: st.DataObject) -> None:
        whole = path.read_bytes()
        end = read_segment(path).valid_bytes
        at = data.draw(st.integers(0, end - 1))
        junk = data.draw(st.binary(min_size=1, max_size=40))
        copy = path.with_name("copy.seg")
        copy.write_bytes(whole[:at] + junk + whole[at + len(junk) :])
        try:
            segment = read_segment(copy)
        except NotASegment:
            return

        original = read_segment(path)
        kept = [payload for payloads in segment.points.values() for payload in payloads]
        logged = [payload for payloads in original.points.values() for payload in payloads]
        assert kept == logged[: len(kept)]
