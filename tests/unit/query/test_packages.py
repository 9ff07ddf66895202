from __future__ import annotations

from builders import Logged, a_lake, a_run
from runlake.query.packages import packages

LIST = b"""# captured at the start
numpy==2.4.1
scikit-learn == 1.9.0  # the estimator
zope.interface==8.0;python_version>"3"
-e git+https://example.org/x#egg=x
torch==2.9.0 @ git+https://example.org/torch
no version here
\xff\xfe
"""


def with_list(content: bytes) -> Logged:
    logged = a_run(artifacts={"runlake/packages.txt": content})
    logged.rows["artifacts"][0]["kind"] = "environment"
    return logged


class TestPackages:
    def test_are_the_pinned_lines_of_the_captured_list(self) -> None:
        assert packages(a_lake(with_list(LIST)).snapshot, ["run-1"]).rows() == [
            ("run-1", "numpy", "2.4.1"),
            ("run-1", "scikit-learn", "1.9.0"),
            ("run-1", "torch", "2.9.0"),
            ("run-1", "zope.interface", "8.0"),
        ]

    def test_are_none_where_the_list_is_not_here(self) -> None:
        gone = with_list(LIST)
        gone.blobs.clear()

        assert packages(a_lake(gone).snapshot, ["run-1"]).is_empty()

    def test_are_not_read_from_other_artifacts(self) -> None:
        assert packages(a_lake(a_run(artifacts={"packages.txt": LIST})).snapshot, ["run-1"]).is_empty()
