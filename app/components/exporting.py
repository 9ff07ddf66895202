"""Files that are taken away from a page: each is an event in the store, where the store can be written."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

import identity
import stores
from components import format as shown_as
from reads import data
from runlake.actions import Actor, Export, exported, why_read_only
from runlake.errors import RunlakeError
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MIME = {
    "csv": "text/csv",
    "json": "application/json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "svg": "image/svg+xml",
    "tex": "text/plain",
}
_SAID = "exporting.said"
_UNFIT = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class Book:
    """Where exports are recorded, and in whose name; made while the page is drawn.

    Attributes:
        store: where the events go.
        actor: who takes files away.
        snapshot: key of what is shown.
        why_not: why nothing is recorded; "" where it is.
        said: where to put what went wrong with an event, for the next look of the page.
    """

    store: str
    actor: Actor
    snapshot: str
    why_not: str
    said: list[str]

    def note(self, export: Export) -> None:
        """Record one export; where the event cannot be written, the file leaves nonetheless, and the page says so."""
        if self.why_not:  # in a store that can only be read no event would ever arrive
            return
        try:
            exported(self.store, replace(export, snapshot=self.snapshot), actor=self.actor)
        except RunlakeError as problem:
            self.said.append(f"The export was not recorded: {problem}")

    def written(self, make: Callable[[], tuple[bytes, int]], export: Export) -> bytes:
        """Make a file, record it, and return its bytes.

        Args:
            make: gives the bytes and how many rows they hold.
            export: what it is, but for what the bytes say.
        """
        content, rows = make()
        digest = hashlib.sha256(content).hexdigest()
        self.note(replace(export, rows=rows, sha256=digest, size_bytes=len(content)))
        return content


def book() -> Book:
    """Return the book of the store that is shown."""
    said = st.session_state.setdefault(_SAID, [])
    return Book(stores.store(), identity.current(), data.lake().snapshot.key, why_read_only(stores.store()), said)


def say(of: Book) -> None:
    """Say whether exports leave an event, and what went wrong with the last ones."""
    st.caption(
        "Not recorded: this store can only be read." if of.why_not else "Recorded as an event, with the file's SHA-256."
    )
    while of.said:
        st.toast(shown_as.markdown(of.said.pop()), icon=":material/info:", duration="long")


def button(
    label: str,
    make: Callable[[], tuple[bytes, int]],
    *,
    kind: str,
    format: str,
    of: Mapping[str, object],
    name: str,
    key: str,
    recorded: Book,
) -> None:
    """Draw a button that downloads a file; it is made, and recorded, when it is clicked.

    Args:
        label: fixed words of ours.
        make: gives the bytes and how many rows they hold.
        kind: of the export: runs, groups, table, chart.
        format: also the ending of the file's name.
        of: what the event says that it was made of.
        name: of the file, in words.
        key: of the widget.
        recorded: the book.
    """
    export = Export(kind, format, "", of)
    st.download_button(
        label,
        data=lambda: recorded.written(make, export),
        file_name=f"{file_stem(name)}.{format}",
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
