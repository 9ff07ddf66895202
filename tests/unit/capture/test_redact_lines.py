from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.capture.redact_lines import LineRedactor
from unit.capture.corpus import HARMLESS, PEM_LINES, SECRETS, Secret, pem

TOKEN = "ghp_" + "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zBc7e"


def _through(*pieces: str) -> list[str]:
    redactor = LineRedactor()
    return [line for piece in pieces for line in redactor.feed(piece)] + redactor.flush()


class TestASecretInAStream:
    @pytest.mark.parametrize("secret", SECRETS, ids=lambda s: s.name)
    def test_is_gone_however_the_stream_is_cut(self, secret: Secret) -> None:
        text = f"before\n{secret.text}\nafter\n"
        for size in (1, 7, len(text)):
            lines = _through(*(text[i : i + size] for i in range(0, len(text), size)))

            assert secret.raw not in "\n".join(lines)
            assert lines[0] == "before"
            assert lines[-1] == "after"

    @given(st.lists(st.integers(0, 60), max_size=6))
    def test_is_gone_wherever_writes_end(self, cuts: list[int]) -> None:
        text = f"key {TOKEN} used\n"
        edges = sorted({0, len(text), *cuts})

        lines = _through(*(text[a:b] for a, b in pairwise(edges)))

        assert lines == ["key [redacted:github_token] used"]


class TestHarmlessLines:
    @pytest.mark.parametrize("text", HARMLESS)
    def test_pass_unchanged(self, text: str) -> None:
        assert _through(f"{text}\n") == [text]


class TestAPrivateKey:
    def test_goes_as_a_whole(self) -> None:
        assert _through(f"begin\nkey: {pem()}\nend\n") == ["begin", "key: [redacted:private_key]", "end"]

    def test_goes_where_other_threads_print_in_between(self) -> None:
        first, *body = pem().split("\n")
        mixed = [first, *(line for part in body for line in ("epoch 3 done", part))]

        lines = _through("\n".join(mixed) + "\nlast\n")

        assert not any(part in line for part in PEM_LINES for line in lines)
        assert lines.count("epoch 3 done") == 5
        assert lines[-1] == "last"

    def test_goes_where_each_line_has_a_prefix(self) -> None:
        lines = _through("".join(f"INFO root: {line}\n" for line in pem().split("\n")))

        assert not any(part in line for part in PEM_LINES for line in lines)

    def test_that_is_only_spoken_of_swallows_nothing(self) -> None:
        lines = _through("a file begins with -----BEGIN PRIVATE KEY-----\nand goes on\nDone\n")

        assert lines[1:] == ["and goes on", "Done"]


class TestATokenWrappedOverLines:
    @pytest.mark.parametrize("at", [6, 12, 30])
    def test_goes_from_both(self, at: int) -> None:
        lines = _through(f"token is {TOKEN[:at]}\n{TOKEN[at:]}\nafter\n")

        assert lines == ["token is [redacted:github_token]", "[redacted:github_token]", "after"]

    def test_goes_from_all_of_three(self) -> None:
        jwt = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0" * 4 + "." + "Ab3dEf6hIj9kLm2nOp5q" * 4

        lines = _through(f"x {jwt[:60]}\n{jwt[60:130]}\n{jwt[130:]}\nafter\n")

        assert lines == ["x [redacted:jwt]", "[redacted:jwt]", "[redacted:jwt]", "after"]

    def test_leaves_the_word_that_follows_a_whole_one(self) -> None:
        assert _through(f"{TOKEN}\nDone\n") == ["[redacted:github_token]", "Done"]

    def test_is_not_waited_for_for_ever(self) -> None:
        redactor = LineRedactor()

        assert redactor.feed("see hf_hub\n") == []
        assert redactor.flush() == ["see hf_hub"]


class TestAValueInTheNextLine:
    def test_goes(self) -> None:
        assert _through("password:\n  hunter2\nepoch 1 loss 0.3\n") == [
            "password:", "  [redacted:named_secret]", "epoch 1 loss 0.3",
        ]  # fmt: skip

    def test_stays_where_it_is_a_sentence(self) -> None:
        assert _through("Password:\nepoch 1 loss 0.3\n") == ["Password:", "epoch 1 loss 0.3"]


class TestAnEndlessLine:
    def test_is_cut_without_half_a_secret(self) -> None:
        for offset in range(0, 40, 7):
            redactor = LineRedactor(max_line=100)
            text = "x" * (60 + offset) + " " + TOKEN + " " + "y" * 5000

            (line,) = redactor.feed(text + "\n")

            assert "ghp_" not in line
            assert line.endswith("[cut: more than 100 characters]")

    def test_takes_no_memory_in_proportion(self) -> None:
        redactor = LineRedactor(max_line=100)
        for _ in range(1000):
            redactor.feed("z" * 1000)

        assert len(redactor.flush()[0]) < 200
