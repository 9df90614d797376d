"""What a transfer carries along: context, instant and reference, by each of the three doors; and bad ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ayni import ledger
from ayni.foundation.db import Database, Tx
from ayni.ledger import NewAccount, Transfer
from ayni.ledger.errors import BadBatch, LimitOutOfRange
from ayni.values.ids import AccountId, TransferId, new_id
from tests.conftest import START
from tests.ledger.city import EVENT, City

PAIR = "name | limit\n a | none\n b | -"
REFERENCE = UUID("00000000-0000-7000-8000-00000000abcd")
CONTEXT = '{"actor": "ñandú", "quote": 7}'


def transfer(city: City, **fields: object) -> Transfer:
    return replace(
        Transfer(
            id=TransferId(new_id(START)),
            event_id=EVENT,
            book=1,
            debit_account_id=city.accounts["a"],
            credit_account_id=city.accounts["b"],
            amount_minor=1,
            code=2,
        ),
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("count", "ordered"), [(1, False), (5, False), (5, True), (1, True)])
def test_what_a_transfer_carries_is_kept_and_belongs_to_it(tx: Tx, count: int, ordered: bool) -> None:
    city = City(tx).open(PAIR)
    at = datetime(2025, 5, 30, 12, 0, 0, 123457, tzinfo=UTC)
    # Every other one carries nothing, so that a shift by one place would be seen.
    sent = [
        transfer(city, context=f'{{"n": {n}}}', event_at=at + timedelta(seconds=n), reference=REFERENCE)
        if n % 2 == 0
        else transfer(city)
        for n in range(count)
    ]
    ledger.post(tx, sent, ordered=ordered)
    query = "SELECT id, context, event_at, reference, created_at FROM ledger.transfers ORDER BY seq"
    found = tx.execute(query).fetchall()
    assert [row[0] for row in found] == [one.id for one in sent]
    for n, (_, context, event_at, reference, created_at) in enumerate(found):
        if n % 2 == 0:
            assert (context, event_at, reference) == ({"n": n}, at + timedelta(seconds=n), REFERENCE)
        else:
            assert (context, event_at, reference) == (None, created_at, None)


@pytest.mark.parametrize(
    "context",
    [
        "",
        "no json",
        "[]",
        "7",
        "null",
        '{"a": 1.5}',
        '{"a": 1e9}',
        '{"a": NaN}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        '{"a": "\ud800"}',
        '{"a": "\x00"}',
        '{"a": ' + "[" * 3_000,
        '{"a": "' + "x" * 1_000_000 + '"}',
        '{"a": "' + "ñ" * 2_500 + '"}',
    ],
)
def test_a_context_that_is_none(database: Database, tx: Tx, context: str) -> None:
    city = City(tx).open(PAIR)
    with pytest.raises(BadBatch):
        ledger.post(tx, [transfer(city, context=context)])
    # The poster refuses it before it queues, so that nobody else's transfer fails with it.
    with ledger.Poster(database) as poster, pytest.raises(BadBatch):
        poster.submit([transfer(city, context=context)])


def test_a_context_with_what_may_be_in_it(tx: Tx) -> None:
    city = City(tx).open(PAIR)
    ledger.post(tx, [transfer(city, context=CONTEXT)])
    row = tx.execute("SELECT context ->> 'actor' FROM ledger.transfers").fetchone()
    assert row == ("ñandú",)


def test_an_instant_without_its_zone(tx: Tx) -> None:
    city = City(tx).open(PAIR)
    naive = datetime(2025, 6, 2)  # noqa: DTZ001
    with pytest.raises(BadBatch):
        ledger.post(tx, [transfer(city, event_at=naive)])


@pytest.mark.parametrize("limit", [-1, 4 * 10**18 + 1, 2**63, -(2**70)])
def test_a_limit_that_no_account_can_have(tx: Tx, limit: int) -> None:
    city = City(tx).open(PAIR)
    owner = city.owners["a"]
    for limits in ((limit, None), (None, limit)):
        with pytest.raises(LimitOutOfRange):
            ledger.set_account_limits(
                tx,
                account_id=city.accounts["b"],
                credit_limit_minor=limits[0],
                balance_ceiling_minor=limits[1],
            )
        with pytest.raises(LimitOutOfRange):
            ledger.open_accounts(
                tx,
                accounts=[
                    NewAccount(
                        id=AccountId(new_id(START)),
                        book=1,
                        code=2010,
                        owner_ref=owner,
                        credit_limit_minor=limits[0],
                        balance_ceiling_minor=limits[1],
                    )
                ],
            )


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("ordered", [False, True])
def test_the_largest_credit_limit_and_ceiling_do_not_overflow(tx: Tx, count: int, ordered: bool) -> None:
    city = City(tx).open(PAIR)
    for name in ("a", "b"):
        ledger.set_account_limits(
            tx,
            account_id=city.accounts[name],
            credit_limit_minor=4 * 10**18,
            balance_ceiling_minor=4 * 10**18,
        )
    there = [transfer(city, amount_minor=10**14) for _ in range(count)]
    back = [
        replace(
            transfer(city, amount_minor=10**14),
            debit_account_id=city.accounts["b"],
            credit_account_id=city.accounts["a"],
        )
        for _ in range(2 * count)
    ]
    answers = ledger.post(tx, there, ordered=ordered) + ledger.post(tx, back, ordered=ordered)
    assert {answer.result for answer in answers} == {ledger.Result.CREATED}
