"""What every test stands on: journals of its own, no detached process, nothing of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLAKE_JOURNAL", str(tmp_path / "journals"))
    monkeypatch.setenv("RUNLAKE_INGESTER", "off")
    monkeypatch.delenv("RUNLAKE_STORE", raising=False)
    monkeypatch.delenv("RUNLAKE_USER", raising=False)


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Path of a store that does not exist yet."""
    return str(tmp_path / "store")
