"""The code of the compared runs: what it was of each, and the difference of what was captured of two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import choose, format, table
from components.compare import beside, line_diff
from reads import data
from runlake.analysis.lines import Difference, difference
from runlake.analysis.patches import FilePatch, between, read_patch, shown
from runlake.errors import NotFound, StoreError
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.compare.slots import Slot

MOST = 8  # runs beside each other
_FACTS = {
    "git_commit": "Commit",
    "git_branch": "Branch",
    "git_dirty": "Changed since the commit",
    "git_remote": "Remote",
    "source_type": "Started from",
    "entry_point": "Entry point",
    "command": "Command",
}
_PATCH, _PREFIX = "runlake/git.patch", "runlake/"
_ORDER = _DIFFERS, _MINE, _THEIRS, _SAME = (
    "differs",
    "only in the reference",
    "only in the other run",
    "the same in both",
)
_FACTS_FILES = ("runlake/git.json",)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Tree:
    """What was captured of the code of one run.

    Attributes:
        commit: None where it is not known.
        dirty: whether it had changed since; None where it is not known.
        patched: files that a patch changes, by their path.
        whole: the text of files that git did not know, and of what was run in a notebook, by their path.
        problems: sentences about what cannot be shown.
    """

    commit: str | None
    dirty: bool | None
    remote: str | None
    patched: Mapping[str, FilePatch]
    whole: Mapping[str, str]
    problems: tuple[str, ...]


def show(runs: tuple[Slot, ...]) -> None:
    """Draw the facts of all, and the difference between the reference and another."""
    shown_runs = beside.show(runs, most=MOST, key="compare.code.beside")
    _facts(shown_runs)
    others = {run.run_id: run for run in runs[1:]}
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{format.markdown(runs[0].label)}** and", width="content")
        other = choose.one(
            state.COMPARE_OTHER,
            list(others),
            label="The other run",
            usual=_first_that_differs(runs),
            shown=lambda run_id: in_order(others[run_id].label),
        )
        unified = line_diff.layout()
    _pair(runs[0], others[other], unified=unified)


def _facts(runs: tuple[Slot, ...]) -> None:
    cells = data.differences(tuple(run.run_id for run in runs)).table("attributes")
    facts = cells.filter(pl.col("field").is_in(list(_FACTS)))
    order = pl.col("field").replace_strict({name: at for at, name in enumerate(_FACTS)}, return_dtype=pl.Int64)
    facts = facts.sort(order).with_columns(pl.col("field").replace(_FACTS))
    if facts.is_empty():
        st.caption("Nothing is recorded of the code of these runs.")
        return
    labels = {"field": "Code"} | {run.run_id: run.label for run in runs}
    widths = {"field": 180} | {run.run_id: max(200, 1100 // len(runs)) for run in runs}
    table.show(facts, labels=labels, widths=widths, missing="not recorded", alt="State of the code of each run")


def _first_that_differs(runs: tuple[Slot, ...]) -> str:
    """Return the first run whose captured files are others than the reference's, else the second run."""
    kept = _captured(data.artifacts(tuple(run.run_id for run in runs)))
    prints = {
        run_id: sorted(zip(rows["path"], rows["sha256"].fill_null(""), strict=True))
        for (run_id,), rows in kept.group_by("run_id")
    }
    mine = prints.get(runs[0].run_id, [])
    return next((run.run_id for run in runs[1:] if prints.get(run.run_id, []) != mine), runs[1].run_id)


def _captured(artifacts: pl.DataFrame) -> pl.DataFrame:
    is_code = (pl.col("kind") == "code") & pl.col("path").str.starts_with(_PREFIX) & pl.col("latest")
    return artifacts.filter(is_code & ~pl.col("path").is_in(_FACTS_FILES))


def _pair(left: Slot, right: Slot, *, unified: bool) -> None:
    mine, theirs = tree(left.run_id), tree(right.run_id)
    for run, one in ((left, mine), (right, theirs)):
        for problem in one.problems:
            st.caption(format.markdown(f"{run.label}: {problem}"))
    _commits(mine, theirs)
    paths = {path: _state(path, mine, theirs) for path in _paths(mine, theirs)}
    if not paths:
        if mine.commit == theirs.commit and mine.commit is not None and not (mine.dirty or theirs.dirty):
            st.caption("Both ran the same commit, unchanged: the code is the same.")
        elif mine.dirty or theirs.dirty:
            st.caption("The code had changed since the commit, but the change was not recorded.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        path = choose.one(
            state.COMPARE_FILE,
            sorted(paths, key=lambda path: (_ORDER.index(paths[path]), path)),
            label="File",
            shown=lambda path: in_order(f"{path} · {paths[path]}"),
            width=520,
        )
        st.caption(
            f"{len(paths):,} {'file' if len(paths) == 1 else 'files'} changed or unknown to git", width="content"
        )
    found, note = _difference(path, mine, theirs)
    if note:
        st.caption(note)
    line_diff.show(
        found, left=left.label, right=right.label, unified=unified, key=f"compare.code.{format.handle(path)}",
        alt=f"Difference of {path}",
    )  # fmt: skip


