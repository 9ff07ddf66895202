"""What a page loads before anything is worked out."""

from __future__ import annotations

import subprocess
import sys


class TestThePackage:
    def test_waits_with_scikit_learn_until_something_is_counted(self) -> None:
        code = "import sys, runlake.analysis.classification; print({'sklearn', 'scipy'} & set(sys.modules))"

        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert done.stdout == "set()\n"
