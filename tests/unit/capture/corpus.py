"""Made-up credentials in every form, and harmless text that looks like some: put together at run time,
so that no scanner of source code takes the test for a leak."""

from __future__ import annotations

import base64
from typing import NamedTuple


class Secret(NamedTuple):
    """`raw` must be gone from the redacted `text`."""

    name: str
    raw: str
    text: str


_LETTERS = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zBc7eFg0iJk3m"
_HEX = "3f786850e387550fdab836ed7e6dc881de23001b"
_BASE64 = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"


def pem(kind: str = "RSA PRIVATE KEY", end: str = "\n") -> str:
    """A private key of five lines."""
    body = [_BASE64, _BASE64[::-1], _BASE64.swapcase(), "AbCd12=="]
    return end.join([f"-----BEGIN {kind}-----", *body, f"-----END {kind}-----"])


PEM_LINES = (_BASE64, _BASE64[::-1], _BASE64.swapcase())


def _bare(name: str, raw: str) -> Secret:
    return Secret(name, raw, raw)


_JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
_SK = "sk-" + "proj-" + _LETTERS
_BASIC = base64.b64encode(b"alice:correct-horse").decode()

# Recognised wherever they stand.
FORMS = (
    _bare("aws key", "AKIA" + "IOSFODNN7EXAMPLE"),
    _bare("aws session key", "ASIA" + "IOSFODNN7EXAMPLE"),
    _bare("github token", "ghp_" + _LETTERS[:36]),
    _bare("github app token", "ghs_" + _LETTERS[:36]),
    _bare("github fine-grained token", "github_pat_" + "11ABCDEFG0" + _LETTERS + "_" + _LETTERS),
    _bare("gitlab token", "glpat-" + _LETTERS[:20]),
    _bare("hugging face token", "hf_" + _LETTERS[:34]),
    _bare("openai key", "sk-" + _LETTERS),
    _bare("openai project key", _SK),
    _bare("anthropic key", "sk-" + "ant-api03-" + _LETTERS + "-" + _LETTERS),
    _bare("stripe key", "sk_" + "live_" + _LETTERS[:24]),
    _bare("slack bot token", "xoxb-" + "123456789012-1234567890123-" + _LETTERS[:24]),
    _bare("slack user token", "xoxp-" + "123456789012-" + _LETTERS[:24]),
    _bare("google key", "AIza" + _LETTERS[:35]),
    _bare("google token", "ya29." + _LETTERS),
    _bare("jwt", _JWT),
    _bare("npm token", "npm_" + _LETTERS[:36]),
    _bare("pypi token", "pypi-" + "AgEIcHlwaS5vcmc" + _LETTERS),
    _bare("sendgrid key", "SG." + _LETTERS[:22] + "." + _LETTERS[:43]),
    _bare("databricks token", "dapi" + _HEX[:32]),
    _bare("vault token", "hvs." + _LETTERS),
    _bare("groq key", "gsk_" + _LETTERS),
    _bare("neptune token", "eyJhcGlf" + base64.b64encode(_LETTERS.encode()).decode()),
    Secret(
        "slack hook", "T00000000/B00000000/XXXX1234", "https://hooks.slack.com/services/T00000000/B00000000/XXXX1234"
    ),
    Secret("postgres address", "s3cr3tpw", "postgres" + "://alice:s3cr3tpw@db.example.com:5432/sales"),
    Secret("password with an at sign", "p@ss", "postgres" + "://alice:p@ss@db.example.com/sales"),
    Secret("password with a slash", "pa/ss9", "mysql" + "://alice:pa/ss9@db.example.com/sales"),
    Secret("mongo address", "s3cr3tpw", "mongodb+srv" + "://alice:s3cr3tpw@c0.example.net/?retryWrites=true"),
    Secret("redis address", "s3cr3tpw", "redis" + "://:s3cr3tpw@cache:6379/0"),
    Secret("git address", "ghs_x1y2", "https" + "://x-access-token:ghs_x1y2@github.com/a/b.git"),
    Secret("git address with a token alone", "tok3n" * 3, "https" + "://" + "tok3n" * 3 + "@github.com/a/b.git"),
    Secret(
        "azure signature", "Zm9vYmFyMTIz%3D", "https://acc.blob.core.windows.net/c/b?sv=2022&sig=Zm9vYmFyMTIz%3D&se=1"
    ),
    Secret("s3 signature", "9f8e7d6c5b4a", "https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=9f8e7d6c5b4a"),
    Secret("s3 credential", "ANYTHING9/2026", "https://b.s3.amazonaws.com/k?X-Amz-Credential=ANYTHING9/2026&a=b"),
    Secret("access token in a query", "q1w2e3r4t5", "https://api.example.com/v1?access_token=q1w2e3r4t5&page=2"),
    Secret("basic auth", _BASIC, f"Authorization: Basic {_BASIC}"),
    Secret("basic auth alone", _BASIC, f"curl sent Basic {_BASIC} to the proxy"),
    Secret("bearer", _LETTERS, f"Authorization: Bearer {_LETTERS}"),
    Secret("bearer alone", _LETTERS, f"used bearer {_LETTERS}"),
    Secret("wandb login", _HEX, f"wandb login {_HEX}"),
    Secret("wandb key", _HEX, f"WANDB_API_KEY={_HEX}"),
    Secret("wandb call", _HEX, f'wandb.login(key="{_HEX}")'),
    Secret("netrc", "s3cr3tpw", "machine api.example.com login user password s3cr3tpw"),
    Secret("pem", _BASE64, pem()),
    Secret("openssh key", _BASE64, pem("OPENSSH PRIVATE KEY")),
    Secret("pgp key", _BASE64, pem("PGP PRIVATE KEY BLOCK")),
    Secret("pem in one line", _BASE64, pem(end="\\n")),
    Secret("pem without an end", _BASE64, pem().rpartition("\n")[0]),
)

