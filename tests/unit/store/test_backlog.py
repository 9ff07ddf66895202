from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from journaling import RUN, Writer
from runlake.journal import journal_root, this_process
from runlake.journal.owner import process_started
from runlake.store.backlog import Backlog, Watch

if TYPE_CHECKING:
    from pathlib import Path


def look(store: str) -> Backlog:
    return Watch(journal_root(store)).look()


class TestALook:
    def test_at_nothing_finds_nothing(self, store: str) -> None:
        assert look(store) == Backlog([], [], live=False, problems=())

    def test_finds_what_is_closed(self, store: str) -> None:
        writer = Writer(store).start().close().log(0, loss=1.0)

        found = look(store)

        assert [(w.origin, w.left, w.urgent) for w in found.waiting] == [((writer.id, 0), False, False)]
        assert (found.live, found.dead) == (True, [])
        assert found.size == found.waiting[0].path.stat().st_size

    def test_tells_what_is_urgent(self, store: str) -> None:
        Writer(store).start().finish()

        assert look(store).waiting[0].urgent

    def test_finds_what_a_dead_process_left_open(self, store: str) -> None:
        writer = Writer(store).start().close().log(0, loss=1.0).die()

        found = look(store)

        assert [(w.link, w.left, w.urgent) for w in found.waiting] == [(0, False, False), (1, True, True)]
        assert [folder.writer for folder in found.dead] == [writer.id]
        assert not found.live


class TestTrust:
    def test_is_not_given_to_what_was_there_before(self, store: str) -> None:
        Writer(store).start().close()

        assert [w.trusted for w in look(store).waiting] == [False]

    def test_is_given_to_what_a_living_process_adds_under_watch(self, store: str) -> None:
        writer = Writer(store).start().close()
        watch = Watch(journal_root(store))
        watch.look()

        writer.log(0, loss=1.0).close()
        Writer(store).start().close()

        assert sorted(w.trusted for w in watch.look().waiting) == [False, True, True]

    def test_is_taken_away_when_a_commit_went_wrong(self, store: str) -> None:
        writer = Writer(store).start()
        watch = Watch(journal_root(store))
        watch.look()
        writer.close()
        newer = Writer(store).start().close()
        watch.look()

        watch.distrust((newer.id, 0))

        assert [w.trusted for w in watch.look().waiting] == [False, False]

    def test_is_not_given_to_what_was_put_back_under_watch(self, store: str, tmp_path: Path) -> None:
        writer = Writer(store).start()
        watch = Watch(journal_root(store))
        watch.look()
        writer.close()
        shutil.copytree(writer.folder, tmp_path / "backup")
        for waiting in watch.look().waiting:
            waiting.path.unlink()
            watch.delivered(waiting)
        shutil.copytree(tmp_path / "backup", writer.folder, dirs_exist_ok=True)

        assert [w.trusted for w in watch.look().waiting] == [False]

    def test_is_not_given_to_what_of_a_dead_process_was_put_back_under_watch(self, store: str, tmp_path: Path) -> None:
        writer = Writer(store).start().close().die()
        shutil.move(writer.folder, tmp_path / "backup")
        watch = Watch(journal_root(store))
        watch.look()
        shutil.copytree(tmp_path / "backup", writer.folder)

        assert [w.trusted for w in watch.look().waiting] == [False]


class TestAWatch:
    def test_sees_a_process_die_though_nothing_in_its_folder_changes(self, store: str) -> None:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        writer = Writer(store).start()
        owner = replace(this_process(), pid=child.pid, started=process_started(child.pid) or "")
        (writer.folder / "owner.json").write_text(owner.to_json())
        os.utime(writer.folder, (time.time() - 60,) * 2)  # so long ago that nobody reads it again
        watch = Watch(journal_root(store))
        before = watch.look()
        child.communicate(b"\n")

        assert (before.live, before.dead) == (True, [])
        assert [folder.writer for folder in watch.look().dead] == [writer.id]

    def test_sees_segments_come_and_go(self, store: str) -> None:
        writer = Writer(store).start()
        watch = Watch(journal_root(store))

        seen = [len(watch.look().waiting)]
        for step in range(3):
            writer.log(step, RUN, loss=1.0).close()
            seen.append(len(watch.look().waiting))
        for path in writer.folder.glob("*.seg"):
            path.unlink()
        seen.append(len(watch.look().waiting))

        assert seen == [0, 1, 2, 3, 0]

    def test_reports_journals_that_are_not_its_own_to_judge(self, store: str) -> None:
        writer = Writer(store).start().close()
        owner = writer.folder / "owner.json"
        owner.write_text(json.dumps({**json.loads(owner.read_text()), "machine": "elsewhere"}))

        found = look(store)

        assert (found.waiting, found.dead, found.live) == ([], [], False)
        assert found.problems == (f"1 journal segments of another machine wait in {writer.folder}",)
