"""The machine and the software that a run ran on.

What cannot change while a process lives is read once; packages are read again when a folder of
`sys.path` has changed. No library is imported for it: torch and NumPy are asked where they are loaded.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from runlake.capture.guard import attempt
from runlake.capture.processes import ask
from runlake.capture.redact import redact_env, redact_text, redact_url

MAX_PACKAGES = 5000
_HEADER = re.compile(r"^(Name|Version): *(\S+) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Environment:
    """What a run ran on.

    Attributes:
        python_version: "3.11.7".
        platform: operating system and its version.
        cpu: model and number of logical cores.
        memory_bytes: physical memory.
        gpu: models, separated by commas; None where there is none.
        packages: "name==version" sorted by name, with " @ <origin>" where one is recorded.
        facts: all further facts, as plain JSON values.
        problems: sentences.
    """

    python_version: str | None = None
    platform: str | None = None
    cpu: str | None = None
    memory_bytes: int | None = None
    gpu: str | None = None
    packages: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read_environment() -> Environment:
    """Read what this process runs on; never raises.

    The first call costs some 50 ms (several hundred where there is a GPU), later ones under 1 ms.
    """
    machine = _machine()
    packages = attempt("packages", lambda: _packages(_path_state()))
    gpus = machine["gpus"]
    facts = {key: value for key, value in machine.items() if value not in (None, [], {})}
    facts |= {"env": redact_env(os.environ), "libraries": _libraries()}
    return Environment(
        python_version=machine["python"]["version"],
        platform=machine["os"]["platform"],
        cpu=f"{machine['cpu']['model'] or machine['os']['machine']} ({machine['cpu']['logical_cores']} cores)",
        memory_bytes=machine["memory_bytes"],
        gpu=", ".join(gpu["name"] for gpu in gpus) or None,
        packages=packages.value or (),
        facts=facts,
        problems=() if packages.problem is None else (redact_text(packages.problem),),
    )


@cache
def _machine() -> dict[str, Any]:
    import platform

    gpus, driver = attempt("gpu", _gpus).value or ([], None)
    return {
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "compiler": platform.python_compiler(),
            "flags": {name: getattr(sys.flags, name) for name in ("optimize", "hash_randomization", "utf8_mode")},
        },
        "os": {
            "platform": platform.platform(),
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "libc": " ".join(attempt("libc", platform.libc_ver).value or ()).strip(),
        },
        "cpu": {
            "model": attempt("cpu", _cpu_model).value,
            "logical_cores": os.cpu_count(),
            "usable_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "limit": attempt("cpu limit", _cpu_limit).value,
        },
        "memory_bytes": attempt("memory", _memory).value,
        "memory_limit_bytes": attempt("memory limit", _memory_limit).value,
        "gpus": gpus,
        "nvidia_driver": driver,
        "container": attempt("container", _container).value,
    }


def _read(path: str, limit: int = 65_536) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - a file of the kernel
        return file.read(limit)


def _cpu_model() -> str | None:
    import platform

    if sys.platform == "darwin":
        answer = ask(["sysctl", "-n", "machdep.cpu.brand_string"], timeout_s=2.0)
        return answer.text.decode("utf-8", "replace").strip() or None
    if sys.platform.startswith("linux"):
        found = re.search(r"^(?:model name|Model|Hardware)\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
        return found[1].strip() if found else platform.processor() or None
    return platform.processor() or None


def _memory() -> int:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    import psutil

    return int(psutil.virtual_memory().total)


def _cpu_limit() -> float | None:
    quota, period = _read("/sys/fs/cgroup/cpu.max").split()
    return None if quota == "max" else int(quota) / int(period)


def _memory_limit() -> int | None:
    limit = _read("/sys/fs/cgroup/memory.max").strip()
    return None if limit == "max" else int(limit)


def _container() -> dict[str, str] | None:
    """Return what of the container can be seen from inside: its id often cannot."""
    inside = next((kind for kind, mark in _MARKS if os.path.exists(mark)), None)  # noqa: PTH110 - two fixed paths
    text = _read("/proc/self/mountinfo", 2**20) if sys.platform.startswith("linux") else ""
    found = re.search(r"/(?:containers|sandboxes|docker)/([0-9a-f]{64})/", text)
    if found:
        return {"runtime": inside or "container", "id": found[1]}
    return {"runtime": inside} if inside else None


_MARKS = (("docker", "/.dockerenv"), ("podman", "/run/.containerenv"))


def _gpus() -> tuple[list[dict[str, Any]], str | None]:
    import shutil

    program = shutil.which("nvidia-smi")
    if program is None:
        return [], None
    query = "--query-gpu=name,memory.total,driver_version"
    answer = ask([program, query, "--format=csv,noheader,nounits"], timeout_s=10.0)
    rows = [[cell.strip() for cell in line.split(",")] for line in answer.text.decode("utf-8", "replace").splitlines()]
    good = [row for row in rows if len(row) == 3]
    gpus = [{"name": row[0], "memory_bytes": int(row[1]) * 2**20 if row[1].isdigit() else None} for row in good]
    return gpus, good[0][2] if good else None


def _libraries() -> dict[str, Any]:
    """Ask loaded libraries what they were built with and how they are set: how determinate results are."""
    return attempt("torch", _torch).value or {}


def _torch() -> dict[str, Any]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "version"):
        return {}
    cudnn = getattr(getattr(torch, "backends", None), "cudnn", None)
    return {
        "torch": {
            "cuda": torch.version.cuda,
            "deterministic_algorithms": bool(torch.are_deterministic_algorithms_enabled()),
            "cudnn_deterministic": getattr(cudnn, "deterministic", None),
            "cudnn_benchmark": getattr(cudnn, "benchmark", None),
            "cudnn_tf32": getattr(cudnn, "allow_tf32", None),
        }
    }


def _path_state() -> tuple[tuple[str, int], ...]:
    """A value that changes when a package may have been installed or removed."""
    state = []
    for folder in sys.path:
        found = attempt("path", lambda folder=folder: os.stat(folder or ".").st_mtime_ns)  # type: ignore[misc]  # noqa: PTH116
        state.append((folder, found.value or 0))
    return tuple(state)


_known_packages: dict[tuple[tuple[str, int], ...], tuple[str, ...]] = {}


def _packages(state: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    if state not in _known_packages:
        _known_packages.clear()
        _known_packages[state] = _installed()
    return _known_packages[state]


def _installed() -> tuple[str, ...]:
    from importlib.metadata import distributions

    found: dict[str, str] = {}
    for package in distributions():
        line = attempt("package", lambda package=package: _line(package)).value  # type: ignore[misc]
        # The first of a name on the path is the one that is imported.
        if line is not None and len(found) < MAX_PACKAGES:
            found.setdefault(re.split("==", line)[0].lower().replace("_", "-"), line)
    return tuple(found[name] for name in sorted(found))


def _line(package: Any) -> str | None:
    import json

    name, version = _named(package)
    if not name:
        return None
    origin = package.read_text("direct_url.json")
    if not origin:
        return f"{name}=={version}"
    facts = json.loads(origin)
    url = redact_url(str(facts.get("url", "")))
    commit = facts.get("vcs_info", {}).get("commit_id")
    editable = " (editable)" if facts.get("dir_info", {}).get("editable") else ""
    return f"{name}=={version} @ {url}{'@' + commit if commit else ''}{editable}"


def _named(package: Any) -> tuple[str | None, str | None]:
    """Read name and version from the head of the metadata: parsing all of it takes twenty times as long."""
    text = package.read_text("METADATA") or package.read_text("PKG-INFO") or ""
    head = text[: text.find("\n\n")] if "\n\n" in text else text
    facts = dict(_HEADER.findall(head))
    return facts.get("Name"), facts.get("Version")


def digest_of(state: bytes) -> str:
    """Return the short digest that stands for the state of a random generator."""
    return "sha256:" + hashlib.sha256(state).hexdigest()[:32]
