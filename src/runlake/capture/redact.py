"""Take secrets out of everything that is about to be written: the functions that other units call.

Every function fails closed: what is too big, takes too long or makes a rule raise comes back as
`[redacted:unscannable]`, never as it was. Running one twice changes nothing more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from runlake.capture.guard import attempt
from runlake.capture.redact_lines import LineRedactor
from runlake.capture.redact_names import redact_name
from runlake.capture.redact_text import MAX_CHARS, UNSCANNABLE, clip, fail_closed, find_spans, redact_patch, redact_text
from runlake.capture.secret_names import HARMLESS, SECRET, is_secret_key, is_secret_name, strength
from runlake.capture.secret_values import is_secret_argument

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "MAX_CHARS",
    "UNSCANNABLE",
    "LineRedactor",
    "fail_closed",
    "is_secret_key",
    "is_secret_name",
    "redact_args",
    "redact_env",
    "redact_name",
    "redact_patch",
    "redact_text",
    "redact_url",
    "redact_value",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMED: Final = "[redacted:named_secret]"
_DEEPEST, _MOST_ITEMS, _LONGEST_JSON = 32, 100_000, 2**20
_URL_SECRETS = frozenset({"sig", "signature", "key", "code", "awsaccesskeyid", "googleaccessid", "hmac", "state"})
# What says how a computation ran; everything else in the environment is left out.
_ENV_NAMES = _words(
    "ACCELERATE_MIXED_PRECISION BLIS_NUM_THREADS CI CONDA_DEFAULT_ENV CUBLAS_WORKSPACE_CONFIG CUDA_DEVICE_ORDER "
    "CUDA_LAUNCH_BLOCKING CUDA_VISIBLE_DEVICES GOTO_NUM_THREADS HIP_VISIBLE_DEVICES JAX_ENABLE_X64 JAX_PLATFORMS "
    "KMP_AFFINITY KMP_BLOCKTIME LANG LC_ALL LOCAL_RANK LOKY_MAX_CPU_COUNT MALLOC_ARENA_MAX MKL_CBWR MKL_DYNAMIC "
    "MKL_NUM_THREADS NODE_RANK NUMBA_NUM_THREADS NUMEXPR_MAX_THREADS NUMEXPR_NUM_THREADS NVIDIA_TF32_OVERRIDE "
    "OMP_DYNAMIC OMP_NUM_THREADS OMP_PROC_BIND OMP_SCHEDULE OPENBLAS_NUM_THREADS POLARS_MAX_THREADS PYTHONHASHSEED "
    "PYTHONOPTIMIZE PYTORCH_CUDA_ALLOC_CONF RANK RAYON_NUM_THREADS SLURM_ARRAY_TASK_ID SLURM_CPUS_PER_TASK "
    "SLURM_GPUS SLURM_JOB_ID SLURM_NNODES SLURM_NTASKS SLURM_PROCID SOURCE_DATE_EPOCH TF_CUDNN_DETERMINISTIC "
    "TF_DETERMINISTIC_OPS TF_ENABLE_ONEDNN_OPTS TOKENIZERS_PARALLELISM TZ VECLIB_MAXIMUM_THREADS WORLD_SIZE XLA_FLAGS"
)


def redact_value(key: str, value: object) -> object:
    """Redact a value by the name of its key, and by what is in it.

    Mappings, lists and JSON text are looked into at any depth up to 32; below a secret key everything
    that could be a credential goes. Numbers, flags and None stay, but for long numbers below a secret key.

    Args:
        key: name of the parameter, tag or field; "" where there is none.
        value: objects other than text, bytes, numbers and containers are returned as they are:
            pass the text that will be written.
    """
    if isinstance(value, str):
        return _text(value, strength(key))
    if value is None or isinstance(value, bool | float):
        return value
    redacted = attempt("redaction", lambda: _Walk().value(value, strength(key), 0))
    return UNSCANNABLE if redacted.problem else redacted.value


def _text(text: str, power: int) -> str:
    if power != HARMLESS and is_secret_argument(text, power):
        return NAMED
    start = text[:64].lstrip()[:1]
    if start and start in "{[" and len(text) <= _LONGEST_JSON:
        text = fail_closed(_json, text)
    return redact_text(text)


def _json(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    clean = _Walk().value(value, HARMLESS, 1)
    return text if clean == value else json.dumps(clean, ensure_ascii=False)


class _Walk:
    """One pass over a nested value, which counts what it has seen."""

    def __init__(self) -> None:
        self.items = 0

    def value(self, value: object, power: int, depth: int) -> object:
        self.items += 1
        if depth > _DEEPEST or self.items > _MOST_ITEMS:
            return UNSCANNABLE
        if isinstance(value, str):
            return _text(value, power)
        if isinstance(value, bytes | bytearray):
            return _text(bytes(value).decode("utf-8", "surrogateescape"), power).encode("utf-8", "surrogateescape")
        if isinstance(value, int) and not isinstance(value, bool):
            return NAMED if power == SECRET and abs(value) >= 1000 else value
        return self.container(value, power, depth + 1)

    def container(self, value: object, power: int, depth: int) -> object:
        if isinstance(value, Mapping):
            return {
                redact_name(k) if isinstance(k, str) else k: self.value(v, max(power, strength(str(k))), depth)
                for k, v in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            kind = type(value) if type(value) in {list, tuple, set, frozenset} else list
            return kind([self.value(item, power, depth) for item in value])
        return value


def redact_args(args: Sequence[str]) -> list[str]:
    """Redact a command line: `--api-key=X`, `--token X` over two arguments, `login X`, `-u user:X`, `key=X`."""
    redacted = attempt("redaction", lambda: _across(list(_args(args))))
    return [UNSCANNABLE] if redacted.value is None else redacted.value


def _args(args: Iterable[str]) -> Iterable[str]:
    awaited, after_login, pair = HARMLESS, False, False
    for arg in args:
        is_flag = len(arg) > 1 and arg[0] == "-" and (arg[1] == "-" or arg[1].isalpha())
        follows = (awaited and is_secret_argument(arg, awaited)) or (pair and ":" in arg)
        pair = arg in {"-u", "--user", "--auth", "--basic-auth"}
        if not is_flag and arg and (after_login or follows):
            yield NAMED
            awaited = HARMLESS
            continue
        name, sign, value = arg.partition("=")
        power = strength(name) if len(name) <= 128 else HARMLESS
        awaited = power if is_flag and not sign else HARMLESS
        after_login = after_login or os.path.basename(arg).lower() == "login"  # noqa: PTH119 - an argument, no path
        yield f"{name}={_text(value, power)}" if sign and power else _text(arg, HARMLESS)


def _across(args: list[str]) -> list[str]:
    """Redact what only shows when the arguments are read as one text, such as a header split at its blanks."""
    joined = " ".join(args)
    return clip(args, find_spans(joined), gap=1) if len(joined) <= MAX_CHARS else [UNSCANNABLE]


def redact_url(url: str) -> str:
    """Strip user and password, and redact signatures and tokens in the query and fragment.

    The user `git` of an ssh address stays, because the address does not work without it.
    """
    return redact_text(fail_closed(_url, url, max_chars=65_536))


def _url(url: str) -> str:
    scheme, sign, rest = url.partition("://")
    if not sign:
        return url
    head, mark, query = _cut(rest)
    userinfo, at, host = head.rpartition("@")
    slash = head.find("/")
    if at and (slash < 0 or slash > len(userinfo) or ":" in head[:slash]):
        keep = userinfo == "git" and scheme.endswith("ssh")
        head = head if keep else host
    return f"{scheme}://{head}{mark}{_query(query)}"


def _cut(rest: str) -> tuple[str, str, str]:
    for i, char in enumerate(rest):
        # A raw `?` or `#` in a password is told by the `@` that follows before any slash.
        if char in "?#" and "@" not in rest[i:].partition("/")[0]:
            return rest[:i], char, rest[i + 1 :]
    return rest, "", ""


def _query(query: str) -> str:
    pieces = query.replace("#", "&#").split("&")
    return "&".join(_pair(piece) for piece in pieces).replace("&#", "#")


def _pair(piece: str) -> str:
    name, sign, value = piece.partition("=")
    plain = name.lstrip("#").lower()
    signed = plain.startswith(("x-amz-", "x-goog-")) and plain.endswith(("signature", "credential", "token"))
    secret = signed or plain in _URL_SECRETS
    return f"{name}=[redacted:url_secret]" if value and (secret or strength(plain)) else name + sign + value


def redact_env(env: Mapping[str, str]) -> dict[str, str]:
    """Keep the environment variables that say how a computation runs; leave out all others."""
    return {name: str(redact_value(name, env[name])) for name in sorted(_ENV_NAMES & env.keys())}
