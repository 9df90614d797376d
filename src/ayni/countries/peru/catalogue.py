"""The country's dated parameters: what the law said on a day, or a refusal that names the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources.abc import Traversable

from ayni.countries.peru.errors import BadCountryData
from ayni.countries.peru.reader import period_of, read_parameters
from ayni.countries.peru.units import MULTIPLES, read_unit
from ayni.foundation.country import ParameterMissing, ParameterRow, ParameterValue, UnknownParameter
from ayni.values.period import Period

_MOST_RESOLVED = 10_000


class Catalogue:
    """Every parameter file of a folder, loaded and checked once."""

    def __init__(self, folder: Traversable) -> None:
        self._rows = read_parameters(folder)
        # What the law said on a day never changes while this runs, and every payment asks for it.
        self._resolved: dict[tuple[str, date], ParameterValue] = {}
        self._check_multiples()

    def value(self, name: str, *, on: date) -> ParameterValue:
        """The value in force on the civil day `on`; raises ParameterMissing or UnknownParameter.

        Money is in minor units, per cent a Decimal fraction, a table a tuple of tuples. A multiple of
        another parameter is resolved with that parameter's value of the same day.
        """
        if (name, on) not in self._resolved:
            value = self._resolve(name, on)
            if len(self._resolved) >= _MOST_RESOLVED:
                self._resolved.clear()
            self._resolved[name, on] = value
            return value
        return self._resolved[name, on]

    def _resolve(self, name: str, on: date) -> ParameterValue:
        if name not in self._rows:
            raise UnknownParameter(name=name)
        for row in self._rows[name]:
            if period_of(row).contains(on):
                return read_unit(row.unit).resolve(row.value, lambda base: self._minor(base, on))
        raise ParameterMissing(name=name, on=on.isoformat(), known=self._covered(name))

    def rows(self) -> Sequence[ParameterRow]:
        """Every row as the law writes it, in its own unit, by name and date."""
        return tuple(row for name in sorted(self._rows) for row in self._rows[name])

    def constant(self, name: str) -> str:
        """The text of a parameter that has never changed: its only row."""
        (row,) = self._rows[name]
        return str(row.value)

    def _minor(self, name: str, on: date) -> int:
        value = self.value(name, on=on)
        assert isinstance(value, int), "checked when the files were loaded"
        return value

    def _check_multiples(self) -> None:
        for base in MULTIPLES.values():
            if any(row.unit != "soles" for row in self._rows.get(base, ())):
                raise BadCountryData(
                    file="parameters", row=base, reason="multiples stand on an amount in soles"
                )
            users = [row.name for row in self.rows() for unit in [row.unit] if MULTIPLES.get(unit) == base]
            if users and base not in self._rows:
                raise BadCountryData(
                    file="parameters", row=users[0], reason=f"it needs {base}, which is missing"
                )

    def _covered(self, name: str) -> str:
        """The days that are covered, adjoining rows told as one stretch."""
        stretches: list[Period] = []
        for period in map(period_of, self._rows[name]):
            if stretches and stretches[-1].meets(period):
                stretches[-1] = Period(stretches[-1].first_on, period.last_on)
            else:
                stretches.append(period)
        return ", ".join(map(str, stretches))
