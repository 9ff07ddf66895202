from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from unit.actions.lab import make_lab

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.actions.lab import Lab


@pytest.fixture
def lab(store: str) -> Callable[..., Lab]:
    """Make the test's store with runs, each given by experiment and name."""
    return partial(make_lab, store)
