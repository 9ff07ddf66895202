from __future__ import annotations

import pytest

from runlake.capture.secret_names import HARMLESS, HINT, SECRET, TOKEN, fold, is_secret_key, is_secret_name, strength


def _words(text: str) -> list[str]:
    return text.split()


class TestAKeyThatNamesASecret:
    @pytest.mark.parametrize(
        "key",
        _words("""api_key apiKey APIKey API-KEY x-api-key hf_token HF_TOKEN token password db_password passwd secret client_secret
        authorization Authorization aws_secret_access_key WANDB_API_KEY accessToken refresh_token x-auth-token AccountKey
        SharedAccessKey db_pass openai_key accesstoken set-cookie model/auth/password credentials bearer_token
        ａｐｉ＿ｋｅｙ аpi_key pässword пароль 密码 pass\u200bword api\u00ad_key"""),
    )
    def test_is_told_in_every_spelling(self, key: str) -> None:
        assert is_secret_key(key)

    @pytest.mark.parametrize(
        "key",
        _words("""max_tokens token_count tokenizer tokenizer_name loss_per_token tokens/sec train/tokens_seen num_tokens n_tokens
        pad_token eos_token token_type_ids token_accuracy key sort_key primary_key prng_key public_key password_file
        secret_name credentials_path lr author authority auth_method forward_pass signature keyboard monkey secretary
        pass_rate api_url user id access_log passing metrics.f1 passenger_count compass"""),
    )
    def test_is_not_seen_in_names_that_look_alike(self, key: str) -> None:
        assert not is_secret_key(key)

    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            ("password", SECRET),
            ("token", TOKEN),
            ("api_tokens", TOKEN),
            ("use_auth_token", HINT),
            ("caption_token", HINT),
            ("auth", HINT),
            ("", HARMLESS),
            ("a" * 100_000, HARMLESS),
        ],
    )
    def test_says_how_much_it_says(self, key: str, expected: int) -> None:
        assert strength(key) == expected


class TestFolding:
    def test_keeps_the_length_of_every_text(self) -> None:
        text = "ａｐｉ＿ｋｅｙ=ünï ﬁ ½ İ \u200b 中文 é e\u0301 😀"

        assert len(fold(text)) == len(text)

    def test_turns_look_alikes_into_plain_letters(self) -> None:
        assert fold("ｐаsswörd") == "password"


class TestAFileWithASecretName:
    @pytest.mark.parametrize(
        "path",
        _words(""".env a/.env .env.local prod.env id_rsa id_ed25519 ID_RSA id_rsa.pub id_work x/server.pem k.key .netrc _netrc
        secrets.toml .streamlit/secrets.toml credentials.json client_secret_123.json .ssh/config .aws/credentials
        gcp-service-account.json .pypirc .npmrc token hf_token .env. .pgpass secrets.yaml .git-credentials a\\b\\.env
        .ENV terraform.tfstate kaggle.json store.p12 ｓｅｃｒｅｔｓ.toml"""),
    )
    def test_is_told(self, path: str) -> None:
        assert is_secret_name(path)

    @pytest.mark.parametrize(
        "path",
        _words("""train.py environment.yml id_mapping.csv data.csv .env.example keys.py secrets.py tokenizer.json README.md
        token_counts.csv envs.txt passwords.md test_secrets.py monkey.txt identity.csv model.pt secret_sauce.py
        api_keys.md . / a/b/c.parquet"""),
    )
    def test_is_not_seen_in_names_that_look_alike(self, path: str) -> None:
        assert not is_secret_name(path)

    def test_is_judged_quickly_for_an_endless_name(self) -> None:
        assert not is_secret_name("credentials_" * 100_000)
