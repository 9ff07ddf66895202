from __future__ import annotations

import pytest

from runlake.capture.guard import Captured, attempt


class TestAnAttempt:
    def test_returns_the_fact(self) -> None:
        assert attempt("fact", lambda: 3) == Captured(3, None)

    def test_turns_an_exception_into_a_sentence(self) -> None:
        assert attempt("disk", lambda: 1 // 0) == Captured(
            None, "disk: ZeroDivisionError: integer division or modulo by zero"
        )

    def test_lets_an_interrupt_pass(self) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            attempt("x", interrupt)
