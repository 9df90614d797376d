"""What payments tells, and what must hold between the books and the bank."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.ledger import AccountCode, Violation
from ayni.payments import store
from ayni.payments.errors import BooksNotSetUp, UnknownProgrammeBook
from ayni.payments.model import TRUST_BOOK, Institutions, MirrorDifference, ProgrammeBook
from ayni.values.ids import ProgrammeId

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


def mirror_differences(tx: Tx) -> list[MirrorDifference]:
    """Programmes whose asset is not what the issuer owes them: none, when all is well."""
    return store.list_mirror_differences(tx)


def list_violations(tx: Tx) -> list[Violation]:
    """What breaks payments' invariants: nothing, when all is well.

    E-money equals the trust assets; the bank's newest statement, with the deposits confirmed after it, covers
    the e-money; each programme's book mirrors its account at the issuer.
    """
    found = []
    emoney, trust = _trust_book(tx)
    if emoney != trust:
        found.append(
            Violation("e-money equals the trust assets", "trust book", f"{emoney} issued, {trust} held")
        )
    bank = store.find_reconciled(tx)
    if bank is not None and bank.balance_minor + bank.received_since_minor < emoney:
        found.append(
            Violation(
                "the bank's statement covers the e-money",
                f"{bank.bank} at {bank.as_of.isoformat()}",
                f"{bank.balance_minor} and {bank.received_since_minor} since, {emoney} issued",
            )
        )
    found += [
        Violation(
            "a programme's book mirrors its account",
            f"book {row.book}",
            f"{row.asset_minor} in its own book, {row.emoney_minor} at the issuer",
        )
        for row in mirror_differences(tx)
    ]
    return found
