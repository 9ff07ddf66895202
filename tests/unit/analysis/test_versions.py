from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version

from runlake.analysis.versions import Step, order, step

KNOWN = [
    "0", "0.0", "1", "1.0", "1.0.0", "1.10", "1.9", "1.0a1", "1.0.alpha1", "1.0-beta.2", "1.0b2.dev3", "1.0rc1", "1.0c1",
    "1.0.pre1", "1.0.dev1", "1.0.dev", "1.0.post1", "1.0-1", "1.0.r3", "1.0.post1.dev2", "1!0.1", "v2.0", "2.0+cu118",
    "2.0+cpu", "2.0+1", "2.0+1.10", "2.0+1.9", "2.0", "2026.1.12", "1.0a", "1.0.post",
]  # fmt: skip
NONE = ["", "abc", "1.0-", "1..0", "1.0+", "2.0 @ git+https://x", "٣.1", "1.0.0.x", "9" * 40]


class TestTheOrderOfVersions:
    @pytest.mark.parametrize(("one", "other"), list(itertools.combinations(KNOWN, 2)))
    def test_is_that_of_the_reference_implementation(self, one: str, other: str) -> None:
        a, b = order(one), order(other)

        assert a is not None
        assert b is not None
        assert ((a > b) - (a < b)) == ((Version(one) > Version(other)) - (Version(one) < Version(other)))

    @pytest.mark.parametrize("text", NONE)
    def test_knows_what_is_no_version(self, text: str) -> None:
        assert order(text) is None

    @given(st.text(alphabet="0123456789.abcdeprsotv-_+! ", max_size=12))
    def test_reads_what_the_reference_implementation_reads(self, text: str) -> None:
        try:
            Version(text)
        except InvalidVersion:
            assert order(text) is None
        else:
            assert order(text) is not None


class TestAStep:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("1.0", "1.0", Step.SAME),
            (None, None, Step.SAME),
            (None, "1.0", Step.ADDED),
            ("1.0", None, Step.REMOVED),
            ("1.9", "1.10", Step.UPGRADED),
            ("0.9.0", "0.9.0rc1", Step.DOWNGRADED),
            ("1.0", "1.0.0", Step.CHANGED),
            ("1.0", "from here", Step.CHANGED),
        ],
    )
    def test_has_a_name(self, old: str | None, new: str | None, expected: Step) -> None:
        assert step(old, new) is expected
