"""Files that are taken away from a page: each is an event in the store, where the store can be written."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

import data
import identity
import stores
from runlake.actions import Actor, Export, exported, why_read_only
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MIME = {"csv": "text/csv", "md": "text/markdown", "tex": "text/plain", "svg": "image/svg+xml", "png": "image/png"}
_UNFIT = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class Book:
    """Where exports of one view are recorded, and in whose name; made while the page is drawn.

    Attributes:
        why_not: why nothing is recorded; "" where it is.
    """

    store: str
    actor: Actor
    snapshot: str
    why_not: str

    def note(self, export: Export) -> None:
        """Record one export.

        Raises:
            RunlakeError: it cannot be recorded, though it seemed that it could.
        """
        if not self.why_not:
            exported(self.store, replace(export, snapshot=self.snapshot), actor=self.actor)

    def written(self, make: Callable[[], tuple[bytes, int]], export: Export) -> bytes:
        """Make a file, record it, and return its bytes; what cannot be recorded is not handed out.

        Args:
            make: gives the bytes and how many rows they hold.
            export: what it is, but for what the bytes say.

        Raises:
            RunlakeError: as for `note`.
        """
        content, rows = make()
        digest = hashlib.sha256(content).hexdigest()
        self.note(replace(export, rows=rows, sha256=digest, size_bytes=len(content)))
        return content


def book() -> Book:
    """Return the book of the store that is shown."""
    return Book(stores.store(), identity.current(), data.lake().snapshot.key, why_read_only(stores.store()))


def say_unrecorded(of: Book) -> None:
    """Say so where exports leave no event."""
    if of.why_not:
        st.caption("The store can only be read, so an export leaves no event.")


def button(
    label: str,
    make: Callable[[], tuple[bytes, int]],
    *,
    kind: str,
    format: str,
    of: str,
    key: str,
    recorded: Book,
    run_ids: Sequence[str] = (),
) -> None:
    """Draw a button that downloads a file; it is made, and recorded, when it is clicked.

    Args:
        label: fixed words of ours.
        make: gives the bytes and how many rows they hold.
        kind: of the export: table, chart.
        format: also the ending of the file's name.
        of: what it shows, in words.
        key: of the widget.
        recorded: the book.
        run_ids: the runs in it.
    """
    export = Export(kind, format, of, None, None, "", run_ids=tuple(run_ids))
    st.download_button(
        label,
        data=lambda: recorded.written(make, export),
        file_name=f"{file_stem(of)}.{format}",
        mime=MIME[format],
        # A rerun would find the file gone before the browser has fetched it.
        on_click="ignore",
        key=key,
    )


def file_stem(of: str) -> str:
    """Make a name for a file out of words: letters, digits, and nothing that a shell or a folder could read.

    >>> file_stem("Curves of val/f1, 3 runs"), file_stem("../<b>")
    ('Curves_of_val_f1_3_runs', 'b')
    """
    return _UNFIT.sub("_", in_order(of)).strip("_.-+")[:80] or "runlake"
