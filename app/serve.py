"""The dashboard's server: Streamlit behind security headers. Started by path in a process of its own.

    python serve.py --host 127.0.0.1 --port 8501 [--sample] [--instance TOKEN]

The process ends when its standard input does, so that it never outlives the launcher. It exits with 98 where the
port is taken.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import signal
import sys
import threading
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

import sample
from components import finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

APP = Path(__file__).resolve().parent
PORT_TAKEN = 98  # exit code, by which `runlake.cli.ui` knows to try the next port
_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,255}")
_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
# Counters of the process: nothing that a visitor needs.
_CLOSED = ("/_stcore/metrics", "/_stcore/agent")
_FIXED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


class Guarded:
    """ASGI middleware: security headers on every answer, and no counters for visitors."""

    def __init__(self, app: ASGIApp, instance: str = "") -> None:
        self._app = app
        self._scripts = _inline_script_hashes()
        # So that whoever started this process can tell it from another one on the same port.
        self._fixed = _FIXED | {"x-runlake-instance": instance}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the headers added to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(_CLOSED):
            await PlainTextResponse("not found", status_code=404)(scope, receive, send)
        else:
            await self._app(scope, receive, self._with_headers(scope, send))

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._fixed)
                headers["content-security-policy"] = policy(self._scripts, host)
            await send(message)

        return answer


def policy(scripts: tuple[str, ...], host: str) -> str:
    """Return the content security policy: everything from here, no eval, no frame around it."""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *scripts)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _inline_script_hashes() -> tuple[str, ...]:
    """Hash the inline scripts of Streamlit's own page, which alone may run inline."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_bytes()
    return tuple(f"'sha256-{b64encode(sha256(body).digest()).decode()}'" for body in _INLINE.findall(page))


def options(host: str, port: int, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what differs from `.streamlit/config.toml` for this start."""
    chosen: dict[str, Any] = {"server.address": host, "server.port": port, "browser.serverAddress": host}
    if not _is_loopback(host) and "STREAMLIT_SERVER_ALLOWED_HOSTS" not in environ:
        # Whoever opens it to the network reaches it by names that are not known here.
        chosen["server.allowedHosts"] = ["*"]
    return chosen


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def report(error: Exception) -> bool:
    """Keep an unexpected error in the server's log and show its reference alone."""
    reference = uuid4().hex[:8]
    sys.stderr.write(f"runlake dashboard: error {reference} is the {type(error).__name__} above\n")  # Streamlit logs it
    todo = f"The log of the server tells the rest under `{reference}`."
    finding.show("Something went wrong in the dashboard itself.", type(error).__name__, todo=todo)
    return True


def _end_with_the_launcher() -> None:
    # Unbuffered: a thread that holds the lock of `sys.stdin` aborts the interpreter at its end.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="serve.py")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--sample", action="store_true", help="on a private copy of the sample store")
    parser.add_argument("--instance", default="", help="what its answers carry, so that the launcher knows them")
    asked = parser.parse_args()
    # The server repeats the signal that stopped it; as an exit it lets what follows clean up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=_end_with_the_launcher, daemon=True).start()
    copy = sample.private_copy() if asked.sample else None
    if copy is not None:
        os.environ["RUNLAKE_STORE"] = copy.store
        sys.stderr.write(f"  the copy is {copy.store}; the command line works on it with --store\n")
    try:
        app = st.App(APP / "main.py", middleware=[Middleware(Guarded, instance=asked.instance)], on_script_error=report)
        app.run(config=options(asked.host, asked.port, os.environ))
    except SystemExit as end:
        # Streamlit exits with 1 where the port was taken since the launcher looked, and for nothing else.
        sys.exit(PORT_TAKEN if end.code == 1 else end.code)
    finally:
        if copy is not None:
            copy.close()


if __name__ == "__main__":
    main()
