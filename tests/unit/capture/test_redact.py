from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.capture.redact import (
    UNSCANNABLE,
    redact_args,
    redact_env,
    redact_patch,
    redact_text,
    redact_url,
    redact_value,
)
from unit.capture.corpus import FORMS, HARMLESS, NAMED, SECRETS, Secret

if TYPE_CHECKING:
    from collections.abc import Callable


def _name(case: object) -> str:
    return case.name if isinstance(case, Secret) else repr(case)[:40]


every_secret = pytest.mark.parametrize("secret", SECRETS, ids=_name)
every_harmless = pytest.mark.parametrize("text", HARMLESS, ids=_name)
NAMED_MARK = "[redacted:named_secret]"


@every_secret
class TestASecretOfTheCorpus:
    def test_is_gone_from_text(self, secret: Secret) -> None:
        clean = redact_text(secret.text)

        assert secret.raw not in clean
        assert "[redacted:" in clean

    def test_is_gone_from_the_middle_of_text(self, secret: Secret) -> None:
        clean = redact_text(f"epoch 3 loss=0.31\n{secret.text}\nepoch 4 loss=0.29")

        assert secret.raw not in clean
        assert clean.startswith("epoch 3 loss=0.31\n")

    def test_is_gone_from_a_value(self, secret: Secret) -> None:
        assert secret.raw not in str(redact_value("note", secret.text))

    def test_is_gone_from_a_nested_value(self, secret: Secret) -> None:
        assert secret.raw not in repr(redact_value("config", {"a": [{"b": secret.text}]}))

    def test_is_gone_from_a_mapping_key(self, secret: Secret) -> None:
        assert secret.raw not in repr(redact_value("config", {secret.text: 1}))

    def test_is_gone_from_json_in_a_string(self, secret: Secret) -> None:
        clean = redact_value("config", json.dumps({"a": [{"b": secret.text}]}))

        assert secret.raw not in str(clean)
        assert secret.raw not in str(json.loads(str(clean)))

    def test_is_gone_from_bytes(self, secret: Secret) -> None:
        assert secret.raw.encode() not in bytes(redact_value("blob", secret.text.encode()))  # type: ignore[call-overload]

    def test_is_gone_from_one_argument(self, secret: Secret) -> None:
        assert secret.raw not in "\0".join(redact_args(["train.py", secret.text]))

    def test_is_gone_from_a_patch(self, secret: Secret) -> None:
        lines = "".join(f"+{line}\n" for line in secret.text.split("\n"))
        patch = f"diff --git a/c.py b/c.py\n--- a/c.py\n+++ b/c.py\n@@ -1 +1,9 @@\n{lines} x = 1\n"

        clean, changed = redact_patch(patch)

        assert secret.raw not in clean
        assert changed
        assert clean.count("\n") == patch.count("\n")
        assert [line[:1] for line in clean.split("\n")] == [line[:1] for line in patch.split("\n")]

    def test_is_gone_from_an_address(self, secret: Secret) -> None:
        assert secret.raw not in redact_url(secret.text)

    def test_stays_gone_when_redacted_again(self, secret: Secret) -> None:
        once = redact_text(secret.text)

        assert redact_text(once) == once


@pytest.mark.parametrize("secret", [s for s in FORMS + NAMED if s.name != "yaml block"], ids=_name)
class TestASecretSplitOverArguments:
    def test_is_gone(self, secret: Secret) -> None:
        clean = redact_args(secret.text.split())

        assert secret.raw not in " ".join(clean)
        assert len(clean) == len(secret.text.split())


@every_harmless
class TestHarmlessText:
    def test_survives_as_text(self, text: str) -> None:
        assert redact_text(text) == text

    def test_survives_as_a_value(self, text: str) -> None:
        assert redact_value("note", text) == text

    def test_survives_in_a_mapping(self, text: str) -> None:
        assert redact_value("config", {"train/tokens": [text, 3, None]}) == {"train/tokens": [text, 3, None]}

    def test_survives_as_an_argument(self, text: str) -> None:
        assert redact_args([text]) == [text]

    def test_survives_in_a_patch(self, text: str) -> None:
        assert redact_patch(f"+{text}\n") == (f"+{text}\n", False)


