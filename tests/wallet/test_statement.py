"""One clear line for each thing that happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ayni import ledger, payments, wallet
from ayni.foundation.db import Database
from ayni.ledger import Poster, TransferCode
from ayni.values.ids import EventId, PersonId, TransferId, new_id
from ayni.wallet.errors import InsufficientFunds, UnknownWallet
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build


def lived(city: City) -> City:
    city.give(10_000)
    city.give(3_000, "food")
    city.pay(4_000)
    city.cash_out(1_000)
    city.cash_in(500)
    return city


def test_a_statement_tells_what_happened_with_whom_and_what_is_left(city: City) -> None:
    found = wallet.statement(lived(city).tx, person_id=city.resident)
    assert [
        (entry.direction, entry.counterpart, entry.amount_minor, entry.balance_minor)
        for entry in found.entries
    ] == [
        ("in", "Agente Don Pepe", 500, 8_500),
        ("out", "Agente Don Pepe", -1_000, 8_000),
        ("out", "Bodega Doña Julia", -4_000, 9_000),
        ("in", "Canasta Solidaria", 3_000, 13_000),
        ("in", "Canasta Solidaria", 10_000, 10_000),
    ]
    assert found.older is None
    assert found.entries[0].code == TransferCode.CASH_IN


def test_a_payment_from_two_accounts_is_one_line_with_its_parts(city: City) -> None:
    found = wallet.statement(lived(city).tx, person_id=city.resident)
    assert found.entries[2].parts == {"food": -3_000, "free": -1_000}
    assert found.entries[2].balance_minor == 9_000


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 6])
def test_pages_add_up_to_the_whole(city: City, most: int) -> None:
    whole = wallet.statement(lived(city).tx, person_id=city.resident).entries
    pages, older = [], None
    while True:
        page = wallet.statement(city.tx, person_id=city.resident, most=most, older=older)
        pages.append(page.entries)
        assert len(page.entries) <= most
        older = page.older
        if older is None:
            break
    assert tuple(entry for page in pages for entry in page) == whole


@pytest.mark.parametrize("most", [1, 2, 3])
def test_what_comes_while_pages_are_read_is_on_none_of_them(city: City, most: int) -> None:
    """A bug: what came into an account of which no page had told anything yet was told among older events."""
    city.give(3_000, "food")
    for _ in range(3):
        city.cash_in(500)
    whole = wallet.statement(city.tx, person_id=city.resident).entries
    found, older = [], None
    while True:
        page = wallet.statement(city.tx, person_id=city.resident, most=most, older=older)
        found += page.entries
        older = page.older
        if older is None:
            break
        city.give(100, "food")
        city.give(100, "school")
        city.cash_in(500)
    assert tuple(found) == whole


def test_money_on_hold_is_a_line_when_it_arrives_and_not_before(city: City) -> None:
    city.give(700)
    hold = ledger.Transfer(
        TransferId(new_id(city.tx.now)),
        EventId(new_id(city.tx.now)),
        payments.TRUST_BOOK,
        city.programme.emoney_account_id,
        wallet.get_wallet(city.tx, person_id=city.resident).main_account_id,
        300,
        TransferCode.DISBURSE,
        kind=ledger.Kind.PENDING,
    )
    assert ledger.post(city.tx, [hold])[0].result.ok
    assert (city.amounts(), city.balance().total_minor) == ([700], 700)
    arrival = replace(hold, id=TransferId(new_id(city.tx.now)), kind=ledger.Kind.POST, pending_id=hold.id)
    assert ledger.post(city.tx, [arrival])[0].result.ok
    city.pay(100)
    found = wallet.statement(city.tx, person_id=city.resident, most=2)
    assert [entry.balance_minor for entry in found.entries] == [900, 1_000]
    assert city.amounts() == [-100, 300, 700]


def test_an_empty_wallet_has_an_empty_statement(city: City) -> None:
    found = wallet.statement(city.tx, person_id=city.resident)
    assert (found.entries, found.older) == ((), None)


def test_a_page_has_at_least_one_entry_and_not_a_million(city: City) -> None:
    lived(city)
    for most, expected in ((0, 1), (-5, 1), (10**9, 5)):
        assert len(wallet.statement(city.tx, person_id=city.resident, most=most).entries) == expected


def test_somebody_without_a_wallet_has_no_statement(city: City) -> None:
    stranger = PersonId(new_id(city.tx.now))
    with pytest.raises(UnknownWallet):
        wallet.statement(city.tx, person_id=stranger)
    with pytest.raises(UnknownWallet):
        wallet.balance(city.tx, person_id=stranger)


def test_through_the_poster_a_payment_is_committed_and_a_refusal_remembered(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(1_000, "food")
        city.give(5_000)
    paid, refused = new_id(tx.now), new_id(tx.now)

    def pay(key: object, amount_minor: int) -> wallet.Receipt:
        with own_database.transaction(TEST_ACTOR) as now:
            return wallet.pay(
                now,
                person_id=city.resident,
                merchant_id=city.bodega.id,
                amount_minor=amount_minor,
                client="phone",
                key=key,  # type: ignore[arg-type]
                poster=poster,
            )

    with Poster(own_database) as poster:
        first = pay(paid, 2_500)
        assert pay(paid, 2_500) == first
        with pytest.raises(InsufficientFunds):
            pay(refused, 9_000)
        with own_database.transaction(TEST_ACTOR) as tx:
            city.tx = tx
            city.give(50_000)
        with pytest.raises(InsufficientFunds):
            pay(refused, 9_000)
    with own_database.transaction(TEST_ACTOR) as tx:
        assert wallet.balance(tx, person_id=city.resident).total_minor == 53_500
        context = tx.connection.execute(
            "SELECT context FROM ledger.transfers ORDER BY seq DESC LIMIT 1 OFFSET 3"
        )
        assert context.fetchone() == ({"actor": "tester", "channel": "test", "client": "phone"},)
