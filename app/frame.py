"""What surrounds every page: logo, notices, the store's name, and the one place that catches errors."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

import state
import stores
from components import finding, format
from components.frame import look_back
from reads import data
from runlake.errors import NotFound, QueryError, RunlakeError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

STATIC = Path(__file__).resolve().parent / "static"
_WATCH_RUNNING_S = 2.0
_WATCH_IDLE_S = 4.0


@contextmanager
def guard() -> Iterator[None]:
    """Show an error of ours as a finding; used around each page and each fragment."""
    try:
        yield
    except QueryError as error:
        finding.show("The filter does not parse.", str(error), todo="Correct it where the arrow points.")
    except NotFound as error:
        finding.show(f"There is no such {error.kind}.", str(error), **_remedy(error))
    except StoreError as error:
        todo = "The rest of the store may still be readable. `runlake doctor` says which table is damaged and how to mend it."
        finding.show(
            "The store could not be read.", str(error), todo=todo, command=f"runlake doctor --store {error.store}"
        )
    except RunlakeError as error:
        finding.show("This could not be done.", str(error))


def _remedy(error: NotFound) -> dict[str, str]:
    if error.kind == "store":
        todo = "Log a first run, or name another store with `RUNLAKE_STORE` or `runlake ui --store`."
        first = f"import runlake\n\nrunlake.start_run('first', store={error.name!r}).finish()"
        return {"todo": todo, "command": first}
    return {"todo": "It may have been deleted or never delivered. The Runs page lists what there is."}


def logo() -> None:
    """Draw the wordmark in the colours of the theme."""
    name = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(str(STATIC / f"logo-{name}.svg"), size="medium")


def open_lake() -> bool:
    """Open the lake; where there is no store yet, say what makes one and wait for it."""
    try:
        data.open_lake()
    except NotFound as error:
        finding.show("There is no such store yet.", str(error), **_remedy(error))
        st.fragment(_wait, run_every=_WATCH_IDLE_S)()
        return False
    return True


def _wait() -> None:
    try:
        data.open_lake()
    except NotFound:
        return
    st.rerun()


def notices() -> None:
    """Say what makes this view differ from the whole truth of now."""
    moment = data.as_of()
    if moment is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(f"As of {format.utc(moment)}", icon=":material/history:", color="orange")
            st.caption("This is what the tables held then; nothing that was logged later is shown.")
            st.button("Back to now", key="frame.now", type="tertiary", on_click=state.AS_OF.reset)
    for sentence in data.lake().pending:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge("Not complete", icon=":material/hourglass_top:", color="orange")
            st.text(sentence)


def footer() -> None:
    """Say which store is open and at which snapshot."""
    moment = data.as_of()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="frame.footer"):
        name = "Sample data (a private copy)" if stores.is_sample() else stores.store()
        st.badge(format.markdown(name), icon=":material/database:", color="gray")
        st.caption(
            f"as of {format.utc(moment)}" if moment else "as it is now, running processes included", width="content"
        )
        look_back.show()


def watch(*, running: bool) -> None:
    """Rerun the page when the store has news; looks more often while something runs."""
    if data.as_of() is None:
        st.fragment(_look, run_every=_WATCH_RUNNING_S if running else _WATCH_IDLE_S)()


def _look() -> None:
    with guard():
        if data.has_news():
            st.rerun()