class TestAValueBelowASecretKey:
    @pytest.mark.parametrize("key", ["api_key", "password", "hf_token", "ａｐｉ＿ｋｅｙ", "clientSecret"])
    @pytest.mark.parametrize("value", ["x", "hunter2", "two words", "<hunter2>", "{hunter2}", "a=b"])
    def test_goes_whatever_it_looks_like(self, key: str, value: str) -> None:
        assert redact_value(key, value) == NAMED_MARK

    @pytest.mark.parametrize("value", ["", "None", "true", "***", "${API_KEY}", "[redacted:jwt]", None, True, 0.5, 7])
    def test_stays_where_it_cannot_be_one(self, value: object) -> None:
        assert redact_value("api_key", value) == value

    def test_goes_at_any_depth(self) -> None:
        config = {"db": {"password": {"old": "one", "new": ["two", 12345, 12]}}, "lr": 0.1, "pair": ("a", "b")}

        assert redact_value("config", config) == {
            "db": {"password": {"old": NAMED_MARK, "new": [NAMED_MARK, NAMED_MARK, 12]}},
            "lr": 0.1,
            "pair": ("a", "b"),
        }

    def test_goes_from_json_in_json(self) -> None:
        value = json.dumps({"inner": json.dumps({"password": "hunter2", "n": 1})})

        clean = json.loads(str(redact_value("config", value)))

        assert json.loads(clean["inner"]) == {"password": NAMED_MARK, "n": 1}

    def test_stays_json_where_nothing_was_secret(self) -> None:
        assert redact_value("config", '{ "a":1.0,  "b":"x" }') == '{ "a":1.0,  "b":"x" }'

    def test_is_left_out_below_a_depth_that_nobody_needs(self) -> None:
        value: Any = "ghp_secret"
        for _ in range(200):
            value = [value]

        clean = repr(redact_value("x", value))

        assert UNSCANNABLE in clean
        assert "ghp_secret" not in clean

    def test_is_left_out_where_it_holds_itself(self) -> None:
        value: list[object] = []
        value += [value, "hunter2"]

        assert UNSCANNABLE in repr(redact_value("x", value))

    def test_token_keeps_small_numbers(self) -> None:
        assert redact_value("token", 512) == 512
        assert redact_value("token", "512") == "512"


class TestArguments:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (["--api-key=hunter2"], ["--api-key=[redacted:named_secret]"]),
            (["--token", "hunter2", "--lr", "0.1"], ["--token", NAMED_MARK, "--lr", "0.1"]),
            (["--token", "--lr", "0.1"], ["--token", "--lr", "0.1"]),
            (["wandb", "login", "anything"], ["wandb", "login", NAMED_MARK]),
            (["/usr/bin/login", "--relogin", "x"], ["/usr/bin/login", "--relogin", NAMED_MARK]),
            (["curl", "-u", "alice:pw"], ["curl", "-u", NAMED_MARK]),
            (["curl", "-u", "alice"], ["curl", "-u", "alice"]),
            (["+trainer.wandb.api_key=abc"], ["+trainer.wandb.api_key=[redacted:named_secret]"]),
            (["--max_tokens", "512"], ["--max_tokens", "512"]),
            (["--tokenizer", "bert-base"], ["--tokenizer", "bert-base"]),
            (["--use_auth_token", "train.py"], ["--use_auth_token", "train.py"]),
            (['{"password": "x"}'], ['{"password": "[redacted:named_secret]"}']),
            (["-H", "Authorization: Bearer abc"], ["-H", "Authorization: [redacted:named_secret]"]),
            ([], []),
        ],
    )
    def test_lose_what_is_secret_alone(self, given: list[str], expected: list[str]) -> None:
        assert redact_args(given) == expected


