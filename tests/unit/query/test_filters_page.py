"""The reference page of filters says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runlake.query.expression import ATTRIBUTES, FieldType
from runlake.query.language import parse
from runlake.query.names import ALIASES, PREFIXES
from runlake.query.unparse import unparse

PAGE = (Path(__file__).parents[3] / "docs/reference/filters.md").read_text(encoding="utf-8")
EXAMPLES = [line for block in re.findall(r"^```filter\n(.*?)^```", PAGE, re.M | re.S) for line in block.splitlines()]


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_a_filter(text: str) -> None:
    tree = parse(text)

    assert repr(parse(unparse(tree))) == repr(tree)


def test_each_attribute_stands_in_the_row_of_its_type() -> None:
    rows = re.search(r"\| attributes \| hold \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE)
    assert rows is not None
    named = {name: row.split("|")[2].strip() for row in rows[1].splitlines() for name in re.findall(r"`(\w+)`", row)}

    assert named == {name: str(FieldType(type_)) for name, type_ in ATTRIBUTES.items()}


def test_all_other_names_and_prefixes_are_there() -> None:
    assert [name for name in ALIASES if f"`{name}`" not in PAGE] == []
    assert [prefix for prefix in PREFIXES if f"`{prefix}." not in PAGE] == []
