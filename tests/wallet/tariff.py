"""A country in which payments have a price."""

from __future__ import annotations

from datetime import date
from typing import Any

from ayni.foundation.country import Country, ParameterValue


class Tariff:
    """The same country, where payments have a price."""

    def __init__(self, country: Country, rows: ParameterValue) -> None:
        self._country = country
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._country, name)

    def parameter(self, name: str, *, on: date) -> ParameterValue:
        return self._rows if name == "wallet.fees" else self._country.parameter(name, on=on)
