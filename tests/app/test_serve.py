from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import sample
import serve
from runlake.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path


def answer(path: str, host: bytes = b"127.0.0.1:8501") -> dict[str, Any]:
    """What a visitor gets through the middleware from an app that says yes to everything."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"yes"})

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": [(b"host", host)], "method": "GET"}
    asyncio.run(serve.Guarded(app)(scope, None, send))  # type: ignore[arg-type]  # nothing is received
    return {"status": sent[0]["status"], "headers": {k.decode(): v.decode() for k, v in sent[0]["headers"]}}


class TestEveryAnswer:
    def test_has_the_security_headers(self) -> None:
        headers = answer("/")["headers"]

        assert {k: headers[k] for k in ("x-content-type-options", "x-frame-options", "referrer-policy")} == {
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
        }
        assert "connect-src 'self' ws://127.0.0.1:8501 wss://127.0.0.1:8501;" in headers["content-security-policy"]

    def test_allows_scripts_of_its_own_alone(self) -> None:
        policy = serve.policy(("'sha256-x'",), "localhost")

        assert "script-src 'self' 'sha256-x';" in policy
        assert "unsafe-eval" not in policy

    @pytest.mark.parametrize("host", [b"a; script-src *", b"a b", b"", b"\xff"])
    def test_takes_no_policy_from_the_host_header(self, host: bytes) -> None:
        assert "connect-src 'self'; worker-src" in answer("/", host)["headers"]["content-security-policy"]

    @pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
    def test_keeps_counters_to_itself(self, path: str) -> None:
        assert answer(path)["status"] == 404


class TestWhatAStartChanges:
    def test_is_the_address_alone_on_this_machine(self) -> None:
        assert serve.options("127.0.0.1", 8600, {}) == {
            "server.address": "127.0.0.1",
            "server.port": 8600,
            "browser.serverAddress": "127.0.0.1",
        }

    def test_opens_the_hosts_where_it_listens_to_the_network(self) -> None:
        assert serve.options("0.0.0.0", 8600, {})["server.allowedHosts"] == ["*"]

    def test_leaves_them_to_whoever_names_them(self) -> None:
        assert "server.allowedHosts" not in serve.options("0.0.0.0", 8600, {"STREAMLIT_SERVER_ALLOWED_HOSTS": "a"})


class TestACopyOfTheSample:
    def test_is_private_and_goes_away(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        origin = tmp_path / "origin"
        (origin / "runs").mkdir(parents=True)
        (origin / "store.json").write_text("{}")
        monkeypatch.setattr(sample, "_PLACES", (origin,))
        monkeypatch.setenv("RUNLAKE_JOURNAL", "elsewhere")

        copy = sample.private_copy()

        assert sample.is_copy(copy.store)
        assert not sample.is_copy(str(origin))
        assert (copy.folder / "store/store.json").read_text() == "{}"
        copy.close()
        assert not copy.folder.exists()

    def test_needs_a_sample(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(sample, "_PLACES", (tmp_path / "none",))

        with pytest.raises(NotFound, match="RUNLAKE_STORE"):
            sample.private_copy()
