from __future__ import annotations

import pytest

from runlake.store.patience import patiently

DENIED = OSError("Generic LocalFileSystem error: Permission denied (os error 13)")


class Moody:
    """Fails some times with an error, then gives a number."""

    def __init__(self, problem: Exception, times: int) -> None:
        self.problem, self.times, self.calls = problem, times, 0

    def __call__(self) -> int:
        self.calls += 1
        if self.calls <= self.times:
            raise self.problem
        return 42


class TestPatience:
    def test_waits_for_what_is_about_to_be_opened_up(self) -> None:
        assert patiently(Moody(DENIED, 2), patience_s=30) == 42

    def test_ends(self) -> None:
        moody = Moody(DENIED, 1_000_000)

        with pytest.raises(OSError, match="os error 13"):
            patiently(moody, patience_s=0.1)
        assert moody.calls > 1

    def test_is_for_nothing_else(self) -> None:
        moody = Moody(OSError("No space left on device (os error 28)"), 1)

        with pytest.raises(OSError, match="os error 28"):
            patiently(moody)
        assert moody.calls == 1
