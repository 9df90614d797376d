"""What a rule would do before it does it: who gains and loses, what it costs, whom it reaches, and how sure
that is.

Shares are Decimals between 0 and 1, None where there is nothing to divide by. Where facts are missing a
measure is a range: as if none of the unknown were eligible, and as if all were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ayni.programmes.model.definition import Definition
from ayni.programmes.model.telling import Told

_PLACES = Decimal("0.0001")
BASE = "base"
"""What every variant is compared with."""


@dataclass(frozen=True)
class Variant:
    """A set of rules by a name."""

    name: str
    definition: Definition


@dataclass(frozen=True)
class Question:
    """What a simulation is asked. `truth`: an expression that says who is really poor, over the same facts;
    `income`: the fact of people that is their income in a month, in minor units; `by`: a fact to group by.
    """

    as_of: date
    truth: str | Told | None = None
    income: str | None = None
    by: str | None = None
    line_minor: int | None = None
    months: int = 1
    """For how many months one cycle pays: what a month has of it is compared with the poverty line."""


@dataclass(frozen=True)
class Figures:
    """What one variant does to one group. Sums are of one cycle, in minor units.

    `eligible` are those who would be enrolled; `waiting` find no place; `unknown` cannot be judged.
    Compared with the base: gained (nothing before), lost (nothing after), raised and lowered.
    `poor` and the three after it are by the chosen truth. `gap_before_minor` is what all people below the
    line lack in a month.
    """

    variant: str
    dimension: str
    group: str
    subjects: int
    people: int
    eligible: int
    waiting: int
    not_eligible: int
    unknown: int
    cost_minor: int
    gained: int
    lost: int
    raised: int
    lowered: int
    gained_minor: int
    lost_minor: int
    poor: int
    poor_eligible: int
    poor_unknown: int
    not_poor_eligible: int
    not_poor_unknown: int
    truth_unknown: int
    with_income: int
    gap_before_minor: int
    gap_after_minor: int
    poor_before: int
    poor_after: int

    @property
    def cost_high_minor(self) -> int:
        """The cost if all who cannot be judged were eligible, for the mean of those who are."""
        if self.eligible == 0:
            return self.cost_minor
        return self.cost_minor + self.cost_minor * self.unknown // self.eligible

    @property
    def coverage(self) -> tuple[Decimal | None, Decimal | None]:
        """Which share of the subjects is reached."""
        return _range(self.eligible, self.unknown, self.subjects)

    @property
    def exclusion_error(self) -> tuple[Decimal | None, Decimal | None]:
        """Which share of the poor is left out."""
        left_out = self.poor - self.poor_eligible - self.poor_unknown
        return _range(left_out, self.poor_unknown, self.poor)

    @property
    def inclusion_error(self) -> tuple[Decimal | None, Decimal | None]:
        """Which share of those who are reached is not poor: leakage."""
        low = share(self.not_poor_eligible, self.not_poor_eligible + self.poor_eligible + self.poor_unknown)
        not_poor = self.not_poor_eligible + self.not_poor_unknown
        return low, share(not_poor, not_poor + self.poor_eligible)

    @property
    def gap_closed(self) -> Decimal | None:
        """Which share of the poverty gap the money closes."""
        return share(self.gap_before_minor - self.gap_after_minor, self.gap_before_minor)


@dataclass(frozen=True)
class Simulation:
    """Figures of every variant, the base first: of the whole, of each district, and of each group.

    `gini`: by variant, of income per head before and after. `gap_per_sol`: how much of the poverty gap one
    sol of a cycle's cost closes.
    """

    question: Question
    variants: tuple[str, ...]
    figures: tuple[Figures, ...]
    gini: Mapping[str, tuple[Decimal | None, Decimal | None]]

    def whole(self, variant: str) -> Figures:
        """The figures of the whole registry."""
        (found,) = (one for one in self.figures if one.variant == variant and one.dimension == "all")
        return found

    def groups(self, variant: str, dimension: str) -> list[Figures]:
        """The figures by district or by group, in the groups' order."""
        return [one for one in self.figures if (one.variant, one.dimension) == (variant, dimension)]

    def gap_per_sol(self, variant: str) -> Decimal | None:
        """How much of the month's poverty gap each unit of a month's cost closes."""
        whole = self.whole(variant)
        return share(
            (whole.gap_before_minor - whole.gap_after_minor) * self.question.months, whole.cost_minor
        )


def share(part: int, of: int) -> Decimal | None:
    """A share to four places, or None of nothing."""
    return None if of == 0 else (Decimal(part) / of).quantize(_PLACES)


def _range(sure: int, unknown: int, of: int) -> tuple[Decimal | None, Decimal | None]:
    return share(sure, of), share(sure + unknown, of)


def weighted_gini(rows: Sequence[tuple[int, int]]) -> Decimal | None:
    """The Gini coefficient of (people, income per head) in ascending order of income; None without income.

    1 - Σ people·(S before + S after) / (N·S), with S the income of all up to there: the Lorenz curve by
    trapezes, which for households of equal heads is exact.
    """
    people = sum(count for count, _ in rows)
    total = sum(count * income for count, income in rows)
    if total <= 0:
        return None
    area, so_far = 0, 0
    for count, income in rows:
        area += count * (2 * so_far + count * income)
        so_far += count * income
    return (1 - Decimal(area) / (people * total)).quantize(_PLACES)
