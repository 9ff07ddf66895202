from __future__ import annotations

import sys
import time

import pytest

from runlake.capture.processes import Output, ask

PYTHON = sys.executable


class TestAskingAProgram:
    def test_returns_what_it_says(self) -> None:
        assert ask([PYTHON, "-c", "print('hi'); exit(3)"], timeout_s=20) == Output(3, b"hi\n", False, False)

    def test_stops_it_when_it_says_too_much(self) -> None:
        answer = ask([PYTHON, "-c", "while True: print('x' * 1000)"], timeout_s=20, max_bytes=5000)

        assert (len(answer.text), answer.cut, answer.timed_out) == (5000, True, False)

    def test_stops_it_with_all_its_children_when_it_takes_too_long(self) -> None:
        child = f"import subprocess; subprocess.run([{PYTHON!r}, '-c', 'import time; time.sleep(60)'])"
        begin = time.monotonic()

        answer = ask([PYTHON, "-c", child], timeout_s=0.5)

        assert answer.timed_out
        assert time.monotonic() - begin < 10

    def test_raises_where_it_is_not_there(self) -> None:
        with pytest.raises(FileNotFoundError):
            ask(["no-such-program-anywhere"], timeout_s=1)
