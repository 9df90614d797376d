"""What a country must tell the rest of Ayni. `countries/<name>` implements it; `app` registers it.

Modules read it from their transaction: `tx.country.parameter("emoney.balance_max", on=tx.today)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ayni.foundation.errors import BadInput, NotFound

ParameterValue = int | Decimal | str | tuple[Any, ...]
"""int for counts and for money in minor units, Decimal for rates, str, or a tuple of rows."""


@dataclass(frozen=True)
class ParameterRow:
    """One dated value of a parameter. `valid_until` is the last day, None while no end is known."""

    name: str
    value: ParameterValue
    unit: str
    valid_from: date
    valid_until: date | None
    source: str
    confidence: str


@dataclass(frozen=True)
class District:
    """A district by its statistical code (`code`, six digits) and the civil register's own code."""

    code: str
    register_code: str
    name: str
    latitude: Decimal
    longitude: Decimal
    poverty_share: Decimal


class ParameterMissing(NotFound):
    """No dated row covers the day. Never answered with the nearest value."""

    code = "parameter_missing"
    http_status = 503
    what = "The parameter {name} has no value for {on}."
    means = "What depends on it is refused, because a neighbouring value may be unlawful on that day."
    do = "Add a row for that day, with its legal source, to the country's parameters ({known})."


class UnknownParameter(NotFound):
    """The name itself is not known in this country."""

    code = "unknown_parameter"
    http_status = 500
    what = "There is no parameter called {name}."
    means = "No row can cover any day."
    do = "Check the spelling against the country's parameter files."


class InvalidDocument(BadInput):
    """An identity document that cannot exist as written; `reason` is a clause in plain words."""

    code = "invalid_document"
    what = "This {kind} cannot be right: {reason}."
    means = "The document was not accepted; nothing was changed."
    do = "Compare it with the document itself, digit by digit, and enter it again."


class InvalidPhone(BadInput):
    """A telephone number that cannot exist as written."""

    code = "invalid_phone"
    what = "This telephone number cannot be right: {reason}."
    means = "The number was not accepted; nothing was changed."
    do = "Enter the mobile number as it is dialled within the country."


class InvalidBankAccount(BadInput):
    """An interbank account number that fails its own check."""

    code = "invalid_bank_account"
    what = "This bank account number cannot be right: {reason}."
    means = "The number was not accepted; nothing was changed."
    do = "Copy it from a bank statement and enter it again."


@dataclass(frozen=True)
class OfficialScore:
    """A score that somebody published for a country, as data.

    `facts`: the household's facts that it reads, by name with what each means; all are texts. `points`: for
    each fact and each of its values so many. `likelihood[i]`: what the source says of a score of i.
    """

    code: str
    name: str
    source: str
    valid_from: date
    facts: tuple[tuple[str, str], ...]
    points: tuple[tuple[str, str, int], ...]
    likelihood: tuple[Decimal, ...]


class UnknownOfficialScore(NotFound):
    """No score of that name was published for this country and day."""

    code = "unknown_official_score"
    what = "There is no official score called {score} here."
    means = "Nothing was defined."
    do = "Choose one of: {known}."


class Country(Protocol):
    """Everything about one country: dated law, documents, calendar, money format, telephone plan."""

    code: str
    """ISO 3166 alpha-2."""
    currency: str
    """ISO 4217."""
    timezone: ZoneInfo
    languages: tuple[str, ...]
    """The first one binds."""
    sentence_languages: tuple[str, ...]
    """Those in which whatever a resident is told of a decision must be written."""
    document_kinds: tuple[str, ...]
    """Kinds of identity document, in the order of preference; the first is the national one."""

    def parameter(self, name: str, *, on: date) -> ParameterValue:
        """The value in force on a civil day; raises ParameterMissing or UnknownParameter."""
        ...

    def parameter_rows(self) -> Sequence[ParameterRow]:
        """Every dated row, for the catalogue and for the warning before one runs out."""
        ...

    def official_scores(self, *, on: date) -> Sequence[OfficialScore]:
        """The scores that were published for this country and are in force on a day."""
        ...

    def check_document(self, kind: str, value: str) -> str:
        """The document number in its one written form; raises InvalidDocument with the reason."""
        ...

    def check_tax_number(self, value: str) -> str:
        """A business's tax number in its one written form; raises InvalidDocument."""
        ...

    def check_bank_account(self, value: str) -> str:
        """An interbank account number as digits only; raises InvalidBankAccount."""
        ...

    def check_mobile(self, value: str) -> str:
        """A mobile number in E.164 ("+51…"); raises InvalidPhone with the reason."""
        ...

    def name_key(self, text: str) -> str:
        """One key for all the ways in which a name is written here: words as they sound, in their order.

        For comparing and finding, never for showing. Empty only for a text without letters and digits.
        """
        ...

    def is_business_day(self, on: date) -> bool:
        """False on weekends and public holidays; compensable non-working days count as business days."""
        ...

    def add_business_days(self, on: date, days: int) -> date:
        """The day that is `days` business days after `on`."""
        ...

    def districts(self) -> Sequence[District]:
        """The districts of the city that Ayni serves, by code."""
        ...

    def format_money(self, minor: int) -> str:
        """An amount as people of this country write it, the same in every language."""
        ...
