"""A refused id answers the same for ever: even when what stood in its way has gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import Kind, NewAccount, Posted, Result, Transfer
from ayni.values.ids import AccountId, TransferId
from tests.ledger.deserved import EVENT, HELD, NEEDS, Deserving, Maker
from tests.ledger.test_precedence import differing

R = Result

# Answers about the request and not about the id, so that nothing is kept of them.
NOT_REMEMBERED = {
    R.ID_MUST_NOT_BE_NIL: "nil is nobody's id: there is nothing to remember it by",
    **{
        result: "the id is remembered already, with the answer to its first request"
        for result in R
        if result.name.startswith("EXISTS_WITH_DIFFERENT")
    },
}

# Refusals whose cause cannot go away: why the same request would be refused under any other id as well.
FOR_EVER = {
    **{
        result: "the request is wrong in itself"
        for result in R
        if R.KIND_NOT_ALLOWED <= result <= R.AMOUNT_TOO_LARGE
    },
    R.PENDING_HAS_DIFFERENT_BOOK: "a hold keeps its terms",
    R.PENDING_HAS_DIFFERENT_DEBIT_ACCOUNT: "a hold keeps its terms",
    R.PENDING_HAS_DIFFERENT_CREDIT_ACCOUNT: "a hold keeps its terms",
    R.PENDING_ALREADY_POSTED: "a hold ends once",
    R.PENDING_ALREADY_VOIDED: "a hold ends once",
    R.PENDING_EXPIRED: "a hold ends once",
    R.AMOUNT_EXCEEDS_PENDING: "a hold keeps its terms",
    R.VOID_AMOUNT_DIFFERS: "a hold keeps its terms",
    R.ACCOUNTS_MUST_DIFFER: "the request is wrong in itself",
    R.DEBIT_ACCOUNT_IN_OTHER_BOOK: "an account stays in its book",
    R.CREDIT_ACCOUNT_IN_OTHER_BOOK: "an account stays in its book",
    R.ORIGINAL_NOT_RETURNABLE: "a transfer stays what it is",
    R.ORIGINAL_HAS_DIFFERENT_BOOK: "a transfer keeps its terms",
    R.ORIGINAL_HAS_DIFFERENT_ACCOUNTS: "a transfer keeps its terms",
    R.AMOUNT_EXCEEDS_ORIGINAL: "what is left of a transfer only gets less",
    R.DEBIT_ACCOUNT_CLOSED: "an account is closed for good",
    R.CREDIT_ACCOUNT_CLOSED: "an account is closed for good",
    R.OVERFLOW: "what an account has counted never gets less",
}


def _money_arrives(maker: Maker, one: Deserving) -> None:
    coming = Transfer(TransferId(maker.new_id("coming")), EVENT, 1, one.payee, one.payer, HELD, 1)
    assert ledger.post(maker.tx, [coming])[0].result is R.CREATED


def _the_hold_is_placed(maker: Maker, one: Deserving) -> None:
    hold = Transfer(TransferId(one.payer), EVENT, 1, one.payer, one.payee, HELD, 1, Kind.PENDING)
    assert ledger.post(maker.tx, [hold])[0].result is R.CREATED


def _the_original_is_paid(maker: Maker, one: Deserving) -> None:
    original = Transfer(TransferId(one.payer), EVENT, 1, one.payee, one.payer, HELD, 1)
    assert ledger.post(maker.tx, [original])[0].result is R.CREATED


def _the_account_is_opened(maker: Maker, account: AccountId, like: AccountId) -> None:
    owner = ledger.get_account(maker.tx, like).owner_ref
    new = NewAccount(account, 1, 2010, owner, credit_limit_minor=None)
    assert ledger.open_accounts(maker.tx, accounts=[new]) == 1


def _the_ceiling_is_raised(maker: Maker, account: AccountId) -> None:
    ledger.set_account_limits(
        maker.tx, account_id=account, credit_limit_minor=None, balance_ceiling_minor=HELD
    )


def _the_limits_are_raised(maker: Maker, account: AccountId) -> None:
    owner = ledger.get_account(maker.tx, account).owner_ref
    ledger.set_limit_class(maker.tx, owner_ref=owner, limit_class=maker.free)


CURES: dict[Result, Callable[[Maker, Deserving], None]] = {
    R.PENDING_NOT_FOUND: _the_hold_is_placed,
    R.ORIGINAL_NOT_FOUND: _the_original_is_paid,
    R.DEBIT_ACCOUNT_NOT_FOUND: lambda maker, one: _the_account_is_opened(maker, one.payer, one.payee),
    R.CREDIT_ACCOUNT_NOT_FOUND: lambda maker, one: _the_account_is_opened(maker, one.payee, one.payer),
    **{
        result: lambda maker, one: maker.flag(one, on=False)
        for result in R
        if R.DEBIT_ACCOUNT_FROZEN <= result <= R.DEBIT_OWNER_LEGAL_HOLD
    },
    # Money with a purpose may go back to where it came from.
    R.PURPOSE_NOT_ACCEPTED: _money_arrives,
    R.INSUFFICIENT_FUNDS: _money_arrives,
    R.INSUFFICIENT_DEBIT_BALANCE: _money_arrives,
    R.DEBIT_CEILING_EXCEEDED: lambda maker, one: _the_ceiling_is_raised(maker, one.payer),
    R.CREDIT_CEILING_EXCEEDED: lambda maker, one: _the_ceiling_is_raised(maker, one.payee),
    **{
        result: lambda maker, one: _the_limits_are_raised(maker, one.payer)
        for result in R
        if result.name.startswith("DEBIT_") and "LIMIT_" in result.name
    },
    **{
        result: lambda maker, one: _the_limits_are_raised(maker, one.payee)
        for result in R
        if result.name.startswith("CREDIT_") and "LIMIT_" in result.name
    },
}


def test_every_answer_is_remembered_or_has_a_reason_not_to_be() -> None:
    of_chains = {R.LINKED_EVENT_FAILED, R.LINKED_EVENT_CHAIN_OPEN}
    assert {*NEEDS, *of_chains, *NOT_REMEMBERED} == {result for result in R if not result.ok}
    assert {*CURES} | {*FOR_EVER} == {*NEEDS}
    assert {*CURES}.isdisjoint(FOR_EVER)


@pytest.mark.parametrize("ordered", [False, True], ids=["chosen", "ordered"])
@pytest.mark.parametrize("result", NEEDS, ids=lambda result: result.name)
def test_a_refused_id_answers_the_same_when_its_cause_has_gone(tx: Tx, result: Result, ordered: bool) -> None:
    maker = Maker(tx)
    [one] = maker.make([NEEDS[result]])
    refused = Posted(result, 0, 0)
    assert ledger.post(tx, [one.transfer], ordered=ordered) == [refused]
    if result in CURES:
        CURES[result](maker, one)
        # Under a new id the same request is created: the cause is really gone.
        assert ledger.post(tx, [maker.again(one)], ordered=ordered)[0].result is R.CREATED
    else:
        assert ledger.post(tx, [maker.again(one)], ordered=ordered) == [refused]
    assert ledger.post(tx, [one.transfer], ordered=ordered) == [refused]
    # Alone or in a crowd, linked or not: it is the same id.
    [usual] = maker.make([{}])
    crowd = ledger.post(tx, [one.transfer, usual.transfer, one.transfer])
    assert crowd == [refused, Posted(R.CREATED, HELD, crowd[1].seq), refused]
    assert ledger.post(tx, [replace(one.transfer, linked=True)]) == [refused]
    sent, wanted = differing(one.transfer)
    assert [answer.result for answer in ledger.post(tx, sent, ordered=ordered)] == wanted
    assert [ledger.post(tx, [again])[0].result for again in sent] == wanted
    assert ledger.post(tx, [one.transfer], ordered=ordered) == [refused]


@pytest.mark.parametrize(
    ("left_open", "told"),
    [
        (False, [R.LINKED_EVENT_FAILED, R.INSUFFICIENT_FUNDS, R.LINKED_EVENT_FAILED]),
        (True, [R.LINKED_EVENT_FAILED, R.LINKED_EVENT_FAILED, R.LINKED_EVENT_CHAIN_OPEN]),
    ],
)
def test_the_legs_of_a_failed_chain_answer_the_same_when_they_are_sent_alone(
    tx: Tx, left_open: bool, told: list[Result]
) -> None:
    maker = Maker(tx)
    first, poor, last = maker.make([{}, NEEDS[R.INSUFFICIENT_FUNDS], {}])
    chain = [replace(leg.transfer, linked=left_open or leg is not last) for leg in (first, poor, last)]
    assert [answer.result for answer in ledger.post(tx, chain)] == told
    _money_arrives(maker, poor)
    fresh = [replace(leg, id=TransferId(maker.new_id("fresh")), linked=leg is not chain[-1]) for leg in chain]
    assert {answer.result for answer in ledger.post(tx, fresh)} == {R.CREATED}
    assert [answer.result for answer in ledger.post(tx, chain)] == told
    for leg, result in zip(chain, told, strict=True):
        assert ledger.post(tx, [replace(leg, linked=False)]) == [Posted(result, 0, 0)]
        sent, wanted = differing(replace(leg, linked=False))
        assert [answer.result for answer in ledger.post(tx, sent)] == wanted


def test_a_request_without_an_id_is_not_remembered(tx: Tx) -> None:
    [one] = Maker(tx).make([{}])
    for amount in (5, 6):
        nil = replace(one.transfer, id=TransferId(UUID(int=0)), amount_minor=amount)
        assert ledger.post(tx, [nil, nil]) == [Posted(R.ID_MUST_NOT_BE_NIL, 0, 0)] * 2
    assert tx.execute("SELECT count(*) FROM ledger.refusals").fetchone() == (0,)


@pytest.mark.parametrize("first", [R.CREATED, R.INSUFFICIENT_FUNDS])
def test_a_difference_is_not_remembered(tx: Tx, first: Result) -> None:
    """The first request stays the id's own, whatever else is asked under its name."""
    [one] = Maker(tx).make([NEEDS.get(first, {})])
    sent, wanted = differing(one.transfer)
    assert [answer.result for answer in ledger.post(tx, [one.transfer, *sent])] == [first, *wanted]
    assert [answer.result for answer in ledger.post(tx, sent)] == wanted
    again = R.EXISTS if first is R.CREATED else first
    assert ledger.post(tx, [one.transfer])[0].result is again
    refused = tx.execute("SELECT id, result FROM ledger.refusals").fetchall()
    assert refused == ([] if first is R.CREATED else [(one.transfer.id, first)])


def test_a_resolution_may_be_sent_again_with_its_holds_accounts_named(tx: Tx) -> None:
    """A bug: within one batch it was told that its accounts differ, though they are the same."""
    [one] = Maker(tx).make([{"kind": frozenset({Kind.POST})}])
    named = replace(one.transfer, debit_account_id=one.payer, credit_account_id=one.payee)
    together = [answer.result for answer in ledger.post(tx, [one.transfer, named, one.transfer])]
    assert together == [R.CREATED, R.EXISTS, R.EXISTS]
    assert [ledger.post(tx, [again])[0].result for again in (named, one.transfer)] == [R.EXISTS] * 2


def test_the_instant_that_the_ledger_gave_may_be_named_when_sending_again(tx: Tx) -> None:
    """A bug: within one batch it was told that its instant differs, though it is the same."""
    [one] = Maker(tx).make([{}])
    named = replace(one.transfer, event_at=tx.now)
    together = [answer.result for answer in ledger.post(tx, [one.transfer, named])]
    assert together == [R.CREATED, R.EXISTS]
    assert ledger.post(tx, [named])[0].result is R.EXISTS
