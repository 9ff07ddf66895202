from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest

from runlake.journal import is_alive, is_local, read_owner, this_process
from runlake.journal.owner import process_started

ENDLESS = '{"machine": "m", "boot": "", "namespace": "", "pid": 1e400, "started": "", "uid": 0}'


class TestThisProcess:
    def test_lives_here(self) -> None:
        me = this_process()

        assert (is_local(me), is_alive(me), me.pid) == (True, True, os.getpid())

    def test_survives_the_way_through_json(self) -> None:
        assert read_owner(this_process().to_json()) == this_process()

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="renames its process")
    def test_lives_whatever_it_calls_itself(self) -> None:
        script = """
            import ctypes
            from runlake.journal import is_alive, this_process

            ctypes.CDLL(None).prctl(15, "a name cut in \N{LATIN SMALL LETTER E WITH ACUTE}".encode()[:15])
            print(is_alive(this_process()))
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
        )

        assert done.stdout == "True\n"

    def test_is_dead_under_another_start_time(self) -> None:
        assert not is_alive(replace(this_process(), started="1"))

    def test_is_dead_after_a_reboot(self) -> None:
        rebooted = replace(this_process(), boot="another boot")

        assert (is_local(rebooted), is_alive(rebooted)) == (True, False)

    def test_is_dead_after_a_reboot_whatever_container_it_was_in(self) -> None:
        rebooted = replace(this_process(), boot="another boot", namespace="pid:[1]")

        assert (is_local(rebooted), is_alive(rebooted)) == (True, False)

    def test_cannot_be_judged_from_another_machine(self) -> None:
        elsewhere = replace(this_process(), machine="another machine", pid=1)

        assert (is_local(elsewhere), is_alive(elsewhere)) == (False, True)

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pid namespaces are of Linux")
    def test_cannot_be_judged_from_another_container(self) -> None:
        container = replace(this_process(), namespace="pid:[1]")

        assert (is_local(container), is_alive(container)) == (False, True)


class TestADeadProcess:
    def test_is_known_to_be_dead(self) -> None:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        owner = replace(this_process(), pid=child.pid, started=process_started(child.pid) or "")
        alive = is_alive(owner)
        child.communicate(b"\n")

        assert (alive, is_alive(owner)) == (True, False)

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="zombies are told apart through /proc")
    def test_is_dead_before_its_parent_has_noticed(self) -> None:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        started = process_started(child)
        os.waitpid(child, 0)

        assert started is None


class TestNonsense:
    @pytest.mark.parametrize("text", ["", "{}", "[]", '{"machine": 1}', "null", ENDLESS])
    def test_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            read_owner(text)
