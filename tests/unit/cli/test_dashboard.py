from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlake.cli import ui
from runlake.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

Call = tuple[str, dict[str, object]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What the commands ask the launcher for, instead of a server."""
    made: list[Call] = []

    def record(name: str) -> Callable[..., int]:
        def launch(store: str | None = None, **asked: object) -> int:
            made.append((name, {"store": store, **asked}))
            return 0

        return launch

    monkeypatch.setattr(ui, "serve", record("serve"))
    monkeypatch.setattr(ui, "demo", record("demo"))
    return made


class TestTheDashboard:
    @pytest.mark.parametrize(
        ("words", "call"),
        [
            (["ui"], ("serve", {"store": None, "host": "127.0.0.1", "port": None, "browser": True})),
            (
                ["ui", "--store", "s", "--host", "::", "--port", "9000", "--no-browser"],
                ("serve", {"store": "s", "host": "::", "port": 9000, "browser": False}),
            ),
            (["demo", "--port", "9000"], ("demo", {"store": None, "host": "127.0.0.1", "port": 9000, "browser": True})),
            (["demo", "--store", "s"], ("serve", {"store": "s", "host": "127.0.0.1", "port": None, "browser": True})),
        ],
    )
    def test_is_started_as_asked(self, calls: list[Call], words: list[str], call: Call) -> None:
        assert main(words) == 0
        assert calls == [call]
