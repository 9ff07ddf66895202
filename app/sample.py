"""A private copy of the sample store: tags and deletes in the demonstration change nothing that is shipped."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from runlake.errors import NotFound

_APP = Path(__file__).resolve().parent
# In the wheel the app is runlake/_app; in the checkout it is app/.
_PLACES = (_APP.parent / "_sample_data", _APP.parent / "sample_data" / "store")
_PREFIX = "runlake-demo-"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy in a folder of its own, with its journals beside it."""

    folder: Path

    @property
    def store(self) -> str:
        """The store's address."""
        return str(self.folder / "store")

    def close(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.folder, ignore_errors=True)


def private_copy() -> Copy:
    """Copy the sample store to a temporary folder and keep this process's journals there.

    Raises:
        NotFound: the sample is not shipped here.
    """
    origin = next((place for place in _PLACES if place.is_dir()), None)
    if origin is None:
        raise NotFound("sample store", str(_PLACES[-1]), "set RUNLAKE_STORE or run sample_data/make.py")
    copy = Copy(Path(tempfile.mkdtemp(prefix=_PREFIX)))
    shutil.copytree(origin, copy.store)
    os.environ["RUNLAKE_JOURNAL"] = str(copy.folder / "journal")
    return copy


def is_copy(store: str) -> bool:
    """Return whether `store` is such a copy."""
    return Path(store).parent.name.startswith(_PREFIX)
