"""Random seeds that can be read without drawing a number."""

from __future__ import annotations

import os
import sys
from typing import Any

from runlake.capture.environment import digest_of
from runlake.capture.guard import attempt


def read_seeds() -> dict[str, Any]:
    """Read the seeds of the generators that are loaded; costs some 100 µs and consumes no randomness.

    Returns:
        PYTHONHASHSEED where set; `torch` and, where nothing was drawn yet, `numpy`: the seed; `python_state`,
        `numpy_state`: digests that are equal exactly where the generators are in the same state.
    """
    found: dict[str, Any] = {}
    if "PYTHONHASHSEED" in os.environ:
        found["PYTHONHASHSEED"] = os.environ["PYTHONHASHSEED"][:20]
    for read in (_python, _numpy, _torch):
        found |= attempt("seed", read).value or {}
    return found


def _python() -> dict[str, Any]:
    random: Any = sys.modules.get("random")
    return {} if random is None else {"python_state": digest_of(repr(random.getstate()).encode())}


def _numpy() -> dict[str, Any]:
    random: Any = sys.modules.get("numpy.random")
    if random is None:
        return {}
    kind, keys, position, has_gauss, gauss = random.get_state()
    state = f"{kind} {position} {has_gauss} {gauss!r} ".encode() + keys.tobytes()
    seed = _seed_of(keys.tolist()) if kind == "MT19937" and position == len(keys) else None
    return {"numpy_state": digest_of(state)} | ({} if seed is None else {"numpy": seed})


def _seed_of(keys: list[int]) -> int | None:
    """Return what `numpy.random.seed(n)` was called with, where nothing was drawn since.

    The Mersenne Twister keeps the seed as its first word and derives the others from it.
    """
    for i in range(1, 8):
        if keys[i] != (1812433253 * (keys[i - 1] ^ (keys[i - 1] >> 30)) + i) & 0xFFFFFFFF:
            return None
    return keys[0]


def _torch() -> dict[str, Any]:
    torch: Any = sys.modules.get("torch")
    return {} if torch is None or not hasattr(torch, "initial_seed") else {"torch": int(torch.initial_seed())}
