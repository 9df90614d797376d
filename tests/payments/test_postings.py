"""`docs/concepts/postings.md` says what is debited and credited; here it is done, and compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ayni import ledger, payments, wallet
from ayni.foundation.db import Tx
from ayni.ledger import AccountCode, TransferCode
from ayni.values.ids import AccountId
from tests.wallet.conftest import City, build
from tests.wallet.remitting import remit
from tests.wallet.vouching import give_voucher

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "postings.md"

Row = tuple[str, str, str, str]
"""Book, debit, credit, code."""


def documented() -> dict[str, list[Row]]:
    """The rows of the first table by event, in its order."""
    table = DOCUMENT.read_text("utf-8").split("| event |")[1].split("\n\n")[0]
    rows: dict[str, list[Row]] = {}
    for line in table.splitlines()[2:]:
        event, book, debit, credit, code = (cell.strip() for cell in line.strip("|").split("|"))
        rows.setdefault(event, []).append((book, debit, credit, code))
    return rows


def issuer(city: City) -> AccountId:
    """The issuer's own e-money."""
    return payments.get_institutions(city.tx).issuer_account_id


EVENTS: dict[str, tuple[Callable[[City], object], Callable[[City], object]]] = {
    "fund a programme": (lambda city: None, lambda city: city.deposit(500, city.programme.emoney_account_id)),
    "fill an agent's float": (lambda city: None, lambda city: city.deposit(500, city.agent.account_id)),
    "disburse": (lambda city: None, lambda city: city.give(500)),
    "disburse for a purpose": (lambda city: None, lambda city: city.give(500, "food")),
    "send a benefit to a wallet not in use": (
        lambda city: city.newcomer(),
        lambda city: city.give(500, to=city.late),
    ),
    "claim what waited": (
        lambda city: city.give(500, to=city.newcomer()),
        lambda city: wallet.take_into_use(city.tx, person_ids=[city.late]),
    ),
    "claim what waited for a purpose": (
        lambda city: city.give(500, "food", to=city.newcomer()),
        lambda city: wallet.take_into_use(city.tx, person_ids=[city.late]),
    ),
    "set a benefit aside as a voucher": (lambda city: None, lambda city: give_voucher(city, 500)),
    "cash a voucher": (lambda city: give_voucher(city, 500), lambda city: city.voucher.fetch()),
    "give a voucher back that nobody cashed": (
        lambda city: give_voucher(city, 500),
        lambda city: wallet.vouchers.return_voucher(city.tx, voucher_id=city.voucher.id),
    ),
    "pay": (lambda city: city.give(500), lambda city: city.pay(500)),
    "pay with purpose money": (lambda city: city.give(500, "food"), lambda city: city.pay(500)),
    "pay with both": (
        lambda city: (city.give(200, "food"), city.give(500)),
        lambda city: city.pay(500),
    ),
    "cash in": (lambda city: None, lambda city: city.cash_in(500)),
    "cash out": (lambda city: city.give(500), lambda city: city.cash_out(500)),
    "send": (
        lambda city: (city.give(500), city.neighbour("+51987000001")),
        lambda city: city.send(500, "+51987000001"),
    ),
    "send to somebody without a wallet": (
        lambda city: city.give(500),
        lambda city: city.send(500, "+51987000002"),
    ),
    "take what waits": (
        lambda city: (city.give(500), city.send(500, "+51987000003"), city.neighbour("+51987000003")),
        lambda city: city.take("+51987000003"),
    ),
    "return what nobody took": (
        lambda city: (city.give(500), city.send(500, "+51987000004")),
        lambda city: city.take_back(),
    ),
    "refund a payment": (lambda city: (city.give(500), city.pay(500)), lambda city: city.refund()),
    "refund a payment with both": (
        lambda city: (city.give(200, "food"), city.give(500), city.pay(500)),
        lambda city: city.refund(),
    ),
    "set cash aside": (lambda city: city.give(500), lambda city: city.set_cash_aside(500)),
    "hand over cash for a code": (
        lambda city: (city.give(500), city.set_cash_aside(500)),
        lambda city: city.hand_over(),
    ),
    "give back cash that nobody fetched": (
        lambda city: (city.give(500), city.set_cash_aside(500)),
        lambda city: city.give_cash_back(),
    ),
    "pay a bill": (lambda city: city.give(500), lambda city: city.pay_bill(300)),
    "give back a bill that its company does not take": (
        lambda city: (city.give(500), city.pay_bill(300)),
        lambda city: city.refuse_bill(),
    ),
    "pay a person from an organisation's account": (
        lambda city: (city.give(500), city.pay(500)),
        lambda city: remit(city, 300),
    ),
    "put into a goal": (lambda city: city.give(500), lambda city: city.save(300)),
    "take out of a goal": (lambda city: (city.give(500), city.save(300)), lambda city: city.save(-200)),
    "earn by the cash of a day": (
        lambda city: (city.deposit(1_000, issuer(city)), city.give(50_000), city.cash_out(10_000)),
        lambda city: city.earn(),
    ),
    "send a shop's money to its bank": (
        lambda city: (city.give(500), city.pay(500)),
        lambda city: city.settle(400),
    ),
    "send a closed wallet's money to its holder's bank": (
        lambda city: city.give(500),
        lambda city: city.close(),
    ),
    "the bank has paid it out": (
        lambda city: (city.give(500), city.pay(500), city.settle(400)),
        lambda city: city.bank_says("paid"),
    ),
    "the bank rejects it": (
        lambda city: (city.give(500), city.pay(500), city.settle(400)),
        lambda city: city.bank_says("rejected"),
    ),
    "the payee's bank sends it back": (
        lambda city: (city.give(500), city.pay(500), city.settle(400), city.bank_says("paid")),
        lambda city: city.bank_says("returned"),
    ),
    "the issuer bears a charge of the bank": (
        lambda city: (city.deposit(1_000, issuer(city)), city.bank_says("charge")),
        lambda city: payments.bear_debit(city.tx, reference="CHARGE", reason="account keeping"),
    ),
    "pay with a fee": (lambda city: city.give(500), lambda city: city.with_fees("pay", 20).pay(300)),
}
"""What makes each event possible, and the event."""

