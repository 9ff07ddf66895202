"""Work that may take longer than a reader should wait without a word: it goes on in a thread, and can be stopped.

What is done within a moment is returned at once, so that nothing flickers. Where it takes longer the page goes on
without the result and shows how far the work is; once it is done the page is drawn again. Results are kept, so that
the same is worked out once for all sessions.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from components import format

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    Told = Callable[[float], None]

T = TypeVar("T")

WAIT_S = 0.9
POLL_S = 0.6
MOST_KEPT = 256
_WORKERS = 2


class Stopped(Exception):
    """The reader wants no more of this."""


@dataclass(slots=True)
class Job:
    """One piece of work; `share` is how much of it is done."""

    future: Future[Any]
    stop: threading.Event = field(default_factory=threading.Event)
    share: float = 0.0

    def told(self, share: float) -> None:
        """Note how far the work is.

        Raises:
            Stopped: it shall end here.
        """
        self.share = min(max(share, 0.0), 1.0)
        if self.stop.is_set():
            raise Stopped


class Desk:
    """All pieces of work that were asked for, the oldest results of which are forgotten."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="runlake-working")
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._lock = threading.Lock()

    def job(self, key: Hashable, task: Callable[[Told], object]) -> Job:
        """Return the work of this key, started where nobody has asked for it before."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                job = Job(Future())
                job.future = self._pool.submit(task, job.told)
                self._jobs[key] = job
            self._jobs.move_to_end(key)
            for old in [name for name, kept in self._jobs.items() if kept.future.done()][: -MOST_KEPT or None]:
                del self._jobs[old]
            return job

    def forget(self, key: Hashable) -> None:
        """Begin anew when it is asked for next."""
        with self._lock:
            self._jobs.pop(key, None)


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """Return the desk of this server."""
    return Desk()


def work(key: Hashable, what: str, task: Callable[[Told], T]) -> T | None:
    """Return the result of a task, or None and, in its place on the page, how far it is and a way to stop it.

    Args:
        key: what the result follows from: equal keys share it.
        what: in words of ours, for the reader.
        task: calls what it is given with the share that is done, and asks nothing of Streamlit.
    """
    job = desk().job(key, task)
    try:
        found: T = job.future.result(timeout=WAIT_S)
        return found
    except NotYet:
        _watch(key, what, job)
    except Stopped:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"Stopped: {what}.", width="content")
            st.button("Go on", key=_name(key, "again"), on_click=desk().forget, args=(key,), type="tertiary")
    return None


@st.fragment(run_every=POLL_S)
def _watch(key: Hashable, what: str, job: Job) -> None:
    if job.future.done():
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(job.share, text=f"{what[:1].upper()}{what[1:]}: {job.share:.0%}", width=360)
        st.button("Stop", key=_name(key, "stop"), icon=":material/stop_circle:", on_click=job.stop.set)


def _name(key: Hashable, what: str) -> str:
    return f"working.{what}.{format.handle(repr(hash(key)))}"
