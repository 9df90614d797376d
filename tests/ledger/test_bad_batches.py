"""Batches that are wrong in some way: each is answered or refused as a whole, and the books hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ayni import ledger
from ayni.foundation.db import Database, Tx
from ayni.ledger import MAX_BATCH, Kind, Posted, Result, Transfer
from ayni.ledger.errors import BadBatch, BatchTooLarge
from ayni.values.ids import AccountId, OwnerRef, TransferId, derived_id
from tests.conftest import START, TEST_ACTOR
from tests.ledger.city import EVENT, UNKNOWN, City

R = Result
MOST, LEAST = 2**63 - 1, -(2**63)
ACCOUNTS = "name | limit | book\n a | none | -\n b | - | -\n shut | - | -\n abroad | none | 2"


@pytest.fixture
def city(tx: Tx) -> City:
    city = City(tx).open(ACCOUNTS)
    ledger.close_account(tx, account_id=city.accounts["shut"])
    return city


def pay(city: City, name: str, **changes: Any) -> Transfer:
    """A transfer of 5 from a to b that nothing stands against, but for the changes."""
    usual = {"id": name, "debit": "a", "credit": "b", "amount": "5", "code": "2"}
    return replace(city.transfer(usual), **changes)


def post(city: City, *batch: Transfer, ordered: bool = False) -> list[str]:
    return [answer.result.name for answer in ledger.post(city.tx, batch, ordered=ordered)]


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"amount_minor": 0}, R.AMOUNT_NOT_POSITIVE),
        ({"amount_minor": -1}, R.AMOUNT_NOT_POSITIVE),
        ({"amount_minor": LEAST}, R.AMOUNT_NOT_POSITIVE),
        ({"amount_minor": 10**14}, R.CREATED),
        ({"amount_minor": 10**14 + 1}, R.AMOUNT_TOO_LARGE),
        ({"amount_minor": MOST}, R.AMOUNT_TOO_LARGE),
        ({"debit_account_id": UNKNOWN}, R.DEBIT_ACCOUNT_NOT_FOUND),
        ({"credit_account_id": UNKNOWN}, R.CREDIT_ACCOUNT_NOT_FOUND),
        ({"debit_account_id": None}, R.DEBIT_ACCOUNT_NOT_FOUND),
        ({"credit_account_id": None}, R.CREDIT_ACCOUNT_NOT_FOUND),
        ({"debit_account_id": UUID(int=0)}, R.DEBIT_ACCOUNT_NOT_FOUND),
        ({"id": UUID(int=0)}, R.ID_MUST_NOT_BE_NIL),
        ({"id": UUID(int=2**128 - 1)}, R.CREATED),
        ({"event_id": UUID(int=0)}, R.CREATED),
        ({"book": 2}, R.DEBIT_ACCOUNT_IN_OTHER_BOOK),
        ({"book": 0}, R.DEBIT_ACCOUNT_IN_OTHER_BOOK),
        ({"book": 2**15 - 1}, R.DEBIT_ACCOUNT_IN_OTHER_BOOK),
        ({"code": 2**15 - 1}, R.DEBIT_LIMIT_MISSING),
        ({"code": 0}, R.DEBIT_LIMIT_MISSING),
        ({"kind": Kind.EXPIRE}, R.KIND_NOT_ALLOWED),
        ({"kind": 2**15 - 1}, R.KIND_NOT_ALLOWED),
        ({"kind": Kind.POST, "pending_id": UUID(int=0)}, R.PENDING_NOT_FOUND),
        ({"kind": Kind.PENDING, "timeout_seconds": 2**31 - 1}, R.CREATED),
        ({"kind": Kind.PENDING, "timeout_seconds": -(2**31) + 1}, R.TIMEOUT_NOT_POSITIVE),
        ({"linked": True}, R.LINKED_EVENT_CHAIN_OPEN),
        ({"event_at": datetime(1, 1, 1, tzinfo=UTC)}, R.CREATED),
        ({"event_at": datetime(9999, 12, 31, tzinfo=UTC)}, R.CREATED),
        ({"context": "null"}, R.CREATED),
    ],
)
@pytest.mark.parametrize("place", ["alone", "ordered", "in a crowd"])
def test_the_odd_one_gets_its_answer_and_the_others_theirs(
    city: City, changes: dict[str, Any], answer: Result, place: str
) -> None:
    odd = pay(city, "odd", **changes)
    if place == "in a crowd":
        # A chain that is left open ends the batch.
        crowd = [pay(city, "x"), odd] if odd.linked else [pay(city, "x"), odd, pay(city, "y")]
        answers = post(city, *crowd)
        assert answers.pop(1) == answer.name
        assert {*answers} == {"CREATED"}
    else:
        assert post(city, odd, ordered=place == "ordered") == [answer.name]
    assert ledger.list_violations(city.tx) == []


@pytest.mark.parametrize("closed", ["debit_account_id", "credit_account_id"])
def test_a_closed_account_in_a_crowd(city: City, closed: str) -> None:
    odd = pay(city, "odd", **{closed: city.accounts["shut"]})
    wanted = R.DEBIT_ACCOUNT_CLOSED if closed.startswith("debit") else R.CREDIT_ACCOUNT_CLOSED
    assert post(city, pay(city, "x"), odd, pay(city, "y")) == ["CREATED", wanted.name, "CREATED"]


def test_one_id_many_times_in_one_batch_moves_money_once(city: City) -> None:
    one = pay(city, "one")
    other = replace(one, amount_minor=6)
    assert post(city, one, one, other, one) == [
        "CREATED",
        "EXISTS",
        "EXISTS_WITH_DIFFERENT_AMOUNT",
        "EXISTS",
    ]
    assert city.balances()["b"] == 5


def test_a_batch_of_one_id_only(city: City) -> None:
    answers = ledger.post(city.tx, [pay(city, "one")] * MAX_BATCH)
    assert {answer.result for answer in answers[1:]} == {R.EXISTS}
    assert {answer.seq for answer in answers} == {answers[0].seq}
    assert city.balances()["b"] == 5


def test_an_id_whose_first_use_was_refused_stays_refused_in_the_batch(city: City) -> None:
    poor = pay(city, "poor", debit_account_id=city.accounts["b"], credit_account_id=city.accounts["a"])
    rich = pay(city, "rich")
    other = replace(poor, amount_minor=4)
    assert post(city, poor, rich, poor, other) == [
        "INSUFFICIENT_FUNDS",
        "CREATED",
        "INSUFFICIENT_FUNDS",
        "EXISTS_WITH_DIFFERENT_AMOUNT",
    ]
    assert post(city, other, poor) == ["EXISTS_WITH_DIFFERENT_AMOUNT", "INSUFFICIENT_FUNDS"]


def test_the_largest_amounts_of_a_whole_batch_overflow_nothing(city: City) -> None:
    batch = [pay(city, f"t{number}", amount_minor=10**14) for number in range(MAX_BATCH)]
    for way in (False, True):
        batch = [replace(one, id=TransferId(derived_id(START, "big", way, one.id))) for one in batch]
        assert {answer.result for answer in ledger.post(city.tx, batch, ordered=way)} == {R.CREATED}
    assert city.balances()["b"] == 2 * MAX_BATCH * 10**14
    too_large = [replace(one, id=TransferId(derived_id(START, one.id)), amount_minor=MOST) for one in batch]
    assert {answer.result for answer in ledger.post(city.tx, too_large)} == {R.AMOUNT_TOO_LARGE}
    assert ledger.list_violations(city.tx) == []


def test_one_transfer_too_many_posts_none(city: City) -> None:
    with pytest.raises(BatchTooLarge) as refused:
        ledger.post(city.tx, [pay(city, f"t{number}") for number in range(MAX_BATCH + 1)])
    assert refused.value.numbers == {"size": MAX_BATCH + 1, "limit": MAX_BATCH}
    assert city.balances()["b"] == 0


UNFIT: list[dict[str, Any]] = [
    {"amount_minor": MOST + 1},
    {"amount_minor": LEAST - 1},
    {"book": -1},
    {"book": 2**15},
    {"code": -1},
    {"code": 2**15},
    {"kind": -1},
    {"kind": 2**15},
    {"timeout_seconds": 2**31, "kind": Kind.PENDING},
    {"context": "not json"},
    {"context": "x" * 1_000_000},
    {"context": '"\x00"'},
    {"context": json.dumps("\x00")},
    {"context": "\ud800"},
    {"context": "1e999999"},
    {"context": "NaN"},
    {"context": "[" * 100_000 + "]" * 100_000},
    {"context": json.dumps("x" * 1_000_000)},
    {"event_at": datetime(2025, 6, 2, 15, 0)},  # noqa: DTZ001
]


def name_of(changes: dict[str, Any]) -> str:
    return "-".join(f"{key} {value!r}"[:30] for key, value in changes.items())


@pytest.mark.parametrize("changes", UNFIT, ids=name_of)
def test_what_no_column_can_hold_is_named_and_posts_nothing(city: City, changes: dict[str, Any]) -> None:
    with pytest.raises(BadBatch), city.tx.connection.transaction():
        ledger.post(city.tx, [pay(city, "x"), pay(city, "odd", **changes)])
    assert city.balances()["b"] == 0


@pytest.mark.parametrize("changes", UNFIT, ids=name_of)
def test_one_callers_mistake_does_not_fail_the_batch_of_others(
    poster_city: City, poster: ledger.Poster, changes: dict[str, Any]
) -> None:
    """A bug: a context or an instant that the database cannot hold failed everybody in the group."""
    city = poster_city
    names = [derived_id(START, name_of(changes), number) for number in range(4)]
    before, odd, *after = (pay(city, "x", id=name) for name in names)
    with _held(city):
        first = poster.submit([before])
        answers: list[Any] = [first]
        with pytest.raises(BadBatch):
            answers.append(poster.submit([replace(odd, **changes)]))
            _release(city)
            answers[-1].result(30)
        answers += [poster.submit([one]) for one in after]
    assert [answer.result(30)[0].result for answer in (first, *answers[-2:])] == [R.CREATED] * 3
