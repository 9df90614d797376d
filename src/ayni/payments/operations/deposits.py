"""Deposits: e-money is issued for what the bank has confirmed on the trust account, and for nothing else."""

from __future__ import annotations

from datetime import datetime

from ayni import ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.ledger import Transfer, TransferCode
from ayni.payments import queries, store
from ayni.payments.errors import BadDeposit, DepositDiffers, DepositRefused, NotAnEmoneyAccount
from ayni.payments.model import MAX_DEPOSIT_MINOR, TRUST_BOOK, Deposit, Institutions
from ayni.payments.ports import Bank
from ayni.values.ids import AccountId, EventId, TransferId, derived_id, show_id


def confirm_deposit(
    tx: Tx, *, bank_reference: str, amount_minor: int, for_account: AccountId, received_at: datetime
) -> Deposit:
    """Issue e-money to `for_account` for a credit that the bank has confirmed on the trust account.

    The same reference twice is one deposit: the second answer is the first. A deposit for a programme also
    funds its budget book, in one chain. Posts, so a transaction does it last. Raises BadDeposit,
    DepositDiffers, NotAnEmoneyAccount, DepositRefused, BooksNotSetUp.
    """
    institutions = queries.get_institutions(tx)
    _check(tx, bank_reference, amount_minor, received_at)
    account = ledger.find_accounts(tx, [for_account]).get(for_account)
    if account is None or account.book != TRUST_BOOK or account.debit_normal:
        raise NotAnEmoneyAccount
    with store.all_or_nothing(tx):
        asked = Deposit(
            bank_reference,
            EventId(derived_id(received_at, "deposit", bank_reference)),
            for_account,
            amount_minor,
            received_at,
        )
        deposit, new = store.insert_deposit(tx, asked)
        for field in ("amount_minor", "account_id"):
            if getattr(deposit, field) != getattr(asked, field):
                raise DepositDiffers(reference=bank_reference, field=_WORDS[field])
        if new:
            audit.record(
                tx,
                action="payments.confirm_deposit",
                subject=bank_reference,
                details={"amount_minor": amount_minor, "account": show_id("acc", for_account)},
            )
        answers = ledger.post(tx, _issue(tx, deposit, institutions))
        refused = next((answer.result for answer in answers if not answer.result.ok), None)
        if refused is not None:
            raise DepositRefused(result=refused.name.lower().replace("_", " "))
    return deposit


_WORDS = {"amount_minor": "amount", "account_id": "account"}


def _check(tx: Tx, bank_reference: str, amount_minor: int, received_at: datetime) -> None:
    if not bank_reference.isascii():
        raise BadDeposit(reason=store.BAD_REFERENCE)
    if type(amount_minor) is not int or not 0 < amount_minor <= MAX_DEPOSIT_MINOR:
        raise BadDeposit(reason=f"an amount is a whole number from 1 to {MAX_DEPOSIT_MINOR} minor units")
    if received_at.tzinfo is None:
        raise BadDeposit(reason="the instant needs its time zone")
    if received_at > tx.now:
        raise BadDeposit(reason="it was received in the future")


def _issue(tx: Tx, deposit: Deposit, institutions: Institutions) -> list[Transfer]:
    programme = store.find_mirroring_book(tx, account_id=deposit.account_id)

    def leg(name: str, book: int, debit: AccountId, credit: AccountId, code: TransferCode) -> Transfer:
        return Transfer(
            id=TransferId(derived_id(deposit.received_at, "deposit", deposit.bank_reference, name, 1)),
            event_id=deposit.event_id,
            book=book,
            debit_account_id=debit,
            credit_account_id=credit,
            amount_minor=deposit.amount_minor,
            code=code,
            linked=programme is not None and book == TRUST_BOOK,
            event_at=deposit.received_at,
        )

    issue = leg("issue", TRUST_BOOK, institutions.trust_account_id, deposit.account_id, TransferCode.ISSUE)
    if programme is None:
        return [issue]
    fund = leg(
        "fund",
        programme.book,
        programme.asset_account_id,
        programme.free_account_id,
        TransferCode.FUND_BUDGET,
    )
    return [issue, fund]


def record_bank_balance(tx: Tx, *, bank: Bank) -> None:
    """Ask a bank inside this process (the sandbox's) for its balance and record it, for `list_violations`.

    A bank across a network is asked by `collect_deposits`, outside of any transaction.
    """
    balance = bank.get_balance()
    store.insert_bank_balance(tx, bank=bank.name, as_of=balance.as_of, balance_minor=balance.balance_minor)
