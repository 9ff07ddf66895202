"""Which process a journal belongs to, and whether that process is still alive.

A pid alone proves nothing: it is reused, it repeats in every container, and it means another
process after a reboot. So a process is named by machine, boot, pid namespace, pid and start time.
"""

from __future__ import annotations

import functools
import json
import os
import platform
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Owner:
    """One process, told apart from every other one.

    Attributes:
        machine: id of the installation, else of its network hardware.
        boot: id of this boot of the machine; "" where the platform has none.
        namespace: the pid namespace; "" where the platform has none.
        pid: process id inside that namespace.
        started: start time of the process in the platform's own unit.
        uid: the account that owns it; -1 where the platform has none.
    """

    machine: str
    boot: str
    namespace: str
    pid: int
    started: str
    uid: int

    def to_json(self) -> str:
        """Write the owner as one JSON object."""
        return json.dumps(asdict(self))


def this_process() -> Owner:
    """Name the calling process."""
    pid = os.getpid()
    return Owner(
        machine_id(), boot_id(), pid_namespace(), pid, process_started(pid) or "", getattr(os, "getuid", lambda: -1)()
    )


@functools.cache
def machine_id() -> str:
    """Return an id that stays with this installation."""
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        if text := _read(path):
            return text
    return f"{platform.node()}-{uuid.getnode():012x}"


@functools.cache
def boot_id() -> str:
    """Return an id of this boot, "" where the platform has none."""
    return _read("/proc/sys/kernel/random/boot_id")


@functools.cache
def pid_namespace() -> str:
    """Return the pid namespace of this process, "" where the platform has none."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def process_started(pid: int) -> str | None:
    """Return when a process started, in clock ticks on Linux; None where there is no such process."""
    stat = _read(f"/proc/{pid}/stat")
    if stat:
        # the name of the command may hold spaces and parentheses: count fields from the last one
        fields = stat[stat.rindex(")") + 2 :].split()
        return None if fields[0] in {"Z", "X"} else fields[19]
    if Path("/proc/self/stat").exists():
        return None
    import psutil  # slow to import, and needed only where there is no /proc

    try:
        return repr(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def _read(path: str) -> str:
    try:
        # a process may call itself by any bytes
        return Path(path).read_text(errors="replace").strip()
    except OSError:
        return ""
