"""Several users of one machine, and their groups, on one store. They need root, to become somebody else."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crash.person import Account, Failed, Person

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.privileged,
    pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act as other users"),
]

TEAM = 54_000
ANN = Account("ann", 54_001, (TEAM,))
BOB = Account("bob", 54_002, (TEAM,), umask=0o077)
CID = Account("cid", 54_003)
ROOT = Account("root", 0)


@pytest.fixture(scope="module")
def commons() -> Iterator[Path]:
    """A folder that everybody may look into."""
    folder = Path(tempfile.mkdtemp(prefix="runlake-people-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def people(commons: Path) -> Iterator[dict[str, Person]]:
    here = {account.name: Person(account, commons / account.name) for account in (ANN, BOB, CID, ROOT)}
    yield here
    for person in here.values():
        person.goes()


@pytest.fixture
def ann(people: dict[str, Person]) -> Person:
    return people["ann"]


@pytest.fixture
def bob(people: dict[str, Person]) -> Person:
    return people["bob"]


@pytest.fixture
def cid(people: dict[str, Person]) -> Person:
    return people["cid"]


@pytest.fixture
def root(people: dict[str, Person]) -> Person:
    return people["root"]


@pytest.fixture
def place(commons: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder of this test alone, which belongs to ann."""
    folder = Path(tempfile.mkdtemp(dir=commons))
    os.chown(folder, ANN.uid, ANN.uid)
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def a_folder(path: Path, mode: int, *, group: int = TEAM) -> str:
    path.mkdir()
    os.chown(path, ANN.uid, group)
    path.chmod(mode)
    return str(path)


def names(person: Person, store: str) -> list[str]:
    found = person.do("import runlake\nresult = sorted(runlake.open_lake(store).runs()['name'])", store=store)
    assert isinstance(found, list)
    return found


def pending(person: Person, store: str) -> list[str]:
    found = person.do("import runlake\nresult = list(runlake.open_lake(store).pending)", store=store)
    assert isinstance(found, list)
    return found


def findings(person: Person, store: str) -> dict[str, tuple[str, str, str]]:
    code = (
        "from runlake.cli.doctor import findings\n"
        "result = {f.code: (f.severity, f.message, f.advice) for f in findings(store)}"
    )
    found = person.do(code, store=store)
    return {code: (severity, message, advice) for code, (severity, message, advice) in found.items()}


def worries(person: Person, store: str) -> dict[str, str]:
    """What doctor tells this person to worry about: code and message."""
    return {code: said for code, (severity, said, _) in findings(person, store).items() if severity != "info"}


def inside(store: str) -> list[Path]:
    return sorted(Path(store).rglob("*"))


def everything(store: str) -> dict[str, tuple[int, int]]:
    return {str(p): (p.lstat().st_mtime_ns, p.lstat().st_mode) for p in (Path(store), *inside(store))}


class TestAStoreOfAGroup:
    """Made by ann with the usual umask, used by bob, whose umask gives nobody anything."""

    @pytest.fixture(params=["for its group alone", "without setgid", "made by ann in a shared folder"])
    def store(self, place: Path, request: pytest.FixtureRequest) -> str:
        if request.param == "for its group alone":
            return a_folder(place / "store", 0o2770)
        if request.param == "without setgid":
            return a_folder(place / "store", 0o770)
        return a_folder(place / "team", 0o2775) + "/below/store"

    def test_is_used_by_each_of_its_members(self, ann: Person, bob: Person, store: str) -> None:
        ann.logs(store, "a", artifact="of ann")
        assert names(ann, store) == ["a"]
        bob.logs(store, "b", artifact="of bob")

        for person in (bob, ann):
            assert names(person, store) == ["a", "b"]
            assert pending(person, store) == []
            assert worries(person, store) == {}

    def test_gives_its_group_what_its_folder_gives(self, ann: Person, bob: Person, store: str) -> None:
        for person in (ann, bob, ann):
            person.logs(store, person.account.name, artifact=f"of {person.account.name}")
            person.runlake("ingest", "--store", store)
            person.do(CHECKPOINT, store=store)
            person.runlake("compact", "--store", store)
        found = [(path, path.lstat()) for path in inside(store)]

        assert {facts.st_gid for _, facts in found} == {TEAM}
        assert {facts.st_uid for _, facts in found} == {ANN.uid, BOB.uid}
        assert [str(path) for path, facts in found if not facts.st_mode & stat.S_IRGRP] == []
        assert [str(p) for p, facts in found if stat.S_ISDIR(facts.st_mode) and facts.st_mode & 0o070 != 0o070] == []

    def test_keeps_artifacts_that_all_can_read(self, ann: Person, bob: Person, store: str) -> None:
        by_ann, by_bob = (p.logs(store, p.account.name, artifact=f"of {p.account.name}") for p in (ann, bob))
        names(ann, store)
        names(bob, store)

        assert bob.do(ARTIFACT, store=store, run=by_ann) == "of ann"
        assert ann.do(ARTIFACT, store=store, run=by_bob) == "of bob"

    def test_is_maintained_by_each_of_its_members(self, ann: Person, bob: Person, store: str) -> None:
        for n in range(3):
            ann.logs(store, f"a{n}")
            ann.runlake("ingest", "--store", store)
        ann.runlake("compact", "--store", store)
        bob.logs(store, "b")
        bob.runlake("ingest", "--store", store)
        compacted = bob.runlake("compact", "--store", store)
        vacuumed = bob.runlake("vacuum", "--store", store)
        archived = bob.do(ARCHIVE, store=store)

        assert (compacted[0], vacuumed[0]) == (0, 0), (compacted, vacuumed)
        assert archived["runs"] > 0
        assert names(ann, store) == ["a0", "a1", "a2", "b"]
        assert ann.runlake("tag", "shared:b", "x=y", "--store", store)[0] == 0
        assert worries(ann, store) == {}
        assert worries(ann, store) == {}

    def test_takes_what_both_deliver_at_once(self, ann: Person, bob: Person, store: str) -> None:
        ann.logs(store, "first")
        names(ann, store)
        for person in (ann, bob):
            person.begin(MANY, store=store)
        problems = [*ann.end(), *bob.end()]

        assert problems == []
        assert len(names(ann, store)) == 1 + 2 * 8


