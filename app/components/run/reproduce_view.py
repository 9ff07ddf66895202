"""How to make a run again: the steps, ready to copy or as a script, and an honest list of what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from components import format, table
from reads import explained
from runlake.formats import in_order
from runlake.query import reproduce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlake.query import RunDetail
    from runlake.query.recipe import Recipe

_MOST_SAID = 200


def show(detail: RunDetail) -> None:
    """Draw the steps beside what is missing."""
    recipe = explained.recipe(detail.run_id)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        _code(recipe)
        _environment(recipe)
        _data(recipe)
        _command(recipe)
    with right:
        _script(recipe)
        _said("Missing", recipe.missing, nothing="Nothing that Runlake looks for is missing.")
        _said("Not certain", recipe.uncertain, nothing="")


def _script(recipe: Recipe) -> None:
    _download("reproduce.sh", reproduce.script(recipe), kind="primary")
    _shell("sh reproduce.sh [--code-only] [FOLDER]\n")
    st.caption(
        "All steps as one script, with the patch and the captured files in it. "
        "It runs what the store says, so read it before you start it."
    )


def _code(recipe: Recipe) -> None:
    st.markdown("**Code**")
    if commands := reproduce.checkout(recipe):
        _shell(commands)
    else:
        st.caption("The commit was not recorded.")
    if recipe.patch is not None:
        exact = "" if recipe.patch_exact else " It is not byte-exact, so what it makes differs from what ran."
        st.caption(f"What had changed since the commit, {format.size(len(recipe.patch))}.{exact}")
        _shell("git apply ../git.patch\n")
        _download("git.patch", recipe.patch)
    if recipe.untracked:
        st.caption("Files that git did not know; the script restores them.")
        shown = pl.DataFrame(
            {
                "path": [file.path for file in recipe.untracked],
                "size": [format.size(len(file.content)) for file in recipe.untracked],
            }
        )
        labels = {"path": "File", "size": "Size"}
        table.show(shown, labels=labels, right=["size"], most_px=220, alt="Untracked files that were captured")
    if recipe.cells is not None:
        st.caption("The cells of the notebook, in the order in which they were run.")
        _download("notebook.py", recipe.cells)


def _environment(recipe: Recipe) -> None:
    st.markdown("**Environment**")
    version = f"Python {recipe.python}" if recipe.python else "Python, of a version that was not recorded"
    packages = "1 package" if len(recipe.requirements) == 1 else f"{len(recipe.requirements):,} packages"
    st.caption(f"{version}, and {packages} with exact versions.")
    _shell(reproduce.environment(recipe))
    if recipe.requirements or recipe.unpinned:
        _download("requirements.txt", reproduce.requirements(recipe).encode())
    if recipe.variables:
        st.caption("Variables that change what is computed")
        _shell(reproduce.exports(recipe))
    if recipe.seeds:
        st.caption("Seeds that the program sets itself")
        seeds = "\n".join(f"{name} = {value}" for name, value in recipe.seeds.items())
        st.code(in_order(seeds), language=None, wrap_lines=True)


def _data(recipe: Recipe) -> None:
    st.markdown("**Data**")
    if not recipe.data:
        st.caption("No data set was recorded.")
        return
    shown = pl.DataFrame(
        {
            "name": [one.name for one in recipe.data],
            "role": [one.role for one in recipe.data],
            "version": [one.version for one in recipe.data],
            "path": [one.path for one in recipe.data],
        },
        schema=dict.fromkeys(("name", "role", "version", "path"), pl.String),
    )
    labels = {"name": "Data set", "role": "Role", "version": "Version or digest", "path": "Was at"}
    widths = {"name": 130, "role": 90, "version": 200, "path": 200}
    table.show(shown, labels=labels, widths=widths, most_px=220, alt="Data sets of the run")


def _command(recipe: Recipe) -> None:
    st.markdown("**Command**")
    if recipe.started is None:
        st.caption("It cannot be repeated as it was; the list beside says why.")
        return
    _shell(reproduce.command(recipe.started))


def _said(title: str, sentences: Sequence[str], *, nothing: str) -> None:
    if not sentences and not nothing:
        return
    st.markdown(f"**{title}**")
    if not sentences:
        st.caption(nothing)
        return
    with st.container(gap="xxsmall"):
        for sentence in sentences[:_MOST_SAID]:
            st.text(f"– {in_order(' '.join(sentence.split()))}")
    if len(sentences) > _MOST_SAID:
        st.caption(f"{len(sentences) - _MOST_SAID:,} more stand in the script.")


def _shell(commands: str) -> None:
    st.code(in_order(commands), language=None, wrap_lines=True)


def _download(name: str, content: bytes, *, kind: str = "secondary") -> None:
    st.download_button(
        name,
        data=content,
        file_name=name,
        mime="application/octet-stream",
        on_click="ignore",
        icon=":material/download:",
        type="primary" if kind == "primary" else "secondary",
        key=f"run.reproduce.{name}",
    )