# Told by the name before the value.
NAMED = (
    Secret("api key", "hunter2hunter2", "api_key=hunter2hunter2"),
    Secret("flag with a sign", "hunter2hunter2", "python train.py --api-key=hunter2hunter2 --lr 0.1"),
    Secret("flag with a blank", "hunter2hunter2", "python train.py --token hunter2hunter2 --lr 0.1"),
    Secret("hf flag", "hunter2hunter2", "--hf_token hunter2hunter2"),
    Secret("password", "hunter2", "password: hunter2"),
    Secret("password in a list", "hunter2", "connect(host=x, password=hunter2, user=y)"),
    Secret("quoted password", "hunter2", "password = 'hunter2'"),
    Secret("password with blanks", "correct horse battery", 'db_password = "correct horse battery"'),
    Secret("password with an escaped quote", 'hun\\"ter2', 'password = "hun\\"ter2"'),
    Secret("unfinished quote", "hunter2", 'password = "hunter2'),
    Secret("connection string", "hunter2", "Server=db;User Id=alice;Password=hunter2;Encrypt=true"),
    Secret(
        "azure account key",
        "Zm9vYmFyMTIzNDU2Nzg5MA==",
        "AccountName=a;AccountKey=Zm9vYmFyMTIzNDU2Nzg5MA==;EndpointSuffix=x",
    ),
    Secret("json", "hunter2", '{"model": "rf", "password": "hunter2"}'),
    Secret("pretty json", "hunter2", '{\n  "password":\n    "hunter2"\n}'),
    Secret("json in json", "hunter2", '{"config": "{\\"password\\": \\"hunter2\\"}"}'),
    Secret("python repr", "hunter2", "{'api_key': 'hunter2', 'n': 3}"),
    Secret("environment", "hunter2", "export DB_PASS=hunter2"),
    Secret(
        "aws secret",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ),
    Secret("camel case", "hunter2hunter2", "clientSecret: hunter2hunter2"),
    Secret("prose", "hunter2hunter2", "API key: hunter2hunter2"),
    Secret("cookie", "abcdef123456", "Cookie: theme=dark; session=abcdef123456"),
    Secret("full-width key", "hunter2hunter2", "ａｐｉ＿ｋｅｙ=hunter2hunter2"),
    Secret("cyrillic look-alike", "hunter2hunter2", "аpi_kеy=hunter2hunter2"),
    Secret("set by name", "hunter2", 'os.environ["DB_PASSWORD"] = "hunter2"'),
    Secret("set by call", "hunter2hunter2", 'os.environ.setdefault("HF_TOKEN", "hunter2hunter2")'),
    Secret("annotated", "hunter2hunter2", 'token: str = "hunter2hunter2"'),
    Secret("percent-encoded", "hunter2", "next=%3Fpassword%3Dhunter2"),
    Secret("yaml block", "hunter2", "password: |\n  hunter2\n"),
    Secret("comparison", "hunter2", 'if password == "hunter2":'),
)
SECRETS = FORMS + NAMED

# Must come back unchanged.
HARMLESS = (
    "3f786850e387550fdab836ed7e6dc881de23001b",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b on main",
    "wandb imported at commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "550e8400-e29b-41d4-a716-446655440000",
    "0197f3c2-7b1a-7c3e-9b2f-3c4d5e6f7a8b",
    "train/loss_per_token",
    "max_tokens=512",
    "token_count: 18234",
    "tokens/sec 18234.5",
    "n_tokens = 4096, tokens: 12",
    "tokenizer=bert-base-uncased-v2-extended",
    "pad_token='[PAD]'",
    "eos_token: <|endoftext|>",
    "key=value",
    "sort_key: created_at_descending",
    "primary_key = experiment_identifier_2",
    "/home/data/projects/fraud/train_fraud.py",
    "C:\\Users\\data\\train.py",
    "s3://bucket/path/to/data.parquet",
    "https://example.com/a/b?page=2&order=name",
    "http://localhost:8888/tree",
    "ssh://git@github.com/a/b.git",
    "git@github.com:a/b.git",
    "alice@example.com",
    "mask-rcnn-resnet50-fpn-coco-2017-v2",
    "task-0123456789abcdef01234567",
    "sk-learn-random-forest-2024",
    "scikit-learn==1.9.0",
    "Basic configuration of the authentication layer",
    "bearer of good news",
    "user login succeeded for everybody",
    "2026-01-31_train_fraud_v3",
    "Author: Alice Example",
    "authors=12",
    "the password is not shown",
    "forward_pass: 12.5 ms",
    "passing=True",
    "secretary problem, n=100",
    "keyboard layout: dvorak-programmer-2",
    "<class 'sklearn.pipeline.Pipeline'>",
    "RandomForestClassifier(max_depth=10, n_estimators=200)",
    "-----BEGIN CERTIFICATE-----",
    "password=None",
    "api_key=${API_KEY}",
    "Ünïcödé – text with ☃ and 中文: fine",
    "",
    " ",
    "0.001",
)