class TestAddresses:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("https://x-access-token:ghp_1@github.com/a/b.git", "https://github.com/a/b.git"),
            ("https://alice@github.com/a/b.git", "https://github.com/a/b.git"),
            ("ssh://git@github.com/a/b.git", "ssh://git@github.com/a/b.git"),
            ("ssh://alice@host/a.git", "ssh://host/a.git"),
            ("git@github.com:a/b.git", "git@github.com:a/b.git"),
            ("https://h/a?page=2&sig=abc#part", "https://h/a?page=2&sig=[redacted:url_secret]#part"),
            ("https://h/a#access_token=abc&x=1", "https://h/a#access_token=[redacted:url_secret]&x=1"),
            ("https://h/a?X-Amz-Signature=abc", "https://h/a?X-Amz-Signature=[redacted:url_secret]"),
            ("postgres://u:p?w#d@h/db", "postgres://h/db"),
            ("https://h/users/@alice", "https://h/users/@alice"),
            ("s3://bucket/a b.csv", "s3://bucket/a b.csv"),
            ("/data/a.csv", "/data/a.csv"),
            ("", ""),
        ],
    )
    def test_lose_credentials_alone(self, given: str, expected: str) -> None:
        assert redact_url(given) == expected

    def test_are_left_out_where_they_are_endless(self) -> None:
        assert redact_url("https://h/?" + "a=b&" * 50_000) == UNSCANNABLE


class TestTheEnvironment:
    def test_keeps_only_what_is_on_the_list(self) -> None:
        env = {
            "OMP_NUM_THREADS": "4",
            "AWS_SECRET_ACCESS_KEY": "x",
            "USER": "alice",
            "HOME": "/home/alice",
            "XLA_FLAGS": "--a",
        }

        assert redact_env(env) == {"OMP_NUM_THREADS": "4", "XLA_FLAGS": "--a"}

    def test_redacts_what_it_keeps(self) -> None:
        assert redact_env({"XLA_FLAGS": "--token hunter2hunter2"}) == {"XLA_FLAGS": f"--token {NAMED_MARK}"}


class TestAnyText:
    @given(st.text(max_size=200))
    def test_never_raises_and_stays_as_it_was_the_second_time(self, text: str) -> None:
        once = redact_text(text)

        assert redact_text(once) == once

    @given(st.text(alphabet="=: \"'\n+-,;token.pas/@&{}[]\\", max_size=80))
    def test_made_of_signs_is_redacted_once_and_for_all(self, text: str) -> None:
        once = redact_text(text)

        assert redact_text(once) == once

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
        )
    )
    def test_nested_never_raises(self, value: object) -> None:
        redact_value("config", value)


@pytest.mark.parametrize(
    "unit",
    [
        "a", "a ", "token=", "token ", "password='", 'password=\\"', "key: ", "://", "://a:", "://a:x@", "eyJ", "eyJ-",
        "sk-", "sk-a_", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "wandb key ", "&sig=aaaaaaaa", "basic aaaaaaaa ",
        "login ", "Authorization: ", "{", "[", '"', "\\", "token: int = ", "token: a.", "token\t\t\t", 'auth,"', "é token=",
        "passwordpassword=", "a.b.", '"key" , ', "password: |\n", "token=,a", "cookie: a=b;", "token=[redacted:",
    ],
)  # fmt: skip
class TestHostileText:
    def test_takes_a_time_in_proportion_to_its_size(self, unit: str) -> None:
        # A pattern that goes back over the whole text for each character would take minutes.
        assert _seconds(redact_text, unit * (2**16 // len(unit))) < 1
        assert _seconds(redact_patch, unit * (2**16 // len(unit))) < 1


@pytest.mark.parametrize("unit", ["a", "token='", "://a:x@", "eyJ-", "-----BEGIN PRIVATE KEY-----"])
class TestAHostileMegabyte:
    def test_takes_seconds(self, unit: str) -> None:
        assert _seconds(redact_text, unit * (2**20 // len(unit))) < 5


def _seconds(redact: Callable[[str], object], text: str) -> float:
    begin = time.process_time()
    redact(text)
    return time.process_time() - begin


class TestAShortValue:
    def test_costs_next_to_nothing(self) -> None:
        redact_value("model", "some_plain_value_xyz")

        def once() -> float:
            begin = time.process_time()
            for _ in range(2000):
                redact_value("model", "some_plain_value_xyz")
            return (time.process_time() - begin) / 2000

        assert min(once() for _ in range(5)) < 10e-6
