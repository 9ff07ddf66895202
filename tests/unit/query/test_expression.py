"""Fields know their columns, and a filter the fields that it names."""

from __future__ import annotations

from itertools import product

import pytest

from runlake.query.expression import ATTRIBUTES, DATASET_ASPECTS, METRIC_ASPECTS, Field, FieldKind, FieldType, fields
from runlake.query.language import parse


@pytest.mark.parametrize(
    ("field", "column", "holds"),
    [
        (Field(FieldKind.ATTRIBUTE, "status"), "status", FieldType.TEXT),
        (Field(FieldKind.ATTRIBUTE, "duration_s"), "duration_s", FieldType.NUMBER),
        (Field(FieldKind.METRIC, "val/f1"), "metrics.val/f1", FieldType.NUMBER),
        (Field(FieldKind.METRIC, "loss", "min"), "metrics.loss:min", FieldType.NUMBER),
        (Field(FieldKind.METRIC, "loss:min"), "metrics.loss:min:last", FieldType.NUMBER),
        (Field(FieldKind.METRIC, "a:b"), "metrics.a:b", FieldType.NUMBER),
        (Field(FieldKind.PARAM, "lr"), "params.lr", FieldType.TEXT),
        (Field(FieldKind.PARAM, "lr", "num"), "params.lr:num", FieldType.NUMBER),
        (Field(FieldKind.PARAM, "lr:num"), "params.lr:num:text", FieldType.TEXT),
        (Field(FieldKind.SUMMARY, "f1", "num"), "summary.f1:num", FieldType.NUMBER),
        (Field(FieldKind.TAG, "team"), "tags.team", FieldType.TEXTS),
        (Field(FieldKind.DATASET, "train", "version"), "datasets.train:version", FieldType.TEXTS),
        (Field(FieldKind.DATASET, "", "name"), "datasets:name", FieldType.TEXTS),
    ],
)
def test_a_field_has_a_column_and_a_type(field: Field, column: str, holds: FieldType) -> None:
    assert (field.column, field.type) == (column, holds)


def test_no_two_fields_share_a_column() -> None:
    reserved = [*METRIC_ASPECTS, "num", "text", *DATASET_ASPECTS]
    keys = ["a", *(f"a:{name}" for name in reserved), *(f"a:{one}:{two}" for one, two in product(reserved, repeat=2))]
    known = [
        *(Field(FieldKind.METRIC, key, aspect) for key, aspect in product(keys, ["", *METRIC_ASPECTS[1:]])),
        *(
            Field(kind, key, aspect)
            for kind in (FieldKind.PARAM, FieldKind.SUMMARY)
            for key in keys
            for aspect in ("", "num")
        ),
        *(Field(FieldKind.TAG, key) for key in keys),
        *(Field(FieldKind.DATASET, key, aspect) for key, aspect in product([*keys, ""], DATASET_ASPECTS)),
        *(Field(FieldKind.ATTRIBUTE, key) for key in ATTRIBUTES),
    ]

    assert len({field.column for field in known}) == len(known)


def test_a_filter_names_the_columns_that_it_needs() -> None:
    node = parse(
        "(params.lr > 0.1 or params.lr = 'auto') and not metrics.a.min < metrics.b and tags.t is null and deleted"
    )

    assert {field.column for field in fields(node)} == {
        "params.lr:num",
        "params.lr",
        "metrics.a:min",
        "metrics.b",
        "tags.t",
        "deleted",
    }
