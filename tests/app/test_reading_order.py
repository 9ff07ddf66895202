"""Names that would reorder what is read, on every page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Dataframe, Node

import runlake
import state
from app.conftest import APP, TIMEOUT_S
from runlake.actions import Details, edit_experiment, local_actor
from runlake.formats import ESCAPES
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVIL = "cod\u202eexe\u2066\u200f"
SHOWN = "cod\\u202eexe\\u2066\\u200f"


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """A store in which everything that has a name has a bad one, and the ids of its runs."""
    root = tmp_path_factory.mktemp("evil")
    store = str(root / "store")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"JOURNAL": str(root / "journals"), "INGESTER": "off", "USER": EVIL}.items():
            patch.setenv(f"RUNLAKE_{name}", value)
        ids = [logged(store, root, number) for number in range(2)]
        drain(store)
        yield store, ids


def logged(store: str, root: Path, number: int) -> str:
    run = runlake.start_run(
        "wine",  # the path of an experiment cannot hold such characters
        name=f"{EVIL} {number}",
        params={EVIL: f"{EVIL} {number}"},
        tags={EVIL: EVIL},
        notes=EVIL,
        hypothesis=EVIL,
        store=store,
        capture=False,
    )
    for step in range(3):
        run.log({EVIL: step, f"{EVIL}/text": EVIL, f"{EVIL}/x": -step}, step=step)
    run.summary[f"{EVIL}/result"] = EVIL
    file = root / "code.py"
    file.write_text(f"if admin: # {EVIL}\n")
    run.log_artifact(file)  # its path cannot hold such characters, what is in it can
    run.finish("failed")
    rules = {EVIL: (EVIL, "train"), f"{EVIL}/x": (EVIL, "validation"), f"{EVIL}/text": (EVIL, EVIL)}
    tags = {EVIL: [EVIL], "pinned": [EVIL]}
    details = Details(EVIL, EVIL, EVIL, direction="maximize", tags=tags, splits=rules)
    edit_experiment(store, "wine", details, actor=local_actor("cli"))
    return run.id


def sent(node: Node) -> Iterator[str]:
    """What the browser is sent to draw, element by element; the names of columns are only what labels hang on."""
    proto = getattr(node, "proto", None)
    if isinstance(node, Dataframe):
        labels = [config for config in json.loads(node.proto.columns).values() if config is not None]
        yield json.dumps(labels, ensure_ascii=False) + node.value.to_csv(header=False) + node.proto.alt
    elif proto is not None:
        yield proto.SerializeToString().decode(errors="replace")
        if hasattr(proto, "spec"):
            yield json.dumps(json.loads(proto.spec), ensure_ascii=False)
    if isinstance(node, Block):
        for child in node.children.values():
            yield from sent(child)


PLACES = [
    ("home", {}),
    ("runs", {"show": "All"}),
    ("compare", {}),
    ("evaluate", {}),
    *(("explore", {"view": view, "brush": f"params.\"{EVIL}\" IN ('{EVIL} 0')"}) for view in state.EXPLORE_VIEWS[:2]),
    *(("run", {"view": view}) for view in state.RUN_VIEWS),
]


@pytest.mark.parametrize(
    ("page", "query"), PLACES, ids=lambda part: part if isinstance(part, str) else "-".join(part.values())
)
def test_no_page_lets_a_name_reorder_what_is_read(
    evil: tuple[str, list[str]], page: str, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, ids = evil
    monkeypatch.setenv("RUNLAKE_STORE", store)
    at = AppTest.from_file(str(APP / "main.py"), default_timeout=TIMEOUT_S)
    if page != "runs":
        at.run().switch_page(f"app_pages/{page}.py")
    for name, value in {**query, "id": ids[0], "runs": ",".join(ids)}.items():
        at.query_params[name] = value
    at.session_state["home.drawer"] = "wine"
    whole = list(sent(at.run()._tree))

    found = {part for part in whole for mark in ESCAPES if mark in part}
    assert not at.exception
    assert found == set()
    assert any(SHOWN in part for part in whole)
