"""A network that loses answers: what was asked for is done, and whoever asked is not told."""

from __future__ import annotations

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextlib.contextmanager
def losing_answers(port: int, lose: Callable[[str, str], bool]) -> Iterator[tuple[int, list[str]]]:
    """Pass requests on to a server; gives the port, and a list that names each whose answer was lost.

    Args:
        port: of the server.
        lose: called with method and path of each request.
    """
    lost: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server = http.client.HTTPConnection("127.0.0.1", port)
            server.request(self.command, self.path, body, dict(self.headers.items()))
            answer = server.getresponse()
            content = answer.read()
            server.close()
            if lose(self.command, self.path):
                lost.append(f"{self.command} {self.path}")
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "content-length", "server", "date"}:
                    self.send_header(name, value)
            told = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", told or str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _pass_on  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    between = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=between.serve_forever, daemon=True).start()
    try:
        yield between.server_address[1], lost
    finally:
        between.shutdown()
        between.server_close()
