"""A made-up city: a padrón of people who do not exist, with the faults that real ones have.

`generate` draws a whole city from a country's profile; `dress` gives the people of an anonymous survey the
names and documents that they lack. Both write the truth beside the padrón (docs/padron.md), so that whoever
looks for duplicates can be measured, and both write the same bytes for the same seed.
"""

from ayni.sandbox.city.dress import DressReport, HouseholdDoubt, dress
from ayni.sandbox.city.errors import CannotWrite, CityTooLarge, NotACity
from ayni.sandbox.city.generate import Summary, generate
from ayni.sandbox.city.mix import Mix
from ayni.sandbox.city.padron import truth_path

__all__ = [
    "CannotWrite",
    "CityTooLarge",
    "DressReport",
    "HouseholdDoubt",
    "Mix",
    "NotACity",
    "Summary",
    "dress",
    "generate",
    "truth_path",
]
