"""Patches of two work trees, compared without the files that they change, against the files themselves."""

from __future__ import annotations

import difflib

from hypothesis import given, settings
from hypothesis import strategies as st

from runlake.analysis.lines import Difference, Mark, difference
from runlake.analysis.patches import between, read_patch, shown

# Few different lines, so that they repeat; some look like what a patch is made of.
LINES = st.lists(
    st.sampled_from(["a", "b", "", "c c", "-- x", "++ y", "@@ -1 +1 @@", "diff --git a/f b/f"]), max_size=40
)


@st.composite
def edited(draw: st.DrawFn, base: list[str]) -> list[str]:
    found = list(base)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(found)))
        found[at : at + draw(st.integers(0, 3))] = draw(st.lists(st.sampled_from(["new", "a", ""]), max_size=3))
    return found


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[str], list[str], list[str]]:
    base = draw(LINES)
    return base, draw(edited(base)), draw(edited(base))


def patch(base: list[str], changed: list[str]) -> str:
    lines = difflib.unified_diff(base, changed, "a/f", "b/f", lineterm="", n=3)
    body = "\n".join(lines)
    return f"diff --git a/f b/f\n{body}\n" if body else ""


def sides(found: Difference) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The lines that are shown of both sides, with their numbers."""
    left = [(row.left_at, row.left) for row in found.rows if row.left_at is not None and row.left is not None]
    right = [(row.right_at, row.right) for row in found.rows if row.right_at is not None and row.right is not None]
    return left, right


class TestThePatchesOfTwoTreesOnOneCommit:
    @given(trees())
    @settings(deadline=None)
    def test_show_lines_of_the_files_under_their_numbers(self, made: tuple[list[str], list[str], list[str]]) -> None:
        base, one, other = made
        found = between(*(read_patch(patch(base, changed)).get("f") for changed in (one, other)))

        left, right = sides(found)
        assert all(one[at - 1] == text for at, text in left)
        assert all(other[at - 1] == text for at, text in right)

    @given(trees())
    @settings(deadline=None)
    def test_leave_out_nothing_that_differs(self, made: tuple[list[str], list[str], list[str]]) -> None:
        base, one, other = made
        found = between(*(read_patch(patch(base, changed)).get("f") for changed in (one, other)))

        # What is folded is equal on both sides, so putting the shown stretches together gives the other file.
        rebuilt: list[str] = []
        at = 0
        for row in found.rows:
            if row.mark is Mark.FOLDED:
                rebuilt += one[at : at + row.folded]
                at += row.folded
                continue
            at += row.left is not None
            rebuilt += [] if row.right is None else [row.right]
        assert [*rebuilt, *one[at:]] == other
        assert found.is_same == (one == other)

    @given(trees())
    @settings(deadline=None)
    def test_of_one_tree_show_what_it_changed(self, made: tuple[list[str], list[str], list[str]]) -> None:
        base, one, _ = made
        patched = read_patch(patch(base, one)).get("f")

        if patched is None:
            assert base == one
            return
        left, right = sides(shown(patched))
        assert all(base[at - 1] == text for at, text in left)
        assert all(one[at - 1] == text for at, text in right)


class TestADifference:
    @given(LINES, LINES, st.sampled_from([None, 0, 3]))
    @settings(deadline=None)
    def test_holds_both_texts(self, left: list[str], right: list[str], context: int | None) -> None:
        found = difference(left, right, context=context)

        at = [0, 0]
        for row in found.rows:
            if row.mark is Mark.FOLDED:
                assert left[at[0] : at[0] + row.folded] == right[at[1] : at[1] + row.folded]
                at = [at[0] + row.folded, at[1] + row.folded]
                continue
            for place, (text, number, full) in enumerate(
                ((row.left, row.left_at, left), (row.right, row.right_at, right))
            ):
                if text is not None:
                    assert (number, text) == (at[place] + 1, full[at[place]])
                    at[place] += 1
            assert (row.mark is Mark.SAME) <= (row.left == row.right)
        assert at == [len(left), len(right)]
