"""Versions of packages in the order of PEP 440, and which way one goes to another."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

_VERSION = re.compile(
    r"""v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)
    (?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_n>\d+)?)?
    (?P<post>-(?P<post_bare>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_n>\d+)?)?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_n>\d+)?)?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PRE = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_LEAST, _MOST = (0,), (2,)
_DIGITS = 18  # a longer number is no version anybody has released


class Step(StrEnum):
    """How a package of one run stands to that of another."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    CHANGED = "changed"  # one of the two is no version, or both are the same one from elsewhere


def order(text: str) -> tuple[Any, ...] | None:
    """Return what versions are sorted by; None for a text that is no version.

    >>> sorted(["1.0", "1.0rc1", "1.0.dev3", "1.0.post1", "1!0.1", "1.0a2"], key=order)
    ['1.0.dev3', '1.0a2', '1.0rc1', '1.0', '1.0.post1', '1!0.1']
    """
    found = _VERSION.fullmatch(text.strip())
    if found is None or any(len(part) > _DIGITS for part in re.findall(r"\d+", text)):
        return None
    release = [int(part) for part in found["release"].split(".")]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    has_pre, has_post, has_dev = (found[part] is not None for part in ("pre", "post", "dev"))
    pre: tuple[Any, ...] = _MOST
    if has_pre:
        pre = (1, _PRE.get(found["pre"].lower(), found["pre"].lower()), int(found["pre_n"] or 0))
    elif has_dev and not has_post:
        pre = _LEAST  # 1.0.dev1 comes before 1.0a1
    post = (1, int(found["post_n"] or found["post_bare"] or 0)) if has_post else _LEAST
    dev = (1, int(found["dev_n"] or 0)) if has_dev else _MOST
    local = re.split(r"[-_.]", found["local"].lower()) if found["local"] else []
    parts = tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in local)
    return int(found["epoch"] or 0), tuple(release), pre, post, dev, parts


def step(old: str | None, new: str | None) -> Step:
    """Say which way a package goes from one run to another; None is a run without it.

    >>> [str(step(*pair)) for pair in (("1.9", "1.10"), ("2.0", "2.0rc1"), (None, "1"), ("1.0", "abc"), ("1", "1.0"))]
    ['upgraded', 'downgraded', 'added', 'changed', 'changed']
    """
    if old == new:
        return Step.SAME
    if old is None or new is None:
        return Step.ADDED if old is None else Step.REMOVED
    before, after = order(old), order(new)
    if before is None or after is None or before == after:
        return Step.CHANGED
    return Step.UPGRADED if after > before else Step.DOWNGRADED
