"""Opening books: the issuer's, and one for each programme."""

from __future__ import annotations

from datetime import date

from ayni import ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.ledger import AccountCode, Counts, NewAccount, TransferCode
from ayni.payments import queries, store
from ayni.payments.model import INSTITUTION_CLASS, ISSUER_BOOK, TRUST_BOOK, Institutions, ProgrammeBook
from ayni.values.ids import AccountId, OwnerRef, ProgrammeId, new_id, show_id

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
    store.insert_institution(
        tx,
        role="payouts",
        owner_ref=OwnerRef(new_id(tx.now)),
        account_id=AccountId(new_id(tx.now)),
        trust_account_id=None,
    )
    found = queries.get_institutions(tx)
    issuer, currency = found.issuer_ref, tx.country.currency
    ledger.open_book(tx, book=TRUST_BOOK, name="trust", currency=currency, entity_ref=issuer)
    ledger.open_book(tx, book=ISSUER_BOOK, name="issuer", currency=currency, entity_ref=issuer)
    ledger.open_owners(
        tx, owner_refs=[issuer, found.municipality_ref, found.payouts_ref], limit_class=INSTITUTION_CLASS
    )
    ledger.open_accounts(
        tx,
        accounts=[
            _account(found.trust_account_id, TRUST_BOOK, AccountCode.TRUST_ACCOUNT, issuer),
            _account(found.issuer_account_id, TRUST_BOOK, AccountCode.ISSUER_OWN, issuer),
            _account(found.payouts_account_id, TRUST_BOOK, AccountCode.PAYOUTS_IN_TRANSIT, found.payouts_ref),
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
