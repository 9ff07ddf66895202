from __future__ import annotations

import pytest

from unit.cli.lab import Shell


@pytest.fixture
def shell(store: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell on the test's own store, with tables as wide as they like."""
    monkeypatch.delenv("COLUMNS", raising=False)
    return Shell(capsys, store)
