from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from runlake.analysis.agreement import Answers, Flaws, guessed_key, joined, key_columns, named
from runlake.errors import InvalidValue


def answers(rows: dict[str, Any], **columns: str | None) -> Answers:
    known = {"label": "label", "sure": "sure"}
    return Answers(pl.DataFrame(rows), "said", **{k: v for k, v in known.items() if v in rows} | columns)


class TestTablesThatFitEachOther:
    one = answers({"id": ["a", "b", "c"], "label": ["x", "y", "x"], "said": ["x", "y", "y"], "sure": [0.9, 0.8, 0.6]})
    other = answers(
        {"id": ["c", "a", "b"], "label": ["x", "x", "y"], "said": ["x", "x", "x"], "sure": [0.7, 0.95, 0.5]}
    )

    def test_show_what_they_disagree_about_first_by_how_far_they_are_apart(self) -> None:
        found = joined([self.one, self.other], ["id"])

        assert found.frame["id"].to_list() == ["b", "c", "a"]
        assert found.frame["gap"].to_list() == pytest.approx([0.3, 0.1, 0.05])
        assert (found.agree, found.disagree, found.only_some) == (1, 2, 0)

    def test_keep_which_row_of_each_table_it_was(self) -> None:
        found = joined([self.one, self.other], ["id"]).frame

        assert found.select("row/0", "row/1").rows() == [(1, 2), (2, 0), (0, 1)]

    def test_tell_who_is_right(self) -> None:
        found = joined([self.one, self.other], ["id"])

        assert found.frame.filter(found.right(0) & found.wrong(1))["id"].to_list() == ["b"]
        assert found.frame.filter(found.wrong(0) & found.right(1))["id"].to_list() == ["c"]


class TestNumbersWithoutALabelThatIsOne:
    @pytest.mark.parametrize("labels", [[{}, {}], [{"label": ["x", "y"]}] * 2])
    def test_are_neither_right_nor_wrong_and_have_their_spread(self, labels: list[dict[str, list[str]]]) -> None:
        tables = [
            answers({"id": [1, 2], "said": said, **label})
            for said, label in zip(([0.5, 1.0], [0.5, 3.0]), labels, strict=True)
        ]
        found = joined(tables, ["id"])

        judged = found.frame.select(right=found.right(0), wrong=found.wrong(1))
        assert judged.rows() == [(False, False)] * 2
        assert found.frame.select("id", "answer/1", "gap").rows() == [(2, 3.0, 2.0), (1, 0.5, 0.0)]
        assert [flaws.mislabelled for flaws in found.flaws] == [0, 0]


class TestRowsThatDoNotFit:
    def test_that_only_some_have_are_kept_and_counted(self) -> None:
        found = joined(
            [answers({"id": [1, 2], "said": ["x", "y"]}), answers({"id": [2, 3], "said": ["y", "z"]})], ["id"]
        )

        assert (found.agree, found.disagree, found.only_some) == (1, 0, 2)
        assert sorted(found.frame.select("id", "runs", "has/0", "has/1").rows()) == [
            (1, 1, True, False),
            (2, 2, True, True),
            (3, 1, False, True),
        ]

    def test_of_one_key_are_paired_in_their_order(self) -> None:
        tables = [
            answers({"id": ["a", "a", "b"], "said": [1, 2, 3]}),
            answers({"id": ["a", "b", "a"], "said": [1, 3, 9]}),
        ]

        found = joined(tables, ["id"])

        pairs = found.frame.select("id", "answer/0", "answer/1").rows()
        assert sorted(pairs) == [("a", 1, 1), ("a", 2, 9), ("b", 3, 3)]
        assert found.flaws == (Flaws(1, 0, 0), Flaws(1, 0, 0))

    def test_without_a_key_are_paired_with_nothing(self) -> None:
        tables = [answers({"id": [None, "a"], "said": [1, 2]}), answers({"id": [None, None], "said": [1, 2]})]

        found = joined(tables, ["id"])

        assert found.frame.height == 4
        assert found.frame["runs"].to_list() == [1] * 4
        assert [one.keyless for one in found.flaws] == [1, 2]

    def test_of_another_label_are_counted(self) -> None:
        tables = [answers({"id": [1], "said": ["x"], "label": [label]}) for label in ("x", "y")]

        assert [one.mislabelled for one in joined(tables, ["id"]).flaws] == [0, 1]

    def test_without_an_answer_disagree_with_those_that_have_one(self) -> None:
        tables = [answers({"id": [1, 2], "said": said}) for said in (["x", None], ["x", "y"])]

        assert joined(tables, ["id"]).frame.select("id", "distinct").rows() == [(2, 2), (1, 1)]


class TestTypesThatDiffer:
    def test_whole_numbers_and_texts_are_compared_as_texts(self) -> None:
        tables = [answers({"id": [1, 2], "said": [7, 8]}), answers({"id": ["2", "1"], "said": ["8", "7"]})]

        assert joined(tables, ["id"]).agree == 2

    def test_labels_are_compared_in_the_type_of_the_answers(self) -> None:
        found = joined([answers({"id": [1], "said": ["7"], "label": [7]})], ["id"])

        assert found.frame.select(found.right(0)).item() is True

    def test_numbers_agree_but_for_rounding_and_stand_by_their_spread(self) -> None:
        one, other = [0.1 + 0.2, 1.0, 5.0, math.nan], [0.3, 1.5, 9.0, math.nan]

        found = joined(
            [answers({"id": [0, 1, 2, 3], "said": one}), answers({"id": [0, 1, 2, 3], "said": other})], ["id"]
        )

        assert found.numeric
        assert found.frame["id"].to_list()[:2] == [2, 1]
        assert found.agree == 2


class TestTheKey:
    def test_is_what_is_unique_and_named_like_one(self) -> None:
        frames = [pl.DataFrame({"x": [1, 2], "text": ["a", "b"], "example_id": [9, 8], "score": [0.1, 0.2]})] * 2

        assert key_columns(frames) == ["example_id", "x", "text"]
        assert guessed_key(frames) == ("example_id",)

    def test_is_an_id_though_a_row_came_twice(self) -> None:
        frames = [pl.DataFrame({"id": [*range(11), 0], "said": ["x"] * 12, "day": [1] * 12})] * 2

        assert guessed_key(frames) == ("id",)

    def test_is_two_columns_where_one_does_not_do(self) -> None:
        frames = [pl.DataFrame({"user": ["a", "a", "b"], "day": [1, 2, 1], "said": [1, 1, 1]})] * 2

        assert guessed_key(frames) == ("user", "day")

    def test_is_none_where_nothing_tells_rows_apart(self) -> None:
        assert guessed_key([pl.DataFrame({"said": ["a", "a"]})] * 2) == ()
        assert guessed_key([]) == ()
        assert guessed_key([pl.DataFrame({"id": []}, schema={"id": pl.String})]) == ()


class TestWhatCannotBeJoined:
    @pytest.mark.parametrize(("tables", "keys"), [([], ["id"]), ([answers({"id": [1], "said": [1]})], []), ([answers({"id": [1], "said": [1]})], ["no"])])  # fmt: skip
    def test_is_refused(self, tables: list[Answers], keys: list[str]) -> None:
        with pytest.raises(InvalidValue):
            joined(tables, keys)


def test_columns_are_found_by_their_words() -> None:
    assert named(["idx", "y_pred", "model_prediction"], ("prediction", "pred")) == "model_prediction"
    assert named(["Label"], ("label",)) == "Label"
    assert named(["relabelled"], ("label",)) is None
