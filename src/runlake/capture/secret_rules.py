"""Credentials that give themselves away by their own form: prefixes, URLs, headers, key files.

Every pattern runs in linear time: quantifiers are possessive or bounded, and a pattern of several
parts cannot start inside the run of characters that its first part would take.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Span(NamedTuple):
    """Characters `start` to `end` are secret by the named rule."""

    start: int
    end: int
    rule: str


class Rule(NamedTuple):
    """One form of credential.

    Attributes:
        name: goes into the replacement.
        triggers: lower-case; the rule is tried only where one of them is in the text.
        pattern: its group `s`, or the whole match where it has none, is the secret.
        check: a last look at the secret and at the text before it.
    """

    name: str
    triggers: tuple[str, ...]
    pattern: str
    check: Callable[[str, str], bool] | None = None


def looks_random(text: str) -> bool:
    """Tell a credential from words: 12 or more characters without blanks, with digits among letters or a long run."""
    if len(text) < 12 or any(c.isspace() for c in text) or "/" in text[:2] or "://" in text:
        return False
    digits = any(c.isdigit() for c in text)
    letters = any(c.isalpha() for c in text)
    # CamelCase has few capitals, base64 about as many as small letters.
    mixed = min(sum(map(str.islower, text)), sum(map(str.isupper, text))) * 4 >= len(text)
    longest = max(map(len, re.split(r"[^A-Za-z0-9]+", text)))
    return (digits and letters and longest >= 10) or (mixed and longest >= 20) or (digits and longest >= 20)


def _is_key_after_dash(secret: str, before: str) -> bool:
    runs = re.split(r"[-_]", secret)
    return any(len(run) >= 24 or (len(run) >= 16 and not run.islower()) or _mixed(run) for run in runs)


def _mixed(run: str) -> bool:
    return len(run) >= 16 and any(c.isdigit() for c in run)


def _is_basic(secret: str, before: str) -> bool:
    import base64
    import binascii

    try:
        plain = base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_" if "_" in secret else None)
    except (binascii.Error, ValueError):
        return False
    return b":" in plain


def _is_wandb(secret: str, before: str) -> bool:
    # 40 hex digits are a git commit as well, so only the words before them on the line can tell.
    nearby = before.rpartition("\n")[2].lower()
    product = nearby.rfind("wandb")
    return product >= 0 and any(w in nearby[product:] for w in ("login", "key", "auth", "passw", "token"))


def _random(secret: str, before: str) -> bool:
    return looks_random(secret)


def _is_credential(secret: str, before: str) -> bool:
    if ":" in secret:
        return not secret.startswith("[redacted")
    return before.lower().rstrip("/").endswith(("http:", "https:", "ftp:", "ftps:")) and not secret.startswith(
        "[redacted"
    )


# Where a token may begin: not inside a longer word, but after an escape such as %3D, \n or a colour code.
_BEGIN = r"(?:(?<![A-Za-z0-9_-])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\[\dm)|(?<=\[\d\dm))"

RULES = (
    Rule("aws_key", ("akia", "asia", "abia", "acca", "a3t"), r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}"),
    Rule("github_token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{20,}+"),
    Rule("github_token", ("github_pat_",), r"github_pat_[A-Za-z0-9_]{20,}+"),
    Rule("gitlab_token", ("glpat-", "gldt-", "glrt-", "glcbt-"), r"gl(?:pat|dt|rt|cbt)-[A-Za-z0-9_-]{16,}+"),
    Rule("hf_token", ("hf_", "api_org_"), r"(?:hf|api_org)_[A-Za-z0-9]{24,}+"),
    Rule("sk_key", ("sk-",), _BEGIN + r"sk-[A-Za-z0-9_-]{16,}+", _is_key_after_dash),
    Rule("stripe_key", ("k_live_", "k_test_"), r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,}+"),
    Rule("slack_token", ("xox", "xapp-"), r"(?:xox[abceoprs](?:\.xox[abp])?|xapp)-[A-Za-z0-9-]{10,}+"),
    Rule("slack_hook", ("hooks.slack.com",), r"hooks\.slack\.com/(?:services|workflows)/(?P<s>[A-Za-z0-9/]{10,}+)"),
    Rule("google_key", ("aiza",), r"AIza[0-9A-Za-z_-]{30,}+"),
    Rule("google_token", ("ya29.", "gocspx-"), r"(?:ya29\.|GOCSPX-)[0-9A-Za-z_-]{16,}+"),
    Rule("jwt", ("eyj",), _BEGIN + r"eyJ[A-Za-z0-9_-]{6,}+\.[A-Za-z0-9_-]{6,}+(?:\.[A-Za-z0-9_-]*+){0,3}"),
    Rule("neptune_token", ("eyjhcglf",), r"eyJhcGlf[A-Za-z0-9+/_-]{20,}+=*+"),
    Rule("npm_token", ("npm_",), r"npm_[A-Za-z0-9]{30,}+"),
    Rule("pypi_token", ("pypi-ag",), r"pypi-Ag[A-Za-z0-9_-]{30,}+"),
    Rule("sendgrid_key", ("sg.",), _BEGIN + r"SG\.[A-Za-z0-9_-]{16,}+\.[A-Za-z0-9_-]{16,}+"),
    Rule("docker_token", ("dckr_",), r"dckr_[a-z]{2,4}_[A-Za-z0-9_-]{20,}+"),
    Rule("databricks_token", ("dapi",), r"dapi[0-9a-f]{32}(?:-\d)?"),
    Rule("vault_token", ("hvs.", "hvb."), _BEGIN + r"hv[sb]\.[A-Za-z0-9_-]{20,}+"),
    Rule(
        "vendor_key",
        ("nvapi-", "gsk_", "xai-", "tvly-", "pplx-", "lsv2_", "r8_", "wandb_v", "fw_", "lin_api_", "figd_", "pat_"),
        _BEGIN + r"(?:nvapi-|gsk_|xai-|tvly-|pplx-|lsv2_(?:pt|sk)_|r8_|wandb_v\d_|fw_|lin_api_|figd_|pat_)"
        r"(?P<s>[A-Za-z0-9_-]{20,}+)",
        _random,
    ),
    # One slash is what `pathlib` leaves of two.
    Rule("url_credentials", (":/",), r":/{1,2}(?P<s>[^\s/?#\"'<>\\]{1,1024})@", _is_credential),
    # A password with a slash in it is no valid URL, but people write them.
    Rule(
        "url_credentials",
        (":/",),
        r":/{1,2}(?P<s>[^\s/?#\"'<>@:]{0,80}:(?!\d{1,5}[/?#\s])[^\s\"'<>@]{1,100})@(?=[\w.\[-]{1,80}[:/\s\"']|[\w.-]{1,80}$)",
        _is_credential,
    ),
    Rule(
        "url_signature",
        ("sig", "x-amz", "x-goog", "accesskeyid", "key="),
        r"(?:[?&]|&amp;|%26|%3F)(?:sig|[a-z-]{0,32}signature|x-(?:amz|goog)-(?:credential|security-token)|awsaccesskeyid|"
        r"googleaccessid|key)(?:=|%3D)(?P<s>(?!\[redacted)[^\s\"'<>&#]{8,}+)",
    ),
    Rule("basic_auth", ("basic ",), r"\bBasic\s{1,8}(?P<s>[A-Za-z0-9+/_-]{6,}+={0,2})", _is_basic),
    Rule("bearer", ("bearer ",), r"\bBearer\s{1,8}(?P<s>[A-Za-z0-9._~+/-]{12,}+=*+)", _random),
    Rule("login", ("login ",), r"\blogin\s{1,8}(?P<s>[A-Za-z0-9._~+/-]{12,}+=*+)", _random),
    Rule(
        "netrc", ("password ",), r"\blogin\s{1,8}\S{1,200}\s{1,8}password\s{1,8}(?P<s>[^\s\"'<>\[]\S*?)(?=[\"']|\s|$)"
    ),
    Rule("wandb_key", ("wandb",), r"(?<![0-9A-Fa-f])[0-9a-f]{40}(?![0-9A-Fa-f])", _is_wandb),
)
_ANY_CASE = frozenset({"url_signature", "basic_auth", "bearer", "login", "netrc"})


@cache
def _compiled(pattern: str, any_case: bool) -> re.Pattern[str]:
    # Compiled on first use: importing capture must stay cheap.
    return re.compile(pattern, re.IGNORECASE if any_case else 0)


def form_spans(text: str, lowered: str) -> Iterator[Span]:
    """Find the credentials that show by their form.

    Args:
        text: folded, see `secret_names.fold`.
        lowered: the same in lower case; only looked into for triggers.
    """
    if "-----begin" in lowered:
        yield from key_file_spans(text)
    for rule in RULES:
        if any(trigger in lowered for trigger in rule.triggers):
            yield from _rule_spans(rule, text)


def _rule_spans(rule: Rule, text: str) -> Iterator[Span]:
    pattern = _compiled(rule.pattern, rule.name in _ANY_CASE)
    group: int | str = "s" if "s" in pattern.groupindex else 0
    for match in pattern.finditer(text):
        start, end = match.span(group)
        if rule.check is None or rule.check(text[start:end], text[max(0, start - 160) : start]):
            yield Span(start, end, rule.name)


KEY_FILE_BEGIN = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
KEY_FILE_END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
# Lines of a key whose end is missing: header lines, then base64 between line ends, quotes and diff signs.
_KEY_BODY = (
    r"(?:\\[nr]|[\s+\-\"',])*+(?:[A-Z][A-Za-z-]{2,20}: [^\n]{0,200}+(?:\\[nr]|[\s+\-])*+){0,4}"
    r"(?:[A-Za-z0-9+/=]{16,}+(?:\\[nr]|[\s+\-\"',])*+)*+"
)
_LONGEST_KEY = 32_768


def key_file_spans(text: str) -> Iterator[Span]:
    """Find private keys in PEM or PGP armour, over as many lines as they have."""
    at = 0
    for begin in _compiled(KEY_FILE_BEGIN, False).finditer(text):
        if begin.start() < at:
            continue
        marker = text.find("-----END ", begin.end(), begin.end() + _LONGEST_KEY)
        end = _compiled(KEY_FILE_END, False).match(text, marker) if marker >= 0 else None
        body = _compiled(_KEY_BODY, False).match(text, begin.end())
        if end is not None:
            at = end.end()
        elif body is not None and any(c.isalnum() for c in body[0]):
            at = body.end()
        else:
            continue
        yield Span(begin.start(), at, "private_key")
