"""What people do to the lake around training: set experiments up, then review, tag, rename, delete and restore."""

from __future__ import annotations

from urllib.parse import urlencode

from people import PEOPLE, StoryClock, actor, run_id, when
from runlake import actions
from studies import EXPERIMENTS, plans

# When the machines of the laboratory ran again and found what had been killed; the clock of every delivery,
# which dates nothing else.
POWER_IS_BACK = when(9, 12)


def before(store: str) -> None:
    """Create the experiments before anything runs; the first one makes the store."""
    clock = StoryClock(when(1, 7))
    for experiment in EXPERIMENTS:
        clock.advance(90)
        details = actions.Details(
            description=experiment.description,
            owner=experiment.owner,
            primary_metric=experiment.metric,
            reducer=experiment.reducer,
            direction=experiment.direction,
            tags={"dataset": [experiment.dataset], "team": [PEOPLE[experiment.owner].team]},
        )
        who = actor(PEOPLE[experiment.owner])
        actions.create_experiment(store, experiment.path, details, actor=who, reason="plan of the term", clock=clock)


def after(store: str) -> None:
    """Review what was trained."""
    ana, bo, chen, eve = (actor(PEOPLE[user]) for user in ("ana", "bo", "chen", "eve"))
    the = {f"{plan.experiment}:{plan.name}": run_id(plan.experiment, plan.name, plan.start) for plan in plans()}
    naive = [the[f"wine_cultivar/baseline:bayes_seed{seed}"] for seed in (1, 2)]
    actions.delete_runs(
        store, naive, actor=eve, reason="naive Bayes has no seed: all three are the same model",
        clock=StoryClock(when(5, 9)),
    )  # fmt: skip
    actions.note_run(
        store, the["digit_recognition/tuning:mlp_long"], actor=chen, reason="after the power cut",
        conclusion="Killed at step 57 with accuracy still rising slowly; not worth repeating.",
        clock=StoryClock(when(9, 17)),
    )  # fmt: skip
    actions.rename_run(
        store, the["digit_recognition/tuning:mlp_hot"], "mlp_step_of_2", actor=chen, reason="say what was hot",
        clock=StoryClock(when(10, 15)),
    )  # fmt: skip
    perceptron = [the["diabetes_progression/baseline:mlp"]]
    actions.delete_runs(store, perceptron, actor=bo, reason="worse than a straight line", clock=StoryClock(when(11, 9)))
    actions.restore_runs(
        store, perceptron, actor=ana, reason="a bad result is a result", clock=StoryClock(when(11, 14))
    )
    actions.edit_experiment(
        store, "tumour_diagnosis/tuning", actions.Details(tags={"status": ["closed"]}), actor=bo,
        reason="candidate chosen", clock=StoryClock(when(15, 8)),
    )  # fmt: skip
    actions.set_tags(
        store, [the["tumour_diagnosis/final_model:boosting_v1_seed0"]],
        {"stage": "prod", "reviewed_by": ["ana", "chen"]}, actor=ana, reason="review of 28 January",
        clock=StoryClock(when(17, 10)),
    )  # fmt: skip
    views(store, the)


def views(store: str, the: dict[str, str]) -> None:
    """Save what the laboratory looks at every week, for everybody."""
    candidates = [the[f"tumour_diagnosis/final_model:boosting_v1_seed{seed}"] for seed in (0, 1, 2)]
    columns = ("params.model", "metrics.val/f1.max", "metrics.val/loss.min", "metrics.val/roc_auc.max", "user")
    saved = (
        ("ana", "runs", "Tumours: best f1 by model", "What we look at on Mondays: which kind of model leads, and by how much.", {
            "experiment": "tumour_diagnosis", "status": "finished", "sort": "metrics.val/f1.max", "show": "Custom",
            "columns": ",".join(columns),
        }),
        ("bo", "explore", "Boosting: learning rate and depth", "What the sweep of 19 January was about.", {
            "experiment": "tumour_diagnosis/tuning", "metric": "metrics.val/loss", "of": "min",
        }),
        ("ana", "compare", "Tumours: candidates for production", "Three seeds of the model that went through the review.", {
            "runs": ",".join(candidates), "metrics": "val/loss,val/f1",
        }),
    )  # fmt: skip
    for number, (user, page, name, description, query) in enumerate(saved):
        actions.save_view(
            store, page, actions.ViewDetails(name, description, urlencode(query), "shared"), actor=actor(PEOPLE[user]),
            reason="for the weekly meeting", clock=StoryClock(when(17, 11 + number)),
        )  # fmt: skip
