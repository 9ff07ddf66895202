"""Each kind of place that a store can lie in; what is asked of one is asked of all."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from contracts.servers import Server, azurite, moto

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVERS = {"s3": moto, "azure": azurite}
BUCKETS = [pytest.param(name, marks=pytest.mark.buckets) for name in SERVERS]


@pytest.fixture(scope="session")
def _started() -> Iterator[tuple[ExitStack, dict[str, Server]]]:
    with ExitStack() as running:
        yield running, {}


@pytest.fixture(params=["folder", *BUCKETS])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that does not exist yet, in a folder and in each kind of bucket."""
    if request.param == "folder":
        return str(tmp_path / "store")
    at = _server(request, request.param)
    return f"{at.root}/{uuid4().hex[:8]}/store"


@pytest.fixture(params=BUCKETS)
def bucket(request: pytest.FixtureRequest) -> tuple[str, Server]:
    """A store that does not exist yet in each kind of bucket, and its server."""
    at = _server(request, request.param)
    return f"{at.root}/{uuid4().hex[:8]}/store", at


def _server(request: pytest.FixtureRequest, kind: str) -> Server:
    running, known = request.getfixturevalue("_started")
    if kind not in known:
        known[kind] = running.enter_context(SERVERS[kind]())
    monkeypatch = request.getfixturevalue("monkeypatch")
    for name, value in known[kind].environment.items():
        monkeypatch.setenv(name, value)
    server: Server = known[kind]
    return server
