"""Peru as the rest of Ayni sees it: one object that answers the questions of `foundation.country.Country`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from zoneinfo import ZoneInfo

from ayni.countries.peru import business_days, numbers
from ayni.countries.peru.business_days import DecreedDay, read_decreed_days
from ayni.countries.peru.catalogue import Catalogue
from ayni.countries.peru.names import NameKeys
from ayni.countries.peru.places import Districts
from ayni.countries.peru.ppi import ppi_scores
from ayni.foundation.country import District, OfficialScore, ParameterRow, ParameterValue


class Peru:
    """The Republic of Peru, its city of Lima served."""

    def __init__(self) -> None:
        folder = files("ayni.countries.peru")
        self.code = "PE"
        self.currency = "PEN"
        self.languages: tuple[str, ...] = ("es", "qu", "en", "vi")
        self.sentence_languages: tuple[str, ...] = ("es", "qu", "en")
        self.document_kinds: tuple[str, ...] = numbers.DOCUMENT_KINDS
        self._catalogue = Catalogue(folder / "parameters")
        self._districts = Districts(folder / "districts.yaml")
        self._name_keys = NameKeys(folder / "names.yaml")
        self._decreed_days = read_decreed_days(folder / "decreed_days.yaml")
        self.timezone = ZoneInfo(self._catalogue.constant("calendar.timezone"))

    def parameter(self, name: str, *, on: date) -> ParameterValue:
        """The value in force on a civil day: money in céntimos, per cent as a Decimal fraction.

        Raises ParameterMissing (also for the unit that a limit is set in) or UnknownParameter.
        """
        return self._catalogue.value(name, on=on)

    def parameter_rows(self) -> Sequence[ParameterRow]:
        """Every dated row as the law writes it, in its own unit ("RMV", "UIT", "soles", "percent"…)."""
        return self._catalogue.rows()

    def official_scores(self, *, on: date) -> Sequence[OfficialScore]:
        """The Poverty Probability Index: one score for each poverty line."""
        return ppi_scores(self._catalogue, on=on)

    def check_document(self, kind: str, value: str) -> str:
        """The document number in its one written form; raises InvalidDocument with the reason."""
        return numbers.check_document(kind, value)

    def check_tax_number(self, value: str) -> str:
        """A RUC as 11 digits; raises InvalidDocument."""
        return numbers.check_tax_number(value)

    def check_bank_account(self, value: str) -> str:
        """A CCI as 20 digits; raises InvalidBankAccount."""
        return numbers.check_bank_account(value)

    def check_mobile(self, value: str) -> str:
        """A mobile number as +519 and eight digits; raises InvalidPhone."""
        return numbers.check_mobile(value)

    def name_key(self, text: str) -> str:
        """A name as it sounds: "Huamaní" and "GUAMANI" have one key, as have "Mª" and "María"."""
        return self._name_keys.key(text)

    def is_business_day(self, on: date) -> bool:
        """False on weekends and public holidays; compensable days count as business days."""
        return business_days.is_business_day(on)

    def add_business_days(self, on: date, days: int) -> date:
        """The business day `days` after `on`, before it when negative, `on` itself for zero."""
        return business_days.add_business_days(on, days)

    def compensable_days(self) -> Sequence[DecreedDay]:
        """Days that decrees gave to the public sector, to be worked off, by date."""
        return self._decreed_days

    def districts(self) -> Sequence[District]:
        """The districts of Metropolitan Lima, by INEI code."""
        return self._districts.all()

    def find_district(self, code: str) -> District | None:
        """The district with this INEI or RENIEC code, or None."""
        return self._districts.find(code)

    def get_district(self, code: str) -> District:
        """The district with this INEI or RENIEC code; raises UnknownDistrict."""
        return self._districts.get(code)

    def format_money(self, minor: int) -> str:
        """`format_money(123450)` → "S/ 1,234.50": plain space, comma for thousands, point for céntimos.

        That is how the press and the regulator write soles; a debt is "-S/ 1,234.50".
        """
        if type(minor) is not int:
            raise TypeError(f"money is a whole number of céntimos, not {type(minor).__name__}")
        soles, centimos = divmod(abs(minor), 100)
        return f"{'-' if minor < 0 else ''}S/ {soles:,}.{centimos:02d}"
