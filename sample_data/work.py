"""Carrying out a plan: start a run, train step by step, log what is measured, keep what is worth keeping."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import datasets
import evaluation
import features
import runlake
import training
from people import PEOPLE, StoryClock, context, run_id
from runlake.capture import SystemSampler

if TYPE_CHECKING:
    from collections.abc import Callable

    from studies import Plan

    History = list[tuple[int, dict[str, float]]]

LIMITS = "Trained on a small, clean, public set. It says nothing about any person or bottle outside it."
CURVES = 40  # points of a drawn curve
PRINT_EVERY = 10
WORSE = 0.01  # share of the best value
LOOK_EVERY = 20  # steps between evaluations on the validation rows


def carry_out(store: str, plan: Plan, *, told: Callable[[], object] = lambda: None) -> None:
    """Log one run, with those nested in it; `told` is called after each step that has been logged."""
    clock = StoryClock(plan.start)
    try:
        with start(store, plan, clock) as run:
            if plan.children:
                search(store, plan, run, clock)
            else:
                train(run, plan, clock, told)
    except ValueError as problem:
        # A run that fails is part of the story; it has been logged as failed by now.
        print(f"  {plan.name} failed: {str(problem).splitlines()[0]}", file=sys.stderr)


def start(store: str, plan: Plan, clock: StoryClock, parent: str | None = None) -> runlake.Run:
    """Start a run as its owner would, on their machine and at its time."""
    person = PEOPLE[plan.owner]
    return runlake.start_run(
        plan.experiment,
        plan.name,
        params={"model": plan.trainer, "features": plan.features, "seed": plan.seed, **plan.params},
        tags={"stage": plan.stage, "team": person.team, "dataset": plan.data, **plan.tags},
        hypothesis=plan.hypothesis,
        expected_outcome=plan.expected,
        parent=parent,
        run_id=run_id(plan.experiment, plan.name, plan.start),
        store=store,
        context=context(person, clock, plan),
    )


def search(store: str, plan: Plan, parent: runlake.Run, clock: StoryClock) -> None:
    """Run the cells of a grid one after the other and log the best to their parent."""
    found: list[tuple[float, Plan]] = []
    for at, cell in enumerate(plan.children):
        own = StoryClock(cell.start)
        with start(store, cell, own, parent.id) as run:
            results = train(run, cell, own, lambda: None)
        found.append((results[plan.aim], cell))
        best, winner = min(found, key=lambda pair: pair[0])
        clock.advance((cell.start - plan.start).total_seconds() / len(plan.children))
        parent.log({f"best/{plan.aim}": best, plan.aim: results[plan.aim]}, step=at)
    parent.summary["best/run"] = winner.name
    parent.summary[f"best/{plan.aim}"] = best
    parent.log_params({f"best/{key}": winner.params[key] for key in ("learning_rate", "max_depth")})
    outcome = "As expected." if winner.params["max_depth"] == 2 else "Not as expected: deeper trees do better."
    parent.note(conclusion=f"{winner.name} is best: {plan.aim} {best:.4f}. {outcome}")
    clock.advance(1)


def train(run: runlake.Run, plan: Plan, clock: StoryClock, told: Callable[[], object]) -> dict[str, float]:
    """Train the model of a plan and return what was measured last."""
    clock.advance(3)
    data = features.FEATURES[plan.features](datasets.load(plan.data))
    for role, part in (("train", data.train), ("validation", data.validation), ("test", data.test)):
        run.log_dataset(part.frame(data.features), plan.data, role=role)
    history: History = []
    system = SystemSampler()
    rows = f"{len(data.train.y)} rows to learn, {len(data.validation.y)} to choose, {len(data.test.y)} to judge"
    run.log_console([("stdout", f"{plan.data}: {rows}"), ("stdout", f"{plan.trainer}, seed {plan.seed}")])
    try:
        for step in training.TRAINERS[plan.trainer](data, plan.params, plan.seed):
            clock.advance(step.seconds)
            found = evaluation.measure(data, data.train, step.model, "train")
            found |= evaluation.measure(data, data.validation, step.model, "val") | step.extra
            run.log(found, step=step.step)
            history.append((step.step, found))
            if len(history) % LOOK_EVERY == 0:
                run.log({"val": evaluation.evaluated(data.validation, data, step.model, "val")}, step=step.step)
                evaluation.keep_hardest(run, data, step.model, step.step)
                evaluation.keep_weights(run, step.model, step.step)
            if len(history) % PRINT_EVERY == 1:
                run.log_console([("stdout", f"step {step.step:>3}  {plan.aim} {found[plan.aim]:.4f}")])
                run.log_system(system.sample())
                run.log_console([("stderr", line) for line in worse(plan, history)])
            told()
    except ValueError as problem:
        run.log_console([("stderr", f"ValueError: {str(problem).splitlines()[0]}")])
        raise
    results = evaluation.measure(data, data.test, step.model, "test")
    run.log(results, step=step.step)
    clock.advance(2)
    keep(run, plan, data, step, history, results)
    conclude(run, plan, history, results)
    clock.advance(1)
    return history[-1][1] | results


def worse(plan: Plan, history: History) -> list[str]:
    """Warn where the measure that decides is clearly worse than it was once."""
    best = (min if lower_is_better(plan.aim) else max)(found[plan.aim] for _, found in history)
    now = history[-1][1][plan.aim]
    if abs(now - best) <= WORSE * abs(best):
        return []
    return [f"UserWarning: {plan.aim} is {now:.4f} and was {best:.4f}; the model may overfit"]


def keep(
    run: runlake.Run,
    plan: Plan,
    data: Any,
    last: training.Step,
    history: History,
    results: dict[str, float],
) -> None:
    """Log evaluations for every run; pictures and a card for those that are shown around."""
    evaluation.keep_evaluation(run, data, last.model, last.step)
    evaluation.keep_importance(run, data, last.model, last.step)
    if plan.use or plan.hypothesis:
        stride = max(1, len(history) // CURVES)
        keys = [plan.aim, plan.aim.replace("val/", "train/")]
        evaluation.keep_plot(run, {key: [(at, found[key]) for at, found in history[::stride]] for key in keys})
    if plan.use:
        evaluation.keep_card(run, data, use=plan.use, limits=LIMITS, results=results)


def conclude(run: runlake.Run, plan: Plan, history: History, results: dict[str, float]) -> None:
    """Write the best step and, where something was expected, whether it came true."""
    better = min if lower_is_better(plan.aim) else max
    best, at = better((found[plan.aim], step) for step, found in history)
    run.summary[f"best/{plan.aim}"] = best
    run.summary["best/step"] = at
    if plan.hypothesis:
        test = plan.aim.replace("val/", "test/")
        run.note(
            conclusion=f"Best {plan.aim} {best:.4f} at step {at}; {test} {results[test]:.4f}. {verdict(plan, best)}".strip()
        )


def verdict(plan: Plan, best: float) -> str:
    """Say whether the expected value was reached."""
    if plan.target is None:
        return ""
    reached = best <= plan.target if lower_is_better(plan.aim) else best >= plan.target
    return "As expected." if reached else "Less than expected."


def lower_is_better(key: str) -> bool:
    """Tell which way a measure is good."""
    return key.endswith(("loss", "rmse", "mae"))
