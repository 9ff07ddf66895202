from __future__ import annotations

import inspect
import pickle

import pytest

from runlake import errors

EXAMPLES = [
    errors.InvalidValue("step", lambda: None, "a number"),
    errors.InvalidType("log", object(), "a mapping"),
    errors.InvalidType("log", "text", "a mapping"),
    errors.ParamConflict("depth", "1", "2"),
    errors.RunClosed("id", "log"),
    errors.RunExists("id"),
    errors.NotFound("run", "x", "look elsewhere"),
    errors.Ambiguous("x", ("a", "b")),
    errors.QueryError("a =", 3, "a value"),
    errors.UnsafePath("../x", "it climbs"),
    errors.SecretRefused(".env"),
    errors.StoreError("cannot read runs", "/store", "corrupt"),
    errors.MissingExtra("signing", "audit"),
]


def classes() -> list[type[Exception]]:
    members = inspect.getmembers(errors, inspect.isclass)
    return [c for _, c in members if issubclass(c, errors.RunlakeError) and c is not errors.RunlakeError]


def test_every_error_is_tried_here() -> None:
    assert set(map(type, EXAMPLES)) == set(classes())


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)
def test_an_error_survives_the_way_between_processes(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert (type(again), str(again)) == (type(error), str(error))


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)
def test_an_error_has_a_standard_base_and_is_drawn_in_the_tree(error: Exception) -> None:
    standard = type(error).__mro__[2]

    assert standard in (ValueError, TypeError, LookupError, RuntimeError, ImportError)
    assert f"{type(error).__name__}" in (errors.__doc__ or "")


class TestAQueryError:
    def test_points_at_the_character(self) -> None:
        assert str(errors.QueryError("a = ", 4, "a value")) == "expected a value:\n  a = \n      ^"

    def test_shows_only_the_line_and_place_of_the_fault(self) -> None:
        text = "x = 1 AND\n" + "y" * 500 + " ?\nz = 2"

        lines = str(errors.QueryError(text, text.index("?"), "an operator")).split("\n")
        assert lines[1:] == ["  " + "y" * 59 + " ?", "  " + " " * 60 + "^"]
