from __future__ import annotations

from runlake.cli.argv import REMOVE, removals, times_ago


class TestATimeAgo:
    def test_is_joined_to_its_option(self) -> None:
        words = ["log", "--since", "-7d", "--until", "-30.5m", "--as-of", "-2h"]

        assert times_ago(words) == ["log", "--since=-7d", "--until=-30.5m", "--as-of=-2h"]

    def test_stays_alone_anywhere_else(self) -> None:
        assert times_ago(["--where", "-7d", "-7d", "--since", "2026-01-31"]) == [
            "--where",
            "-7d",
            "-7d",
            "--since",
            "2026-01-31",
        ]


class TestARemoval:
    def test_is_marked(self) -> None:
        assert removals(["tag", "run", "-stage", "a=-b"]) == ["tag", "run", f"{REMOVE}stage", "a=-b"]

    def test_is_no_option(self) -> None:
        words = ["tag", "--reason", "-x", "--store=s", "-h", "-o", "-file", "-", "--", "--key"]

        assert removals(words) == words
