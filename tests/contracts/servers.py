"""Servers on this machine that stand in for clouds: moto for S3, Azurite for Azure Blob Storage."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
# The account that every Azurite has; its key is printed in the manual.
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
AZURITE_PORT = 10_000  # engines look for the emulator there and nowhere else


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        root: URI of its one bucket.
        environment: what whoever uses it has set.
        secret: the credential in there.
        port: where it listens.
    """

    root: str
    environment: dict[str, str]
    secret: str
    port: int


@contextlib.contextmanager
def moto() -> Iterator[Server]:
    """Run moto's server, from the environment that `make test-buckets` makes."""
    program = ROOT / ".venv-buckets" / "bin" / "moto_server"
    if not program.exists():
        pytest.skip("moto is not installed: run `make test-buckets`")
    port = _free_port()
    with _running([str(program), "-H", "127.0.0.1", "-p", str(port)], port):
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/lake", method="PUT")).close()
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
        yield Server("s3://lake", environment, SECRET, port)


@contextlib.contextmanager
def azurite() -> Iterator[Server]:
    """Run Azurite, of which `RUNLAKE_AZURITE` names the program `azurite-blob`."""
    program = os.environ.get("RUNLAKE_AZURITE") or shutil.which("azurite-blob")
    if not program:
        pytest.skip("Azurite is not installed: `npm install azurite`, then name azurite-blob in RUNLAKE_AZURITE")
    port = AZURITE_PORT
    options = ["--silent", "--inMemoryPersistence", "--skipApiVersionCheck", "--blobHost", "127.0.0.1"]
    with _running([program, *options, "--blobPort", str(port)], port):
        _make_container("lake", port)
        environment = {
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": ACCOUNT_KEY,
            "AZURE_STORAGE_ALLOW_HTTP": "true",
        }
        yield Server("az://lake", environment, ACCOUNT_KEY, port)


def _make_container(name: str, port: int) -> None:
    now = format_datetime(datetime.now(UTC), usegmt=True)
    path, version = f"/{ACCOUNT}/{name}", "2021-08-06"
    to_sign = "PUT" + "\n" * 12 + f"x-ms-date:{now}\nx-ms-version:{version}\n/{ACCOUNT}{path}\nrestype:container"
    digest = hmac.new(base64.b64decode(ACCOUNT_KEY), to_sign.encode(), hashlib.sha256).digest()
    headers = {
        "x-ms-date": now,
        "x-ms-version": version,
        "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}",
        "Content-Length": "0",
    }
    url = f"http://127.0.0.1:{port}{path}?restype=container"
    urllib.request.urlopen(urllib.request.Request(url, method="PUT", headers=headers)).close()


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    if _answers(port):
        pytest.skip(f"port {port} is taken by another program")
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert server.poll() is None, f"{command[0]} has ended"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            time.sleep(0.1)
        yield
    finally:
        server.kill()
        server.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
