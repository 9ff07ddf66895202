"""Which store the dashboard shows, and the one lake per store that all sessions share."""

from __future__ import annotations

import atexit
import os
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

import runlake
import sample

if TYPE_CHECKING:
    from datetime import datetime

    from runlake.query import Lake

REFRESH_S = 1.0  # sessions share what was read within this time


@dataclass(slots=True)
class Holder:
    """The newest lake of a store at a moment; safe to share between sessions."""

    store: str
    as_of: datetime | None
    lock: threading.Lock = field(default_factory=threading.Lock)
    lake: Lake | None = None
    read_at: float = -1e9

    def newest(self, *, within_s: float = REFRESH_S) -> Lake:
        """Return the lake, read again where the last reading is older than `within_s`.

        Raises:
            RunlakeError: there is no store, or it cannot be read.
        """
        with self.lock:
            if self.lake is None:
                self.lake = runlake.open_lake(self.store, as_of=self.as_of)
                self.read_at = time.monotonic()
            elif self.as_of is None and time.monotonic() - self.read_at > within_s:
                self.lake = self.lake.refresh()
                self.read_at = time.monotonic()
            return self.lake


@st.cache_resource(show_spinner=False, max_entries=16)
def holder(store: str, as_of: datetime | None) -> Holder:
    """Return the holder of a store at a moment; None is the present."""
    return Holder(store, as_of)


def store() -> str:
    """Return the store that is shown: RUNLAKE_STORE, or else a private copy of the sample.

    Raises:
        NotFound: neither is there.
    """
    return os.environ.get("RUNLAKE_STORE") or _sample_copy()


def is_sample() -> bool:
    """Return whether the store is a private copy of the sample."""
    return sample.is_copy(store())


@st.cache_resource(show_spinner=False)
def _sample_copy() -> str:
    copy = sample.private_copy()
    atexit.register(copy.close)
    return copy.store
