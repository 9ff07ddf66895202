from __future__ import annotations

import subprocess
import sys

import pytest

import runlake.capture


class TestThePackage:
    @pytest.mark.parametrize("name", runlake.capture.__all__)
    def test_has_every_name_that_it_promises(self, name: str) -> None:
        assert getattr(runlake.capture, name) is not None

    def test_has_no_other(self) -> None:
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            _ = runlake.capture.nothing

    def test_loads_nothing_heavy_for_its_names(self) -> None:
        code = (
            "import sys; import runlake.capture as c; [getattr(c, n) for n in c.__all__];"
            "heavy = ('numpy', 'polars', 'pyarrow', 'pandas', 'psutil', 'subprocess', 'importlib.metadata', 'socket', 'platform');"
            "print([m for m in heavy if m in sys.modules])"
        )
        # Without the package above, whose own imports are not the subject here.
        alone = f"import sys, types; p = types.ModuleType('runlake'); p.__path__ = {list(runlake.__path__)!r}; sys.modules['runlake'] = p; "

        done = subprocess.run([sys.executable, "-S", "-c", alone + code], capture_output=True, text=True, check=True)

        assert done.stdout == "[]\n"
