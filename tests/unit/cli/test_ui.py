from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlake.cli import ui
from runlake.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
FREE_IT = "stop what listens there or choose another with --port"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something listens on."""
    with socket.socket() as busy:
        busy.bind((ui.HOST, 0))
        busy.listen()
        yield busy.getsockname()[1]


@pytest.fixture(autouse=True)
def _no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("NO_BROWSER", "1")


class TestThePlan:
    def test_starts_the_app_by_path_where_the_configuration_lies(self) -> None:
        plan = ui.server("/data/store", "127.0.0.1", 8600)

        assert plan.command == (
            *(sys.executable, str(ROOT / "app/serve.py"), "--host", "127.0.0.1", "--port", "8600"),
            *("--instance", plan.instance),
        )
        assert plan.folder == ROOT
        assert (plan.folder / ".streamlit/config.toml").is_file()
        assert plan.environment["RUNLAKE_STORE"] == "/data/store"

    def test_of_the_demo_names_no_store(self) -> None:
        assert ui.server(None, "127.0.0.1", 8600).command[-1] == "--sample"


class TestAPortInUse:
    def test_that_was_asked_for_is_an_error(self, taken: int, capfd: pytest.CaptureFixture[str]) -> None:
        assert ui.serve("s", port=taken, browser=False) == 1

        assert capfd.readouterr().err == (f"runlake: port {taken} of 127.0.0.1 is in use; {FREE_IT}\n")

    def test_that_the_environment_asks_for_is_an_error(self, taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", str(taken))

        assert ui.serve("s", browser=False) == 1

    def test_that_another_took_first_is_not_taken_for_ours(
        self, taken: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        answers = iter([True])
        monkeypatch.setattr(ui, "_is_free", lambda host, port: next(answers, False))

        assert ui.serve("s", port=taken, browser=False) == 1

        said = capfd.readouterr()
        assert said.out == ""
        assert said.err.endswith(f"runlake: port {taken} of 127.0.0.1 is in use; {FREE_IT}\n")

    def test_that_a_stranger_answers_on_is_not_ready(self) -> None:
        class Stranger(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        with (
            HTTPServer((ui.HOST, 0), Stranger) as stranger,
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"]) as child,
        ):
            threading.Thread(target=stranger.serve_forever, daemon=True).start()
            ready = ui._until_ready(child, f"http://{ui.HOST}:{stranger.server_port}", "a1b2")
            stranger.shutdown()

        assert not ready


class TestAPortThatIsNone:
    @pytest.mark.parametrize("text", ["http", "0", "65536", "-1"])
    def test_is_said(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", text)

        with pytest.raises(InvalidValue, match=r"^PORT: expected a port from 1 to 65535"):
            ui.serve("s", browser=False)


class TestTheDemo:
    def test_prints_its_address_once_it_answers_and_leaves_nothing_behind(self, tmp_path: Path) -> None:
        kept = {k: v for k, v in os.environ.items() if k != "RUNLAKE_JOURNAL"}
        with socket.socket() as probe:  # not one that another test's dashboard may look for at the same time
            probe.bind((ui.HOST, 0))
            port = probe.getsockname()[1]
        code = f"from runlake.cli.ui import demo; raise SystemExit(demo(port={port}, browser=False))"
        command = [sys.executable, "-c", code]
        with subprocess.Popen(
            command, env=kept | {"TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as launcher:
            assert launcher.stdout is not None
            found = re.fullmatch(r"Runlake is at (http://127\.0\.0\.1:\d+)\n", launcher.stdout.readline())
            assert found is not None
            with urllib.request.urlopen(found[1], timeout=10) as answer:
                headers = dict(answer.headers)
            copies = list(tmp_path.glob("runlake-demo-*/store"))
            launcher.send_signal(signal.SIGTERM)
            _, errors = launcher.communicate(timeout=20)

        said = f"  the copy is {copies[0]}; the command line works on it with --store\n"
        assert (launcher.returncode, errors) == (0, said)
        assert len(copies) == 1
        assert not copies[0].parent.exists()
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(found[1], timeout=2)
