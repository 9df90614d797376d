"""Timing in turn, medians, and the description of the machine."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 7


@dataclass(frozen=True)
class Figure:
    """One measured thing: its median, and the least and the most that were seen."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:,.0f} ({self.low:,.0f}–{self.high:,.0f})"


def figure(values: list[float]) -> Figure:
    """Median, least and most."""
    return Figure(statistics.median(values), min(values), max(values))


def in_turn(subjects: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Run each subject once a round, A B C A B C …; each returns its own rate. One round is a warm-up."""
    rates: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(rounds + 1):
        for name, run in subjects.items():
            rate = run()
            if number > 0:
                rates[name].append(rate)
    return rates


def ratio(of: list[float], to: list[float]) -> float:
    """The median of the ratios of each round: machine drift falls out."""
    return statistics.median(a / b for a, b in zip(of, to, strict=True))


def rate(count: int, run: Callable[[], object]) -> float:
    """`count` per second of one call."""
    start = time.perf_counter()
    run()
    return count / (time.perf_counter() - start)


def machine() -> str:
    """The machine in one line."""
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].split(":", 1)[1].strip() if lines else model
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )
