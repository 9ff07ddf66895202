"""Classes put into groups by the reader: by what stands before a slash in their names, or one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import streamlit as st

from components import format
from components.apart import apart
from components.charts import curve_controls
from runlake.analysis.classification import by_prefix
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from state import Judging

_WORDS = {"": "Each class by itself", "prefix": "Groups by prefix", "own": "Groups of my own"}


def choose(knobs: Judging, classes: Sequence[str]) -> tuple[str, ...]:
    """Draw how classes are grouped, and return the group of each; () for none."""
    by_name = by_prefix(classes)
    usable = 1 < len(set(by_name)) < len(classes)
    names = [name for name in _WORDS if name != "prefix" or usable]
    curve_controls.ready(knobs.grouping)
    if knobs.grouping.get() not in names:
        knobs.grouping.reset()
    st.selectbox(
        "Groups of classes",
        names,
        key=knobs.grouping.key,
        format_func=_WORDS.__getitem__,
        persist_state="session",
        label_visibility="collapsed",
        on_change=_forget_classes,
        args=(knobs,),
        width=190,
    )
    if knobs.grouping.get() == "prefix":
        return by_name
    if knobs.grouping.get() != "own":
        return ()
    _edit(knobs, classes)
    own = chosen(knobs, classes)
    return tuple(own.get(name, name) for name in classes) if own else ()


def chosen(knobs: Judging, classes: Sequence[str]) -> dict[str, str]:
    """Return the groups of the reader's own: class to group; classes that are not here are left out."""
    known = set(classes)
    found: dict[str, str] = {}
    for item in knobs.groups.get():
        group, *members = map(unquote, item.split("|"))
        found |= {name: group for name in members if name in known and group}
    return found


def _edit(knobs: Judging, classes: Sequence[str]) -> None:
    own = chosen(knobs, classes)
    names = list(dict.fromkeys(own.values()))
    with st.popover(f"Groups ({len(names)})", icon=":material/category:", key=knobs.key("groups")):
        free = [name for name in classes if name not in own]
        member, named = knobs.key("members"), knobs.key("group_name")
        st.multiselect("Classes", free, key=member, format_func=apart(free, in_order), placeholder="Choose classes")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input("Name of the group", key=named, max_chars=80, placeholder="such as animals")
            st.button(
                "Put them together",
                key=knobs.key("add_group"),
                icon=":material/add:",
                on_click=_add,
                args=(knobs, tuple(classes), member, named),
            )
        for place, group in enumerate(names):
            inside = [name for name in classes if own.get(name) == group]
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**{format.markdown(group)}**: {format.markdown(', '.join(inside[:12]))}", width="stretch")
                st.button(
                    "Take apart",
                    key=knobs.key(f"drop_group.{place}"),
                    type="tertiary",
                    on_click=_drop,
                    args=(knobs, tuple(classes), group),
                )
        st.caption("Classes that are in no group stay by themselves. A group gets the sum of its probabilities.")


def _add(knobs: Judging, classes: tuple[str, ...], member: str, named: str) -> None:
    name = str(st.session_state[named]).strip()
    if name and st.session_state[member]:
        _keep(knobs, chosen(knobs, classes) | dict.fromkeys(st.session_state[member], name))
        st.session_state[member], st.session_state[named] = [], ""


def _drop(knobs: Judging, classes: tuple[str, ...], group: str) -> None:
    _keep(knobs, {name: of for name, of in chosen(knobs, classes).items() if of != group})


def _keep(knobs: Judging, groups: dict[str, str]) -> None:
    inside: dict[str, list[str]] = {}
    for name, group in groups.items():
        inside.setdefault(group, []).append(name)
    knobs.groups.set(tuple("|".join(map(_escaped, (group, *names))) for group, names in inside.items()))
    _forget_classes(knobs)


def _escaped(name: str) -> str:
    """Write a name so that `|` stands between names alone."""
    return quote(name, safe=" /:;=@!$&'()*+?[]{}<>^~#\"\\`,")


def _forget_classes(knobs: Judging) -> None:
    """What was chosen by the name of a class means nothing among groups."""
    knobs.of_class.reset()
    knobs.cell.reset()
    knobs.threshold.reset()
    knobs.micro.reset()
