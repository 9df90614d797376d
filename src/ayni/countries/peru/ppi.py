"""The Poverty Probability Index for Peru: for each poverty line a score, and what it says of a household."""

from __future__ import annotations

from datetime import date
from typing import Any

from ayni.countries.peru.catalogue import Catalogue
from ayni.foundation.country import OfficialScore

LINES = (
    ("total_line", "below the national poverty line"),
    ("food_line", "below the national food poverty line"),
    ("one_and_a_half_lines", "below one and a half times the national line"),
    ("two_lines", "below twice the national line"),
    ("ppp_two_fifteen", "below 2.15 dollars a day (2017 PPP)"),
    ("ppp_three_sixty_five", "below 3.65 dollars a day (2017 PPP)"),
    ("ppp_six_eighty_five", "below 6.85 dollars a day (2017 PPP)"),
    ("ppp_one_ninety", "below 1.90 dollars a day (2011 PPP)"),
    ("ppp_three_twenty", "below 3.20 dollars a day (2011 PPP)"),
    ("ppp_five_fifty", "below 5.50 dollars a day (2011 PPP)"),
    ("lowest_fifth", "among the poorest fifth"),
    ("lowest_two_fifths", "among the poorest two fifths"),
    ("lowest_three_fifths", "among the poorest three fifths"),
    ("lowest_four_fifths", "among the poorest four fifths"),
)
"""In the order of the columns of `ppi.points` and `ppi.likelihood`."""


def ppi_scores(catalogue: Catalogue, *, on: date) -> list[OfficialScore]:
    """The index on a day, line by line. A household's answers are its facts `ppi_…`."""
    points: Any = catalogue.value("ppi.points", on=on)
    likelihood: Any = catalogue.value("ppi.likelihood", on=on)
    questions: Any = catalogue.value("ppi.questions", on=on)
    (row,) = (one for one in catalogue.rows() if one.name == "ppi.points" and one.valid_from <= on)
    facts = tuple((f"ppi_{name}", wording) for name, language, wording in questions if language == "en")
    return [
        OfficialScore(
            code=f"ppi_{line}",
            name=f"Poverty Probability Index 2024: {says}",
            source=row.source,
            valid_from=row.valid_from,
            facts=facts,
            points=tuple((f"ppi_{one[0]}", one[1], one[2 + place]) for one in points),
            likelihood=tuple(one[1 + place] for one in likelihood),
        )
        for place, (line, says) in enumerate(LINES)
    ]
