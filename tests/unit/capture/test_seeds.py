from __future__ import annotations

import random
import sys
import types
from typing import Any

import numpy as np
import pytest

from runlake.capture.seeds import read_seeds


class TestSeeds:
    @pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
    def test_of_numpy_are_read_where_nothing_was_drawn(self, seed: int) -> None:
        np.random.seed(seed)

        assert read_seeds()["numpy"] == seed

    def test_of_numpy_are_unknown_after_a_draw(self) -> None:
        np.random.seed(42)
        np.random.random()

        assert "numpy" not in read_seeds()

    def test_states_are_equal_exactly_where_generators_are(self) -> None:
        random.seed(7)
        first = read_seeds()
        random.seed(7)
        again = read_seeds()
        random.random()
        later = read_seeds()

        assert first["python_state"] == again["python_state"] != later["python_state"]

    def test_are_read_without_drawing(self) -> None:
        random.seed(7)
        np.random.seed(7)
        expected = (random.Random(7).random(), np.random.RandomState(7).random())

        read_seeds()

        assert (random.random(), np.random.random()) == expected

    def test_of_torch_are_read_where_it_is_loaded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        torch: Any = types.ModuleType("torch")
        torch.initial_seed = lambda: 1234
        monkeypatch.setitem(sys.modules, "torch", torch)

        assert read_seeds()["torch"] == 1234

    def test_of_a_broken_library_are_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        torch: Any = types.ModuleType("torch")
        torch.initial_seed = lambda: 1 // 0
        monkeypatch.setitem(sys.modules, "torch", torch)

        assert "torch" not in read_seeds()

    def test_of_hashing_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONHASHSEED", "0")

        assert read_seeds()["PYTHONHASHSEED"] == "0"
