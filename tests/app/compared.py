"""Five runs that differ in all that Compare can show, and two hostile ones."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import runlake
from app.made import KEY, MARKUP
from runlake import media
from runlake.capture import Context, Entry, Environment, GitState, Who
from runlake.capture.untracked import Untracked
from runlake.clock import SystemClock
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMIT, OTHER_COMMIT = "a" * 40, "b" * 40
NAMES = ("one", "two", "three", "four", "five")
PACKAGES = (
    ("numpy==1.9", "same==1.0", "gone==2.0"),
    ("numpy==1.10", "same==1.0"),
    ("numpy==1.8", "same==1.0", "new==3.0rc1"),
    ("numpy==1.9", "same==1.0", "gone==2.0"),
    ("numpy==unknown", "same==1.0", "gone==2.0"),
)
EXAMPLES = 12
HOSTILE_NAMES = (MARKUP, f"{MARKUP} again")


def log(store: str) -> list[str]:
    """Log them all and deliver them; return the ids of the five."""
    ids = [_run(store, at) for at in range(len(NAMES))]
    for name in HOSTILE_NAMES:
        _hostile(store, name)
    drain(store)
    return ids


def patch(changed: str) -> bytes:
    """A patch of one line in the middle of a file."""
    return (
        "diff --git a/train.py b/train.py\nindex 1..2 100644\n--- a/train.py\n+++ b/train.py\n"
        f"@@ -40,3 +40,3 @@\n def model():\n-    rate = 0.1\n+    rate = {changed}\n     return rate\n"
    ).encode()


def answer(run: int, example: int) -> str:
    """What a run says of an example; run 0 is right but for example 5."""
    truth = "ham" if example % 2 else "spam"
    wrong = (run == 0 and example == 5) or (run > 0 and (example * run) % 7 == 3)
    return {"ham": "spam", "spam": "ham"}[truth] if wrong else truth


def label(example: int) -> str:
    """What an example is."""
    return "ham" if example % 2 else "spam"


def _context(at: int, name: str, files: Mapping[str, bytes]) -> Context:
    untracked = tuple(
        Untracked(path, len(content), hashlib.sha256(content).hexdigest(), content, byte_exact=True)
        for path, content in files.items()
    )
    changed = patch(("0.2", "0.3", "0.2", "", "")[at]) if at < 3 else None
    git = GitState(
        root="/home/somebody/code",
        commit=OTHER_COMMIT if at == 4 else COMMIT,
        branch="main",
        dirty=changed is not None or bool(files),
        remote="https://git.example/code.git",
        patch=changed,
        untracked=untracked,
    )
    machine = Environment(python_version=f"3.1{at}.0", platform="Linux", cpu="CPU", packages=PACKAGES[at])
    return Context.fixed(
        clock=SystemClock(),
        who=Who("ana", host="birch", command=f"python train.py --run {name}"),
        entry=Entry("script", "train.py", "/home/somebody/code"),
        git=git,
        environment=machine,
        seeds={"python": at},
    )


def _run(store: str, at: int) -> str:
    files = {"notes.txt": f"line\nfor run {at}\n".encode()} if at < 2 else {}
    with runlake.start_run("compared", NAMES[at], store=store, context=_context(at, NAMES[at], files)) as run:
        for step in range(30):
            run.log({"loss": (at + 1) / (step + 3)}, step=step)
        for step in (0, 10, 20) if at != 1 else (0, 15):
            run.log(
                {
                    "seen": [media.Image([[step * 9, at * 40]] * 2, caption=f"{NAMES[at]} at {step}")] * 2,
                    "weights": media.Histogram([at, at + 1.0, at + 2.0, step / 10], bins=4),
                    "said": media.Text(f"run {at} at step {step}"),
                },
                step=step,
            )
        # The last run lacks an example, and the fourth has one twice.
        kept = [*range(EXAMPLES - (at == 4)), *([0] if at == 3 else [])]
        rows = {
            "example_id": [f"e{example:02}" for example in kept],
            "label": [label(example) for example in kept],
            "prediction": [answer(at, example) for example in kept],
            "confidence": [0.5 + ((example * (at + 3)) % 10) / 20 for example in kept],
        }
        run.log({"answers": media.Table(rows)}, step=20)
        if at < 2:
            for step in (10, 20):
                few = {"example_id": ["e00", "e01"], "prediction": ["spam", "ham" if at == 0 or step == 20 else "spam"]}
                run.log({"second": media.Table(few)}, step=step)
        lines = [f"epoch {epoch} loss {(at + 1) / (epoch + 3):.4f}" for epoch in range(4)]
        run.log_console([("stdout", "starting"), *(("stdout", line) for line in lines)])
        if at == 1:
            run.log_console([("stderr", "UserWarning: the rate is large"), ("stderr", "ValueError: no more rows")])
    return run.id


def _hostile(store: str, name: str) -> None:
    hostile = f"<img src=x onerror=alert(1)> {MARKUP} \u202egnp.exe".encode()
    # A file's name cannot have what a path cannot, but markup it can.
    with runlake.start_run("hostile", name, store=store, context=_context(0, name, {f"<b>{name[:2]}": hostile})) as run:
        run.log({KEY: media.Table({KEY: [name, MARKUP], "said": [name, "=1+1"], "label": ["@x", None]})}, step=1)
        run.log({f"text {KEY}": media.Text(name), f"h {KEY}": media.Histogram([1.0, 2.0])}, step=1)
        run.log({f"m {KEY}": 1.0}, step=0)
        run.log_console([("stdout", name), ("stderr", f"Error: {MARKUP}")])
