from __future__ import annotations

import pytest

from runlake.actions.checks import TEXT_LIMIT, clean_reason, clean_text, one_of
from runlake.errors import InvalidType, InvalidValue


class TestAText:
    def test_passes_as_it_is(self) -> None:
        assert clean_text("größe\n数据", "notes") == "größe\n数据"

    @pytest.mark.parametrize("text", ["x" * (TEXT_LIMIT + 1), "half \ud800"])
    def test_that_cannot_be_kept_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidValue, match="notes"):
            clean_text(text, "notes")

    def test_of_another_type_is_refused(self) -> None:
        with pytest.raises(InvalidType, match="notes"):
            clean_text(7, "notes")

    def test_under_a_secret_key_is_taken_out(self) -> None:
        assert "hunter2" not in clean_text("hunter2hunter2", "tag", key="password")


class TestAReason:
    @pytest.mark.parametrize("reason", [None, "", "  \n"])
    def test_that_says_nothing_is_none(self, reason: str | None) -> None:
        assert clean_reason(reason) is None


class TestAWordOfASet:
    def test_is_known_or_nothing(self) -> None:
        assert (one_of("way", "up", ["up"]), one_of("way", "", ["up"]), one_of("way", None, ["up"])) == ("up", "", None)

    def test_that_is_not_known_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="one of up, down"):
            one_of("way", "left", ["up", "down"])
