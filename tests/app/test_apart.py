"""What reads the same is told apart, and a click takes the one that was clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import runlake
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from app.conftest import Dashboard

TURNED = "cod\u202eexe"  # is shown as an escape, which another key spells out
SPELLED = r"cod\u202eexe"


@pytest.fixture(scope="module")
def alike(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store where metric, result, parameter and tag go by one key, runs by one name, and two keys look alike."""
    root = tmp_path_factory.mktemp("alike")
    stores["alike"] = str(root / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(root / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        for number in range(3):
            config = {"score": number, TURNED: number % 2, SPELLED: number}
            run = runlake.start_run(
                "same", "train", params=config, tags={"score": str(number)}, store=stores["alike"], capture=False
            )
            with run:
                for step in range(3):
                    run.log({"score": step + number, TURNED: step, SPELLED: -step}, step=step)
                run.summary["score"] = -number
        drain(stores["alike"])
    return "alike"


def options(at: Any, label: str) -> list[str]:
    return next(list(box.options) for box in (*at.selectbox, *at.multiselect) if box.label == label)


def test_runs_are_sorted_by_the_one_that_was_clicked(dashboard: Dashboard, alike: str) -> None:
    at: Any = dashboard(alike, sort="metrics.score")
    offered = options(at, "Sort by")
    assert {"score  (metric, last value)", "score  (result)", "score  (parameter)", "score  (tag)"} <= set(offered)

    at.get_by_key("runs.turn").click().run()

    assert at.session_state["runs.sort"] == "metrics.score"
    assert at.session_state["runs.asc"] is True


def test_keys_that_look_alike_are_numbered(dashboard: Dashboard, alike: str) -> None:
    offered = options(dashboard(alike), "Sort by")

    read = [words for words in offered if words.startswith(SPELLED)]
    assert len(read) == len(set(read)) == 4  # each key as metric and as parameter
    assert any(words.endswith("  (2)") for words in read)


def test_chosen_runs_of_one_name_carry_their_ids(dashboard: Dashboard, alike: str, stores: dict[str, str]) -> None:
    ids = runlake.open_lake(stores[alike]).runs(columns=["run_id"])["run_id"].to_list()
    at = dashboard(alike, runs=",".join(ids))

    chips = next(box for box in at.multiselect if box.label == "Chosen runs")
    assert len(set(chips.options)) == 3
    chips.unselect(ids[1]).run()

    assert list(at.session_state["shared.runs"]) == [ids[0], ids[2]]


@pytest.mark.parametrize("page", ["explore", "compare", "run"])
def test_every_page_of_such_a_store_opens(dashboard: Dashboard, alike: str, stores: dict[str, str], page: str) -> None:
    ids = runlake.open_lake(stores[alike]).runs(columns=["run_id"])["run_id"].to_list()
    at = dashboard(
        alike, page, **({"id": ids[0], "view": "Curves", "x": "metric"} if page == "run" else {"runs": ",".join(ids)})
    )

    assert not at.exception
