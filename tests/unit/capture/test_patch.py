from __future__ import annotations

import pytest

from runlake.capture.patch import clean_patch
from runlake.capture.untracked import LeftOut


def _section(path: str, line: str = "x = 1", quoted: bool = False) -> bytes:
    names = f'"a/{path}" "b/{path}"' if quoted else f"a/{path} b/{path}"
    return f"diff --git {names}\nindex 1..2 100644\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n+{line}\n".encode()


class TestAPatch:
    def test_of_harmless_files_stays_as_it_is(self) -> None:
        patch = _section("a.py") + _section("b c.py")

        assert clean_patch(patch, cut=False) == (patch, True, [])

    @pytest.mark.parametrize(
        "section", [_section(".env"), _section("deep/x.pem"), _section("caf\\303\\251/.env", quoted=True)]
    )
    def test_loses_files_with_secret_names(self, section: bytes) -> None:
        kept, exact, left_out = clean_patch(_section("a.py") + section, cut=False)

        assert (kept, exact) == (_section("a.py"), True)
        assert [left.why for left in left_out] == ["its name says that it is a secret"]

    def test_that_was_cut_loses_its_last_file(self) -> None:
        kept, _, left_out = clean_patch(_section("a.py") + _section("b.py")[:-4], cut=True)

        assert kept == _section("a.py")
        assert left_out == [LeftOut("b.py", "the patch is too big"), LeftOut("further changes", "the patch is too big")]

    def test_is_not_split_at_content_that_looks_like_a_header(self) -> None:
        patch = _section("a.py", "diff --git a/.env b/.env")

        assert clean_patch(patch, cut=False) == (patch, True, [])

    def test_that_is_empty_is_none(self) -> None:
        assert clean_patch(b"", cut=False) == (None, True, [])