CHECKPOINT = """
from runlake.store.delta import make_checkpoint, open_table
from runlake.store.layout import open_store
files = open_store(store).table("runs")
make_checkpoint(files, open_table(files))
"""
ARTIFACT = """
import runlake
lake = runlake.open_lake(store)
[sha] = lake.artifacts(run_ids=[run])["sha256"]
result = lake.snapshot.blob(sha).decode()
"""
ARCHIVE = """
from runlake.store.archive import Keep
from runlake.store.vacuum import archive_logs
result = archive_logs(store, keep=Keep(commits=2, age_s=0.0, least=1))
"""
MANY = """
import runlake
from runlake.store.ingest import drain
result = []
for n in range(8):
    with runlake.start_run("shared", store=store, capture=False) as run:
        run.log({"loss": 1.0})
    result += drain(store).problems
"""


class TestAUserWhoMayOnlyRead:
    @pytest.fixture
    def store(self, place: Path, ann: Person) -> str:
        store = a_folder(place / "store", 0o2775)
        ann.logs(store, "a", artifact="of ann")
        assert names(ann, store) == ["a"]
        return store

    def test_reads_all_of_it_and_leaves_nothing_behind(self, cid: Person, store: str) -> None:
        before = everything(store)
        run = cid.do("import runlake\nresult = runlake.open_lake(store).runs()['run_id'].item()", store=store)

        assert cid.do(ARTIFACT, store=store, run=run) == "of ann"
        assert cid.runlake("runs", "--store", store)[0] == 0
        assert cid.runlake("show", run, "--store", store)[0] == 0
        assert cid.runlake("compact", "--dry-run", "--store", store)[0] == 0
        assert set(worries(cid, store)) == {"store.read_only"}
        assert everything(store) == before

    def test_sees_own_runs_beside_it(self, cid: Person, store: str) -> None:
        before = everything(store)
        cid.logs(store, "mine")

        assert names(cid, store) == ["a", "mine"]
        assert everything(store) == before

    def test_is_told_what_may_not_be_done(self, cid: Person, store: str) -> None:
        cid.logs(store, "mine")
        before = everything(store)
        done = {word: cid.runlake(word, "--store", store) for word in ("ingest", "compact", "vacuum")}

        assert {word: code for word, (code, _) in done.items()} == {"ingest": 1, "compact": 1, "vacuum": 1}
        assert [word for word, (_, said) in done.items() if "Permission denied" not in said] == []
        assert everything(store) == before


class TestAStoreThatIsNoneOfSomebodysBusiness:
    @pytest.mark.parametrize("closed", ["the store", "a folder above"])
    def test_is_not_readable_and_says_so(self, cid: Person, ann: Person, place: Path, closed: str) -> None:
        store = a_folder(place / "store", 0o2770) + ("/below" if closed == "a folder above" else "")
        ann.logs(store, "a")
        assert names(ann, store) == ["a"]

        with pytest.raises(Failed, match=r"StoreError.*Permission denied"):
            names(cid, store)
        code, said = cid.runlake("doctor", "--store", store)
        assert (code, "Permission denied" in said or "cannot be read" in said) == (1, True), said


