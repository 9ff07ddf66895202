from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import runlake
from runlake.actions import why_read_only
from runlake.store.folder import Folder

if TYPE_CHECKING:
    import pytest


def test_a_store_that_can_be_written_has_no_reason_against_it(store: str) -> None:
    runlake.start_run("demo", store=store, capture=False).finish()

    assert why_read_only(store) == ""


def test_a_store_that_cannot_be_written_says_so(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Folder, "may_write", lambda self: False)

    assert why_read_only(store) == f"the store {Path(store).resolve()} cannot be written by this user"
