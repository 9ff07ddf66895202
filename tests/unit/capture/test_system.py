from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlake.capture.system import SystemSampler, gpu_samples

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LEVELS = {"process/rss_bytes", "process/threads", "machine/memory_percent", "machine/memory_available_bytes"}
SINCE_BEFORE = {"process/cpu_percent", "machine/cpu_percent"}


class TestASampler:
    def test_gives_levels_at_once_and_rates_from_the_second_sample_on(self) -> None:
        sampler = SystemSampler()
        first, second = sampler.sample(), sampler.sample()

        assert set(first) == LEVELS
        assert set(second) >= LEVELS | SINCE_BEFORE
        assert all(isinstance(value, float) and value >= 0 for value in second.values())
        assert second["process/rss_bytes"] > 2**20

    def test_leaves_out_a_process_that_is_gone(self) -> None:
        assert "process/rss_bytes" not in SystemSampler(2**22 + 1).sample()

    def test_asks_a_slow_gpu_program_seldom(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program, calls = tmp_path / "nvidia-smi", tmp_path / "calls"
        program.write_text(f"#!/bin/sh\necho x >> {calls}\nsleep 0.2\necho '0, 93, 1000, 2000, 61, 300.5'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        sampler = SystemSampler()

        first, second = sampler.sample(), sampler.sample()

        assert first["gpu/0/utilization_percent"] == 93.0
        assert not any(key.startswith("gpu/") for key in second)
        assert calls.read_text() == "x\n"


class TestWhatNvidiaSmiSays:
    def test_becomes_one_sample_for_each_fact(self) -> None:
        assert gpu_samples("0, 93, 1000, 2000, 61, 300.5\n1, 0, [N/A], 2000, [N/A], [N/A]\ngarbage\n") == {
            "gpu/0/utilization_percent": 93.0,
            "gpu/0/memory_used_bytes": 1000.0 * 2**20,
            "gpu/0/memory_total_bytes": 2000.0 * 2**20,
            "gpu/0/temperature_celsius": 61.0,
            "gpu/0/power_watts": 300.5,
            "gpu/1/utilization_percent": 0.0,
            "gpu/1/memory_total_bytes": 2000.0 * 2**20,
        }