def _commits(mine: Tree, theirs: Tree) -> None:
    """Say how the commits stand to each other, with the command that shows what is between them."""
    if mine.commit is None or theirs.commit is None or mine.commit == theirs.commit:
        return
    clean = mine.dirty is False and theirs.dirty is False
    st.markdown(
        "Both ran unchanged code, at different commits."
        if clean
        else "They ran at different commits; what was changed on top of each is below."
    )
    if mine.remote != theirs.remote:
        st.caption("Their remotes differ, so it may be that no repository has both commits.")
    if _COMMIT.fullmatch(mine.commit) and _COMMIT.fullmatch(theirs.commit):
        st.code(f"git diff {mine.commit}..{theirs.commit}", language=None)


def _paths(mine: Tree, theirs: Tree) -> list[str]:
    return sorted({*mine.patched, *theirs.patched, *mine.whole, *theirs.whole})


def _state(path: str, mine: Tree, theirs: Tree) -> str:
    both = [(one.patched.get(path), one.whole.get(path)) for one in (mine, theirs)]
    if both[0] == both[1]:
        return _SAME
    if both[0] == (None, None):
        return _THEIRS
    return _MINE if both[1] == (None, None) else _DIFFERS


def _difference(path: str, mine: Tree, theirs: Tree) -> tuple[Difference, str]:
    """Compare one file, and say in fixed words of ours what is compared."""
    if path in mine.whole or path in theirs.whole:
        texts = [_lines(one.whole.get(path, "")) for one in (mine, theirs)]
        return difference(*texts), "A file that git does not know, as it was captured."
    a, b = mine.patched.get(path), theirs.patched.get(path)
    notes = sorted({one.note for one in (a, b) if one and one.note})
    said = f" In a patch: {', '.join(notes)}." if notes else ""
    if mine.commit == theirs.commit:
        return between(a, b), f"Both trees are of the same commit; lines that neither changed are folded.{said}"
    if a is None or b is None:
        one = b if a is None else a
        assert one is not None
        whose = "the other run" if a is None else "the reference"
        return shown(one), f"The commits differ, so this is what {whose} changed since its own commit.{said}"
    return (
        difference(_written(a), _written(b)),
        f"The commits differ, so these are the two patches as texts, not the files.{said}",
    )


def _written(one: FilePatch) -> list[str]:
    return [line for hunk in one.hunks for line in (f"@@ line {hunk.old_at} @@", *(s + t for s, t in hunk.lines))]


def _lines(text: str) -> list[str]:
    return text.split("\n")[: -1 if text.endswith("\n") else None] if text else []


def tree(run_id: str) -> Tree:
    """Read what was captured of the code of a run; what cannot be read is said."""
    detail = data.run(run_id)
    patched: dict[str, FilePatch] = {}
    whole: dict[str, str] = {}
    problems: list[str] = []
    for row in _captured(detail.artifacts).iter_rows(named=True):
        text, problem = _text(run_id, row)
        if problem:
            problems.append(problem)
        elif row["path"] == _PATCH:
            patched = read_patch(text)
        else:
            whole[row["path"].removeprefix(_PREFIX).removeprefix("untracked/")] = text
    header: Mapping[str, Any] = detail.header
    return Tree(header["git_commit"], header["git_dirty"], header["git_remote"], patched, whole, tuple(problems))


def _text(run_id: str, row: Mapping[str, Any]) -> tuple[str, str]:
    name = row["path"].removeprefix(_PREFIX)
    if (row["size_bytes"] or 0) > _MOST_BYTES:
        return "", f"{name} is too large to be compared here ({format.size(row['size_bytes'])})."
    try:
        content = data.media_bytes(run_id, row["path"], row["version"])
    except (NotFound, StoreError) as error:
        return "", f"{name} cannot be read: {error}"
    if b"\0" in content:
        return "", f"{name} is no text."
    return content.decode("utf-8", "replace"), ""
