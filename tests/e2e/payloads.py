"""A store in which each text that somebody can write is an attack: scripts, markup, formulas, paths."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

import runlake
from runlake import actions, media
from runlake.capture import Context, Entry, Environment, GitState, Who
from runlake.clock import SystemClock
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Callable

# Each sets `window.pwned`, or asks another host for something, where it is read as anything but text.
SCRIPTS = (
    "<script>window.pwned=1</script>",
    '<img src=x onerror="window.pwned=2">',
    "<svg/onload=window.pwned=3>",
    '<iframe src="http://evil.example/frame">',
    "![x](http://evil.example/x.png)",
    "[x](javascript:window.pwned=4)",
    '<a href="javascript:window.pwned=5">x</a>',
    '"><style>@import "http://evil.example/x.css"</style>',
    "www.evil.example :material/delete: $\\href{http://evil.example}{x}$",
)
FORMULAS = ('=HYPERLINK("http://evil.example","x")', "+cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3+cmd")
TAB = "\t=1+1"  # values hold control characters, names and keys do not
PATHS = ("../../../../etc/passwd", "..\\..\\windows", "/etc/passwd", "file:///etc/passwd")
TURNED = "\u202eevil\u202c \u2066x"
ALL = " ".join((*FORMULAS, *SCRIPTS, *PATHS, TURNED))
KEY = ALL.replace("/", "|")  # a key is a path


def log(store: str) -> list[str]:
    """Log six runs and what people do to them; returns the ids of the runs."""
    # What else than `/` parts a path stays in its parts.
    experiment = f"{FORMULAS[0].replace('/', '|')}/{SCRIPTS[1].replace('/', '|')}"
    declared = actions.Details(
        description=ALL, owner=ALL, primary_metric=f"loss {KEY}", reducer="min", direction="minimize"
    )
    who = actions.local_actor(client="sdk")
    actions.create_experiment(store, experiment, declared, actor=who, reason=ALL)
    ids = [_run(store, experiment, number) for number in range(6)]
    drain(store)
    actions.set_tags(store, ids[:2], {KEY: [ALL, TAB, *FORMULAS]}, actor=who, reason=ALL)
    actions.note_run(store, ids[0], actor=who, reason=ALL, notes=ALL, conclusion=ALL)
    return ids


def _run(store: str, experiment: str, number: int) -> str:
    texts = (*FORMULAS, *SCRIPTS, *PATHS)
    context = Context.fixed(
        clock=SystemClock(),
        who=Who(user=ALL, host=ALL, home=ALL, cwd=ALL, command=ALL, git_name=ALL, email=ALL),
        entry=Entry("script", ALL, ALL),
        git=GitState(
            root=ALL, commit=f"{number:040x}", branch=ALL, dirty=True, remote=ALL, name=ALL, email=ALL,
            patch=f"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{ALL}\n+{number} {ALL}\n".encode(),
        ),
        environment=Environment(
            python_version=ALL, platform=ALL, cpu=ALL, gpu=ALL, packages=(f"{SCRIPTS[1]}=={number}", f"x=={ALL}"), facts={KEY: ALL}
        ),
        seeds={KEY: ALL},
    )  # fmt: skip
    with runlake.start_run(
        experiment,
        texts[number % len(texts)] if number else ALL,
        params={"depth": number, f"param {KEY}": texts[number], KEY: f"{ALL} {number % 2}", "tab": TAB},
        tags={KEY: [ALL]},
        notes=ALL,
        hypothesis=ALL,
        expected_outcome=ALL,
        store=store,
        context=context,
    ) as run:
        for step in range(4):
            run.log({f"loss {KEY}": 1 / (step + 1 + number), f"train/{KEY}": math.nan, f"val/{KEY}": step}, step=step)
        run.log({f"said {KEY}": ALL})
        run.summary[f"result {KEY}"] = ALL
        run.summary["score"] = 0.5 + number / 100
        run.log({f"{kind} {KEY}": made(number) for kind, made in MEDIA.items()}, step=3)
        run.log_artifact(ALL.encode(), "[x](javascript) =1+1 $x$.md")  # no more is let into the name of a file
        run.log_artifact(f"<html><body>{ALL}</body></html>".encode(), "page.html")
        run.log_artifact(
            f'<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=6">{SCRIPTS[0]}</svg>'.encode(), "x.svg"
        )
        run.log_artifact(f"a,b\n{FORMULAS[0]},{SCRIPTS[0]}\n".encode(), "table.csv")
        run.log_reference("javascript:window.pwned=7", "=reference $x$ [x](y)")
        run.log_dataset(np.arange(6.0).reshape(3, 2) + number % 2, KEY, role="train")
    return run.id


MEDIA: dict[str, Callable[[int], media.Media]] = {
    "image": lambda number: media.Image([[0, 40 * number]], caption=ALL),
    "table": lambda number: media.Table({"id": [*FORMULAS], KEY: [f"{ALL} {number % 2}"] * len(FORMULAS)}, caption=ALL),
    "text": lambda _: media.Text(ALL),
    "html": lambda _: media.Html(ALL),
    "classes": lambda number: media.classification(
        [ALL, "b", "b", ALL],
        [0.9, 0.8 - number / 10, 0.7, 0.1],
        classes=["b", ALL],
        ids=[*FORMULAS[:4]],
        examples={KEY: [*SCRIPTS[:4]]},
    ),
    "numbers": lambda number: media.regression([1.0, 2.0, 3.0], [1.5, 2.0, 2.0 + number], ids=[*FORMULAS[:3]]),
}
