"""The books, the bank, and what must agree between them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ayni import ledger, payments
from ayni.app import MODULES
from ayni.foundation.audit import list_audit
from ayni.foundation.country import Country
from ayni.foundation.db import Database, Tx
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.payments import Institutions, ProgrammeBook
from ayni.payments.errors import (
    BadDeposit,
    BooksNotSetUp,
    DepositDiffers,
    DepositRefused,
    NotAnEmoneyAccount,
    ProgrammeBookRefused,
    UnknownProgrammeBook,
)
from ayni.sandbox.bank import BadPretendEntry, PretendBank, PretendBankRefused
from ayni.values.ids import AccountId, ProgrammeId, new_id, show_id


@pytest.fixture
def institutions(tx: Tx) -> Institutions:
    return payments.set_up_books(tx)


@pytest.fixture
def book(tx: Tx, institutions: Institutions) -> ProgrammeBook:
    return payments.open_programme_book(tx, programme_id=ProgrammeId(new_id(tx.now)), name="Vaso de Leche")


def confirm(tx: Tx, account: AccountId, amount: object = 50_000, **other: object) -> payments.Deposit:
    values = {"bank_reference": "BCO-1", "received_at": tx.now, **other}
    return payments.confirm_deposit(tx, amount_minor=amount, for_account=account, **values)  # type: ignore[arg-type]


def violated(tx: Tx) -> list[str]:
    return [invariant.name for invariant in payments.INVARIANTS if invariant.check(tx)]


def test_setting_up_twice_is_once(tx: Tx) -> None:
    assert payments.set_up_books(tx) == payments.set_up_books(tx)
    assert ledger.list_violations(tx) == []


def test_without_books_there_is_no_deposit(tx: Tx) -> None:
    with pytest.raises(BooksNotSetUp):
        confirm(tx, AccountId(new_id(tx.now)))
    with pytest.raises(BooksNotSetUp):
        payments.open_programme_book(tx, programme_id=ProgrammeId(new_id(tx.now)), name="Comedor")


def test_a_deposit_issues_as_much_as_the_bank_confirmed(tx: Tx, book: ProgrammeBook) -> None:
    assert payments.emoney_outstanding(tx) == 0
    confirm(tx, book.emoney_account_id)
    assert payments.emoney_outstanding(tx) == payments.trust_balance(tx) == 50_000
    accounts = ledger.find_accounts(tx, [book.asset_account_id, book.free_account_id])
    assert [account.balance_minor for account in accounts.values()] == [50_000, 50_000]
    assert violated(tx) == []
    assert ledger.list_violations(tx) == []


def test_the_same_reference_twice_is_one_deposit(tx: Tx, book: ProgrammeBook) -> None:
    first = confirm(tx, book.emoney_account_id)
    later = tx.now - timedelta(minutes=5)
    assert confirm(tx, book.emoney_account_id) == first
    assert confirm(tx, book.emoney_account_id, received_at=later) == first
    assert payments.emoney_outstanding(tx) == 50_000
    assert len(list_audit(tx, subject="BCO-1")) == 1


def test_a_reference_stands_for_one_credit(tx: Tx, institutions: Institutions, book: ProgrammeBook) -> None:
    confirm(tx, book.emoney_account_id)
    with pytest.raises(DepositDiffers) as refused:
        confirm(tx, book.emoney_account_id, 50_001)
    assert refused.value.numbers["field"] == "amount"
    with pytest.raises(DepositDiffers) as refused:
        confirm(tx, institutions.issuer_account_id)
    assert refused.value.numbers["field"] == "account"
    assert payments.emoney_outstanding(tx) == 50_000


@pytest.mark.parametrize("amount", [0, -1, 10**14 + 1, 2**63, 2**100, 1.5, "5", None, True])
def test_a_deposit_has_an_amount(tx: Tx, book: ProgrammeBook, amount: object) -> None:
    with pytest.raises(BadDeposit):
        confirm(tx, book.emoney_account_id, amount)


@pytest.mark.parametrize("reference", ["", " ", "a b", "x" * 65, "a\x00b", "-1", "'; DROP", "ñ", "\ud800"])
def test_a_deposit_has_the_banks_reference(tx: Tx, book: ProgrammeBook, reference: str) -> None:
    with pytest.raises(BadDeposit):
        confirm(tx, book.emoney_account_id, bank_reference=reference)
    assert payments.emoney_outstanding(tx) == 0


def test_a_deposit_has_arrived(tx: Tx, book: ProgrammeBook) -> None:
    with pytest.raises(BadDeposit):
        confirm(tx, book.emoney_account_id, received_at=tx.now + timedelta(seconds=1))
    with pytest.raises(BadDeposit):
        confirm(tx, book.emoney_account_id, received_at=datetime(2025, 6, 1))  # noqa: DTZ001


def test_money_is_issued_to_emoney_accounts_only(
    tx: Tx, institutions: Institutions, book: ProgrammeBook
) -> None:
    for account in (institutions.trust_account_id, book.asset_account_id, AccountId(new_id(tx.now))):
        with pytest.raises(NotAnEmoneyAccount):
            confirm(tx, account)


def test_a_deposit_that_the_ledger_refuses_can_be_confirmed_later(tx: Tx, institutions: Institutions) -> None:
    own = institutions.issuer_account_id
    ledger.set_account_limits(tx, account_id=own, credit_limit_minor=0, balance_ceiling_minor=10)
    with pytest.raises(DepositRefused) as refused:
        confirm(tx, own)
    assert refused.value.numbers["result"] == "credit ceiling exceeded"
    assert list_audit(tx, subject="BCO-1") == []
    ledger.set_account_limits(tx, account_id=own, credit_limit_minor=0, balance_ceiling_minor=None)
    confirm(tx, own)
    assert payments.emoney_outstanding(tx) == 50_000


def test_each_programme_has_a_book_of_its_own(tx: Tx, book: ProgrammeBook) -> None:
    again = payments.open_programme_book(tx, programme_id=book.programme_id, name="Vaso de Leche")
    other = payments.open_programme_book(tx, programme_id=ProgrammeId(new_id(tx.now)), name="Comedor")
    assert again == book
    assert other.book == book.book + 1
    assert payments.get_programme_book(tx, programme_id=book.programme_id) == book
    nobody = ProgrammeId(new_id(tx.now))
    assert payments.find_programme_book(tx, programme_id=nobody) is None
    with pytest.raises(UnknownProgrammeBook):
        payments.get_programme_book(tx, programme_id=nobody)


@pytest.mark.parametrize("name", ["Vaso de Leche", "", "   ", "x" * 121, "a\x00b"])
def test_a_book_has_a_name_of_its_own(tx: Tx, book: ProgrammeBook, name: str) -> None:
    with pytest.raises(ProgrammeBookRefused):
        payments.open_programme_book(tx, programme_id=ProgrammeId(new_id(tx.now)), name=name)


def test_a_book_that_was_forgotten_is_noticed(
    tx: Tx, book: ProgrammeBook, institutions: Institutions
) -> None:
    confirm(tx, book.emoney_account_id)
    ids = iter(lambda: new_id(tx.now), None)
    ledger.post(
        tx,
        [
            ledger.Transfer(
                next(ids),  # type: ignore[arg-type]
                next(ids),  # type: ignore[arg-type]
                payments.TRUST_BOOK,
                book.emoney_account_id,
                institutions.issuer_account_id,
                7,
                ledger.TransferCode.FEE,
            )
        ],
    )
    assert violated(tx) == ["programmes_mirror_the_issuer"]
    (difference,) = payments.mirror_differences(tx)
    assert (difference.asset_minor, difference.emoney_minor) == (50_000, 49_993)


# -- the bank ------------------------------------------------------------------------------------------


@pytest.fixture
def city(own_database: Database) -> tuple[Database, ProgrammeBook, PretendBank]:
    with own_database.transaction() as tx:
        payments.set_up_books(tx)
        book = payments.open_programme_book(tx, programme_id=ProgrammeId(new_id(tx.now)), name="Comedor")
        bank = PretendBank(tx)
    return own_database, book, bank


def test_the_banks_credits_become_emoney_and_strays_wait(
    city: tuple[Database, ProgrammeBook, PretendBank],
) -> None:
    database, book, bank = city
    with database.transaction() as tx:
        start = tx.now
    account = show_id("acc", book.emoney_account_id)
    bank.receive(amount_minor=70_000, narrative=f"transferencia {account.upper()} junio", at=start)
    bank.receive(amount_minor=1_000, narrative="sin destino", at=start)
    bank.receive(amount_minor=2_000, narrative=f"{account} {show_id('acc', new_id(start))}", at=start)
    bank.receive(amount_minor=3_000, narrative=show_id("acc", new_id(start)), at=start)
    bank.receive(amount_minor=4_000, narrative="acc_" + "z" * 26, at=start)
    for _ in range(2):
        found = payments.collect_deposits(database, bank=bank, since=start)
        assert [deposit.amount_minor for deposit in found.confirmed] == [70_000]
        assert [credit.amount_minor for credit, _ in found.unassigned] == [1_000, 2_000, 3_000, 4_000]
        assert all(reason.endswith(".") for _, reason in found.unassigned)
    with database.transaction() as tx:
        assert payments.emoney_outstanding(tx) == 70_000
        assert violated(tx) == []


def test_a_bank_that_holds_less_than_was_issued_is_noticed(
    city: tuple[Database, ProgrammeBook, PretendBank],
) -> None:
    database, book, bank = city
    with database.transaction() as tx:
        start = tx.now
    bank.receive(amount_minor=70_000, narrative=show_id("acc", book.emoney_account_id), at=start)
    payments.collect_deposits(database, bank=bank, since=start)
    bank.take(amount_minor=1, at=start)
    with database.transaction() as tx:
        assert violated(tx) == []
        payments.record_bank_balance(tx, bank=bank)
        assert violated(tx) == ["bank_covers_emoney"]


def test_a_statement_older_than_a_deposit_is_no_alarm(tx: Tx, book: ProgrammeBook) -> None:
    bank = PretendBank(tx)
    payments.record_bank_balance(tx, bank=bank)
    assert violated(tx) == []
    tx.connection.execute("SELECT foundation.set_clock(%s)", [tx.now + timedelta(hours=1)])
    later = type(tx)(tx.connection, tx.country, tx.actor, tx.now + timedelta(hours=1))
    confirm(later, book.emoney_account_id)
    assert violated(later) == []


def test_the_pretend_bank_has_no_place_in_a_live_database(server: EmbeddedServer, country: Country) -> None:
    server.create_database("live_bank")
    try:
        migrate(server.url("live_bank"), MODULES)
        with (
            Database(server.url("live_bank"), country) as live,
            live.transaction() as tx,
            pytest.raises(PretendBankRefused),
        ):
            PretendBank(tx)
    finally:
        server.drop_database("live_bank")


def test_the_pretend_bank_makes_no_entry_that_a_bank_would_not(tx: Tx) -> None:
    bank = PretendBank(tx)
    for amount in (0, -1, 1.5):
        with pytest.raises(BadPretendEntry):
            bank.receive(amount_minor=amount, narrative="", at=tx.now)  # type: ignore[arg-type]
    with pytest.raises(BadPretendEntry):
        bank.take(amount_minor=1, at=tx.now)
    with pytest.raises(BadPretendEntry):
        bank.receive(amount_minor=1, narrative="", at=tx.now - timedelta(seconds=1))
    assert bank.receive(amount_minor=1, narrative="", at=tx.now).reference == "PB-000001"


def test_a_programme_is_called_by_its_newest_name(tx: Tx, book: ProgrammeBook) -> None:
    for name in ("Comedores", "Comedores", "Comedores Populares"):
        payments.name_programme(tx, programme_id=book.programme_id, name=name)
    rows = tx.connection.execute("SELECT name FROM payments.programme_names ORDER BY number").fetchall()
    assert rows == [("Comedores",), ("Comedores Populares",)]
    shown = tx.connection.execute(
        "SELECT name FROM payments_api.account_names WHERE account_id = %s", [book.emoney_account_id]
    ).fetchall()
    assert shown == [("Comedores Populares",)]


def test_a_name_that_cannot_be_or_of_a_programme_without_a_book_is_refused(
    tx: Tx, book: ProgrammeBook
) -> None:
    for name in ("", "  ", "x" * 201, "a\x00", "a\ud800"):
        with pytest.raises(ProgrammeBookRefused):
            payments.name_programme(tx, programme_id=book.programme_id, name=name)
    with pytest.raises(UnknownProgrammeBook):
        payments.name_programme(tx, programme_id=ProgrammeId(new_id(tx.now)), name="Nadie")
