"""Batches that are wrong in some way: each is answered or refused as a whole, and the books hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ayni import ledger
from ayni.foundation.db import Database, Tx
from ayni.ledger import MAX_BATCH, Kind, Result, Transfer
from ayni.ledger.errors import BadBatch, BatchTooLarge
from ayni.values.ids import TransferId, derived_id
from tests.conftest import START, TEST_ACTOR
from tests.ledger.city import EVENT, UNKNOWN, City

R = Result
MOST, LEAST = 2**63 - 1, -(2**63)
ACCOUNTS = "name | limit | book\n a | none | -\n b | - | -\n c | - | -\n shut | - | -\n abroad | none | 2"


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
        ({"context": json.dumps({"x": "x" * 3_900})}, R.CREATED),
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
    {"context": '{"x": "\x00"}'},
    {"context": json.dumps({"x": "x" * 1_000_000})},
    {"event_at": datetime(2025, 6, 2, 15, 0)},  # noqa: DTZ001
]


def name_of(changes: dict[str, Any]) -> str:
    return "-".join(f"{key} {value!r}"[:30] for key, value in changes.items())


@pytest.mark.parametrize("changes", UNFIT, ids=name_of)
def test_what_no_column_can_hold_is_named_and_posts_nothing(city: City, changes: dict[str, Any]) -> None:
    with pytest.raises(BadBatch), city.tx.connection.transaction():
        ledger.post(city.tx, [pay(city, "x"), pay(city, "odd", **changes)])
    assert city.balances()["b"] == 0


def test_one_callers_mistake_does_not_fail_the_group_that_it_waits_in(
    own_database: Database, owner: psycopg.Connection
) -> None:
    """A bug: what could not be packed, or not be held by the database, failed all who had queued with it."""
    with own_database.transaction(TEST_ACTOR) as tx:
        city = City(tx).open(ACCOUNTS)
    told: dict[str, list[str]] = {}
    # The last is nobody's amount, book or text: only the packing finds it.
    mistakes = [*UNFIT, {"event_id": None}]
    with ledger.Poster(own_database) as poster:
        for number, changes in enumerate(mistakes):
            ids = [TransferId(derived_id(START, "group", number, place)) for place in range(4)]
            owner.execute("SELECT pg_advisory_lock(7165646765)")
            group = [poster.submit([pay(city, "x", id=ids[0])])]
            # The poster waits with the first: what comes now queues behind it, and is one group.
            while owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone() is None:
                pass
            group += [poster.submit([pay(city, "x", id=ids[1])])]
            try:
                odd = poster.submit([pay(city, "x", id=ids[2], **changes)])
            except BadBatch:
                odd = None
            group += [poster.submit([pay(city, "x", id=ids[3])])]
            owner.execute("SELECT pg_advisory_unlock(7165646765)")
            if odd is not None:
                with pytest.raises((BadBatch, AttributeError)):
                    odd.result(60)
            told[name_of(changes)] = [answer.result(60)[0].result.name for answer in group]
    assert told == {name_of(changes): ["CREATED"] * 3 for changes in mistakes}
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.balances()["b"] == 3 * 5 * len(mistakes)
        assert ledger.list_violations(tx) == []


# Straight at the function, as a program could that packs its columns by itself.
COLUMNS = {
    "ids": "uuid",
    "event_ids": "uuid",
    "books": "smallint",
    "debits": "uuid",
    "credits": "uuid",
    "amounts": "bigint",
    "codes": "smallint",
    "kinds": "smallint",
    "flags": "smallint",
    "pending_ids": "uuid",
    "timeouts": "integer",
    "refs": "uuid",
    "event_ats": "timestamptz",
    "contexts": "jsonb",
}
NEEDED = [*COLUMNS][:7]


def straight(city: City, count: int, **given: str) -> list[Any]:
    """Post `count` transfers of 5 by SQL, with some columns given as they are; what the function says."""
    usual = {
        "ids": [str(city.transfer({"id": f"s{n}", "amount": "1"}).id) for n in range(count)],
        "event_ids": [str(EVENT)] * count,
        "books": [1] * count,
        "debits": [str(city.accounts["a"])] * count,
        "credits": [str(city.accounts["b"])] * count,
        "amounts": [5] * count,
        "codes": [2] * count,
    }
    texts = {name: "{" + ",".join(map(str, values)) + "}" for name, values in usual.items()} | given
    columns = ", ".join(f"%({name})s::text::{kind}[]" for name, kind in COLUMNS.items())
    values = dict.fromkeys(COLUMNS) | texts
    ordered = values.pop("ordered", "false")
    query = f"SELECT first_seq, results, amounts, seqs FROM ledger.post({columns}, {ordered})"
    with city.tx.connection.transaction():
        return list(city.tx.connection.execute(query.encode(), values).fetchall())


def test_straight_sql_posts_what_fits(city: City) -> None:
    [(first, results, _, _)] = straight(city, 3)
    assert (first, results) == (1, None)
    assert city.balances()["b"] == 15


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("column", NEEDED)
@pytest.mark.parametrize("value", [None, "{}", "{NULL}", "short", "long", "shifted", "square"])
def test_columns_that_do_not_fit_are_refused_by_the_function(
    city: City, column: str, value: str | None, count: int
) -> None:
    """A bug: a column that began at 0, or had two dimensions, was counted as if it fitted."""
    one = "1" if COLUMNS[column] != "uuid" else str(EVENT)
    given = {
        "short": "{" + ",".join([one] * (count - 1)) + "}",
        "long": "{" + ",".join([one] * (count + 1)) + "}",
        "shifted": f"[0:{count - 1}]={{" + ",".join([one] * count) + "}",
        "square": "{{" + ",".join([one] * count) + "}}",
        "{NULL}": "{" + ",".join(["NULL"] * count) + "}",
    }.get(str(value), value)
    if column in ("debits", "credits") and value == "{NULL}":
        [(_, results, _, _)] = straight(city, count, **{column: given})
        wanted = R.DEBIT_ACCOUNT_NOT_FOUND if column == "debits" else R.CREDIT_ACCOUNT_NOT_FOUND
        assert results == [wanted] * count
    else:
        with pytest.raises(psycopg.Error) as refused:
            straight(city, count, **{column: given})
        assert refused.value.sqlstate == "AY103"
    assert city.balances()["b"] == 0


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in NEEDED])
def test_columns_that_may_be_left_out_fit_or_are_refused(city: City, column: str) -> None:
    one = {"uuid": str(EVENT), "timestamptz": "2025-06-02", "jsonb": "1"}.get(COLUMNS[column], "0")
    for given in (
        f"{{{one}}}",
        f"{{{one},{one},{one}}}",
        f"[0:1]={{{one},{one}}}",
        f"{{{{{one},{one}}}}}",
        "{}",
    ):
        with pytest.raises(psycopg.Error) as refused:
            straight(city, 2, **{column: given})
        assert refused.value.sqlstate == "AY103", given
    [(_, results, _, _)] = straight(city, 2, **{column: "{NULL,NULL}"})
    assert results is None or set(results) == {R.CREATED}
    assert city.balances()["b"] == 10


def test_straight_sql_is_held_to_the_largest_batch(city: City) -> None:
    with pytest.raises(psycopg.Error) as refused:
        straight(city, MAX_BATCH + 1)
    assert refused.value.sqlstate == "AY102"
    assert city.balances()["b"] == 0


def test_neither_in_order_nor_not_is_not(city: City) -> None:
    """A bug: with NULL for the order, the legs of a failed chain that were plain were posted all the same."""
    [(_, results, _, _)] = straight(
        city,
        2,
        ordered="NULL",
        flags="{1,0}",
        debits=f"{{{city.accounts['a']},{city.accounts['b']}}}",
        credits=f"{{{city.accounts['c']},{city.accounts['a']}}}",
        amounts="{5,6}",
    )
    assert results == [R.LINKED_EVENT_FAILED, R.INSUFFICIENT_FUNDS]
    assert city.balances()["c"] == 0


@pytest.mark.parametrize(
    ("column", "value"), [("books", "-1"), ("codes", "-1"), ("kinds", "-1"), ("kinds", "4")]
)
def test_numbers_that_mean_nothing_are_answered_by_the_function(city: City, column: str, value: str) -> None:
    [(_, results, amounts, seqs)] = straight(city, 1, **{column: f"{{{value}}}"})
    wanted = {
        "books": R.DEBIT_ACCOUNT_IN_OTHER_BOOK,
        "codes": R.DEBIT_LIMIT_MISSING,
        "kinds": R.KIND_NOT_ALLOWED,
    }
    assert (results, amounts, seqs) == ([wanted[column]], [0], [0])


def test_an_empty_batch_is_no_batch(city: City) -> None:
    assert ledger.post(city.tx, []) == []
    assert straight(city, 0, **dict.fromkeys(COLUMNS, "{}")) == [(None, None, None, None)]
