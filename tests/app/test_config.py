from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runlake.cli import ui
from runlake.figures import theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
# Runs inside the server's own process and writes down what Streamlit goes by once it is asked to.
WITNESS = """
import json, os, sys, threading, time
def tell():
    asked = os.environ["WITNESS"]
    while not os.path.exists(asked):
        time.sleep(0.05)
    from streamlit import config
    options = {k: repr(o.value) for k, o in config._config_options.items()}
    with open(asked + ".part", "w") as file:
        json.dump(options, file)
    os.rename(asked + ".part", asked + ".json")
if "WITNESS" in os.environ and any("serve.py" in a or "main.py" in a for a in sys.orig_argv):
    threading.Thread(target=tell, daemon=True).start()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], folder: Path, environment: dict[str, str], port: int) -> Iterator[None]:
    """Run a server until it answers; end it afterwards."""
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as child:
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                    break
                except (urllib.error.URLError, OSError):
                    assert child.poll() is None, "the server ended before it answered"
                    time.sleep(0.1)
            yield
        finally:
            child.terminate()


def effective(command: Sequence[str], folder: Path, port: int, place: Path) -> dict[str, Any]:
    """Every option of a server that was really started."""
    place.mkdir()
    (place / "sitecustomize.py").write_text(WITNESS)
    asked = place / "asked"
    own = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    environment = own | {"PYTHONPATH": str(place), "WITNESS": str(asked), "RUNLAKE_STORE": str(place / "store")}
    with running(command, folder, environment, port):
        asked.touch()
        told = asked.with_suffix(".json")
        for _ in range(200):
            if told.exists():
                break
            time.sleep(0.05)
        options: dict[str, Any] = json.loads(told.read_text())
        return options


class TestBothWaysOfStarting:
    def test_go_by_the_same_options(self, tmp_path: Path) -> None:
        first, second = free_port(), free_port()
        by_hand = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.port", str(first)]
        plan = ui.server(str(tmp_path / "store"), "127.0.0.1", second)

        hand = effective(by_hand, ROOT, first, tmp_path / "hand")
        launcher = effective(plan.command, plan.folder, second, tmp_path / "launcher")

        differing = {k for k in hand.keys() | launcher.keys() if hand.get(k) != launcher.get(k)}
        assert differing <= {"server.port", "browser.serverPort", "browser.serverAddress", "server.cookieSecret"}
        assert launcher["client.toolbarMode"] == repr("viewer")
        assert launcher["runner.postScriptGC"] == repr(False)
        assert hand["server.address"] == repr("127.0.0.1")

    def test_share_the_one_file(self) -> None:
        assert list(ROOT.glob("app/**/config.toml")) == []


class TestTheColours:
    @pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda t: t.name)
    def test_are_those_of_the_figures(self, tokens: theme.Theme) -> None:
        section = CONFIG["theme"][tokens.name]

        named = {
            "primary": section["primaryColor"],
            "background": section["backgroundColor"],
            "surface": section["secondaryBackgroundColor"],
            "text": section["textColor"],
            "border": section["borderColor"],
            "grid": section["dataframeBorderColor"],
            "muted": section["grayTextColor"],
            "good": section["greenTextColor"],
            "bad": section["redTextColor"],
            "warn": section["orangeTextColor"],
            "info": section["blueTextColor"],
        }
        assert named == {name: getattr(tokens, name) for name in named}
        assert section["violetTextColor"] == tokens.text  # `format.segment` writes with it

    def test_of_charts_are_those_of_the_figures(self) -> None:
        assert tuple(CONFIG["theme"]["chartCategoricalColors"]) == theme.PALETTE
        assert tuple(CONFIG["theme"]["chartDivergingColors"]) == theme.DIVERGING
        assert tuple(CONFIG["theme"]["light"]["chartSequentialColors"]) == theme.SEQUENTIAL
        assert tuple(CONFIG["theme"]["dark"]["chartSequentialColors"]) == theme.SEQUENTIAL[::-1]


def test_no_theme_goes_over_the_look_of_our_figures() -> None:
    calls = [
        (path.name, ast.unparse(node.args[0]), {k.arg: ast.unparse(k.value) for k in node.keywords}.get("theme"))
        for path in sorted((ROOT / "app").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.plotly_chart"
    ]

    assert len(calls) > 10
    # What a run logged is somebody else's figure, and looks as the rest of the page does.
    assert [call for call in calls if call[2] != "None"] == [("media_view.py", "found.figure", None)]
