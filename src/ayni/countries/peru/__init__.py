"""Peru: its law as dated data with sources, its documents and numbers, its calendar, and Lima's districts.

Everything that is true only of Peru lives in this folder. A mayor's lawyer can read the files under
`parameters/`: each value says from when to when it holds, where it was read, and how sure that is.
"""

from ayni.countries.peru.business_days import DecreedDay
from ayni.countries.peru.country import Peru
from ayni.countries.peru.errors import BadCountryData, DayOutOfReach, UnknownDistrict
from ayni.foundation.country import Country

PERU = Peru()
COUNTRY: Country = PERU
"""The name by which `app` finds a country."""

__all__ = ["COUNTRY", "PERU", "BadCountryData", "DayOutOfReach", "DecreedDay", "Peru", "UnknownDistrict"]