class TestJournals:
    """Of users who share `RUNLAKE_JOURNAL`."""

    @pytest.fixture
    def both(self, ann: Person, bob: Person, place: Path) -> Iterator[Path]:
        journals = place / "journals"
        journals.mkdir()
        journals.chmod(0o1777)
        for person in (ann, bob):
            person.do("import os\nos.environ['RUNLAKE_JOURNAL'] = journals", journals=str(journals))
        yield journals
        for person in (ann, bob):
            person.do("import os\ndel os.environ['RUNLAKE_JOURNAL']")

    def test_are_brought_in_by_their_own_user_alone(self, ann: Person, bob: Person, both: Path, place: Path) -> None:
        store = a_folder(place / "store", 0o2775)
        ann.logs(store, "a")
        bob.logs(store, "b")

        assert names(bob, store) == ["b"]
        assert (pending(bob, store), worries(bob, store)) == ([], {})
        assert len(list(both.rglob("*.seg"))) == 1
        assert names(ann, store) == ["a", "b"]
        assert list(both.rglob("*.seg")) == []

    def test_are_closed_to_others(self, ann: Person, bob: Person, both: Path, place: Path) -> None:
        store = a_folder(place / "store", 0o2775)
        ann.logs(store, "a")
        [folder] = both.iterdir()

        assert (folder.stat().st_uid, stat.S_IMODE(folder.stat().st_mode)) == (ANN.uid, 0o700)
        with pytest.raises(Failed, match="PermissionError"):
            bob.do("import os\nos.listdir(folder)", folder=str(folder))

    def test_of_others_are_named_by_doctor(self, ann: Person, bob: Person, both: Path, place: Path) -> None:
        store = a_folder(place / "store", 0o2775)
        ann.logs(store, "a")
        bob.logs(store, "b")
        severity, message, advice = findings(bob, store)["journals.others"]

        assert severity == "info"
        assert f"user {ANN.uid}" in message
        assert "each brings in their own" in advice


class TestARunningRunOfSomebodyElse:
    def test_is_not_called_killed(self, ann: Person, bob: Person, place: Path) -> None:
        store = a_folder(place / "store", 0o2775)
        ann.logs(store, "a", finish=False)
        ann.do(FLUSH, store=store)
        bob.runlake("ingest", "--store", store)
        bob.runlake("ingest", "--adopt", "--store", store)
        code = "import runlake\nresult = runlake.open_lake(store).runs()['status'].to_list()"

        assert bob.do(code, store=store) == ["running"]
        ann.do("import runlake\nrunlake.current_run().finish()")
        assert ann.do(code, store=store) == ["finished"]


FLUSH = """
import runlake
from runlake.session.start import _journals
for _, journal in _journals.values():
    journal.close_segment()
runlake.open_lake(store)
from runlake.store.ingest import drain
assert not drain(store).problems
"""


class TestATrainingThatRanAsRoot:
    @pytest.fixture
    def store(self, ann: Person, root: Person, place: Path) -> str:
        store = a_folder(place / "store", 0o755, group=ANN.uid)
        root.logs(store, "by root")
        assert names(root, store) == ["by root"]
        return store

    def test_costs_nobody_anything(self, ann: Person, store: str) -> None:
        ann.logs(store, "by ann")

        assert names(ann, store) == ["by ann", "by root"]
        [said] = pending(ann, store)
        assert "Permission denied" in said
        assert "runlake doctor" in said

    def test_is_found_with_what_to_do(self, ann: Person, root: Person, store: str) -> None:
        ann.logs(store, "by ann")
        severity, message, advice = findings(ann, store)["store.closed"]

        assert severity == "problem"
        assert "they belong to root" in message
        assert "folders cannot be written (identities, metrics, " in message
        command = advice.split("`")[1]
        assert command == f"sudo chown -R {ANN.uid}:{ANN.uid} {store}"
        root.do("import subprocess\nsubprocess.run(words, check=True)", words=command.split()[1:])
        assert names(ann, store) == ["by ann", "by root"]
        assert pending(ann, store) == []
        assert "store.closed" not in findings(ann, store)


class TestAStoreWhoseFolderIsClosedToOneOfItsWriters:
    def test_is_a_finding(self, ann: Person, bob: Person, place: Path) -> None:
        store = a_folder(place / "store", 0o2775)
        for person in (ann, bob):
            person.logs(store, person.account.name)
            names(person, store)
        Path(store).chmod(0o2755)

        assert set(worries(ann, store)) == {"store.not_shared"}
        severity, message, advice = findings(ann, store)["store.not_shared"]
        assert severity == "warning"
        assert f"{BOB.uid}" in message
        assert "chmod g+w" in advice


class TestAHomeWhoseStateFolderBelongsToRoot:
    def test_is_a_problem_with_what_to_do(self, ann: Person, place: Path) -> None:
        home = place / "state"
        home.mkdir()
        store = a_folder(place / "store", 0o2775)
        ann.do("import os\nos.environ['RUNLAKE_JOURNAL'] = home", home=str(home))
        try:
            severity, message, advice = findings(ann, store)["journals.closed"]
        finally:
            ann.do("import os\ndel os.environ['RUNLAKE_JOURNAL']")

        assert (severity, "root" in message) == ("problem", True)
        assert f"sudo chown -R {ANN.uid}:{ANN.uid} {home}" in advice
