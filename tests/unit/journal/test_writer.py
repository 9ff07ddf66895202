from __future__ import annotations

import json
import os
import signal
import struct
import threading
from typing import TYPE_CHECKING

import pytest

from runlake.audit import link_hash
from runlake.journal import Journal, read_segment, writers
from runlake.journal import writer as writer_module
from runlake.journal.segment import recount
from runlake.schema import EVENTS, PARAMS, TAGS, VALUES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runlake.journal import Segment


class Ticks:
    """A clock that goes one microsecond further at each look."""

    def __init__(self, start: int = 1_000_000) -> None:
        self.now = start

    def now_us(self) -> int:
        self.now += 1
        return self.now


@pytest.fixture
def journal(store: str) -> Journal:
    return Journal(store, Ticks())


def segments(journal: Journal) -> list[Segment]:
    return [read_segment(path) for folder in writers(journal.root) for path in folder.segments.values()]


def points(segment: Segment) -> list[tuple[str, int, float, int, int, Mapping[str, float]]]:
    """(run, seq, step, logged_at, ts, values) of every call, in the order of the calls."""
    calls = []
    for (run_id, keys), payloads in segment.points.items():
        for payload in payloads:
            seq, step, logged_at, ts, *values = struct.unpack(f"<qdqq{len(keys)}d", payload)
            calls.append((run_id, seq, step, logged_at, ts, dict(zip(keys, values, strict=True))))
    return sorted(calls, key=lambda call: call[1])


class TestAPeriod:
    def test_ends_at_one_moment_for_all_processes_of_a_machine(self, store: str) -> None:
        clock = Ticks()
        first, second = Journal(store, clock), Journal(store, clock)
        first.points("r", {"a": 1.0}, 0.0)
        clock.now += 17_000_000
        second.points("r", {"a": 1.0}, 0.0)

        closed = []
        for _ in range(120):
            clock.now += 1_000_000
            for journal in (first, second):
                journal.points("r", {"a": 1.0}, 0.0)
                journal.close_by_period(60)
            links = {
                name: sum(s.links is not None for s in segments(first) if s.writer == name) for name in names(first)
            }
            closed.append(set(links.values()))

        # both have closed as many, at every look; and each once a minute
        assert all(len(counts) == 1 for counts in closed[60:])
        assert closed[-1] == {2}

    def test_that_goes_on_closes_nothing(self, journal: Journal) -> None:
        journal.points("r", {"a": 1.0}, 0.0)

        journal.close_by_period(10**6)

        assert [segment.links for segment in segments(journal)] == [None]


def names(journal: Journal) -> set[str]:
    return {segment.writer for segment in segments(journal)}


class TestACall:
    def test_of_numbers_reads_back_as_it_was_logged(self, journal: Journal) -> None:
        journal.points("r", {"b": 2.0, "a": 1}, 0.5)
        journal.points("r", {"a": 3.0, "b": 4.0}, 1.5, ts=7)

        [segment] = segments(journal)
        assert points(segment) == [
            ("r", 1, 0.5, 1_000_002, 1_000_002, {"a": 1.0, "b": 2.0}),
            ("r", 2, 1.5, 1_000_003, 7, {"a": 3.0, "b": 4.0}),
        ]

    def test_of_rows_is_one_record_for_all_tables(self, journal: Journal) -> None:
        param = PARAMS.row(ts=1, key="depth", value="10", value_num=10.0, type="int")
        tag = TAGS.row(ts=1, key="team", values=["a", "b"], removed=False)
        journal.rows("r", {PARAMS: [param], TAGS: [tag]})

        [segment] = segments(journal)
        assert [row.values for row in segment.rows["params"]] == [param]
        assert [row.values for row in segment.rows["tags"]] == [tag]
        assert segment.rows["params"][0].seq == segment.rows["tags"][0].seq

    def test_of_numbers_and_rows_shares_its_number(self, journal: Journal) -> None:
        value = VALUES.row(ts=1, key="note", step=3.0, type="str", value='"x"')
        journal.rows("r", {VALUES: [value]}, points=({"loss": 1.0}, 3.0, None))

        [segment] = segments(journal)
        [(_, seq, step, *_, values)] = points(segment)
        assert (seq, step, values) == (segment.rows["values"][0].seq, 3.0, {"loss": 1.0})

    def test_keeps_nan_and_infinities(self, journal: Journal) -> None:
        journal.points("r", {"a": float("nan"), "b": float("inf"), "c": float("-inf")}, 0.0)

        [segment] = segments(journal)
        [(*_, values)] = points(segment)
        assert str(values) == "{'a': nan, 'b': inf, 'c': -inf}"

    def test_is_readable_before_the_segment_is_closed(self, journal: Journal) -> None:
        journal.points("r", {"a": 1.0}, 0.0)

        [segment] = segments(journal)
        assert (segment.links, segment.torn, len(points(segment))) == (None, False, 1)


