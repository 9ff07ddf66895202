"""Three stores to travel in: the sample, one that means harm, and one that nobody has seen before.

Each is a `World`: what the journeys have to know to find their way, in the same words for all three. Most of a world
has lain there for more than a week, and some of it came since.
"""

from __future__ import annotations

import json
import math
import random
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import runlake
from app.made import KEY, MARKUP
from runlake import media
from runlake.actions import Details, create_experiment, local_actor
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = Path(__file__).parents[3] / "sample_data" / "store"
AGE = timedelta(days=12)  # of what has been there for long
METRICS, PARAMS = 300, 5000  # of the run that means harm


@dataclass(frozen=True)
class World:
    """A store, and the names in it that a journey goes by.

    Attributes:
        store: its folder.
        experiment: one with a declared primary metric, which most journeys are about.
        metric, reducer, direction: what it declares.
        number: a parameter of its runs that is a number, the one that matters most.
        evaluation: the key of a binary evaluation of some of its runs.
        is_whole: has runs enough and numbers that can be read.
        seed: what it follows from, where one parameter was made to matter; None where that is not known.
    """

    store: Path
    experiment: str
    metric: str
    reducer: str
    direction: str
    number: str
    evaluation: str
    is_whole: bool = True
    seed: int | None = None
    later: list[str] = field(default_factory=list)  # ids of the runs that came since


def sample(store: Path, _seed: int) -> World:
    """Copy the sample, and log two more runs."""
    shutil.copytree(SAMPLE, store)
    world = World(
        store,
        experiment="tumour_diagnosis/tuning",
        metric="val/loss",
        reducer="min",
        direction="minimize",
        number="learning_rate",
        evaluation="test",
    )
    _aged(store)
    for name in ("afterthought", "second thought"):
        with runlake.start_run("tumour_diagnosis/later", name, store=str(store), capture=False) as run:
            run.log({"val/f1": 0.5}, step=0)
            world.later.append(run.id)
    drain(str(store))
    return world


def hostile(store: Path, _seed: int) -> World:
    """Log one run with markup wherever text goes, no finite number, and more keys than anybody reads."""
    path = f"a/[b](http:evil.example)/{KEY[:20]}"
    metric = f"m000 {KEY}"
    declared = Details(primary_metric=metric, reducer="max", direction="maximize", description=MARKUP)
    create_experiment(str(store), path, declared, actor=local_actor(client="sdk"), reason=MARKUP)
    with runlake.start_run(
        path,
        MARKUP,
        params={f"p{number:04d} {KEY}": MARKUP for number in range(PARAMS - 1)} | {"depth": math.nan},
        tags={KEY: [MARKUP, "javascript:alert(1)"]},
        notes=MARKUP * 20,
        hypothesis=MARKUP,
        store=str(store),
        capture=False,
    ) as run:
        for step in range(3):
            run.log({f"m{n:03d} {KEY}": (math.nan, math.inf, -math.inf)[n % 3] for n in range(METRICS)}, step=step)
        run.log(
            {
                KEY: media.classification(
                    [KEY, "b", "b", "b"], [0.9, 0.8, 0.7, 0.1], classes=["b", KEY], ids=[MARKUP, *"234"]
                )
            },
            step=2,
        )
    drain(str(store))
    _aged(store)
    return World(store, path, metric, "max", "maximize", "depth", KEY, is_whole=False)


def unseen(store: Path, seed: int) -> World:
    """Log runs whose names, keys, number and numbers follow from a seed."""
    dice = random.Random(seed)
    said = _Words(dice)
    metric, others = said.key(), [said.key() for _ in range(dice.randint(1, 4))]
    number, nuisance, choice = said.key(), said.key(), said.key()
    direction, reducer = dice.choice(["maximize", "minimize"]), dice.choice(["last", "min", "max"])
    path, elsewhere = f"{said.word()}/{said.word()}", [said.word() for _ in range(dice.randint(1, 3))]
    world = World(store, path, metric, reducer, direction, number, evaluation=said.key(), seed=seed)
    details = Details(primary_metric=metric, reducer=reducer, direction=direction)
    create_experiment(str(store), path, details, actor=local_actor(client="sdk"), reason=None)
    classes = [said.word(), said.word()]
    labels = [dice.random() < 0.4 for _ in range(dice.randint(40, 120))]
    labels[:2] = [True, False]
    total = dice.randint(14, 40)

    def one(at: int, *, of: str) -> str:
        strength = 10 ** dice.uniform(-4, 0)
        params = {number: strength, nuisance: dice.randint(1, 9), choice: dice.choice("abc"), "seed": at}
        with runlake.start_run(
            of, said.name(), params=params, tags={said.word(): said.word()}, store=str(store), capture=False
        ) as run:
            level = math.log10(strength) + 4
            for step in range(dice.randint(5, 60)):
                noise = dice.gauss(0, 0.02)
                run.log({metric: level * (1 - math.exp(-(step + 1) / 6)) + noise}, step=step)
                run.log({key: dice.random() if dice.random() < 0.9 else math.nan for key in others}, step=step)
            scores = [min(1.0, max(0.0, dice.gauss(0.65 if label else 0.35, 0.22))) for label in labels]
            ids = [f"{at}-{row}" for row in range(len(labels))]
            given = [classes[label] for label in labels]
            run.log({world.evaluation: media.classification(given, scores, classes=classes, ids=ids)}, step=60)
        return run.id

    for at in range(total):
        one(at, of=path if at < 8 else dice.choice([path, *elsewhere]))
    drain(str(store))
    _aged(store)
    world.later.extend(one(total + at, of=path) for at in range(dice.randint(1, 4)))
    drain(str(store))
    return world


MAKERS: dict[str, Callable[[Path, int], World]] = {"sample": sample, "hostile": hostile, "unseen": unseen}


class _Words:
    """Words that were not in the store before, some of them with letters that are not Latin or with spaces."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._taken: set[str] = set()

    def word(self) -> str:
        syllables = ["ka", "ro", "mi", "tsu", "vel", "dro", "ñe", "ß", "ό", "漢", "Ж", "ta", "qui"]
        while True:
            word = "".join(self._dice.choices(syllables, k=self._dice.randint(2, 4)))
            if word not in self._taken:
                self._taken.add(word)
                return word

    def key(self) -> str:
        return f"{self.word()}{self._dice.choice(['_', '/', ' ', '-'])}{self.word()}"

    def name(self) -> str:
        return f"{self.word()} {self._dice.randint(1, 999)}"


def _aged(store: Path) -> None:
    """Date the commits of a store back: `as_of` goes by what their logs say."""
    commits = {
        path: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in store.glob("*/_delta_log/*.json")
    }
    said = [action["commitInfo"] for actions in commits.values() for action in actions if "commitInfo" in action]
    earlier = max(one["timestamp"] for one in said) - int((datetime.now(UTC) - AGE).timestamp() * 1000)
    for one in said:
        one["timestamp"] -= earlier
    for path, actions in commits.items():
        path.write_text(
            "".join(json.dumps(action, separators=(",", ":")) + "\n" for action in actions), encoding="utf-8"
        )
