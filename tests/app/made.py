"""Stores that the dashboard is shown: empty, like a real one, hostile."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import plotly.graph_objects as go

import runlake
from runlake import media
from runlake.actions import create_experiment, local_actor

if TYPE_CHECKING:
    import pytest

MARKUP = "![x](http://evil.example/x.png) <b>bold</b> `code` :material/delete: :red[r] $x$ www.evil.example Ω漢字"

# A key is a path, so the slashes of the markup would make it one of many parts.
KEY = MARKUP.replace("/", "|")
EXAMPLES = 60


def emptied(store: str) -> None:
    """Make a store with an experiment and no run."""
    create_experiment(store, path="nothing/yet", actor=local_actor(client="cli"), reason=None)


def log_sample(store: str, patch: pytest.MonkeyPatch) -> None:
    """Log twelve runs of three people, of which one fails."""
    for number in range(12):
        patch.setenv("RUNLAKE_USER", ("ana", "bo", "chen")[number % 3])
        model = ("forest", "boosting")[number % 2]
        run = runlake.start_run(
            ("fraud/baseline", "fraud/tuning", "wine")[number % 3],
            name=f"train_{model}_v{number}",
            params={"model": model, "depth": number, "lr.max": 10.0**-number},
            tags={"stage": "dev"},
            hypothesis="Depth helps." if number in (0, 3) else None,
            store=store,
            capture=False,
        )
        for step in range(60):
            run.log({"val/f1": 1 - math.exp(-step / 9) - number / 100, "loss": 1 / (step + 1)}, step=step)
        run.summary["test/f1"] = 0.5 + number / 100
        if number < 4 and number % 3 < 2:
            run.note(conclusion=("It does.", "")[number % 3])
        run.log_dataset(None, "mails", version=f"v{1 + number // 6}", role="train")
        run.log_dataset(None, "holdout", version="sha256:" + "0123456789abcdef" * 4, role="test")
        labels, scores = judged(number)
        words = {"words": [f"mail {at}" for at in range(EXAMPLES)]}
        ids = [f"row-{at}" for at in range(EXAMPLES)]
        run.log(
            {"test": media.classification(labels, scores, classes=["ham", "spam"], ids=ids, examples=words)}, step=59
        )
        for step in (0, 59):
            run.log({"seen": media.Image([[step * 4, 255]] * 2, caption=f"step {step}")}, step=step)
        run.finish("failed" if number == 5 else "finished")


def log_few(store: str) -> None:
    """Log three runs, for a test that changes them."""
    for name in ("first", "second", "third"):
        with runlake.start_run("few", name, store=store, capture=False) as run:
            run.log({"loss": 1.0}, step=0)


def judged(number: int) -> tuple[list[int], list[float]]:
    """Labels and scores of a run by its number; all runs have seen the same examples."""
    labels = [int(at % 3 == 0) for at in range(EXAMPLES)]
    scores = [round((0.45 * label + 0.55 * ((at * (7 + number)) % 61) / 61), 4) for at, label in enumerate(labels)]
    return labels, scores


def log_hostile(store: str) -> None:
    """Log one run with markup wherever text goes, 300 metrics and no finite number."""
    run = runlake.start_run(
        "a/[b](http:evil.example)/<i>",
        name=MARKUP,
        params={"nan": math.nan, "formula": "=1+1", MARKUP.replace(".", " "): MARKUP},
        tags={"a b": [MARKUP]},
        notes=MARKUP,
        hypothesis=MARKUP,
        store=store,
        capture=False,
    )
    run.log_dataset(None, MARKUP, version=MARKUP, role=MARKUP)
    run.log({f"m{n:03d} {MARKUP[:30]}": math.nan if n % 2 else math.inf for n in range(300)})
    run.log({f"{kind} {KEY}": one for kind, one in hostile_media().items()}, step=1)
    run.finish()


def hostile_media() -> dict[str, media.Media]:
    """Media with markup wherever there is text, by their kind."""
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name=MARKUP, text=[MARKUP] * 2))
    figure.update_layout(title=MARKUP)
    figure.add_layout_image(source="https://evil.example/x.png", x=0, y=1)
    return {
        "image": media.Image([[0, 255]], caption=MARKUP),
        "table": media.Table({KEY: [MARKUP, None]}, caption=MARKUP),
        "text": media.Text(MARKUP),
        "html": media.Html(f"<script>alert(1)</script>{MARKUP}"),
        "figure": media.Figure(figure),
        "map": media.Figure(go.Figure(go.Scattergeo(lat=[1], lon=[2]))),
        "histogram": media.Histogram([math.nan, math.inf]),
        "audio": media.Audio([0.0, 0.5], sample_rate=8000),
        "no video": media.Video(b"GIF89a broken"),
        "classes": media.classification([MARKUP, "b", "b"], [0.1, math.nan, 0.9], ids=[KEY, "2", "3"]),
        "numbers": media.regression([1.0, math.nan], [math.inf, 2.0]),
    }
