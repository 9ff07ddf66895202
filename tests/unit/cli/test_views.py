from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlake
from runlake.actions import Actor, ViewDetails, delete_view, save_view

if TYPE_CHECKING:
    from unit.cli.lab import Shell

ANA = Actor(user="ana", client="test 1", actor_id="actor-ana")


@pytest.fixture
def view_ids(shell: Shell) -> dict[str, str]:
    """Three views of ana: one of her own, one for all, one that is deleted."""
    runlake.start_run("demo", "a", store=shell.store, capture=False).finish()
    made = {}
    for name, visibility in (("mine", "private"), ("ours", "shared"), ("gone", "shared")):
        details = ViewDetails(name, query="q=a", visibility=visibility)
        made[name] = save_view(shell.store, "runs", details, actor=ANA).changes[0].target_id
    delete_view(shell.store, made["gone"], actor=ANA)
    return made


class TestListing:
    def test_says_who_saved_what_and_where_it_is(self, shell: Shell, view_ids: dict[str, str]) -> None:
        heading, row = shell("views").out.splitlines()

        assert heading.split() == [
            "view",
            "page",
            "visibility",
            "saved",
            "by",
            "last",
            "changed",
            "link",
            "description",
        ]
        assert row.split()[:4] == ["ours", "runs", "shared", "ana"]
        assert f"/runs?saved={view_ids['ours']}" in row

    @pytest.mark.parametrize(
        ("words", "names"),
        [([], ["ours"]), (["--user", "ana"], ["mine", "ours"]), (["--deleted"], ["gone", "ours"])],
    )
    @pytest.mark.usefixtures("view_ids")
    def test_gives_these(self, shell: Shell, words: list[str], names: list[str]) -> None:
        done = shell("views", *words, "--format", "json")

        assert (done.code, done.document["schema"]) == (0, "runlake.views/1")
        assert [view["name"] for view in done.data] == names

    @pytest.mark.usefixtures("view_ids")
    def test_takes_the_private_ones_of_who_asks(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLAKE_USER", "ana")

        assert [view["name"] for view in shell("views", "--format", "json").data] == ["mine", "ours"]

    def test_of_none_says_so(self, shell: Shell) -> None:
        runlake.start_run("demo", "a", store=shell.store, capture=False).finish()

        assert shell("views").out == "no views\n"
