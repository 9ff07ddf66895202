from __future__ import annotations

import pytest

from runlake.formats import in_order, plain


class TestANameThatWouldReorderWhatIsRead:
    @pytest.mark.parametrize("mark", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    def test_shows_its_marks(self, mark: str) -> None:
        assert in_order(f"cod{mark}exe.txt") == plain(f"cod{mark}exe.txt") == f"cod\\u{ord(mark):04x}exe.txt"

    def test_keeps_every_other_character(self) -> None:
        text = "שלום\nعربى Ω漢字 👩\u200d🔬 \x00\t"

        assert in_order(text) == text
