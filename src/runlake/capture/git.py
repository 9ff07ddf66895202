"""The state of the code: commit, branch, uncommitted changes and untracked files.

Git is run so that the repository cannot make it do more than read: no hooks, no file system monitor,
no external diff, no text conversion, no pager, no network, no lock that another git would notice.
Clean filters of the configuration stay, because without them large-file pointers would look changed
and encrypted files would be shown in clear.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from runlake.capture.entry import find_root
from runlake.capture.guard import attempt
from runlake.capture.processes import Output, ask
from runlake.capture.redact import redact_text, redact_url
from runlake.capture.untracked import LeftOut, Untracked, read_untracked

MAX_STATUS = 8 * 2**20
MAX_PATCH = 8 * 2**20
_SAFE = (
    "-c core.fsmonitor=false -c core.hooksPath=/dev/null -c core.quotePath=false -c core.untrackedCache=false "
    "-c core.pager=cat -c protocol.allow=never -c gc.auto=0 -c maintenance.auto=false -c color.ui=false "
    "-c diff.orderFile=/dev/null -c status.showUntrackedFiles=all --no-pager --literal-pathspecs"
)
_DIFF = "diff --binary --full-index --no-ext-diff --no-textconv --no-color --no-renames --submodule=short -U3"
_KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES")
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class GitState:
    """Facts of a work tree; None is "not known".

    Attributes:
        root: absolute path of the work tree, None outside of one.
        commit: 40 (or 64) hex digits; None before the first commit.
        branch: None where HEAD is detached.
        dirty: tracked or untracked files differ from the commit.
        remote: address without credentials.
        name, email: of the person, as git is configured.
        patch: `git diff --binary` of tracked files, staged changes included, redacted; None where nothing changed.
        patch_exact: `git apply` of the patch gives back the files byte for byte.
        untracked: files that git does not know and does not ignore.
        left_out: what is not in `patch` or `untracked`, and why.
        problems: sentences.
    """

    root: str | None = None
    commit: str | None = None
    branch: str | None = None
    dirty: bool | None = None
    remote: str | None = None
    name: str | None = None
    email: str | None = None
    patch: bytes | None = None
    patch_exact: bool = True
    untracked: tuple[Untracked, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Git:
    """One work tree and the time that may be spent on it."""

    root: str
    deadline: float
    problems: list[str] = field(default_factory=list)

    def ask(self, *args: str, max_bytes: int = 2**20) -> Output | None:
        """Return the answer, or None and a problem."""
        left = self.deadline - time.monotonic()
        command = ["git", *_SAFE.split(), *args]
        asked = attempt(
            f"git {args[0]}", lambda: ask(command, timeout_s=left, max_bytes=max_bytes, cwd=self.root, env=_env())
        )
        output = asked.value
        if output is None:
            missing = "FileNotFoundError" in (asked.problem or "")
            self.problems.append("git is not installed" if missing else f"git {args[0]} could not be run")
        elif output.timed_out:
            self.problems.append(f"git {args[0]} took too long")
        return output


class _Status(NamedTuple):
    commit: str | None
    branch: str | None
    changed: bool
    untracked: list[str]


def git_state(cwd: str, *, timeout_s: float = 10.0) -> GitState:
    """Read the state of the work tree that holds `cwd`; costs 10 to 20 ms in a small one.

    Never raises: what could not be read is None and a sentence in `problems`.
    """
    state = attempt("git", lambda: _read(cwd, timeout_s))
    return state.value or GitState(problems=(redact_text(state.problem or "git"),))


def _read(cwd: str, timeout_s: float) -> GitState:
    root = find_root(cwd)
    if root is None:
        return GitState(problems=("not a git repository",))
    git = _Git(root, time.monotonic() + timeout_s)
    status = _status(git)
    if status is None:
        # Commit and address are quick to read even where the state of the files is not.
        git.deadline = max(git.deadline, time.monotonic() + 2.0)
        commit, branch = _head(git)
        remote, name, email = _config(git, branch)
        return GitState(root, commit, branch, None, remote, name, email, problems=tuple(git.problems))
    remote, name, email = _config(git, status.branch)
    patch, exact, skipped = _patch(git, status) if status.changed else (None, True, [])
    files, left_out = read_untracked(root, status.untracked, deadline=git.deadline)
    return GitState(
        root=root,
        commit=status.commit,
        branch=status.branch,
        dirty=status.changed or bool(status.untracked),
        remote=remote,
        name=name,
        email=email,
        patch=patch,
        patch_exact=exact and not skipped,
        untracked=tuple(files),
        left_out=(*skipped, *left_out),
        problems=tuple(git.problems),
    )


def _env() -> dict[str, str]:
    # A surrounding hook or alias sets variables that point git elsewhere.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT}
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }


def _status(git: _Git) -> _Status | None:
    asked = git.ask(
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--no-renames", max_bytes=MAX_STATUS
    )
    if asked is None or asked.timed_out:
        return None
    if asked.cut:
        git.problems.append("there are more untracked files than can be listed")
    elif asked.status != 0:
        git.problems.append(f"git status failed with status {asked.status}: is the folder owned by somebody else?")
        return None
    commit = branch = None
    changed, untracked = False, []
    for record in asked.text.split(b"\0")[:-1]:
        line = os.fsdecode(record)
        if line.startswith("# branch.oid "):
            commit = None if line.endswith("(initial)") else line[13:]
        elif line.startswith("# branch.head "):
            branch = None if line.endswith("(detached)") else line[14:]
        elif line.startswith("? "):
            untracked.append(line[2:])
        elif line[:2] in {"1 ", "2 ", "u "}:
            changed = True
            _note_submodule(git, line)
    return _Status(commit, branch, changed, untracked)


def _note_submodule(git: _Git, line: str) -> None:
    state = line.split(" ", 3)[2]
    if state.startswith("S") and state[2:] != "..":
        path = line.split(" ", 8)[-1]
        git.problems.append(f"submodule {path} has changes of its own, which are not in the patch")


def _head(git: _Git) -> tuple[str | None, str | None]:
    commit = git.ask("rev-parse", "--verify", "-q", "HEAD")
    branch = git.ask("symbolic-ref", "-q", "--short", "HEAD")
    return _line(commit), _line(branch)


def _line(output: Output | None) -> str | None:
    return None if output is None or output.status != 0 else os.fsdecode(output.text).strip() or None


def _config(git: _Git, branch: str | None) -> tuple[str | None, str | None, str | None]:
    """Return the address of the remote, and name and e-mail of the person."""
    asked = git.ask("config", "-z", "--get-regexp", r"^(remote\..*\.url|branch\..*\.remote|user\.(name|email))$")
    if asked is None:
        return None, None, None
    found: dict[str, str] = {}
    for pair in os.fsdecode(asked.text).split("\0"):
        key, _, value = pair.partition("\n")
        # Of several addresses of a remote the first is fetched from; of several names the last counts.
        if not key.startswith("remote.") or key not in found:
            found[key] = value
    remotes = [found.get(f"branch.{branch}.remote", "origin"), "origin"]
    url = next((found[key] for name in remotes if (key := f"remote.{name}.url") in found), None)
    url = url or next((value for key, value in found.items() if key.startswith("remote.")), None)
    return redact_url(url) if url else None, found.get("user.name"), found.get("user.email")


def _patch(git: _Git, status: _Status) -> tuple[bytes | None, bool, list[LeftOut]]:
    from runlake.capture.patch import clean_patch

    base = status.commit or _EMPTY_TREE
    asked = git.ask(
        *_DIFF.split(),
        "--src-prefix=a/",
        "--dst-prefix=b/",
        base,
        "--",
        max_bytes=MAX_PATCH,
    )
    if asked is None or asked.timed_out or (asked.status != 0 and not asked.cut):
        return None, False, [LeftOut("uncommitted changes", "git diff gave no answer")]
    return clean_patch(asked.text, cut=asked.cut)
