from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_lake, a_run
from runlake.errors import Ambiguous, NotFound

LAKE = a_lake(
    a_run("0192aaaa-1111-aaaaaaaaaaaa", name="rf"),
    a_run("0192aaaa-2222-bbbbbbbbbbbb", name="rf", experiment="demo/sub"),
    a_run("0192cccc-3333-cccccccccccc", name="twice"),
    a_run("0192dddd-4444-dddddddddddd", name="twice", status="failed"),
    a_run("0192eeee-5555-eeeeeeeeeeee", name="gone", deleted=True),
    a_run("0192ffff-6666-ffffffffffff", name="gone", started=5),
    a_run("short", name="with: colon"),
    a_run("0192cccc", name="x", experiment="a:b"),
)


class TestARunIsFound:
    @pytest.mark.parametrize(
        ("text", "run_id"),
        [
            ("short", "short"),
            (" 0192aaaa-1111-aaaaaaaaaaaa ", "0192aaaa-1111-aaaaaaaaaaaa"),
            ("0192aaaa-1", "0192aaaa-1111-aaaaaaaaaaaa"),
            ("bbbbbbbb", "0192aaaa-2222-bbbbbbbbbbbb"),
            ("demo:rf", "0192aaaa-1111-aaaaaaaaaaaa"),
            ("demo/sub:rf", "0192aaaa-2222-bbbbbbbbbbbb"),
            ("demo:gone", "0192ffff-6666-ffffffffffff"),
            ("eeeeeeee", "0192eeee-5555-eeeeeeeeeeee"),
            ("demo:with: colon", "short"),
            ("a:b:x", "0192cccc"),
            ("0192cccc", "0192cccc"),
        ],
    )
    def test_by_id_part_of_it_or_experiment_and_name(self, text: str, run_id: str) -> None:
        assert LAKE.find(text) == run_id


class TestARunIsNotFound:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("bbbb", "no run 'bbbb'; give at least 8 characters of its id, or experiment:name"),
            ("", "no run ''; give at least 8 characters of its id, or experiment:name"),
            ("99999999", "no run '99999999'; `runlake runs` lists what there is"),
            ("demo:nope", "no run 'demo:nope'; `runlake runs` lists what there is"),
            ("rf", "no run 'rf'; did you mean demo:rf or demo/sub:rf?"),
            ("twice", "no run 'twice'; did you mean 0192cccc-3333-cccccccccccc or 0192dddd-4444-dddddddddddd?"),
            ("gone", "no run 'gone'; did you mean demo:gone?"),
            ("\x00.*[", "no run '\\x00.*['; give at least 8 characters of its id, or experiment:name"),
        ],
    )
    def test_and_the_error_says_what_would_be(self, text: str, said: str) -> None:
        with pytest.raises(NotFound) as raised:
            LAKE.find(text)

        assert str(raised.value) == said


class TestSeveralRunsAreFound:
    def test_and_the_error_lists_them(self) -> None:
        with pytest.raises(Ambiguous) as raised:
            LAKE.find("demo:twice")

        assert raised.value.candidates == (
            "0192cccc-3333-cccccccccccc  demo:twice  finished",
            "0192dddd-4444-dddddddddddd  demo:twice  failed",
        )

    def test_and_only_the_first_ten_are_named(self) -> None:
        lake = a_lake(*(a_run(f"same-beginning-{i:02}") for i in range(12)))

        with pytest.raises(Ambiguous) as raised:
            lake.find("same-beginning")

        assert len(raised.value.candidates) == 11
        assert raised.value.candidates[-1] == "... and 2 more"


class TestManyRuns:
    TEXTS = (
        "short", " 0192aaaa-1111-aaaaaaaaaaaa ", "0192aaaa-1", "bbbbbbbb", "demo:rf", "demo:gone", "eeeeeeee", "bbbb", "",
        "demo:twice", "rf", "99999999", "0192cccc", "a:b:x", "demo:with: colon", "0192", "1111-aaaaaaaaaaaa", "\x00.*[",
    )  # fmt: skip

    def test_are_found_together_as_they_are_one_by_one(self) -> None:
        assert LAKE.find_all([*self.TEXTS, "short"]) == one_by_one(self.TEXTS)

    def test_can_be_none(self) -> None:
        assert (LAKE.find_all([]), a_lake().find_all(["12345678"])) == ({}, {})
        assert (LAKE.abbreviated([]), a_lake().abbreviated(["12345678"])) == ({}, {"12345678": "12345678"})

    def test_are_abbreviated_to_the_random_end_of_their_id(self) -> None:
        assert LAKE.abbreviated(["0192aaaa-2222-bbbbbbbbbbbb", "not-here"]) == {
            "0192aaaa-2222-bbbbbbbbbbbb": "bbbbbbbb",
            "not-here": "not-here",
        }

    def test_take_more_of_it_where_that_end_is_of_several(self) -> None:
        lake = a_lake(
            a_run("0192-1-cccccccc"), a_run("0192-2-cccccccc"), a_run("cccccccc-ends-so"), a_run("2-cccccccc")
        )

        assert list(
            lake.abbreviated(["0192-1-cccccccc", "0192-2-cccccccc", "cccccccc-ends-so", "2-cccccccc"]).values()
        ) == [
            "1-cccccccc",
            "-2-cccccccc",
            "-ends-so",
            "2-cccccccc",
        ]


def one_by_one(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        try:
            found[text] = LAKE.find(text)
        except (NotFound, Ambiguous):
            continue
    return found


# Two letters and lengths about the least that counts: ends and beginnings of one are those of others all the time.
@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("ab", min_size=6, max_size=13), min_size=1, max_size=12, unique=True))
def test_what_abbreviates_a_run_means_that_run(ids: list[str]) -> None:
    lake = a_lake(*(a_run(run_id) for run_id in ids))

    short = lake.abbreviated(ids)
    assert lake.find_all(short.values()) == {part: run_id for run_id, part in short.items()}
    assert all(lake.find(part) == run_id for run_id, part in short.items())
