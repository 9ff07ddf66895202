"""Starts the packaged dashboard in a child process, by path, and looks after it until it ends."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from runlake.errors import InvalidValue, NotFound
from runlake.journal import store_uri

HOST = "127.0.0.1"
PORT = 8501
_INSTANCE = "x-runlake-instance"  # the header by which a server is known
_PORT_TAKEN = 98  # the server's exit code
_NEXT_PORTS = 50
_READY_S = 60.0
_STOP_S = 10.0
_ORDERLY = (0, -signal.SIGTERM, -signal.SIGINT)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Server:
    """How the dashboard is started: what runs where."""

    command: tuple[str, ...]
    folder: Path  # where `.streamlit/config.toml` lies
    environment: dict[str, str]
    instance: str  # what its answers carry


def serve(store: str | None, host: str = HOST, port: int | None = None, browser: bool = True) -> int:
    """Serve the dashboard on `store` until it is stopped, and return the exit code.

    Args:
        store: path or URI; None takes RUNLAKE_STORE, else ./runlake_store.
        host: the address to listen on.
        port: None takes PORT from the environment, else the first free one from 8501.
        browser: open one, unless NO_BROWSER is set.

    Returns:
        0 after an orderly stop, 1 where the port is taken or the server did not start.

    Raises:
        InvalidValue: PORT in the environment is no port.
    """
    uri = store_uri(store)
    return _run(host, port, browser, store=uri, what=f"store {uri}")


def demo(host: str = HOST, port: int | None = None, browser: bool = True) -> int:
    """Serve the dashboard on a private copy of the sample store; as `serve` otherwise."""
    return _run(host, port, browser, store=None, what="sample data, a private copy that is removed at the end")


def server(store: str | None, host: str, port: int) -> Server:
    """Say how to start the dashboard; a store of None is the sample.

    Raises:
        NotFound: the app is not where the package or the checkout has it.
    """
    app = _app_folder()
    instance = secrets.token_hex(8)
    command = (sys.executable, str(app / "serve.py"), "--host", host, "--port", str(port), "--instance", instance)
    folder = app if (app / ".streamlit").is_dir() else app.parent
    if store is None:
        return Server((*command, "--sample"), folder, dict(os.environ), instance)
    return Server(command, folder, {**os.environ, "RUNLAKE_STORE": store}, instance)


def _app_folder() -> Path:
    package = Path(__file__).resolve().parents[1]
    places = (package / "_app", package.parents[1] / "app")
    found = next((place for place in places if (place / "serve.py").is_file()), None)
    if found is None:
        raise NotFound("dashboard", str(places[0]), "install the wheel or work in a checkout")
    return found


def _run(host: str, port: int | None, browser: bool, *, store: str | None, what: str) -> int:
    asked = port if port is not None else _port_of_environment()
    if host not in _LOOPBACK:
        print(
            f"runlake: listening on {host}: whoever reaches this machine can read and change the store", file=sys.stderr
        )
    for chosen in range(PORT, PORT + _NEXT_PORTS) if asked is None else (asked,):
        if _is_free(host, chosen):
            code = _try(host, chosen, store, what, browser=browser and not os.environ.get("NO_BROWSER"))
            if code is not None:
                return code
    wanted = f"port {asked} of {host}" if asked is not None else f"every port of {host} from {PORT} on"
    print(f"runlake: {wanted} is in use; stop what listens there or choose another with --port", file=sys.stderr)
    return 1


def _try(host: str, port: int, store: str | None, what: str, *, browser: bool) -> int | None:
    """Serve on a port that was free and return the exit code; None where somebody else was quicker to take it."""
    plan = server(store, host, port)
    child = subprocess.Popen(
        plan.command,
        cwd=plan.folder,
        env=plan.environment,
        stdin=subprocess.PIPE,  # its end tells the server to stop, however this process ends
        stdout=subprocess.DEVNULL,  # Streamlit's greeting; problems come on stderr
        start_new_session=True,
    )
    handlers = {s: signal.signal(s, lambda *_: child.terminate()) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        if _until_ready(child, _address(host, port), plan.instance):
            print(f"Runlake is at {_address(host, port)}\n  {what}\n  Ctrl+C stops it", flush=True)
            if browser:
                webbrowser.open(_address(host, port))
            return 0 if child.wait() in _ORDERLY else 1
        if child.poll() in _ORDERLY:
            return 0
        if child.poll() == _PORT_TAKEN:
            return None
        print(f"runlake: no dashboard at {_address(host, port)}; what it says stands above", file=sys.stderr)
        return 1
    finally:
        _stop(child)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _until_ready(child: subprocess.Popen[bytes], address: str, instance: str) -> bool:
    """Wait until it is this child that answers: another may have taken the port in the meantime."""
    end = time.monotonic() + _READY_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end and child.poll() is None:
        try:
            with opener.open(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200 and answer.headers[_INSTANCE] == instance:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    return False


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdin is not None:
        child.stdin.close()


def _port_of_environment() -> int | None:
    text = os.environ.get("PORT", "")
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise InvalidValue("PORT", text, "a port from 1 to 65535")
    return int(text)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _address(host: str, port: int) -> str:
    # What listens everywhere is reached here through the loopback.
    name = {"0.0.0.0": HOST, "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"
