"""Which unit may import which, and what no file may do. Reading ALLOWED top to bottom is the map of the house."""

from __future__ import annotations

import ast
import graphlib
import io
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
BASE = {"errors", "ids", "clock", "schema", "version"}
ALLOWED: dict[str, set[str]] = {
    # base: the standard library alone
    "errors": set(),
    "clock": set(),
    "version": set(),
    "ids": {"errors"},
    "schema": {"errors", "ids"},
    "formats": set(),
    # write side: runs inside other people's training
    "capture": BASE,
    "audit": BASE,
    "journal": BASE | {"audit"},
    "media": BASE | {"capture"},
    "run": BASE | {"capture", "journal", "media"},
    "session": BASE | {"capture", "journal", "run"},
    # read side: never writes what users logged
    "store": BASE | {"journal", "audit"},
    "query": BASE | {"store"},
    "analysis": BASE,
    "figures": BASE | {"analysis", "formats"},
    # where the sides meet: every change to the lake after logging
    "actions": BASE | {"capture", "journal", "query", "store"},
}
# Edges. Nothing imports these.
EDGES: dict[str, set[str]] = {
    "__main__": {"cli"},
    "cli": set(ALLOWED),
    "app": BASE | {"query", "analysis", "figures", "actions", "formats"},
}
# What a unit may import inside a function, on top: it is loaded only when that function is called.
LATE: dict[str, set[str]] = {
    "query": {"analysis"},  # a mean of few runs has an interval
    "session": {"query"},  # to resume a run, what it logged before has to be read
}
# What `import runlake` itself loads; the read side waits until it is asked for.
FRONT = {"errors", "version", "run", "session"}
MAP = {unit: allowed | LATE.get(unit, set()) for unit, allowed in (ALLOWED | EDGES).items()}

# Third-party packages and the only units that may import them.
OWNERS: dict[str, set[str]] = {
    "deltalake": {"store"},
    "pyarrow": {"store"},
    "obstore": {"store"},
    "polars": {"store", "query", "analysis", "actions", "cli", "app"},
    "numpy": {"store", "query", "analysis", "figures", "app"},
    "sklearn": {"analysis"},
    "scipy": {"analysis"},  # comes with scikit-learn
    "plotly": {"figures", "app"},
    "streamlit": {"app"},
    "starlette": {"app"},  # what Streamlit serves with
    "msgspec": {"journal"},
    "psutil": {"capture", "journal", "store"},
}
# Packages that a caller may have loaded; imported inside functions only, and never required.
GUESTS: dict[str, set[str]] = {"IPython": {"capture"}, "numpy": {"media"}}

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
READING_BACK = {"src/runlake/journal/scan.py", "src/runlake/journal/segment.py"}
MAX_WRITER_LINES = 2000
WRITER = ("session", "run", "journal", "ids", "clock")


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the dotted name, its line, and whether it happens only when a function is called."""

    name: str
    line: int
    late: bool

    @property
    def head(self) -> str:
        """The top-level package."""
        return self.name.partition(".")[0]

    @property
    def unit(self) -> str | None:
        """The unit of ours that it names, if it names one."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "runlake" and len(parts) > 1 else None


def unit_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return "app" if parts[0] == "app" else parts[2]


