"""Of two refusals that a transfer deserves, the one that stands first in `Result` answers.

Every pair that can stand on one transfer is stacked, not only the neighbours; each refusal is first seen
alone, so that a pair is known to deserve both. What is said of the id and of the chain comes before them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise
from typing import Any
from uuid import UUID

import pytest

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import Kind, Posted, Result, Transfer
from ayni.values.ids import AccountId, EventId, TransferId
from tests.conftest import START
from tests.ledger.deserved import NEEDS, Maker, Needs, needs_of, stack

R = Result
Answer = Callable[[list[Transfer]], list[Result]]

# One needs a pending transfer to stand alone, and any other to stand under its neighbour.
BY_HAND = {(R.TIMEOUT_NOT_ALLOWED, R.TIMEOUT_NOT_POSITIVE): needs_of(kind=Kind.SINGLE, timeout=0)}

# Neighbours that no transfer can deserve together, and why.
CANNOT_COEXIST = {
    (R.TIMEOUT_NOT_POSITIVE, R.PENDING_ID_REQUIRED): "a resolution's timeout is not allowed, whatever it is",
    (R.PENDING_ID_REQUIRED, R.PENDING_ID_NOT_ALLOWED): "one is of resolutions, the other of new transfers",
    (R.AMOUNT_NOT_POSITIVE, R.AMOUNT_TOO_LARGE): "an amount is not below zero and above the largest",
    (R.PENDING_NOT_FOUND, R.PENDING_HAS_DIFFERENT_BOOK): "a hold that is not there has no book",
    (R.PENDING_ALREADY_POSTED, R.PENDING_ALREADY_VOIDED): "a hold ends once",
    (R.PENDING_ALREADY_VOIDED, R.PENDING_EXPIRED): "a hold ends once",
    (R.AMOUNT_EXCEEDS_PENDING, R.VOID_AMOUNT_DIFFERS): "one is of posts, the other of voids",
    (R.VOID_AMOUNT_DIFFERS, R.DEBIT_ACCOUNT_NOT_FOUND): "a resolution's accounts are its hold's, which exist",
    (R.CREDIT_ACCOUNT_NOT_FOUND, R.ACCOUNTS_MUST_DIFFER): "one account twice is not found as the debited one",
    (R.CREDIT_ACCOUNT_IN_OTHER_BOOK, R.ORIGINAL_NOT_FOUND): "a return's accounts are its original's",
    (R.ORIGINAL_NOT_FOUND, R.ORIGINAL_NOT_RETURNABLE): "an original that is not there is of no kind",
    (R.AMOUNT_EXCEEDS_ORIGINAL, R.DEBIT_ACCOUNT_CLOSED): "nobody has closed an account with money to return",
}

WAYS = ("one by one", "ordered", "all at once")


def post(tx: Tx, transfers: list[Transfer], way: str) -> list[Posted]:
    if way == "all at once":
        return ledger.post(tx, transfers)
    return [ledger.post(tx, [one], ordered=way == "ordered")[0] for one in transfers]


def wrong(tx: Tx, wanted: dict[tuple[Result, ...], Needs], way: str) -> list[str]:
    """Which of the transfers did not get the answer of its first refusal."""
    made = Maker(tx).make(wanted.values())
    answers = post(tx, [one.transfer for one in made], way)
    return [
        f"{' and '.join(result.name for result in deserved)}: {answer.result.name}"
        for deserved, answer in zip(wanted, answers, strict=True)
        if answer != Posted(deserved[0], 0, 0)
    ]


@pytest.mark.parametrize("way", WAYS)
def test_the_usual_transfer_is_created(tx: Tx, way: str) -> None:
    made = Maker(tx).make([{}] * 3)
    assert {one.result for one in post(tx, [one.transfer for one in made], way)} == {R.CREATED}


@pytest.mark.parametrize("way", WAYS)
def test_each_refusal_answers_when_it_stands_alone(tx: Tx, way: str) -> None:
    assert wrong(tx, {(result,): needs for result, needs in NEEDS.items()}, way) == []


@pytest.mark.parametrize("way", WAYS)
def test_of_two_refusals_the_first_answers(tx: Tx, way: str) -> None:
    stacked = {pair: needs for pair in combinations(NEEDS, 2) if (needs := stack(*pair)) is not None}
    assert wrong(tx, stacked | BY_HAND, way) == []


def test_every_neighbour_is_stacked_or_cannot_be() -> None:
    by_number = sorted(result for result in R if result >= R.KIND_NOT_ALLOWED)
    assert list(NEEDS) == by_number
    alone = {pair for pair in pairwise(by_number) if stack(*pair) is None}
    assert alone == {*CANNOT_COEXIST, *BY_HAND}


# In the documented order: what may differ, and what it differs to.
DIFFERENCES: dict[Result, tuple[str, Any]] = {
    R.EXISTS_WITH_DIFFERENT_KIND: ("kind", Kind.VOID),
    R.EXISTS_WITH_DIFFERENT_BALANCING: ("balancing", True),
    R.EXISTS_WITH_DIFFERENT_PENDING_ID: ("pending_id", TransferId(UUID(int=7))),
    R.EXISTS_WITH_DIFFERENT_TIMEOUT: ("timeout_seconds", 77),
    R.EXISTS_WITH_DIFFERENT_BOOK: ("book", 9),
    R.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT: ("debit_account_id", AccountId(UUID(int=7))),
    R.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT: ("credit_account_id", AccountId(UUID(int=7))),
    R.EXISTS_WITH_DIFFERENT_AMOUNT: ("amount_minor", 7),
    R.EXISTS_WITH_DIFFERENT_CODE: ("code", 9),
    R.EXISTS_WITH_DIFFERENT_EVENT_ID: ("event_id", EventId(UUID(int=7))),
    R.EXISTS_WITH_DIFFERENT_REFERENCE: ("reference", UUID(int=7)),
    R.EXISTS_WITH_DIFFERENT_EVENT_AT: ("event_at", START - timedelta(days=1)),
}


def differing(one: Transfer) -> tuple[list[Transfer], list[Result]]:
    """`one` sent again with each of its fields changed, and with each two; and what is to be answered."""
    changes = DIFFERENCES | {
        R.EXISTS_WITH_DIFFERENT_KIND: ("kind", Kind.POST if one.kind is Kind.VOID else Kind.VOID),
        R.EXISTS_WITH_DIFFERENT_BALANCING: ("balancing", not one.balancing),
    }
    sent, wanted = [], []
    for results in [*((result,) for result in changes), *combinations(changes, 2)]:
        sent.append(replace(one, **dict(changes[result] for result in results)))
        wanted.append(results[0])
    return sent, wanted


def test_every_difference_is_named_in_its_order() -> None:
    assert list(DIFFERENCES) == [result for result in R if result.name.startswith("EXISTS_WITH_DIFFERENT")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("first", [R.CREATED, R.KIND_NOT_ALLOWED, R.INSUFFICIENT_FUNDS])
def test_of_two_differences_the_first_answers(tx: Tx, first: Result, way: str) -> None:
    """And a difference comes before any refusal that the request deserves as well."""
    [one] = Maker(tx).make([NEEDS.get(first, {})])
    assert ledger.post(tx, [one.transfer])[0].result is first
    sent, wanted = differing(one.transfer)
    assert [answer.result for answer in post(tx, sent, way)] == wanted


@pytest.mark.parametrize("first", [R.CREATED, R.KIND_NOT_ALLOWED, R.INSUFFICIENT_FUNDS])
def test_of_two_differences_in_the_batch_of_the_first_use_the_first_answers(tx: Tx, first: Result) -> None:
    [one] = Maker(tx).make([NEEDS.get(first, {})])
    sent, wanted = differing(one.transfer)
    answers = ledger.post(tx, [one.transfer, *sent])
    assert [answer.result for answer in answers] == [first, *wanted]


def chain(*legs: Transfer, left_open: bool = False) -> list[Transfer]:
    return [replace(leg, linked=left_open or place < len(legs)) for place, leg in enumerate(legs, 1)]


@pytest.fixture(params=[False, True], ids=["chosen", "ordered"])
def answer(tx: Tx, request: pytest.FixtureRequest) -> Answer:
    return lambda batch: [one.result for one in ledger.post(tx, batch, ordered=request.param)]


def test_in_a_chain_that_failed_the_id_is_looked_at_first(tx: Tx, answer: Answer) -> None:
    made = Maker(tx).make([{}, {}, {}, NEEDS[R.INSUFFICIENT_FUNDS], NEEDS[R.KIND_NOT_ALLOWED]])
    known, first, last, poor, malformed = (one.transfer for one in made)
    nil, changed = replace(first, id=TransferId(UUID(int=0))), replace(known, amount_minor=7)
    assert answer([known]) == [R.CREATED]
    told = {
        first: R.LINKED_EVENT_FAILED,
        poor: R.INSUFFICIENT_FUNDS,
        known: R.EXISTS,
        changed: R.EXISTS_WITH_DIFFERENT_AMOUNT,
        nil: R.ID_MUST_NOT_BE_NIL,
        malformed: R.LINKED_EVENT_FAILED,
        last: R.LINKED_EVENT_FAILED,
    }
    assert answer(chain(*told)) == list(told.values())
    # What is remembered of a leg fails the next chain that it is sent in, and is told again there.
    assert answer(chain(known, poor, malformed)) == [R.EXISTS, R.INSUFFICIENT_FUNDS, R.LINKED_EVENT_FAILED]


def test_in_a_chain_left_open_the_id_is_looked_at_first(tx: Tx, answer: Answer) -> None:
    made = Maker(tx).make([{}, {}, NEEDS[R.INSUFFICIENT_FUNDS], NEEDS[R.KIND_NOT_ALLOWED]])
    known, first, poor, malformed = (one.transfer for one in made)
    nil, changed = replace(first, id=TransferId(UUID(int=0))), replace(known, amount_minor=7)
    assert answer([known]) == [R.CREATED]
    told = {
        first: R.LINKED_EVENT_FAILED,
        poor: R.LINKED_EVENT_FAILED,
        nil: R.ID_MUST_NOT_BE_NIL,
        changed: R.EXISTS_WITH_DIFFERENT_AMOUNT,
        known: R.EXISTS,
        malformed: R.LINKED_EVENT_CHAIN_OPEN,
    }
    assert answer(chain(*told, left_open=True)) == list(told.values())
    for end in (known, changed, nil):
        assert answer(chain(poor, end, left_open=True)) == [R.LINKED_EVENT_FAILED, told[end]]
