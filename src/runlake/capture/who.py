"""Who starts a run, and from where: the only facts that name a person or a machine."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from functools import lru_cache

from runlake.capture.guard import attempt
from runlake.capture.redact import redact_args, redact_text

LONGEST_COMMAND = 8_192


@dataclass(frozen=True, slots=True)
class Who:
    """A person at a machine, as columns of `identities`; nothing in it is verified.

    Attributes:
        user: `RUNLAKE_USER`, else the login name.
        user_source: RUNLAKE_USER or login.
        process_owner: account of the process by the operating system; differs from `user` where one is claimed.
        command: command line with its paths, redacted.
        git_name, email: as git is configured; known only once git was asked.
    """

    user: str
    user_source: str = "settings"
    process_owner: str | None = None
    uid: int | None = None
    git_name: str | None = None
    email: str | None = None
    host: str | None = None
    pid: int | None = None
    home: str | None = None
    cwd: str | None = None
    executable: str | None = None
    command: str | None = None

    def columns(self) -> dict[str, object]:
        """Return the columns of `identities`, all but `ts` and `actor_id`."""
        facts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: redact_text(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}

    def hide(self, text: str) -> str:
        """Show the home directory as ~, and the names of person and machine inside of paths as <user> and <host>."""
        text = tilde(text, self.home)
        for name, stand_in in ((self.user, "<user>"), (self.process_owner, "<user>"), (self.host, "<host>")):
            if name and f"/{name}" in text:
                text = _part_of_path(name).sub(stand_in, text)
        return text


def tilde(text: str, home: str | None) -> str:
    """Show the home directory as ~ wherever it begins a path."""
    if not home or len(home) < 2 or home not in text:
        return text
    return _home(home.rstrip("/\\")).sub("~", text)


@lru_cache(maxsize=16)
def _home(home: str) -> re.Pattern[str]:
    return re.compile(r"(?:(?<=file://)|(?<![\w./~-]))" + re.escape(home) + r"(?![\w.-])")


@lru_cache(maxsize=16)
def _part_of_path(name: str) -> re.Pattern[str]:
    return re.compile(r"(?<=[/\\])" + re.escape(name) + r"(?=[/\\]|[\s'\"]|$)")


def who_is_there() -> Who:
    """Read who runs this process; costs some 50 µs and starts no program, so git's name and e-mail are not in it."""
    uid = os.getuid() if hasattr(os, "getuid") else None
    owner = _account(uid)
    claimed = os.environ.get("RUNLAKE_USER", "").strip()
    user = claimed or _login() or owner or "unknown"
    return Who(
        user=user,
        user_source="RUNLAKE_USER" if claimed else "login",
        process_owner=owner,
        uid=uid,
        host=_host(),
        pid=os.getpid(),
        home=os.path.expanduser("~"),  # noqa: PTH111 - Path.home raises where there is none
        cwd=attempt("working directory", os.getcwd).value,
        executable=sys.executable or None,
        command=command_line(),
    )


def _login() -> str | None:
    # Like getpass.getuser, whose import costs more than all else here.
    names = (os.environ.get(name) for name in ("LOGNAME", "USER", "LNAME", "USERNAME"))
    return next((name for name in names if name), None)


@lru_cache(maxsize=8)
def _account(uid: int | None) -> str | None:
    if uid is None:
        return _login()

    def read() -> str:
        import pwd

        return pwd.getpwuid(uid).pw_name

    # A container may run under a uid that has no name.
    return attempt("account", read).value or str(uid)


def _host() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    import platform

    return platform.node()


def command_line() -> str:
    """Return how this process was started, redacted, quoted for a shell, at most 8,192 characters."""
    return _quoted(tuple(_arguments()))


def _arguments() -> list[str]:
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None and processes.parent_process() is not None:
        # A spawned worker was started by a line that says nothing; it keeps its parent's arguments.
        return [sys.executable, *sys.argv]
    return list(sys.orig_argv)


@lru_cache(maxsize=4)
def _quoted(args: tuple[str, ...]) -> str:
    import shlex

    text = shlex.join(redact_args(args))
    return text if len(text) <= LONGEST_COMMAND else text[: LONGEST_COMMAND - 6] + " [cut]"
