"""Who works in the laboratory of the sample, where, and by what clock. All of it is invented."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from code_trees import changed
from runlake.actions import Actor
from runlake.capture import Context, Entry, Environment, GitState, Who
from runlake.version import VERSION

if TYPE_CHECKING:
    from studies import Plan

# The versions are those that the numbers were really made with; the machine around them is invented.
PACKAGES = tuple(f"{name}=={version(name)}" for name in ("joblib", "numpy", "scikit-learn", "scipy", "threadpoolctl"))
MACHINE = Environment(
    python_version="3.11.9",
    platform="Linux-6.8-x86_64",
    cpu="Sample CPU (16 cores)",
    memory_bytes=64 * 2**30,
    packages=PACKAGES,
    facts={"cpu": {"model": "Sample CPU", "logical_cores": 16}, "memory_bytes": 64 * 2**30},
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who trains models, and the machine that they do it on."""

    user: str
    full_name: str
    host: str
    team: str
    uid: int

    @property
    def email(self) -> str:
        """Their address, in a domain that is kept for examples."""
        return f"{self.user}@lab.example"

    @property
    def home(self) -> str:
        """Their home directory."""
        return f"/home/{self.user}"

    @property
    def directory(self) -> str:
        """Where they keep their checkout."""
        return f"{self.home}/studies"


PEOPLE = {
    person.user: person
    for person in (
        Person("ana", "Ana Ferreira", "birch", "diagnostics", 1001),
        Person("bo", "Bo Lindqvist", "rowan", "diagnostics", 1002),
        Person("chen", "Chen Wei", "alder", "vision", 1003),
        Person("eve", "Eve Okafor", "maple", "chemistry", 1004),
    )
}


def who(person: Person, command: str) -> Who:
    """Describe a person at their machine."""
    return Who(
        user=person.user,
        user_source="login",
        process_owner=person.user,
        uid=person.uid,
        git_name=person.full_name,
        email=person.email,
        host=person.host,
        pid=20_000 + int(digest(person.user + command)[:3], 16),
        home=person.home,
        cwd=person.directory,
        executable=f"{person.directory}/.venv/bin/python",
        command=f"python {command}",
    )


def context(person: Person, clock: StoryClock, plan: Plan) -> Context:
    """Say where the facts of a run come from: nothing in them is of the machine that really trains."""
    study = plan.experiment.partition("/")[0]
    script = f"{study}/train.py"
    patch, untracked = changed(plan)
    is_dirty = patch is not None or bool(untracked)
    git = GitState(
        root=person.directory,
        commit=digest(f"{study} in week {plan.start:%V}")[:40],
        branch="step-size" if plan.name == "mlp_hot" else "main",
        dirty=is_dirty,
        remote="https://git.lab.example/studies.git",
        name=person.full_name,
        email=person.email,
        patch=patch,
        untracked=untracked,
    )
    return Context.fixed(
        clock=clock,
        who=who(person, f"{script} --model {plan.trainer} --seed {plan.seed}"),
        entry=Entry("script", script, f"{person.directory}/{study}"),
        git=git,
        environment=machine(person, plan),
        seeds={"random_state": plan.seed},
    )


def machine(person: Person, plan: Plan) -> Environment:
    """Describe the machine of a person on a day. What the laboratory wrote itself has come on in between."""
    days = (plan.start - when(1, 0)).days
    own = {"lab-features": "0.9.0rc1" if days < 7 else "0.9.0", "lab-plots": "1.10.0" if days < 7 else "1.9.2"}
    if plan.trainer == "boosting":
        own["lab-boosting"] = "0.3.1"
    packages = sorted((*PACKAGES, *(f"{name}=={release}" for name, release in own.items())))
    gpu = "Sample GPU 24G" if person.team == "vision" else None
    threads = {"OMP_NUM_THREADS": "1" if plan.trainer == "mlp" else "4"}
    return replace(MACHINE, packages=tuple(packages), gpu=gpu, facts=MACHINE.facts | {"env": threads})


def actor(person: Person, client: str = "cli") -> Actor:
    """Return the person as somebody who changes the lake."""
    known = who(person, "")
    facts = {name: value for name, value in known.columns().items() if name not in {"user", "pid", "command"}}
    return Actor(user=person.user, client=f"{client} {VERSION}", facts=facts)


def digest(text: str) -> str:
    """Make hex digits that look like a commit and follow from the text."""
    return hashlib.sha256(text.encode()).hexdigest()


class StoryClock:
    """A clock that stands still unless it is moved on, so that times repeat as numbers do."""

    def __init__(self, start: datetime) -> None:
        self._now_us = round(start.timestamp() * 1_000_000)

    def now_us(self) -> int:
        """Microseconds since 1970, UTC."""
        return self._now_us

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now_us += round(seconds * 1_000_000)


def when(day: int, hour: float) -> datetime:
    """Return a moment of the story: day 1 is Monday, 12 January 2026."""
    start = datetime(2026, 1, 12, tzinfo=UTC).timestamp()
    return datetime.fromtimestamp(start + (day - 1) * 86_400 + hour * 3_600, tz=UTC)


def run_id(experiment: str, name: str, start: datetime) -> str:
    """Make a UUIDv7 whose random part follows from the names, so that a rebuilt store keeps its links."""
    digest = int.from_bytes(hashlib.sha256(f"{experiment}:{name}".encode()).digest()[:10], "big")
    stamp = round(start.timestamp() * 1_000)
    high, low = (digest >> 62) & 0xFFF, digest & ((1 << 62) - 1)
    return str(uuid.UUID(int=stamp << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low))
