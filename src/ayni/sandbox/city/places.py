"""Districts and addresses."""

from __future__ import annotations

from ayni.sandbox.city.dice import Dice, Weighted
from ayni.sandbox.city.person import Household
from ayni.values.city_profile import CityProfile, DistrictShare

_LETTERS = "ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


class Places:
    """Draws where a household lives, and with that how poor it is and from where its family came."""

    def __init__(self, profile: CityProfile, dice: Dice) -> None:
        self.profile, self.dice = profile, dice
        self.districts: Weighted[DistrictShare] = Weighted(
            (d, d.people * (profile.district_weight_floor + d.poor)) for d in profile.districts
        )
        self.shares = {d.code: profile.class_shares(d) for d in profile.districts}

    def household(self, code: str) -> Household:
        """An empty household somewhere."""
        district = self.districts.draw(self.dice)
        poor, extreme = self.shares[district.code]
        draw = self.dice.random() * 10_000
        poverty = 2 if draw < extreme else 1 if draw < poor else 0
        foreign = self.dice.chance(self.profile.foreign_households)
        # Families from the highlands are several times those who still speak the language.
        indigenous = not foreign and self.dice.chance(min(1_000 + 2.6 * district.second_language, 8_000))
        return Household(
            code, district.code, self.address(poverty), poverty, foreign, indigenous, district.second_language
        )

    def address(self, poverty: int) -> str:
        """One line: more often a plot in a settlement than a street and number where people are poor."""
        forms, dice = self.profile.addresses, self.dice
        settlement = dice.random() < (0.35, 0.7, 0.9)[poverty]
        form = dice.pick(forms.settlements if settlement else forms.streets)
        return form.format(
            name=dice.pick(forms.settlement_names if settlement else forms.street_names),
            number=dice.between(101, 2999),
            letter=dice.pick(_LETTERS),
            letter2=dice.between(1, 9),
            lot=dice.between(1, 40),
        )
