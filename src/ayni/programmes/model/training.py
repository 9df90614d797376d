"""What came of learning a score: the score itself, where to cut, and how often that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ayni.programmes.model.scores import Scorecard
from ayni.programmes.model.simulating import share


@dataclass(frozen=True)
class Training:
    """`threshold`: who scores so much or more is selected. The errors are of households held out.

    `left_out`: of how many the label or a term was not known. `area_per_mille`: how often, of a poor and a
    not poor household, the poor one scores higher.
    """

    scorecard: Scorecard
    threshold: int
    learnt_from: int
    held_out: int
    left_out: int
    poor: int
    selected: int
    exclusion_error: Decimal | None
    inclusion_error: Decimal | None
    area_per_mille: int

    @classmethod
    def measured(
        cls,
        scorecard: Scorecard,
        *,
        threshold: int,
        learnt_from: int,
        left_out: int,
        held: Sequence[tuple[bool, int]],
        area_per_mille: int,
    ) -> Training:
        """The same from households held out: who is poor, and their score."""
        poor = sum(is_poor for is_poor, _ in held)
        selected = [is_poor for is_poor, score in held if score >= threshold]
        return cls(
            scorecard,
            threshold,
            learnt_from,
            len(held),
            left_out,
            poor,
            len(selected),
            share(poor - sum(selected), poor),
            share(len(selected) - sum(selected), len(selected)),
            area_per_mille,
        )
