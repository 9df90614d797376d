"""Asking the bank what has arrived: outside of transactions, and each credit is confirmed in its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from ayni.foundation.db import Database
from ayni.foundation.errors import AyniError
from ayni.payments import store
from ayni.payments.model import BankCredit, Deposit
from ayni.payments.operations import confirm_deposit
from ayni.payments.ports import Bank
from ayni.values.ids import AccountId, NotAnId, read_id

_ACCOUNT = re.compile(r"\bacc_[0-9a-z]{26}\b", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CollectedDeposits:
    """What became of the bank's credits. The unassigned stand on the trust account until somebody looks."""

    confirmed: tuple[Deposit, ...]
    unassigned: tuple[tuple[BankCredit, str], ...]
    """Each with the reason in a sentence."""


def collect_deposits(database: Database, *, bank: Bank, since: datetime) -> CollectedDeposits:
    """Confirm every credit since an instant whose narrative names one account ("acc_…").

    Also records the bank's balance. Running it again over the same days changes nothing.
    """
    confirmed, unassigned = [], []
    for credit in bank.list_credits(since=since):
        account_id, reason = _account_named(credit.narrative)
        if account_id is None:
            unassigned.append((credit, reason))
            continue
        try:
            with database.transaction() as tx:
                confirmed.append(
                    confirm_deposit(
                        tx,
                        bank_reference=credit.reference,
                        amount_minor=credit.amount_minor,
                        for_account=account_id,
                        received_at=credit.received_at,
                    )
                )
        except AyniError as error:
            unassigned.append((credit, error.sentence))
    balance = bank.get_balance()
    with database.transaction() as tx:
        store.insert_bank_balance(
            tx, bank=bank.name, as_of=balance.as_of, balance_minor=balance.balance_minor
        )
    return CollectedDeposits(tuple(confirmed), tuple(unassigned))


def _account_named(narrative: str) -> tuple[AccountId | None, str]:
    names = {match.lower() for match in _ACCOUNT.findall(narrative)}
    if len(names) != 1:
        return None, f"The narrative names {len(names)} accounts; a deposit is for one."
    try:
        return AccountId(read_id("acc", names.pop())), ""
    except NotAnId as error:
        return None, f"The narrative names no account that can be: {error}."
