"""The console output of a run: everything still reaches its stream, and a redacted copy is kept."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any

from runlake.capture.guard import attempt
from runlake.capture.redact_lines import MAX_LINE, LineRedactor

if TYPE_CHECKING:
    from collections.abc import Callable

    Send = Callable[[list[tuple[str, str]]], object]

MAX_BYTES = 10 * 2**20
STREAMS = ("stdout", "stderr")


@cache
def _control() -> re.Pattern[str]:
    # Colours, cursor movements, window titles; then the control characters that no line needs.
    return re.compile(
        r"\x1b\[[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b]{0,512}+(?:\x07|\x1b\\)|\x1b[@-Z\\-_]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
    )


class ConsoleTee:
    """Follows `sys.stdout` and `sys.stderr` and hands redacted lines to `send`.

    The method `write` of the streams is replaced, not the streams: handlers that hold them are followed
    too, and whoever replaces `sys.stdout` meanwhile (`contextlib.redirect_stdout` does) is left alone.
    What goes past `write`, such as `sys.stdout.buffer` or a child process, is not seen. Of a line that is
    drawn again and again after carriage returns, the last state is kept. What `send` itself prints is
    not followed, nor what a forked child prints. A printed line costs some 10 µs.
    """

    def __init__(self, send: Send, *, max_bytes: int = MAX_BYTES) -> None:
        """Prepare to follow.

        Args:
            send: takes a list of (stdout or stderr, line without its end); what it raises is swallowed.
            max_bytes: how much is kept until the next `flush`; one last line says how much was left out.
        """
        self._send = send
        self._max_bytes = max_bytes
        self._follows: list[_Follow] = []
        self._waiting: deque[tuple[_Follow, str]] = deque()
        self._lock = threading.Lock()
        self._sender: int | None = None
        self._kept = 0
        self._left_out = 0

    def install(self) -> None:
        """Begin to follow; a stream that cannot be followed is left as it is."""
        if self._follows:
            return
        seen: list[Any] = []
        for name in STREAMS:
            stream = getattr(sys, name, None)
            if stream is not None and not any(stream is other for other in seen):
                seen.append(stream)
                follow = attempt(name, lambda name=name, stream=stream: _Follow(self._take, name, stream))  # type: ignore[misc]
                if follow.value is not None:
                    self._follows.append(follow.value)

    def uninstall(self) -> None:
        """Stop following, also where others have begun to follow since, and send what is left."""
        for follow in self._follows:
            follow.stop()
        self.flush()
        self._follows = []

    def flush(self) -> None:
        """Send unfinished lines, say how much was left out, and begin a new allowance of bytes."""
        attempt("console", self._flush)

    def _take(self, follow: _Follow, text: str) -> None:
        if threading.get_ident() == self._sender:
            return
        self._waiting.append((follow, text))
        # Whoever holds the lock works for all: a signal handler or thread that prints meanwhile never waits.
        while self._waiting and self._lock.acquire(blocking=False):
            try:
                self._work()
            finally:
                self._lock.release()

    def _work(self) -> None:
        while self._waiting:
            follow, text = self._waiting.popleft()
            if self._kept >= self._max_bytes:
                self._left_out += len(text)
                continue
            self._pass_on([(follow.name, line) for line in follow.lines(text)])

    def _pass_on(self, lines: list[tuple[str, str]]) -> None:
        kept = []
        for stream, line in lines:
            # Counted in characters, with one for the line's end: near enough to bytes, and free.
            if self._kept + len(line) < self._max_bytes:
                kept.append((stream, line))
            else:
                self._left_out += len(line) + 1
            self._kept += len(line) + 1
        if kept:
            self._hand_over(kept)

    def _hand_over(self, lines: list[tuple[str, str]]) -> None:
        self._sender = threading.get_ident()
        try:
            attempt("console", lambda: self._send(lines))
        finally:
            self._sender = None

    def _flush(self) -> None:
        if not self._lock.acquire(timeout=1.0):
            return
        try:
            self._work()
            for follow in self._follows:
                self._pass_on([(follow.name, line) for line in follow.rest()])
            if self._left_out:
                self._hand_over([("stderr", f"[runlake: {self._left_out} more characters of output were not kept]")])
            self._kept = self._left_out = 0
        finally:
            self._lock.release()


class _Follow:
    """One stream that is followed."""

    def __init__(self, take: Callable[[_Follow, str], None], name: str, stream: Any) -> None:
        self.name = name
        self._take = take
        self._stream = stream
        self._pid = os.getpid()
        self._active = True
        self._line = ""
        self._redactor = LineRedactor()
        self._had_own = "write" in getattr(stream, "__dict__", {})
        self._before = stream.write
        self._mine = self._write
        stream.write = self._mine

    def _write(self, text: str) -> Any:
        written = self._before(text)
        if self._active and os.getpid() == self._pid:
            attempt("console", lambda: self._take(self, text))
        return written

    def stop(self) -> None:
        """Give the stream its method back; where others have put theirs on top, only stop listening."""
        self._active = False
        if self._stream.__dict__.get("write") is not self._mine:
            return
        if self._had_own:
            self._stream.write = self._before
        else:
            del self._stream.write

    def lines(self, text: str) -> list[str]:
        """Return the lines that `text` completes, redacted."""
        *complete, rest = (self._line + text).split("\n")
        # A bar that is drawn for hours must not grow: only its last state is of interest.
        self._line = _last_state(rest, keep_end=True)[: 4 * MAX_LINE + 1]
        return [clean for line in complete for clean in self._redactor.push(_plain(line))]

    def rest(self) -> list[str]:
        """Return the unfinished line, and what the redactor has held back."""
        line, self._line = self._line, ""
        return [*(self._redactor.push(_plain(line)) if line else ()), *self._redactor.flush()]


def _last_state(line: str, *, keep_end: bool) -> str:
    """Return what a line shows after its carriage returns; one at its very end has not been drawn over yet."""
    body = line.rstrip("\r")
    last = body[body.rfind("\r") + 1 :]
    return last + "\r" if keep_end and len(body) < len(line) else last


def _plain(line: str) -> str:
    line = _last_state(line, keep_end=False)
    return line if line.isprintable() else _control().sub("", line)
