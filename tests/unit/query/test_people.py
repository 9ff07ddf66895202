from __future__ import annotations

from builders import Logged, a_lake
from runlake.query.people import FIELDS


class TestAnActor:
    def test_is_folded_from_all_that_was_said(self) -> None:
        said = Logged().add("identities", actor_id="a", user="ada", host="tower", pid=1)
        said.add("identities", actor_id="a", user="Ada", at=5, writer="w2")
        said.add("identities", actor_id="b", user="bob")

        people = a_lake(said).folded.people

        assert people.columns == ["actor_id", *FIELDS]
        assert people.select("actor_id", "user", "host", "pid").rows() == [
            ("a", "Ada", "tower", 1),
            ("b", "bob", None, None),
        ]
