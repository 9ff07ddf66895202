from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from runlake.capture.console import ConsoleTee

if TYPE_CHECKING:
    from collections.abc import Iterator

Lines = list[tuple[str, str]]


def _terminal(monkeypatch: pytest.MonkeyPatch) -> io.TextIOWrapper:
    """A stand-in for the terminal; no fixture, because pytest puts its own in place when a test begins."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    return stream


def _shown(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return bytes(stream.buffer.getvalue()).decode()  # type: ignore[attr-defined]


@contextlib.contextmanager
def _followed(**options: Any) -> Iterator[Lines]:
    lines: Lines = []
    tee = ConsoleTee(lines.extend, **options)
    tee.install()
    try:
        yield lines
    finally:
        tee.uninstall()


class TestWhatIsPrinted:
    def test_still_reaches_its_stream_unchanged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = _terminal(monkeypatch)
        with _followed():
            sys.stdout.write("a\x1b[31mred\x1b[0m\r\n")
            written = sys.stdout.write("api_key=hunter2\n")

        assert _shown(stream) == "a\x1b[31mred\x1b[0m\r\napi_key=hunter2\n"
        assert written == 16

    def test_is_kept_line_by_line_and_redacted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        with _followed() as lines:
            sys.stdout.write("epoch 1")
            sys.stdout.write(" loss 0.3\nusing \x1b[1mapi_key=hunter2\x1b[0m\nhalf")
            sys.stderr.write("careful\n")

        assert lines == [
            ("stdout", "epoch 1 loss 0.3"),
            ("stdout", "using api_key=[redacted:named_secret]"),
            ("stderr", "careful"),
            ("stdout", "half"),
        ]

    def test_by_one_call_is_one_batch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        batches: list[Lines] = []
        tee = ConsoleTee(batches.append)
        tee.install()
        sys.stdout.write("a\nb\nc")
        tee.uninstall()

        assert batches == [[("stdout", "a"), ("stdout", "b")], [("stdout", "c")]]

    def test_through_writelines_and_print_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        with _followed() as lines:
            sys.stdout.writelines(["a\n", "b\n"])
            print("c", "d", file=sys.stdout)  # noqa: T201

        assert [line for _, line in lines] == ["a", "b", "c d"]

    def test_to_a_stream_that_is_closed_still_raises(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = _terminal(monkeypatch)
        with _followed():
            stream.close()
            with pytest.raises(ValueError, match="closed"):
                sys.stdout.write("x")

    def test_by_a_handler_made_before_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        held = sys.stdout
        with _followed() as lines:
            held.write("through a handler\n")

        assert lines == [("stdout", "through a handler")]


class TestAProgressBar:
    def test_leaves_its_last_state(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        with _followed() as lines:
            for done in range(0, 101, 10):
                sys.stdout.write(f"\r{done:3}%|####")
            sys.stdout.write("\nnext\n")

        assert lines == [("stdout", "100%|####"), ("stdout", "next")]

    def test_that_ends_with_its_return_leaves_its_last_state(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        with _followed() as lines:
            for done in range(0, 101, 10):
                sys.stdout.write(f"{done:3}%\r")
            sys.stdout.write("\nnext\r\n")

        assert lines == [("stdout", "100%"), ("stdout", "next")]

    def test_without_an_end_is_kept_when_all_is_flushed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        with _followed() as lines:
            sys.stdout.write("\r 1%\r 2%")

        assert lines == [("stdout", " 2%")]

    def test_takes_no_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        tee = ConsoleTee(lambda lines: None)
        tee.install()
        for _ in range(200):
            sys.stdout.write("\r" + "#" * 10_000)

        assert len(tee._follows[0]._line) <= 10_002
        tee.uninstall()


class TestABound:
    def test_is_said_once_with_what_was_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        with _followed(max_bytes=100) as lines:
            for n in range(50):
                sys.stdout.write(f"line {n:04}\n")

        assert lines == [
            *(("stdout", f"line {n:04}") for n in range(10)),
            ("stderr", "[runlake: 400 more characters of output were not kept]"),
        ]

    def test_begins_anew_after_a_flush(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        lines: Lines = []
        tee = ConsoleTee(lines.extend, max_bytes=20)
        tee.install()
        sys.stdout.write("x" * 30 + "\n")
        tee.flush()
        sys.stdout.write("short\n")
        tee.uninstall()

        assert lines[-1] == ("stdout", "short")


class TestComingAndGoing:
    def test_leaves_the_stream_as_it_was(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = _terminal(monkeypatch)
        with _followed():
            assert "write" in vars(stream)

        assert "write" not in vars(stream)

    def test_twice_installed_follows_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        lines: Lines = []
        tee = ConsoleTee(lines.extend)
        tee.install()
        tee.install()
        sys.stdout.write("a\n")
        tee.uninstall()
        tee.uninstall()

        assert lines == [("stdout", "a")]

    def test_nests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        with _followed() as outer:
            with _followed() as inner:
                sys.stdout.write("both\n")
            sys.stdout.write("outer\n")

        assert outer == [("stdout", "both"), ("stdout", "outer")]
        assert inner == [("stdout", "both")]

    def test_may_go_in_another_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = _terminal(monkeypatch)
        first, second = list[tuple[str, str]](), list[tuple[str, str]]()
        one, two = ConsoleTee(first.extend), ConsoleTee(second.extend)
        one.install()
        two.install()
        one.uninstall()
        sys.stdout.write("second alone\n")
        two.uninstall()
        sys.stdout.write("nobody\n")

        assert (first, second) == ([], [("stdout", "second alone")])
        assert _shown(stream) == "second alone\nnobody\n"

    def test_leaves_a_redirection_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        target = io.StringIO()
        with _followed() as lines:
            with contextlib.redirect_stdout(target):
                sys.stdout.write("inside\n")
            sys.stdout.write("outside\n")

        assert lines == [("stdout", "outside")]
        assert target.getvalue() == "inside\n"

    def test_does_without_streams(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdout", None)
        monkeypatch.setattr(sys, "stderr", None)

        with _followed() as lines:
            pass

        assert lines == []

    def test_follows_a_shared_stream_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = _terminal(monkeypatch)
        monkeypatch.setattr(sys, "stderr", stream)
        with _followed() as lines:
            sys.stderr.write("once\n")

        assert lines == [("stdout", "once")]


class TestACallbackThat:
    def test_raises_does_not_disturb_the_print(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = _terminal(monkeypatch)

        def broken(lines: Lines) -> None:
            raise RuntimeError("no store")

        tee = ConsoleTee(broken)
        tee.install()
        sys.stdout.write("a\n")
        tee.uninstall()

        assert _shown(stream) == "a\n"

    def test_prints_is_not_followed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = _terminal(monkeypatch)
        seen: Lines = []

        def chatty(lines: Lines) -> None:
            seen.extend(lines)
            sys.stdout.write("from the callback\n")

        tee = ConsoleTee(chatty)
        tee.install()
        sys.stdout.write("a\n")
        tee.uninstall()

        assert seen == [("stdout", "a")]
        assert _shown(stream) == "a\nfrom the callback\n"


class TestThreads:
    def test_lose_no_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)

        def talk(name: int) -> None:
            for n in range(300):
                sys.stdout.write(f"{name} {n}\n")

        with _followed() as lines:
            threads = [threading.Thread(target=talk, args=(name,)) for name in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        assert sorted(line for _, line in lines) == sorted(f"{name} {n}" for name in range(6) for n in range(300))

    def test_never_wait_for_a_slow_callback(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _terminal(monkeypatch)
        entered, release = threading.Event(), threading.Event()

        def slow(lines: Lines) -> None:
            entered.set()
            release.wait(10)

        tee = ConsoleTee(slow)
        tee.install()
        thread = threading.Thread(target=sys.stdout.write, args=("a\n",))
        thread.start()
        entered.wait(10)
        begin = time.monotonic()
        sys.stdout.write("b\n")
        spent = time.monotonic() - begin
        release.set()
        thread.join()
        tee.uninstall()

        assert spent < 1


class TestAForkedChild:
    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
    def test_prints_and_sends_nothing(self) -> None:
        code = (
            "import os, sys\n"
            "from runlake.capture.console import ConsoleTee\n"
            "seen = []\n"
            "tee = ConsoleTee(lambda lines: os.write(2, repr(lines).encode()))\n"
            "tee.install()\n"
            "if os.fork() == 0:\n"
            "    sys.stdout.write('child\\n'); sys.stdout.flush(); os._exit(0)\n"
            "os.wait(); sys.stdout.write('parent\\n'); tee.uninstall()\n"
        )

        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert (done.stdout, done.stderr) == ("child\nparent\n", "[('stdout', 'parent')]")
