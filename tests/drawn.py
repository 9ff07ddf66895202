"""Reads from the source of the app which controls it draws, and how a test would name them; nothing is run.

Texts are read as far as they stand in the source: a key that is a parameter of the function that draws is looked up
where that function is called, so that each call is a control of its own.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).parents[1]
ANY = "…"  # stands for what only a run of the page knows
TYPED = {"text_input", "text_area", "number_input", "date_input", "time_input", "datetime_input", "chat_input"}
CHOSEN = {"selectbox", "multiselect", "segmented_control", "pills", "toggle", "checkbox", "radio", "menu_button"}
PUSHED = {"button", "form_submit_button", "download_button", "link_button", "page_link", "ButtonColumn", "feedback"}
OTHER = {"slider", "select_slider", "color_picker", "file_uploader", "camera_input", "audio_input", "data_editor"}
ALWAYS = TYPED | CHOSEN | PUSHED | OTHER | {"LinkColumn", "CheckboxColumn", "navigation"}
# Controls only where somebody listens to them.
IF = {"dataframe": "on_select", "plotly_chart": "on_select", "popover": "on_change", "expander": "on_change"}
# Modules that draw the same, and do the same, for everybody who calls them: one control, however many callers.
ALIKE = {"chart_export"}
_MUCH = 3  # further calls up, after which a text is not looked for


@dataclass(frozen=True, slots=True)
class Control:
    """Something to use: where its call stands, and what its key and its label may be, with ANY for what is computed."""

    kind: str
    place: str
    line: int
    key: str
    labels: tuple[str, ...]

    @property
    def name(self) -> str:
        """What says which it is, and stays when lines are added above it."""
        return self.key if _says(self.key) else f"{self.place}: {' or '.join(self.labels)}"


@dataclass(frozen=True, eq=False, slots=True)
class Scope:
    """Where an expression stands: a module, a function of it, and what the parameters of the function are, if one call."""

    module: Path
    function: ast.FunctionDef | None = None
    bound: dict[str, tuple[ast.expr, Scope]] = field(default_factory=dict)


MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("app/**/*.py"))}
STEMS = {path.stem for path in MODULES}


def controls() -> Iterator[Control]:
    """Yield every control that the app draws, one for each key that it may have."""
    for call, scope in _calls():
        kind = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        own = isinstance(call.func, ast.Attribute) and _plain(call.func.value) in STEMS
        named = {keyword.arg: keyword.value for keyword in call.keywords}  # what is unpacked stands under None
        part = isinstance(call.func, ast.Call) and _plain(call.func.func) == "part" and _is_seen(named.get("height"))
        if not part and (own or (kind not in ALWAYS and IF.get(kind, "") not in named)):
            continue
        key = named.get("key", named.get(None))
        nameless = part or kind.endswith("Column") or not call.args  # a heading is no name of the cells below it
        label = named.get("label", None if nameless else call.args[0])
        for where, line, at in _sites(scope, call.lineno, key, label):
            said = texts(label, at)
            if at is not scope and said == {""}:
                continue  # who calls wants none
            labels, place = tuple(sorted(filter(_says, said))), str(where.relative_to(ROOT))
            keys = sorted(one for one in texts(key, at) if not one.endswith("."))
            yield from (Control(kind or "part", place, line, one, labels) for one in keys)


def _sites(scope: Scope, line: int, *said: ast.expr | None) -> Iterator[tuple[Path, int, Scope]]:
    """Yield where somebody decides on a control: its call, or the calls of the function that is told what to draw."""
    names = {node.id for part in said if part is not None for node in ast.walk(part) if isinstance(node, ast.Name)}
    function = scope.function
    if function is not None:
        names |= {
            node.id
            for name, value in _assigned(ast.walk(function))
            if name in names
            for node in ast.walk(value)
            if isinstance(node, ast.Name)
        }
        sites = _calls_of(scope)
        if sites and names & _parameters(function) - {"knobs"} and scope.module.stem not in ALIKE:
            for call, at in sites:
                bound = _bound(call, function, _whoever(at))
                yield at.module, call.lineno, Scope(scope.module, function, bound)
            return
    yield scope.module, line, _whoever(scope)


def _whoever(scope: Scope) -> Scope:
    """Leave open what the callers of a module say that does the same for each of them."""
    if scope.function is None or scope.module.stem not in ALIKE:
        return scope
    unknown = (ast.Constant(None), Scope(scope.module))
    return Scope(scope.module, scope.function, dict.fromkeys(_parameters(scope.function), unknown))


def texts(node: ast.expr | None, scope: Scope, *, deep: int = 0) -> set[str]:
    """Return what an expression may say."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts):
            return {"".join(one) for one in product(*(texts(part, scope, deep=deep) for part in parts))}
        case ast.FormattedValue(value=value):
            return texts(value, scope, deep=deep)
        case ast.IfExp(body=body, orelse=other):
            return texts(body, scope, deep=deep) | texts(other, scope, deep=deep)
        case ast.Name(id=name):
            return _named(name, scope, texts, deep)
        case ast.Attribute(value=of, attr="key"):
            return _key(of, scope, deep=deep)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="knobs"), attr="key"), args=[of]):
            return {f"{ANY}.evaluation.{text}" for text in texts(of, scope, deep=deep)}
        case ast.Call(func=ast.Attribute(attr="mirror"), args=[of, *_]):
            return {text if text == ANY else f"{text}.shown" for text in _key(of, scope, deep=deep)}
        case ast.Call():
            return _returned(node, scope, deep)
    return {ANY}


