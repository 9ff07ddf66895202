"""How a process that is there to be killed gets killed: at a step of its work, or some time after it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Striker:
    """Says each step on stdout and kills this process at one: what it has said last is where it died.

    Args:
        fatal: the step, or its part before the colon; "" takes every step.
        count: at which time it kills.
        after_s: how long after it, in the middle of whatever is done then; 0 kills in the step itself.
    """

    def __init__(self, fatal: str, count: int, after_s: float) -> None:
        self._fatal, self._left, self._after_s = fatal, count, after_s
        # the thread that kills later has to get its turn at once
        sys.setswitchinterval(1e-5)

    def __call__(self, name: str) -> None:
        """Get to a step."""
        os.write(1, f"{name}\n".encode())
        if self._fatal in {"", name, name.partition(":")[0]}:
            self._left -= 1
            if not self._left and self._after_s:
                threading.Thread(target=self._strike_later, daemon=True).start()
            elif not self._left:
                os.kill(os.getpid(), signal.SIGKILL)

    def before(self, name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that gets to a step before it does what `inner` does."""

        def outer(*args: Any, **kwargs: Any) -> Any:
            self(name)
            return inner(*args, **kwargs)

        return outer

    def _strike_later(self) -> None:
        time.sleep(self._after_s)
        os.kill(os.getpid(), signal.SIGKILL)


def from_arguments(words: list[str]) -> Striker:
    """Make a striker of the words STEP, COUNT and AFTER_S."""
    return Striker(words[0], int(words[1]), float(words[2]))
