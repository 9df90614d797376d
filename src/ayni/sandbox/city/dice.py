"""Chance that repeats: the same seed gives the same city on every machine and version of Python."""

from __future__ import annotations

import hashlib
import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice:
    """Draws. Only `random()` of the Mersenne Twister is used: its sequence is promised never to change."""

    def __init__(self, *seed: object) -> None:
        digest = hashlib.sha256("\x1f".join(str(part) for part in seed).encode()).digest()
        self.random = random.Random(int.from_bytes(digest, "big")).random  # noqa: S311

    def chance(self, share: float) -> bool:
        """True in `share` hundredths of a per cent of the draws."""
        return self.random() * 10_000 < share

    def pick(self, items: Sequence[T]) -> T:
        """One of them, each as likely."""
        return items[int(self.random() * len(items))]

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def around(self, middle: float, spread: float) -> float:
        """About normal: the sum of three uniform draws, never further away than 1.5 × 2 × spread."""
        return middle + spread * 2 * (self.random() + self.random() + self.random() - 1.5)


class Weighted(Generic[T]):
    """Draws items in proportion to their weights."""

    def __init__(self, pairs: Iterable[tuple[T, float]]) -> None:
        kept = [(item, weight) for item, weight in pairs if weight > 0]
        self.items = [item for item, _ in kept]
        self.sums = list(accumulate(weight for _, weight in kept))

    def draw(self, dice: Dice) -> T:
        """One item."""
        return self.items[min(bisect_right(self.sums, dice.random() * self.sums[-1]), len(self.items) - 1)]
