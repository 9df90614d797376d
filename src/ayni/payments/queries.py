"""What payments tells, and what must hold between the books and the bank."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.foundation.invariants import Invariant, Violation
from ayni.ledger import AccountCode
from ayni.payments import store
from ayni.payments.errors import BooksNotSetUp, UnknownProgrammeBook
from ayni.payments.errors.payouts import NoTrustAccount, UnknownPayout
from ayni.payments.model import TRUST_BOOK, Institutions, MirrorDifference, ProgrammeBook
from ayni.payments.model.payouts import Payout, Safeguarding, TrustAccount
from ayni.payments.store import bank_files, payouts
from ayni.values.ids import AccountId, ProgrammeId, show_id

_TRUST_ASSETS = (AccountCode.TRUST_ACCOUNT, AccountCode.DEPOSITS_IN_TRANSIT)


def get_institutions(tx: Tx) -> Institutions:
    """The issuer and the municipality with their accounts. Raises BooksNotSetUp."""
    found = store.find_institutions(tx)
    if found is None:
        raise BooksNotSetUp
    return found


def find_programme_book(tx: Tx, *, programme_id: ProgrammeId) -> ProgrammeBook | None:
    """A programme's book and accounts, or None."""
    return store.find_programme_book(tx, programme_id=programme_id)


def get_programme_book(tx: Tx, *, programme_id: ProgrammeId) -> ProgrammeBook:
    """A programme's book and accounts. Raises UnknownProgrammeBook."""
    found = store.find_programme_book(tx, programme_id=programme_id)
    if found is None:
        raise UnknownProgrammeBook
    return found


def emoney_outstanding(tx: Tx) -> int:
    """All e-money that the issuer owes to anybody, in minor units."""
    return _trust_book(tx)[0]


def trust_balance(tx: Tx) -> int:
    """The bank money behind the e-money, by our own books, in minor units."""
    return _trust_book(tx)[1]


def _trust_book(tx: Tx) -> tuple[int, int]:
    return store.sum_trust_book(tx, book=TRUST_BOOK, assets=_TRUST_ASSETS)


def get_book_of(tx: Tx, *, account_id: AccountId) -> ProgrammeBook:
    """The book of the programme whose e-money stands on an account. Raises UnknownProgrammeBook."""
    book = store.find_mirroring_book(tx, account_id=account_id)
    if book is None:
        raise UnknownProgrammeBook
    return book


def sum_deposits(tx: Tx, *, account_id: AccountId) -> int:
    """What the bank has confirmed for an account, in minor units."""
    return store.sum_deposits(tx, account_id=account_id)


def mirror_differences(tx: Tx) -> list[MirrorDifference]:
    """Programmes whose asset is not what the issuer owes them: none, when all is well."""
    return store.list_mirror_differences(tx)


def get_trust_account(tx: Tx) -> TrustAccount:
    """Our account at the bank. Raises NoTrustAccount."""
    found = payouts.find_trust_account(tx)
    if found is None:
        raise NoTrustAccount
    return found


def get_payout(tx: Tx, *, payout_id: UUID) -> Payout:
    """A payout with where it stands. Raises UnknownPayout."""
    found = payouts.find_payouts(tx, ids=[payout_id])
    if not found:
        raise UnknownPayout
    return found[0]


def list_payouts(tx: Tx, *, account_id: AccountId, most: int = 50) -> list[Payout]:
    """The payouts of an account, the newest first."""
    return payouts.list_payouts(tx, account_id, most=most)


def safeguarding(tx: Tx, *, on: date | None = None) -> Safeguarding | None:
    """What safeguards the e-money, by the bank's newest statement, or by the last of a day; None without one.

    Our books are taken back to the statement's end by the bank's own days, so that what is only late is no
    difference. Raises BooksNotSetUp.
    """
    if on is None:
        newest = bank_files.find_newest(tx)
    else:
        ends = datetime.combine(on + timedelta(days=1), time(), tx.country.timezone)
        newest = bank_files.find_newest(tx, before=ends)
    if newest is None:
        return None
    emoney, trust = _trust_book(tx)
    books = trust - newest.received_after + newest.paid_after + newest.borne_after
    differences = bank_files.list_differences(tx, until=newest.ends_at)
    itemised = sum(one.amount_minor for one in differences)
    transit = ledger.get_account(tx, get_institutions(tx).payouts_account_id).balance_minor
    return Safeguarding(
        statement_id=newest.statement_id,
        as_of=newest.ends_at,
        bank_minor=newest.closing_minor,
        books_minor=books,
        differences=tuple(differences),
        unexplained_minor=newest.closing_minor - books - itemised,
        emoney_minor=emoney,
        in_transit_minor=transit,
        missing_before=tuple(bank_files.list_broken(tx)),
    )


def _unexplained(tx: Tx) -> list[Violation]:
    found = None if store.find_institutions(tx) is None else safeguarding(tx)
    if found is None or (found.unexplained_minor == 0 and not found.missing_before):
        return []
    numbers: dict[str, int | str] = {
        "bank_minor": found.bank_minor,
        "books_minor": found.books_minor,
        "unexplained_minor": found.unexplained_minor,
        "missing_before": ", ".join(found.missing_before),
    }
    return [Violation(found.statement_id, numbers)]


def _unbacked(tx: Tx) -> list[Violation]:
    emoney, trust = _trust_book(tx)
    if emoney == trust:
        return []
    return [Violation("trust book", {"emoney_minor": emoney, "trust_minor": trust})]


def _beyond_the_bank(tx: Tx) -> list[Violation]:
    bank = store.find_reconciled(tx)
    emoney, _ = _trust_book(tx)
    if bank is None or bank.balance_minor + bank.received_since_minor >= emoney:
        return []
    numbers: dict[str, int | str] = {
        "as_of": bank.as_of.isoformat(),
        "statement_minor": bank.balance_minor,
        "received_since_minor": bank.received_since_minor,
        "emoney_minor": emoney,
    }
    return [Violation(bank.bank, numbers)]


def _unmirrored(tx: Tx) -> list[Violation]:
    return [
        Violation(
            show_id("prg", row.programme_id),
            {"book": row.book, "asset_minor": row.asset_minor, "emoney_minor": row.emoney_minor},
        )
        for row in mirror_differences(tx)
    ]


INVARIANTS = (
    Invariant("emoney_is_backed", "All e-money issued equals the assets of the trust.", _unbacked),
    Invariant(
        "bank_covers_emoney",
        "The bank's newest statement, with the deposits confirmed after it, covers all e-money.",
        _beyond_the_bank,
    ),
    Invariant(
        "bank_statement_is_explained",
        "What the bank's newest statement and our books differ by is itemised, entry by entry.",
        _unexplained,
    ),
    Invariant(
        "programmes_mirror_the_issuer",
        "Each programme's e-money at the issuer, by its own book, is what the trust book holds for it.",
        _unmirrored,
    ),
)
"""What must hold between the books and the bank; `app` registers them."""
