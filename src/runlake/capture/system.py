"""Samples of the process and its machine: load, memory, disk, network, GPU."""

from __future__ import annotations

import time
from typing import Any

from runlake.capture.guard import attempt
from runlake.capture.processes import ask

GPU_SHARE = 0.005
GPU_EVERY_S = 30.0
_QUERY = "--query-gpu=index,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw"
_GPU_KEYS = ("utilization_percent", "memory_used_bytes", "memory_total_bytes", "temperature_celsius", "power_watts")


class SystemSampler:
    """Takes one sample after the other; keys name their unit.

    Rates and percentages are means since the sample before, so the first sample has none. A sample
    costs about 0.4 ms of CPU time: 0.004 % of one core at one sample in 10 s. `nvidia-smi` is asked
    where it is installed, at most every 30 s and so seldom that it takes at most 0.5 % of the time.
    """

    def __init__(self, pid: int | None = None) -> None:
        """Prepare to sample process `pid`; None is this one. Nothing is read yet."""
        self._pid = pid
        self._process: Any = None
        self._before: tuple[float, dict[str, float]] | None = None
        self._gpu_program: str | None = None
        self._gpu_next = 0.0

    def sample(self) -> dict[str, float]:
        """Return what can be read now, by key; never raises, and leaves out what cannot be read."""
        found: dict[str, float] = {}
        for read in (self._of_process, self._of_machine, self._of_rates, self._of_gpus):
            found |= attempt("sample", read).value or {}
        return found

    def _of_process(self) -> dict[str, float]:
        import psutil

        first = self._process is None
        if first:
            self._process = psutil.Process(self._pid)
        with self._process.oneshot():
            busy = self._process.cpu_percent(None)
            found = {
                "process/rss_bytes": float(self._process.memory_info().rss),
                "process/threads": float(self._process.num_threads()),
            }
        return found if first else {"process/cpu_percent": busy, **found}

    def _of_machine(self) -> dict[str, float]:
        import psutil

        busy = psutil.cpu_percent(None)
        memory = psutil.virtual_memory()
        found = {
            "machine/memory_percent": float(memory.percent),
            "machine/memory_available_bytes": float(memory.available),
        }
        return found if self._before is None else {"machine/cpu_percent": busy, **found}

    def _of_rates(self) -> dict[str, float]:
        import psutil

        now = time.monotonic()
        disk, network = psutil.disk_io_counters(), psutil.net_io_counters()
        counts: dict[str, float] = {}
        if disk is not None:
            counts |= {
                "machine/disk_read_bytes_per_s": disk.read_bytes,
                "machine/disk_write_bytes_per_s": disk.write_bytes,
            }
        if network is not None:
            counts |= {
                "machine/net_received_bytes_per_s": network.bytes_recv,
                "machine/net_sent_bytes_per_s": network.bytes_sent,
            }
        before, self._before = self._before, (now, counts)
        if before is None or now <= before[0]:
            return {}
        passed = now - before[0]
        return {key: max(0.0, n - before[1][key]) / passed for key, n in counts.items() if key in before[1]}

    def _of_gpus(self) -> dict[str, float]:
        now = time.monotonic()
        if now < self._gpu_next:
            return {}
        if self._gpu_program is None:
            import shutil

            self._gpu_program = shutil.which("nvidia-smi") or ""
        if not self._gpu_program:
            self._gpu_next = float("inf")
            return {}
        # Set before asking: one that hangs or fails is not asked again at once.
        self._gpu_next = now + GPU_EVERY_S
        answer = ask([self._gpu_program, _QUERY, "--format=csv,noheader,nounits"], timeout_s=5.0)
        cost = time.monotonic() - now
        self._gpu_next = now + max(GPU_EVERY_S, cost / GPU_SHARE)
        return gpu_samples(answer.text.decode("utf-8", "replace"))


def gpu_samples(csv: str) -> dict[str, float]:
    """Read what nvidia-smi says, one GPU in a line; what it does not support is left out."""
    found: dict[str, float] = {}
    for line in csv.splitlines():
        index, *cells = [cell.strip() for cell in line.split(",")]
        for key, cell in zip(_GPU_KEYS, cells, strict=False):
            number = attempt("number", lambda cell=cell: float(cell)).value  # type: ignore[misc]
            if number is not None and index.isdigit():
                found[f"gpu/{index}/{key}"] = number * 2**20 if key.endswith("bytes") else number
    return found