def _key(node: ast.expr, scope: Scope, *, deep: int) -> set[str]:
    """Return the key of what a link carries, or of a grid."""
    match node:
        case ast.Attribute(value=ast.Name(id="state"), attr=name) if name in _params():
            return {_params()[name]}
        case ast.Attribute(attr=name):  # one of those that several pages have, each its own
            known = _params().items()
            same = {key.partition(".")[2] for one, key in known if name in (one, one.partition("_")[2].lower())}
            return {f"{ANY}.{one}" for one in same} or {ANY}
        case ast.Name(id=name):
            return _named(name, scope, _key, deep)
        case ast.Call(func=func, args=[of]) if _plain(func) == "Grid":
            return texts(of, scope)
    return {ANY}


def _named(name: str, scope: Scope, read: Callable[..., set[str]], deep: int) -> set[str]:
    """Look a name up: a parameter where the function is called, any other where it is assigned."""
    if name in scope.bound:
        value, where = scope.bound[name]
        return read(value, where, deep=deep)
    if scope.function is not None and name in _parameters(scope.function):
        sites = [_bound(call, scope.function, at) for call, at in _calls_of(scope) if deep < _MUCH]
        found = [read(*site[name], deep=deep + 1) for site in sites if name in site]
        return set().union(*found) or {ANY}
    inside = ast.walk(scope.function) if scope.function is not None else ()
    for statements in (inside, MODULES[scope.module].body):
        assigned = [value for target, value in _assigned(statements) if target == name]
        if assigned:
            return set().union(*(read(value, scope, deep=deep) for value in assigned))
    return {ANY}


def _returned(call: ast.Call, scope: Scope, deep: int) -> set[str]:
    """Return what a function of the app gives for this call."""
    stem, name = _target(call, scope)
    for module in (path for path in MODULES if path.stem == stem and deep < _MUCH):
        for node in MODULES[module].body:
            if isinstance(node, ast.FunctionDef) and node.name == name and isinstance(node.body[-1], ast.Return):
                inner = Scope(module, node, _bound(call, node, scope))
                return texts(node.body[-1].value, inner, deep=deep + 1)
    return {ANY}


def _bound(call: ast.Call, function: ast.FunctionDef, scope: Scope) -> dict[str, tuple[ast.expr, Scope]]:
    spec = function.args
    places = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
    usual = dict(zip(reversed(places), reversed(spec.defaults), strict=False))
    usual |= {arg.arg: value for arg, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value is not None}
    given = dict(zip(places, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg is not None}
    return {name: (value, scope) for name, value in (usual | given).items()}


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Yield names and what they are set to, one by one or from a list that stands in the source."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[target], value=value):
                yield from _matched(target, value)
            case ast.For(target=target, iter=ast.Tuple(elts=values) | ast.List(elts=values)):
                for value in values:
                    yield from _matched(target, value)


def _matched(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ast.Tuple(elts=names), ast.Tuple(elts=values):
            for one, its in zip(names, values, strict=False):
                yield from _matched(one, its)


def _parameters(function: ast.FunctionDef) -> set[str]:
    return {arg.arg for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}


def _target(call: ast.Call, scope: Scope) -> tuple[str, str]:
    """Return module and name of the function that is called, as far as it could be one of the app."""
    match call.func:
        case ast.Name(id=name):
            return scope.module.stem, name
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return module, name
    return "", ""


def _below(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.Call, Scope]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, scope
        yield from _below(child, Scope(scope.module, child) if isinstance(child, ast.FunctionDef) else scope)


@cache
def _calls() -> tuple[tuple[ast.Call, Scope], ...]:
    return tuple(found for path, tree in MODULES.items() for found in _below(tree, Scope(path)))


@cache
def _by_target() -> dict[tuple[str, str], list[tuple[ast.Call, Scope]]]:
    found: dict[tuple[str, str], list[tuple[ast.Call, Scope]]] = {}
    for call, scope in _calls():
        found.setdefault(_target(call, scope), []).append((call, scope))
    return found


def _calls_of(scope: Scope) -> list[tuple[ast.Call, Scope]]:
    """Return the calls of the function that a scope is."""
    return _by_target().get((scope.module.stem, scope.function.name), []) if scope.function is not None else []


@cache
def _params() -> dict[str, str]:
    """Return the keys of what a link carries, by the names that `state` has for them."""
    found = {}
    for node in ast.walk(MODULES[ROOT / "app/state.py"]):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name) | ast.Attribute(attr=name)],
                value=ast.Call(func=ast.Name(id="Param"), args=[page, ast.Constant(value=str(of)), *_]),
            ):
                on = ANY if not isinstance(page, ast.Constant) else str(page.value) or "shared"
                found[name] = f"{on}.{of}"
    return found


def _is_seen(height: ast.expr | None) -> bool:
    return not (isinstance(height, ast.Constant) and height.value == 0)


def _plain(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _says(text: str) -> bool:
    return any(letter.isalpha() for letter in text)