class Odd(str):
    """Text that the serialiser does not take."""


class TestACallThatFails:
    def test_costs_nothing_of_what_came_before_and_comes_after(self, journal: Journal) -> None:
        journal.points("r", {"a": 1.0}, 0.0)
        with pytest.raises(TypeError):
            journal.points(Odd("s"), {"a": 1.0}, 0.0)
        journal.points("t", {"b": 2.0}, 0.0)
        journal.points("r", {"a": 2.0}, 1.0)
        journal.close_segment()

        found = [(run_id, values) for segment in segments(journal) for run_id, _, _, _, _, values in points(segment)]
        assert sorted(found, key=str) == [("r", {"a": 1.0}), ("r", {"a": 2.0}), ("t", {"b": 2.0})]
        assert all(segment.links for segment in segments(journal))

    def test_is_not_one_whose_text_has_no_utf8(self, journal: Journal) -> None:
        journal.rows("r", {TAGS: [TAGS.row(ts=1, key="file", values=["caf\udce9.csv"], removed=False)]})

        [segment] = segments(journal)
        [row] = segment.rows["tags"]
        assert ["caf\\udce9.csv"] in row.values


class TestAClosedSegment:
    def test_says_what_it_holds_of_each_run(self, journal: Journal) -> None:
        journal.points("r1", {"a": 1.0, "b": 2.0}, 0.0)
        journal.points("r2", {"a": 1.0}, 0.0)
        journal.rows(
            None, {EVENTS: [EVENTS.row(ts=1, event_id="e", action="a.b", target_type="t", target_id="i", result="ok")]}
        )
        journal.end_run("r2")
        assert journal.close_segment()

        [segment] = segments(journal)
        assert segment.links is not None
        links = [json.loads(text) for text in segment.links]
        assert [(d["run"], {t: n for t, (n, _) in d["tables"].items()}, d["final"]) for d in links] == [
            ("r1", {"metrics": 2}, False),
            ("r2", {"metrics": 1}, True),
            ("", {"events": 1}, False),
        ]

    def test_is_chained_to_the_one_before(self, journal: Journal) -> None:
        for step in range(3):
            journal.points("r", {"a": 1.0}, float(step))
            journal.close_segment()

        documents = [segment.links[0] for segment in segments(journal) if segment.links]
        assert [json.loads(d)["prev"] for d in documents] == ["", link_hash(documents[0]), link_hash(documents[1])]

    def test_has_digests_that_a_recount_confirms(self, journal: Journal) -> None:
        journal.points("r", {"a": 1.0, "b": float("nan")}, 0.0)
        value = VALUES.row(ts=1, key="k", step=1.0, type="null", value="null")
        journal.rows("r", {VALUES: [value]}, points=({"a": 1.0}, 1.0, None))
        journal.points("r", {"b": 1.0, "a": 5.0}, 2.0)
        journal.close_segment()

        [segment] = segments(journal)
        assert segment.links is not None
        [run] = recount(segment.path)
        assert run.link(segment.writer, segment.link, recovered=False) == segment.links[0]

    def test_does_not_depend_on_the_order_of_the_keys(self, store: str, tmp_path: Path) -> None:
        digests = set()
        for number, values in enumerate(({"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0})):
            journal = Journal(f"{store}-{number}", Ticks())
            journal.points("r", values, 0.0)
            journal.close_segment()
            [segment] = segments(journal)
            assert segment.links is not None
            digests.add(json.loads(segment.links[0])["tables"]["metrics"][1])

        assert len(digests) == 1

    def test_follows_after_so_many_points(self, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(writer_module, "POINTS_LIMIT", 10)
        for step in range(25):
            journal.points("r", {"a": 1.0}, float(step))

        assert [len(points(segment)) for segment in segments(journal)] == [10, 10, 5]

    def test_follows_before_the_numbers_of_its_sets_of_keys_run_out(self, journal: Journal) -> None:
        for n in range(2**16 + 1):
            journal.points("r", {f"k{n}": 1.0}, 0.0)
        journal.close_segment()

        assert sum(len(segment.points) for segment in segments(journal)) == 2**16 + 1

    def test_is_urgent_where_a_run_ends_in_it(self, journal: Journal) -> None:
        journal.rows("r", {TAGS: [TAGS.row(ts=1, key="k", values=[], removed=False)]}, urgent=True)
        journal.close_segment()

        [segment] = segments(journal)
        assert segment.urgent


class TestAnInterrupt:
    def test_between_write_and_digest_leaves_a_true_digest(self, journal: Journal) -> None:
        class Interrupting:
            def update(self, data: bytes) -> None:
                raise KeyboardInterrupt

            def hexdigest(self) -> str:
                return "wrong"

        journal.points("r", {"a": 1.0}, 0.0)
        journal._runs["r"].tables["metrics"].digest = Interrupting()
        with pytest.raises(KeyboardInterrupt):
            journal.points("r", {"a": 2.0}, 1.0)
        journal.close_segment()

        [segment] = segments(journal)
        assert segment.links is not None
        [run] = recount(segment.path)
        assert json.loads(segment.links[0])["tables"]["metrics"] == [2, run.tables["metrics"].digest.hexdigest()]


class TestASignalHandlerThatLogs:
    def test_while_the_same_thread_logs_loses_nothing(self, journal: Journal) -> None:
        logged = 0

        def handler(*_: object) -> None:
            nonlocal logged
            journal.points("r", {"from_handler": 1.0}, float(logged))
            logged += 1

        before = signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
        try:
            for step in range(20_000):
                journal.points("r", {"a": 1.0}, float(step))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        journal.close_segment()

        calls = [call for segment in segments(journal) for call in points(segment)]
        assert logged > 0
        assert len(calls) == 20_000 + logged
        assert len({seq for _, seq, *_ in calls}) == len(calls)


class TestThreads:
    def test_share_the_journal(self, journal: Journal) -> None:
        def log(name: str) -> None:
            for step in range(500):
                journal.points("r", {name: float(step)}, float(step))

        threads = [threading.Thread(target=log, args=(f"t{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        journal.close_segment()

        [segment] = segments(journal)
        assert segment.links is not None
        assert sorted(seq for _, seq, *_ in points(segment)) == list(range(1, 4001))
        [run] = recount(segment.path)
        assert run.link(segment.writer, segment.link, recovered=False) == segment.links[0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
class TestAForkedChild:
    def test_is_a_writer_of_its_own(self, journal: Journal) -> None:
        journal.points("r", {"parent": 1.0}, 0.0)
        child = os.fork()
        if child == 0:
            journal.points("r", {"child": 1.0}, 0.0)
            journal.close_segment()
            os._exit(0)
        os.waitpid(child, 0)
        journal.points("r", {"parent": 2.0}, 1.0)
        journal.close_segment()

        by_writer = {segment.writer: [call[-1] for call in points(segment)] for segment in segments(journal)}
        assert sorted(map(str, by_writer.values())) == [
            "[{'child': 1.0}]",
            "[{'parent': 1.0}, {'parent': 2.0}]",
        ]

    def test_can_log_although_another_thread_held_the_lock(self, journal: Journal) -> None:
        held, release = threading.Event(), threading.Event()

        def hold() -> None:
            with journal._lock:
                held.set()
                release.wait(10)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(10)
        child = os.fork()
        if child == 0:
            signal.alarm(5)
            journal.points("r", {"child": 1.0}, 0.0)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        release.set()
        thread.join()

        assert status == 0
