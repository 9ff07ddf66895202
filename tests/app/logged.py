"""Runs with everything that a Run page can show, for the tests of the Run and the Compare page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import runlake
from app.made import KEY, MARKUP, hostile_media
from runlake import media
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from pathlib import Path

    from runlake import Run

STEPS = 3000
METRICS, PARAMS = 300, 5000


@dataclass(frozen=True)
class Logged:
    """Ids of the runs."""

    full: str
    child: str
    failed: str
    hostile: str
    twin: str
    media: str
    running: Run


def log(store: str, folder: Path) -> Logged:
    """Log the runs; the last one stays open."""
    full = _full(store, folder)
    with runlake.start_run(
        "wine/forest", "leaf", params={"depth": 3}, parent=full, store=store, capture=False
    ) as child:
        child.log({"val/loss": 0.5, "loss": 0.25}, step=0)
        child.log({"val/loss": 0.4, "loss": 0.125}, step=1)
        child.log_console([("stdout", "epoch 0"), ("stderr", "Warning: shallow"), ("stdout", "epoch 1")])
    failed = _failed(store)
    hostile, twin = _hostile(store), _hostile(store)
    running = runlake.start_run("live", "still going", store=store, capture=False)
    for step in range(5):
        running.log({"val/loss": 1 / (step + 1)}, step=step)
    drain(store)
    return Logged(full, child.id, failed, hostile, twin, _media(store), running)


def _full(store: str, folder: Path) -> str:
    table = folder / "wine.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with runlake.start_run(
        "wine/forest",
        "root",
        params={"depth": 7, "model": "forest", "rate": 0.5},
        tags={"stage": "dev", "team": ["risk", "fraud"]},
        notes="Written *down*.",
        hypothesis="Deeper is better.",
        expected_outcome="AUC above 0.9",
        store=store,
        capture=False,
    ) as run:
        for step in range(STEPS):
            run.log({"val/loss": 1 / (step + 1), "loss": 2 / (step + 1), "lr": 0.1}, step=step)
        run.log({"loss": math.nan, "val/loss": math.inf}, step=STEPS)
        run.log({"test/auc": 0.91})
        run.log({"phase": "warm-up", "flags": [1, 2]}, step=7)
        run.summary["auc"] = 0.91
        run.summary["verdict"] = "keep"
        run.log_artifact(b'{"auc": 0.91}', "metrics.json")
        run.log_artifact(b"first", "notes.txt")
        run.log_artifact(b"second", "notes.txt")
        run.log_artifact(b"<html><script>alert(1)</script></html>", "report.html")
        run.log_reference("s3://bucket/model.bin", "model.bin")
        run.log_dataset(table, "wine", role="train")
        run.note(conclusion="It is.")
    return run.id


def _failed(store: str) -> str:
    run = runlake.start_run("wine/forest", "exploding", params={"depth": "7"}, store=store, capture=False)
    for step in range(3):
        run.log({"loss": math.nan}, step=step)
    run.finish("failed")
    return run.id


def _hostile(store: str) -> str:
    with runlake.start_run(
        "a/[b](http:evil.example)/<i>",
        MARKUP,
        params={f"p{number:04d} {KEY}": MARKUP for number in range(PARAMS)},
        tags={KEY: [MARKUP, "javascript:alert(1)"]},
        notes=MARKUP * 20,
        hypothesis=MARKUP,
        store=store,
        capture=False,
    ) as run:
        for step in range(2):
            run.log({f"m{n:03d} {KEY}": (math.nan, math.inf, -math.inf)[n % 3] for n in range(METRICS)}, step=step)
        run.log({f"text {KEY}": MARKUP}, step=0)
        run.summary[KEY] = MARKUP
        run.log_artifact(MARKUP.encode(), "read me.md")
        run.log_artifact(b"\x89PNG\r\n\x1a\nbroken", "broken.png")
        run.log_reference("javascript:alert(1)", "link")
        run.log({f"{kind} {KEY}": one for kind, one in hostile_media().items()}, step=1)
    return run.id


def _media(store: str) -> str:
    with runlake.start_run("media", "seen", store=store, capture=False) as run:
        for step in range(0, 30, 10):
            shade = [[step * 8] * 4] * 4
            run.log(
                {
                    "samples": [media.Image(shade, caption=f"number {at} at {step}") for at in range(3)],
                    "weights": media.Histogram([step, step + 1, step + 2], bins=3),
                    "said": media.Text(f"at step {step}"),
                },
                step=step,
            )
        run.log({"rows": media.Table({"id": [1, 2], "label": ["cat", "dog"]}, caption="Two of them")}, step=10)
        labels, scores = [0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.6, 0.4, 0.8, 0.9]
        for step, moved in ((10, 0.05), (20, 0.0)):
            given: dict[str, Any] = {
                "classes": ["ham", "spam"],
                "ids": list("abcdef"),
                "examples": {"text": list("uvwxyz")},
            }
            run.log({"test": media.classification(labels, [s - moved for s in scores], **given)}, step=step)
        run.log({"fit": media.regression([1.0, 2.0, 3.0], [1.5, 2.0, 2.0])}, step=20)
    return run.id