def imports_of(tree: ast.AST, *, late: bool = False) -> Iterator[Import]:
    """Walk all imports; those below a function or `if TYPE_CHECKING` are late."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (Import(f"{node.module}.{alias.name}", node.lineno, late) for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) == "import_module" and isinstance(node.args[0], ast.Constant):
            yield Import(str(node.args[0].value), node.lineno, late)
        below = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_type_checking(node)
        yield from imports_of(node, late=late or below)


def code_lines(path: Path) -> int:
    """Count the lines that do something: no blank lines, comments or docstrings."""
    reader = io.StringIO(path.read_text(encoding="utf-8")).readline
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    spans = ((t.start[0], t.end[0]) for t in tokenize.generate_tokens(reader) if t.type not in silent)
    lines = {line for first, last in spans for line in range(first, last + 1)}
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if ast.get_docstring(node) is not None else None
            lines -= set(range(first.lineno, (first.end_lineno or 0) + 1)) if first is not None else set()
    return len(lines)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


PRODUCT = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("app/**/*.py")])
OURS = sorted(
    [*PRODUCT, *(p for top in ("benchmarks", "examples", "sample_data") for p in ROOT.glob(f"{top}/**/*.py"))]
)
LOCAL_TO_APP = {p.stem for p in ROOT.glob("app/*")} | {"app"}
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in OURS}

each_product_file = pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
each_file = pytest.mark.parametrize("path", OURS, ids=lambda p: str(p.relative_to(ROOT)))


class TestTheMap:
    def test_has_every_unit(self) -> None:
        units = {unit_of(p) for p in PRODUCT} - {"__init__"}

        assert units <= set(MAP)

    def test_has_no_cycle(self) -> None:
        # What is imported late cannot close a cycle while modules load, yet it must not close one in the design either.
        graphlib.TopologicalSorter(MAP).prepare()

    def test_lets_nothing_import_an_edge(self) -> None:
        importers = {unit for unit, allowed in MAP.items() if allowed & set(EDGES)}

        assert importers == {"__main__"}


class TestEachFile:
    @each_product_file
    def test_imports_only_the_units_that_it_may(self, path: Path) -> None:
        me = unit_of(path)
        # The package's front names everything, each late.
        allowed = set(ALLOWED) if me == "__init__" else MAP[me]
        at_load = FRONT if me == "__init__" else allowed - (LATE.get(me, set()) - ALLOWED.get(me, set()))
        wrong = [
            f"line {i.line}: {me} must not import {i.unit}"
            + ("" if i.late or i.unit not in allowed else " at load time")
            for i in imports_of(TREES[path])
            if i.unit in (MAP.keys() | {"_app"}) - {me} and i.unit not in (allowed if i.late else at_load)
        ]

        assert wrong == []

    @each_product_file
    def test_imports_only_the_packages_that_it_may(self, path: Path) -> None:
        me = unit_of(path)
        known = sys.stdlib_module_names | {"runlake"} | (LOCAL_TO_APP if me == "app" else set())
        wrong = [
            f"line {i.line}: {me} must not import {i.head}"
            for i in imports_of(TREES[path])
            if i.head not in known
            and me not in OWNERS.get(i.head, set())
            and not (i.late and me in GUESTS.get(i.head, set()))
        ]

        assert wrong == []

    @each_file
    def test_can_be_read_in_one_sitting(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        long = {
            f"{node.name} (line {node.lineno})": lines
            for node in ast.walk(TREES[path])
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (lines := _body_lines(node)) > MAX_FUNCTION_LINES
        }

        assert text.count("\n") <= MAX_FILE_LINES
        assert long == {}

    @each_file
    def test_never_turns_data_into_code(self, path: Path) -> None:
        found = [*_forbidden_imports(TREES[path]), *_forbidden_calls(TREES[path])]

        assert found == []


class TestTheWriter:
    def test_can_be_read_in_an_evening(self) -> None:
        # Reading journals back is done by ingester and readers; test_import_cost.py shows that a
        # training process never loads it.
        files = [
            p
            for p in ROOT.glob("src/runlake/**/*.py")
            if unit_of(p) in WRITER and p.relative_to(ROOT).as_posix() not in READING_BACK
        ]
        lines = sum(code_lines(p) for p in files)

        assert 0 < lines < MAX_WRITER_LINES

    @pytest.mark.parametrize("unit", [*WRITER, "errors", "schema", "audit"])
    def test_imports_no_package_but_its_serialiser_and_psutil(self, unit: str) -> None:
        files = [p for p in ROOT.glob("src/runlake/**/*.py") if unit_of(p) == unit]
        third_party = {
            i.head for p in files for i in imports_of(TREES[p]) if i.head not in sys.stdlib_module_names | {"runlake"}
        }

        assert third_party <= ({"msgspec", "psutil"} if unit == "journal" else set())


class TestTheScannerOfImports:
    """The map is only as good as the eye that reads the imports, so that eye is tested too."""

    def test_sees_every_way_to_import(self) -> None:
        source = (
            "import a.b\nfrom c import d\nif TYPE_CHECKING:\n    import e\n"
            "def f():\n    import g\n    class H:\n        from i.j import k\n"
            "import importlib\nimportlib.import_module('l.m')\n"
        )

        assert [(i.name, i.late) for i in imports_of(ast.parse(source))] == [
            ("a.b", False),
            ("c.d", False),
            ("e", True),
            ("g", True),
            ("i.j.k", True),
            ("importlib", False),
            ("l.m", False),
        ]

    @pytest.mark.parametrize(
        "source",
        [
            "import pickle",
            "from joblib import load",
            "def f():\n    import dill",
            "eval('1')",
            "exec(text)",
            "subprocess.run(text, shell=True)",
            "os.system(text)",
            "hashlib.md5(data)",
            "hashlib.new('sha1', data)",
            "from hashlib import sha1",
            "st.markdown(text, unsafe_allow_html=True)",
            "yaml.unsafe_load(text)",
        ],
    )
    def test_sees_what_is_forbidden(self, source: str) -> None:
        tree = ast.parse(source)

        assert [*_forbidden_imports(tree), *_forbidden_calls(tree)] != []


_UNSAFE_MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve"}
_UNSAFE_NAMES = {"hashlib.md5", "hashlib.sha1", "joblib.load", "joblib.dump"}
_UNSAFE_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "hashlib.md5", "hashlib.sha1"}
_UNSAFE_CALLS |= {"joblib.load", "joblib.dump", "yaml.load", "yaml.unsafe_load", "numpy.load", "np.load"}
_UNSAFE_FLAGS = {"shell", "unsafe_allow_html", "allow_pickle", "unsafe_allow_javascript"}


def _forbidden_imports(tree: ast.AST) -> Iterator[str]:
    for i in imports_of(tree):
        if i.head in _UNSAFE_MODULES or i.name in _UNSAFE_NAMES:
            yield f"line {i.line}: import of {i.name}"


def _forbidden_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        weak = name == "hashlib.new" and any("md5" in a or "sha1" in a for a in map(ast.unparse, node.args))
        if name in _UNSAFE_CALLS or weak:
            yield f"line {node.lineno}: call of {name}"
        for keyword in node.keywords:
            if keyword.arg in _UNSAFE_FLAGS and not (
                isinstance(keyword.value, ast.Constant) and not keyword.value.value
            ):
                yield f"line {node.lineno}: {keyword.arg}={ast.unparse(keyword.value)}"


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[1] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or node.lineno) - first.lineno + 1
