from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from runlake.store import lock
from runlake.store.lock import LOCK, draining, holds

if TYPE_CHECKING:
    from pathlib import Path


class TestTheLock:
    def test_is_held_by_one_at_a_time(self, tmp_path: Path) -> None:
        with draining(tmp_path) as first, draining(tmp_path) as second:
            assert (first, second) == (True, False)
        with draining(tmp_path) as third:
            assert third

    def test_is_let_go_of_after_an_exception(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError), draining(tmp_path):
            raise RuntimeError

        with draining(tmp_path) as held:
            assert held
        assert (tmp_path / LOCK).exists()

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    def test_does_not_live_on_in_a_child_that_was_forked_meanwhile(self, tmp_path: Path) -> None:
        with draining(tmp_path):
            child = os.fork()
            if child == 0:
                time.sleep(30)
                os._exit(0)
        try:
            with draining(tmp_path) as held:
                assert held
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    def test_stays_with_the_parent_when_a_child_forked_meanwhile_leaves_the_block(self, tmp_path: Path) -> None:
        with contextlib.ExitStack() as block:
            block.enter_context(draining(tmp_path))
            child = os.fork()
            if child == 0:
                code = 1
                with contextlib.suppress(OSError):
                    other = os.open(os.devnull, os.O_RDONLY)  # has the number that the lock had
                    block.close()
                    os.fstat(other)
                    code = 0
                os._exit(code)
            _, status = os.waitpid(child, 0)
            with draining(tmp_path) as taken:
                assert (os.waitstatus_to_exitcode(status), taken) == (0, False)

    @pytest.mark.skipif(os.name == "nt", reason="passes a descriptor on")
    def test_does_not_live_on_in_a_program_that_has_a_copy_of_it(self, tmp_path: Path) -> None:
        with draining(tmp_path):
            # as a fork below Python makes one, which asks nobody
            child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[*lock._held])
        try:
            with draining(tmp_path) as held:
                assert held
        finally:
            child.communicate(b"\n")

    @pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
    def test_of_a_file_that_went_before_it_was_held_is_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = lock._acquire

        def late(fd: int) -> bool:
            (tmp_path / LOCK).unlink(missing_ok=True)
            return real(fd)

        monkeypatch.setattr(lock, "_acquire", late)
        with draining(tmp_path) as held:
            assert not held

    def test_needs_its_folder(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"), draining(tmp_path / "none"):
            pass

    def test_is_lost_with_its_file(self, tmp_path: Path) -> None:
        with draining(tmp_path) as first:
            before = holds(tmp_path)
            (tmp_path / LOCK).unlink()
            after = holds(tmp_path)
            with draining(tmp_path) as second:
                assert (first, before, after, second) == (True, True, False, True)