BY_THE_PROGRAMME = {TransferCode.RESERVE_BUDGET, TransferCode.RELEASE_BUDGET, TransferCode.SPEND_BUDGET}
"""What the programme posts in its own book beside a disbursement; here the fixture does it in its place."""


def posted_after(tx: Tx, seq: int) -> list[Row]:
    rows = tx.connection.execute(
        "SELECT t.book, d.code, c.code, t.code FROM ledger.transfers t"
        " JOIN ledger.accounts d ON d.id = t.debit_account_id"
        " JOIN ledger.accounts c ON c.id = t.credit_account_id WHERE t.seq > %s ORDER BY t.seq",
        [seq],
    )
    return [
        (
            "trust" if book == 1 else "programme",
            AccountCode(debit).name,
            AccountCode(credit).name,
            TransferCode(code).name,
        )
        for book, debit, credit, code in rows
        if TransferCode(code) not in BY_THE_PROGRAMME
    ]


def last_seq(tx: Tx) -> int:
    row = tx.connection.execute("SELECT coalesce(max(seq), 0) FROM ledger.transfers").fetchone()
    assert row is not None
    return int(row[0])


def test_the_document_and_the_events_know_each_other() -> None:
    assert set(documented()) == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_what_is_posted_is_what_the_document_says(tx: Tx, event: str) -> None:
    city = build(tx)
    prepare, happen = EVENTS[event]
    prepare(city)
    before = last_seq(tx)
    happen(city)
    assert posted_after(tx, before) == documented()[event]
    assert city.violations() == []


def test_the_programmes_own_rows_go_through_its_book(tx: Tx) -> None:
    """The second table: the ledger takes them, and no more than was reserved or is free."""
    city = build(tx)
    book = city.programme
    city.move(book.free_account_id, book.reserved_account_id, 100, TransferCode.RESERVE_BUDGET)
    city.move(book.reserved_account_id, book.free_account_id, 40, TransferCode.RELEASE_BUDGET)
    accounts = ledger.find_accounts(tx, [book.free_account_id, book.reserved_account_id])
    assert accounts[book.reserved_account_id].balance_minor == 60
    assert accounts[book.free_account_id].balance_minor == 100_000_000 - 60
    for debit, credit, code in (
        (book.reserved_account_id, book.asset_account_id, TransferCode.SPEND_BUDGET),
        (book.free_account_id, book.reserved_account_id, TransferCode.RESERVE_BUDGET),
    ):
        with pytest.raises(AssertionError, match="INSUFFICIENT_FUNDS"):
            city.move(debit, credit, 100_000_001, code)
