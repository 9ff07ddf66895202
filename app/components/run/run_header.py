"""The head of the Run page: which run this is, how it stands, whose it is, and where it belongs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

import state
from components import facts, format, links, status
from components.runs import bulk
from runlake.formats import in_order
from runlake.ids import short_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlake.query import RunDetail


def show(detail: RunDetail) -> None:
    """Draw the head."""
    _title(detail)
    _facts(detail)
    error = detail.header["error"]
    if isinstance(error, str):
        st.code(in_order(error), language=None, wrap_lines=True)
    for problem in detail.problems:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Finding", icon=":material/warning:", color="orange")
            st.text(in_order(problem))


def _title(detail: RunDetail) -> None:
    header = detail.header
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(format.markdown(str(header["name"] or "(unnamed)")), anchor=False, width="content")
        status.badge(str(header["status"]))
        if detail.silent_s is not None:
            st.badge(f"live · {sign_of_life(detail.silent_s)}", icon=":material/sensors:", color="blue")
        if header["deleted"]:
            st.badge("deleted", icon=":material/delete:", color="red")
            bulk.restore(detail.run_id)
        _place(detail)
        st.space("stretch")
        # Not a code block, which would load a megabyte of grammars for eight characters.
        st.markdown(f"`{detail.short_id}`", width="content", help=f"The end of the run's id, {detail.run_id}.")
        chosen = detail.run_id in state.basket()
        st.button(
            "In the comparison" if chosen else "Add to comparison",
            key="run.basket",
            icon=":material/check:" if chosen else ":material/add:",
            on_click=toggle,
            args=(detail.run_id,),
            help="Take the run out of the comparison again." if chosen else None,
        )
        if state.basket():
            st.page_link(
                "app_pages/compare.py", label=f"Compare {len(state.basket()):,}", icon=":material/compare_arrows:"
            )


def toggle(run_id: str) -> None:
    """Callback: put the run into the basket, or take it out."""
    basket = state.basket()
    state.set_basket([one for one in basket if one != run_id] if run_id in basket else [*basket, run_id])
    if run_id not in basket and len(basket) >= state.BASKET_SIZE:
        st.toast(f"At most {state.BASKET_SIZE:,} runs can be compared.", icon=":material/info:")


def _facts(detail: RunDetail) -> None:
    header = detail.header
    ended = "still running" if header["status"] == "running" else None
    named = {
        "User (claimed)": who(detail),
        "Started": format.local(moment(header["started_at"])) if header["started_at"] else None,
        "Ended": format.local(moment(header["ended_at"])) if header["ended_at"] else ended,
        "Duration": duration(header),
        "Commit": commit(header),
        "Host": header["host"],
    }
    for column, (name, value) in zip(st.columns(len(named), gap="small"), named.items(), strict=True):
        with column:
            facts.one(name, value)


def _place(detail: RunDetail) -> None:
    """Lead to the experiment and to the run that this one is nested in."""
    path, parent_id = detail.header["experiment"], detail.header["parent_run_id"]
    if isinstance(path, str):
        label = format.markdown(path)
        st.page_link(links.runs(), label=label, icon=":material/folder:", query_params={"experiment": path})
    if isinstance(parent_id, str) and detail.parent.is_empty():
        st.caption(f"nested in {format.markdown(short_id(parent_id))}, which is not in this store", width="content")
    elif isinstance(parent_id, str):
        name = format.markdown(detail.parent["name"][0] or "(unnamed)")
        # A link to the page that is open would look chosen, not like the way elsewhere that it is.
        if st.button(f"nested in {name}", key="run.parent", icon=":material/account_tree:", type="tertiary"):
            st.switch_page("app_pages/run.py", query_params={"id": parent_id})


def commit(header: Mapping[str, object]) -> str | None:
    """Name the commit, its branch, and whether the code had changed since."""
    if header["git_commit"] is None:
        return None
    branch = f" ({header['git_branch']})" if header["git_branch"] else ""
    return f"{str(header['git_commit'])[:8]}{branch}{', changed' if header['git_dirty'] else ''}"


def who(detail: RunDetail) -> str | None:
    """Say who started the run, and where that name comes from."""
    user, source = detail.header["user"], detail.identity.get("user_source")
    if user is None:
        return None
    return f"{user} ({source})" if source else str(user)


def duration(header: Mapping[str, object]) -> str | None:
    """Say how long the run took, or for how long it has been running."""
    if isinstance(header["duration_s"], float):
        return format.duration(header["duration_s"])
    started = moment(header["started_at"])
    if started is None or header["status"] != "running":
        return None
    return f"{format.duration((datetime.now(UTC) - started).total_seconds())} so far"


def sign_of_life(silent_s: float) -> str:
    """Say how long ago a running run was last heard of.

    >>> sign_of_life(1.2), sign_of_life(75.0)
    ('heard of just now', 'silent for 1 min 15 s')
    """
    return "heard of just now" if silent_s < 10 else f"silent for {format.duration(silent_s)}"


def moment(value: object) -> datetime | None:
    """Return a header's value as the time that it is."""
    return value if isinstance(value, datetime) else None
