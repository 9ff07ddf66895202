from __future__ import annotations

from runlake.capture.redact_text import (
    MAX_CHARS,
    UNSCANNABLE,
    clip,
    describe_error,
    fail_closed,
    find_spans,
    redact_code,
    redact_patch,
    redact_text,
)
from runlake.capture.secret_rules import Span
from unit.capture.corpus import PEM_LINES, pem


def _broken(text: str) -> str:
    raise RuntimeError(f"a rule fails on {text}")


class TestTheGuard:
    def test_leaves_the_text_out_where_a_rule_raises(self) -> None:
        assert fail_closed(_broken, "hunter2") == UNSCANNABLE

    def test_leaves_the_text_out_where_it_is_too_big(self) -> None:
        assert fail_closed(str, "hunter2", max_chars=6) == UNSCANNABLE
        assert redact_text("a" * (MAX_CHARS + 1)) == UNSCANNABLE

    def test_leaves_the_text_out_where_a_scan_takes_too_long(self) -> None:
        assert fail_closed(lambda t: str(find_spans(t, seconds=-1.0)), "password: hunter2") == UNSCANNABLE

    def test_says_that_an_unscannable_patch_changed(self) -> None:
        assert redact_patch("+" * (MAX_CHARS + 1)) == (UNSCANNABLE, True)

    def test_passes_on_what_the_scan_returns(self) -> None:
        assert fail_closed(str.upper, "hunter2") == "HUNTER2"


class TestReplacement:
    def test_names_the_rule(self) -> None:
        token = "ghp_" + "a1" * 18

        assert redact_text(f"use {token} now") == "use [redacted:github_token] now"

    def test_merges_what_overlaps(self) -> None:
        token = "ghp_" + "a1" * 18

        assert redact_text(f"https://x:{token}@host/?token={token}") == (
            "https://[redacted:url_credentials]@host/?token=[redacted:github_token]"
        )

    def test_keeps_all_other_characters(self) -> None:
        assert redact_text("Grüße ☃ password=hunter2; weiter") == "Grüße ☃ password=[redacted:named_secret]; weiter"

    def test_clips_spans_to_pieces(self) -> None:
        assert clip(["abc", "def"], [Span(2, 5, "x")], gap=1) == ["ab[redacted:x]", "[redacted:x]ef"]


class TestTheMessageOfAnException:
    TOKEN = "ghp_" + "x1" * 18

    def test_is_redacted_before_it_is_cut(self) -> None:
        told = describe_error(ValueError("x" * (2000 - 30) + " " + self.TOKEN))

        assert len(told) == 2000
        assert "ghp_" not in told

    def test_shows_values_with_escaped_line_ends(self) -> None:
        told = describe_error(KeyError('{\n  "password":\n    "hunter2"\n}'))

        assert "hunter2" not in told

    def test_that_cannot_be_shown_still_names_its_kind(self) -> None:
        class Silent(Exception):
            def __str__(self) -> str:
                raise RuntimeError

        assert describe_error(Silent()) == "Silent: (its message cannot be shown)"


class TestAKeyInAPatch:
    def test_goes_from_every_line_and_leaves_the_lines(self) -> None:
        patch = "@@ -0,0 +1,9 @@\n" + "".join(
            f"+{line}\n" for line in ["KEY = '''", *pem().split("\n"), "'''", "x = 1"]
        )

        clean, changed = redact_patch(patch)

        assert changed
        assert not any(line in clean for line in PEM_LINES)
        assert [line[:1] for line in clean.split("\n")] == [line[:1] for line in patch.split("\n")]
        assert clean.endswith("+'''\n+x = 1\n")

    def test_with_dos_line_ends_keeps_them(self) -> None:
        patch = "".join(f"+{line}\r\n" for line in pem().split("\n"))

        assert redact_patch(patch)[0] == "+[redacted:private_key]\r\n" + "+[redacted:private_key]\r\n" * 5


class TestCode:
    def test_keeps_expressions(self) -> None:
        source = (
            "token = tokenizer.decode(ids)\npassword: str\nf(api_key=api_key, token=self.token)\n"
            "secret = os.environ['X']\nclass Token:\n    '''A token.'''\ndef f(password: str | None = None): ...\n"
            "SESSION_TOKEN=DEFAULT_TOKEN\nRaises:\n    Secret: the file is one.\n"
        )

        assert redact_code(source) == (source, False)

    def test_loses_literals(self) -> None:
        assert redact_code("token = 'hunter2hunter2'\nf(password=\"pw\")\npassword: hunter2\n") == (
            "token = '[redacted:named_secret]'\nf(password=\"[redacted:named_secret]\")\npassword: [redacted:named_secret]\n",
            True,
        )
