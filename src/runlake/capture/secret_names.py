"""Which names say that something is secret: keys of values, and files."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise

# How much a key says about its value.
HARMLESS, HINT, TOKEN, SECRET = 0, 1, 2, 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LOOKALIKES = dict(zip("аеорсухіѕкмнтвјԁɡοαρντικεзІ", "aeopcyxiskmhtbjdgoapvtike3I", strict=True))
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
_PARTS_OF_SECRETS = ("password", "passwd", "passphrase", "passwort", "kennwort", "apikey", "contrasena", "motdepasse")
_SECRETS = _words(
    "secret secrets credential credentials creds pwd passcode senha authorization cookie cookies netrc htpasswd "
    "privatekey secretkey accesskey apisecret clientsecret sharedaccesssignature sessionid csrftoken xsrftoken "
    "пароль 密码 密碼 パスワード 비밀번호"
)
_TOKEN_OWNERS = _words(
    "access api app auth authentication authorization azure bearer bot ci client comet csrf deploy device github gitlab "
    "google hf hub hugging huggingface id identity jwt login mlflow my neptune npm oauth openai personal private pypi "
    "read refresh registry replicate sas security service session slack sso sts telegram twilio user vault wandb web "
    "webhook write x xsrf"
)
_KEY_OWNERS = _words(
    "access account admin anthropic api application aws auth azure client cohere comet consumer decryption deploy "
    "encryption gcp google hf hmac host huggingface jwt license master mistral neptune openai private secret service "
    "shared signing ssh ssl storage stripe subscription tls twilio wandb webhook wrapping"
)
_PASS_OWNERS = _words(
    "admin basic db database email ftp http imap key ldap login mail mongo my mysql pg postgres proxy redis root server "
    "service smtp sql ssh store sudo sys user"
)
_PLAIN_TOKENS = _words(
    "additional begin bos cls decoder document each end eos every extra fim first image img last mask masked max min "
    "n new next num number object pad padding per predicted prefix prev previous prompt sep single space special start "
    "stop sub suffix target text unk unknown video vision word"
)
_SWITCHES = _words("use no with has is require enable disable add skip verify check needs allow keep show")
# A secret's file, length or policy is no secret.
_ABOUT_SECRETS = _words(
    "file filename path dir directory folder length len policy type types count size ttl expiry expires expired enabled "
    "required name names field format strategy rate ratio loss accuracy score mode method manager backend provider "
    "version min max prompt env url uri host port username class seconds minutes days samesite error errors exception "
    "handler hint title label labels help placeholder regex pattern jar"
)


class _Fold(dict[int, int]):
    """One character to its plain Latin look-alike, one for one, so that offsets keep their meaning."""

    def __missing__(self, code: int) -> int:
        plain = _plain(chr(code))
        self[code] = code if plain is None else ord(plain)
        return self[code]


def _plain(char: str) -> str | None:
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    if unicodedata.category(char) == "Cf":
        return "_"
    base = [c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)]
    return base[0] if len(base) == 1 else None


_FOLD = _Fold()


def fold(text: str) -> str:
    """Replace each full-width, accented or look-alike character by a plain one; the length stays."""
    return text if text.isascii() else text.translate(_FOLD)


def words_of(key: str) -> list[str]:
    """Split a key into lower-case words at punctuation and at changes of case."""
    composed = unicodedata.normalize("NFC", key)
    visible = "".join(c for c in composed if unicodedata.category(c) not in {"Cf", "Mn"})
    return [word.lower() for word in _WORD.findall(fold(visible))] + (
        [] if visible.isascii() else [word.lower() for word in re.findall(r"[^\W\d_]+", visible)]
    )


@lru_cache(maxsize=8192)
def strength(key: str) -> int:
    """How much `key` says that its value is secret.

    Returns:
        SECRET (password, api_key), TOKEN (token, hf_token: short words and numbers may be harmless),
        HINT (only a value that looks like a credential is one) or HARMLESS.
    """
    words = words_of(key if len(key) <= 256 else key[:128] + key[-128:])
    if not words or words[-1] in _ABOUT_SECRETS:
        return HARMLESS
    found = _strength(words)
    return min(found, HINT) if words[0] in _SWITCHES else found


def _strength(words: list[str]) -> int:
    joined = "".join(words)
    if any(part in joined for part in _PARTS_OF_SECRETS) or not _SECRETS.isdisjoint(words):
        return SECRET
    pairs = list(pairwise(words))
    if any(b in {"key", "keys"} and a in _KEY_OWNERS for a, b in pairs) or _is_pass(words):
        return SECRET
    return _token_strength(words)


def _is_pass(words: list[str]) -> bool:
    return words[-1] in {"pass", "pw"} and len(words) > 1 and words[-2] in _PASS_OWNERS


def _token_strength(words: list[str]) -> int:
    last = words[-1]
    before = words[-2] if len(words) > 1 else ""
    if last == "token":
        if before in _PLAIN_TOKENS:
            return HARMLESS
        return TOKEN if not before or before in _TOKEN_OWNERS else HINT
    if last in {"tokens", "tok"}:
        return TOKEN if before in _TOKEN_OWNERS - {"id", "user", "read", "write", "x", "my"} else HARMLESS
    run_together = last.endswith("token") and last[:-5] in _TOKEN_OWNERS
    if run_together or last in {"bearer", "jwt"}:
        return TOKEN
    return HINT if last in {"auth", "authentication", "sas", "pass", "pw", "pin", "otp", "totp"} else HARMLESS


def is_secret_key(key: str) -> bool:
    """Tell whether a key of this name holds a secret whatever its value looks like.

    `api_key`, `hf_token`, `dbPassword` and their full-width or look-alike spellings do;
    `max_tokens`, `token_count`, `tokenizer`, `pad_token` and `password_file` do not.
    """
    return strength(key) >= TOKEN


_SECRET_FOLDERS = frozenset({".ssh", ".gnupg", ".aws", ".azure", ".kube", ".secrets", ".password-store"})
_SECRET_FILES = r"""
      \.env(?:\.(?!example$|sample$|template$|dist$).*)? | .+\.env
    | id_(?:rsa|dsa|ecdsa|ed25519|xmss).* | id_[^.]*
    | .*\.(?:pem|key|p12|pfx|p8|jks|keystore|kdbx|ppk|ovpn|tfstate|tfvars|agekey|pgpass)
    | [._]?netrc(?:\.gpg)? | \.npmrc | \.pypirc | \.my\.cnf | \.htpasswd | \.git-credentials
    | \.dockercfg | \.vault-token | \.boto | \.s3cfg | rclone\.conf | kubeconfig(?:\..*)? | kaggle\.json | shadow
    | (?:.*[._-])?(?:credentials?|secrets?|client[_-]?secrets?|api[_-]?keys?|passwords?|passwd)
        (?:[._-](?!.*(?:py|pyi|md|rst|ipynb|rs|js|ts|go|html)$).*)?
    | (?:.*[._-])?service[_-]?account.*\.json
    | \.?(?:hf_|access_|auth_|api_)?token(?:\.txt)?
"""


@cache
def _secret_files() -> re.Pattern[str]:
    # Compiled on first use: importing capture must stay cheap.
    return re.compile(_SECRET_FILES, re.VERBOSE | re.DOTALL)


def is_secret_name(path: str) -> bool:
    """Tell whether a file is never captured, and only logged on demand, because of its name.

    `.env`, `id_rsa`, `server.pem`, `.netrc`, `secrets.toml`, anything below `.ssh`. Case, look-alike
    characters and either kind of slash make no difference; the content is not looked at.
    """
    # Leading dots belong to the name; trailing ones and spaces are dropped by some file systems.
    names = [part.rstrip(" .").lstrip(" ") or part for part in fold(path).lower().replace("\\", "/").split("/") if part]
    if not names:
        return False
    if not _SECRET_FOLDERS.isdisjoint(names[:-1]):
        return True
    return len(names[-1]) < 512 and _secret_files().fullmatch(names[-1]) is not None
