"""What changes in payments. Each function is one use case; the caller commits."""

from __future__ import annotations

from datetime import date, datetime

from ayni import ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.ledger import AccountCode, Counts, NewAccount, Transfer, TransferCode
from ayni.payments import queries, store
from ayni.payments.errors import BadDeposit, DepositDiffers, DepositRefused, NotAnEmoneyAccount
from ayni.payments.model import (
    INSTITUTION_CLASS,
    ISSUER_BOOK,
    MAX_DEPOSIT_MINOR,
    TRUST_BOOK,
    Deposit,
    Institutions,
    ProgrammeBook,
)
from ayni.payments.ports import Bank
from ayni.values.ids import (
    AccountId,
    EventId,
    OwnerRef,
    ProgrammeId,
    TransferId,
    derived_id,
    new_id,
    show_id,
)

_SINCE_EVER = date(1970, 1, 1)
_LIMIT_KINDS = ("single", "conversions_month", "total_month", "balance")


def set_up_books(tx: Tx) -> Institutions:
    """Open the trust book and the issuer's own, with their owners and accounts. Twice is once."""
    define_unlimited_class(tx)
    store.insert_institution(
        tx,
        role="issuer",
        owner_ref=OwnerRef(new_id(tx.now)),
        account_id=AccountId(new_id(tx.now)),
        trust_account_id=AccountId(new_id(tx.now)),
    )
    store.insert_institution(
        tx, role="municipality", owner_ref=OwnerRef(new_id(tx.now)), account_id=None, trust_account_id=None
    )
    found = queries.get_institutions(tx)
    issuer, currency = found.issuer_ref, tx.country.currency
    ledger.open_book(tx, book=TRUST_BOOK, name="trust", currency=currency, entity_ref=issuer)
    ledger.open_book(tx, book=ISSUER_BOOK, name="issuer", currency=currency, entity_ref=issuer)
    ledger.open_owners(tx, owner_refs=[issuer, found.municipality_ref], limit_class=INSTITUTION_CLASS)
    ledger.open_accounts(
        tx,
        accounts=[
            _account(found.trust_account_id, TRUST_BOOK, AccountCode.TRUST_ACCOUNT, issuer),
            _account(found.issuer_account_id, TRUST_BOOK, AccountCode.ISSUER_OWN, issuer),
        ],
    )
    return found


def define_unlimited_class(tx: Tx) -> None:
    """The class of institutions. Limits fail closed, so "no limit" must be said for each kind and code."""
    ledger.define_limit_class(
        tx, limit_class=INSTITUTION_CLASS, name="institution", time_zone=tx.country.timezone.key
    )
    for kind in _LIMIT_KINDS:
        ledger.add_limit(
            tx,
            limit_class=INSTITUTION_CLASS,
            kind=kind,
            valid_from=_SINCE_EVER,
            valid_until=None,
            maximum_minor=None,
            source="institutions' accounts are governed by their contracts, not by a holder's limits",
        )
    ledger.add_limit_codes(
        tx,
        limit_class=INSTITUTION_CLASS,
        counts=dict.fromkeys(TransferCode, Counts.NONE),
        valid_from=_SINCE_EVER,
    )


def _account(account_id: AccountId, book: int, code: AccountCode, owner_ref: OwnerRef) -> NewAccount:
    return NewAccount(account_id, book, code, owner_ref, debit_normal=code.debit_normal)


def open_programme_book(tx: Tx, *, programme_id: ProgrammeId, name: str) -> ProgrammeBook:
    """Open a programme's budget book and its e-money account at the issuer. Twice is once.

    The programme is an owner of its own in the ledger; its book belongs to the municipality. Raises
    ProgrammeBookRefused, BooksNotSetUp.
    """
    institutions = queries.get_institutions(tx)
    known = store.find_programme_book(tx, programme_id=programme_id)
    if known is not None:
        return known
    owner_ref = OwnerRef(new_id(tx.now))
    with store.all_or_nothing(tx):
        # Takes the ledger's lock, which also keeps two books from choosing one number.
        ledger.open_owners(tx, owner_refs=[owner_ref], limit_class=INSTITUTION_CLASS)
        store.insert_programme_book(
            tx,
            programme_id=programme_id,
            name=name,
            owner_ref=owner_ref,
            emoney_account_id=new_id(tx.now),
            asset_account_id=new_id(tx.now),
            free_account_id=new_id(tx.now),
            reserved_account_id=new_id(tx.now),
        )
        found = queries.get_programme_book(tx, programme_id=programme_id)
        if found.owner_ref != owner_ref:
            return found
        ledger.open_book(
            tx,
            book=found.book,
            name=f"programme: {name}",
            currency=tx.country.currency,
            entity_ref=institutions.municipality_ref,
        )
        ledger.open_accounts(
            tx,
            accounts=[
                _account(found.emoney_account_id, TRUST_BOOK, AccountCode.PROGRAMME, owner_ref),
                _account(found.asset_account_id, found.book, AccountCode.EMONEY_AT_ISSUER, owner_ref),
                _account(found.free_account_id, found.book, AccountCode.BUDGET_FREE, owner_ref),
                _account(found.reserved_account_id, found.book, AccountCode.BUDGET_RESERVED, owner_ref),
            ],
        )
    audit.record(tx, action="payments.open_programme_book", subject=show_id("prg", programme_id))
    return found


def name_programme(tx: Tx, *, programme_id: ProgrammeId, name: str) -> None:
    """Say how a programme is called on statements, from now on and on old ones too. Twice is once.

    Two programmes may bear one name: the book's own is what tells them apart. Raises UnknownProgrammeBook,
    ProgrammeBookRefused.
    """
    store.insert_programme_name(tx, programme_id=programme_id, name=name)


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
