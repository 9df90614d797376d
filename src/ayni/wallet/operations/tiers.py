"""The tiers: the country's dated limits, as the ledger's dated classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ayni import ledger
from ayni.foundation.country import Country, ParameterMissing
from ayni.foundation.db import Tx
from ayni.ledger import Counts, TransferCode
from ayni.wallet.model import RESIDENT_CLASS, SHOP_CLASS

PARAMETERS = {
    "single": "emoney.single_max",
    "conversions_month": "emoney.conversions_month_max",
    "total_month": "emoney.total_month_max",
    "balance": "emoney.balance_max",
}
"""The country's parameter behind each kind of limit."""

RESIDENT_COUNTS: dict[int, Counts] = {
    # A benefit counts only in the balance, which the ledger tests for whatever arrives.
    TransferCode.DISBURSE: Counts.NONE,
    TransferCode.CLAIM: Counts.NONE,
    TransferCode.PAY: Counts.DEBIT_SINGLE | Counts.DEBIT_TOTAL,
    TransferCode.PAY_BILL: Counts.DEBIT_SINGLE | Counts.DEBIT_TOTAL,
    # Between accounts of one owner nothing counts; the code must be known all the same.
    TransferCode.SAVE: Counts.NONE,
    TransferCode.SEND: Counts.DEBIT_SINGLE | Counts.DEBIT_TOTAL,
    TransferCode.CASH_OUT: Counts.DEBIT_SINGLE | Counts.DEBIT_TOTAL,
    # What a payment costs is no payment of its own, and is not counted beside it.
    TransferCode.FEE: Counts.NONE,
    # What an organisation pays counts in the balance, as what a person sends does.
    TransferCode.REMIT: Counts.NONE,
    # A return gives back what its original used; it uses nothing itself.
    TransferCode.REFUND: Counts.NONE,
    # Whoever closes a wallet takes out all that is theirs, which may be more than one payment may move.
    TransferCode.PAYOUT: Counts.NONE,
    TransferCode.PAYOUT_REJECTED: Counts.NONE,
    TransferCode.CASH_IN: Counts.CREDIT_SINGLE | Counts.CREDIT_CONVERSIONS | Counts.CREDIT_TOTAL,
}
"""What may touch a resident's wallet, and in which limits it counts. Anything else is refused."""

SHOP_CODES = (
    TransferCode.ISSUE,
    TransferCode.REDEEM,
    TransferCode.PAY,
    TransferCode.PAY_BILL,
    TransferCode.REMIT,
    TransferCode.REFUND,
    TransferCode.CASH_IN,
    TransferCode.CASH_OUT,
    TransferCode.COMMISSION,
    TransferCode.FEE,
    TransferCode.SETTLE,
    TransferCode.PAYOUT_REJECTED,
)

_SINCE_EVER = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days on which a limit is one amount."""

    first_on: date
    last_on: date | None
    amount_minor: int
    source: str


def set_up_tiers(tx: Tx) -> None:
    """Define the tiers with every dated limit that the country knows. Twice is once; new rows are added.

    Raises LimitAlreadySet when the country says of a past first day what it did not say before.
    """
    zone = tx.country.timezone.key
    ledger.define_limit_class(
        tx, limit_class=RESIDENT_CLASS, name="resident, simplified account", time_zone=zone
    )
    for kind, name in PARAMETERS.items():
        # Newest first: a stretch that was open when it was added ends where the next begins.
        for stretch in reversed(list(_stretches(tx.country, name))):
            ledger.add_limit(
                tx,
                limit_class=RESIDENT_CLASS,
                kind=kind,
                valid_from=stretch.first_on,
                valid_until=stretch.last_on,
                maximum_minor=stretch.amount_minor,
                source=stretch.source,
            )
    ledger.add_limit_codes(tx, limit_class=RESIDENT_CLASS, counts=RESIDENT_COUNTS, valid_from=_SINCE_EVER)
    ledger.define_limit_class(tx, limit_class=SHOP_CLASS, name="shop, under contract", time_zone=zone)
    for kind in PARAMETERS:
        ledger.add_limit(
            tx,
            limit_class=SHOP_CLASS,
            kind=kind,
            valid_from=_SINCE_EVER,
            valid_until=None,
            maximum_minor=None,
            source="the shop's contract with the issuer; the simplified account's limits bind residents",
        )
    ledger.add_limit_codes(
        tx,
        limit_class=SHOP_CLASS,
        counts={int(code): Counts.NONE for code in SHOP_CODES},
        valid_from=_SINCE_EVER,
    )


def _stretches(country: Country, name: str) -> Iterator[_Stretch]:
    """The amounts of a parameter through time.

    A limit may be a multiple of another parameter, which its unit names, so its amount can change on any day
    on which some row begins or has ended. Days that no row covers are left out: there the ledger refuses.
    """
    rows = country.parameter_rows()
    mine = [row for row in rows if row.name == name]
    first = min(row.valid_from for row in mine)
    unit_ends = {
        (row.name, row.valid_until + timedelta(days=1)) for row in rows if row.valid_until is not None
    }
    ends = {day for _, day in unit_ends}
    days = sorted(day for day in {row.valid_from for row in rows} | ends if day >= first)
    open_one: _Stretch | None = None
    for day in days:
        try:
            amount = country.parameter(name, on=day)
        except ParameterMissing:
            amount = None
        source = next((row.source for row in reversed(mine) if row.valid_from <= day), "")
        # Where its unit ends, so does a stretch, though the amount may go on: had the next year's unit not
        # been known yet, it would have ended here too, and a limit that was set is never set otherwise.
        unit = next((row.unit.casefold() for row in reversed(mine) if row.valid_from < day), "")
        if open_one is not None and (
            (unit, day) in unit_ends or amount != open_one.amount_minor or source != open_one.source
        ):
            yield replace(open_one, last_on=day - timedelta(days=1))
            open_one = None
        if open_one is None and amount is not None:
            assert isinstance(amount, int), f"{name} is an amount of money"
            open_one = _Stretch(day, None, amount, source)
    if open_one is not None:
        yield open_one
