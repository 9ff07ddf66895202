"""The work trees of the sample: what people had changed since their commit when they trained. All of it is invented."""

from __future__ import annotations

import difflib
import hashlib
from typing import TYPE_CHECKING

from runlake.capture.untracked import Untracked

if TYPE_CHECKING:
    from studies import Plan

TRAIN = '''\
"""Train one model for the study and log it."""

from __future__ import annotations

import argparse

import runlake
from studies import data, models


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=sorted(models.KNOWN), required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--patience", type=int, default=20)
    return parser.parse_args()


def model(settings: argparse.Namespace) -> models.Model:
    rate = min(settings.learning_rate, 0.1)
    return models.KNOWN[settings.model](learning_rate=rate, seed=settings.seed)


def split(name: str) -> data.Parts:
    rows = data.load(name)
    return data.stratified(rows, train=0.6, validation=0.2, seed=7)


def main() -> None:
    settings = parse()
    parts = split("breast_cancer")
    with runlake.start_run("tumour_diagnosis/baseline") as run:
        for step, measured in enumerate(model(settings).fit(parts)):
            run.log(measured, step=step)
            if measured["val/loss"] > 2 * run.summary["best"]:
                break


if __name__ == "__main__":
    main()
'''
STUMPS = (
    ("    parser.add_argument(\"--patience\", type=int, default=20)\n", "    parser.add_argument(\"--patience\", type=int, default=20)\n    parser.add_argument(\"--leaf\", type=int, default=2)\n"),
    ("learning_rate=rate, seed=settings.seed)", "leaf=settings.leaf, seed=settings.seed)"),
    ("            if measured[\"val/loss\"] > 2 * run.summary[\"best\"]:\n                break\n", ""),
)  # fmt: skip
ROUNDS = (
    ("default=20)\n    return", "default=40)\n    parser.add_argument(\"--rounds\", type=int, default=80)\n    return"),
    ("    rate = min(settings.learning_rate, 0.1)\n", "    rate = settings.learning_rate\n"),
    ("> 2 * run.summary[\"best\"]", "> 4 * run.summary[\"best\"]"),
)  # fmt: skip
STEP_SIZE = (("    rate = min(settings.learning_rate, 0.1)\n", "    rate = settings.learning_rate\n"),)
NOTE = b"""\
# rounds for boosting
for rounds in 40 80 160; do
  python tumour_diagnosis/train.py --model boosting --rounds "$rounds"
done
"""


def changed(plan: Plan) -> tuple[bytes | None, tuple[Untracked, ...]]:
    """Return the patch of the work tree that a plan is carried out in, and what git does not know of in it."""
    if plan.name == "mlp_hot":
        return patch("digit_recognition/train.py", STEP_SIZE), ()
    if plan.experiment == "tumour_diagnosis/baseline":
        if plan.trainer == "forest":
            return patch("tumour_diagnosis/train.py", STUMPS), ()
        if plan.trainer == "boosting":
            digest = hashlib.sha256(NOTE).hexdigest()
            script = Untracked("tumour_diagnosis/rounds.sh", len(NOTE), digest, NOTE, byte_exact=True)
            return patch("tumour_diagnosis/train.py", ROUNDS), (script,)
    return None, ()


def patch(path: str, edits: tuple[tuple[str, str], ...]) -> bytes:
    """Write what git says of a file after some replacements."""
    after = TRAIN
    for old, new in edits:
        if old not in after:
            raise ValueError(f"{path} has no {old!r}")
        after = after.replace(old, new, 1)
    ids = [hashlib.sha256(text.encode()).hexdigest()[:40] for text in (TRAIN, after)]
    head = f"diff --git a/{path} b/{path}\nindex {ids[0]}..{ids[1]} 100644\n"
    lines = difflib.unified_diff(TRAIN.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{path}")
    return (head + "".join(lines)).encode()
