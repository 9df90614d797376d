"""The standard's objects as they come in, checked field by field; and amounts, which are decimals there."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from ayni.channels.api.gsma.errors import BadField
from ayni.values.money import NotMoney, parse_minor

Short = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Loose = Annotated[str, msgspec.Meta(max_length=256)]
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,4})?")
_Body = TypeVar("_Body")


class Pair(msgspec.Struct, frozen=True):
    """A key and its value: an identifier of a party, or something that a client wants told again."""

    key: Short
    value: Short


Party = Annotated[list[Pair], msgspec.Meta(min_length=1, max_length=10)]
Pairs = Annotated[list[Pair], msgspec.Meta(max_length=20)]


class Organisation(msgspec.Struct, frozen=True):
    """Who asks for it."""

    requestingOrganisationIdentifierType: Short  # noqa: N815
    requestingOrganisationIdentifier: Short  # noqa: N815


class NewTransaction(msgspec.Struct, frozen=True, omit_defaults=True):
    """requestTransaction. What it says of persons (senderKyc and such) is neither kept nor told again."""

    amount: str
    currency: str
    creditParty: Party | None = None  # noqa: N815
    debitParty: Party | None = None  # noqa: N815
    type: str | None = None
    subType: Loose | None = None  # noqa: N815
    descriptionText: Loose | None = None  # noqa: N815
    requestingOrganisationTransactionReference: Loose | None = None  # noqa: N815
    originalTransactionReference: Loose | None = None  # noqa: N815
    requestingOrganisation: Organisation | None = None  # noqa: N815
    servicingIdentity: Loose | None = None  # noqa: N815
    requestDate: datetime | None = None  # noqa: N815
    customData: Pairs | None = None  # noqa: N815
    metadata: Pairs | None = None


class NewReversal(msgspec.Struct, frozen=True, omit_defaults=True):
    """requestReversal."""

    type: str
    amount: str | None = None
    currency: str | None = None
    subType: Loose | None = None  # noqa: N815
    descriptionText: Loose | None = None  # noqa: N815
    requestingOrganisationTransactionReference: Loose | None = None  # noqa: N815
    requestingOrganisation: Organisation | None = None  # noqa: N815
    servicingIdentity: Loose | None = None  # noqa: N815
    requestDate: datetime | None = None  # noqa: N815
    customData: Pairs | None = None  # noqa: N815
    metadata: Pairs | None = None


class NewBillPayment(msgspec.Struct, frozen=True, omit_defaults=True):
    """requestBillPayment."""

    amountPaid: str  # noqa: N815
    currency: str
    serviceProviderPaymentReference: Loose | None = None  # noqa: N815
    requestingOrganisationTransactionReference: Loose | None = None  # noqa: N815
    paymentType: str | None = None  # noqa: N815
    customerReference: Loose | None = None  # noqa: N815
    requestDate: datetime | None = None  # noqa: N815
    customData: Pairs | None = None  # noqa: N815
    metadata: Pairs | None = None


def read(kind: type[_Body], raw: bytes) -> _Body:
    """A body as one of these. Raises BadField with the standard's code for what is wrong."""
    try:
        body = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadField(reason=str(error), error=_what_is_wrong(str(error))) from None
    if b"\\u0000" in msgspec.json.encode(body):
        raise BadField(reason="a text holds a NUL", error="formatError")
    return body


def _what_is_wrong(message: str) -> str:
    if "missing required field" in message:
        return "mandatoryValueNotSupplied"
    return "lengthError" if "of length" in message else "formatError"


def plain(body: Any) -> dict[str, Any]:
    """A body as it is kept, and told again."""
    kept: dict[str, Any] = msgspec.to_builtins(body)
    return kept


def read_amount(text: str, currency: str, ours: str) -> int:
    """An amount in minor units, above zero. Raises BadField."""
    if currency != ours:
        raise BadField(reason=f"the currency is {ours}", error="currencyNotSupported")
    if text.startswith("-"):
        raise BadField(reason="an amount is not below zero", error="negativeValue")
    if not _AMOUNT.fullmatch(text):
        raise BadField(reason="an amount is a decimal, such as 12.50", error="formatError")
    whole, _, part = text.partition(".")
    try:
        minor = parse_minor(f"{whole}.{part.rstrip('0') or '0'}")
    except NotMoney:
        raise BadField(reason="an amount has at most two decimals", error="formatError") from None
    if minor == 0:
        raise BadField(reason="an amount is above zero", error="formatError")
    return minor


def show_amount(minor: int) -> str:
    """Minor units as the standard's decimal; never below zero there."""
    whole, part = divmod(max(0, minor), 100)
    return f"{whole}.{part:02d}"
