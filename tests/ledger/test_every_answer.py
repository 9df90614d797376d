"""Every answer that `Result` names is really given: one that nobody can get would be a wrong name."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import Result, Transfer
from ayni.values.ids import TransferId
from tests.ledger.deserved import NEEDS, Maker
from tests.ledger.test_precedence import DIFFERENCES

R = Result


def _batch(tx: Tx, result: Result) -> list[Transfer]:
    """A batch in which one transfer is to be answered `result`."""
    one, other = (made.transfer for made in Maker(tx).make([NEEDS.get(result, {}), {}]))
    if result in NEEDS:
        return [one]
    if result in DIFFERENCES:
        field, value = DIFFERENCES[result]
        return [one, replace(one, **{field: value})]
    return {
        R.CREATED: [one],
        R.EXISTS: [one, one],
        R.LINKED_EVENT_FAILED: [replace(one, linked=True), replace(other, amount_minor=0)],
        R.LINKED_EVENT_CHAIN_OPEN: [replace(one, linked=True)],
        R.ID_MUST_NOT_BE_NIL: [replace(one, id=TransferId(UUID(int=0)))],
    }[result]


@pytest.mark.parametrize("result", Result, ids=lambda result: result.name)
def test_every_answer_is_really_given(tx: Tx, result: Result) -> None:
    assert result in [answer.result for answer in ledger.post(tx, _batch(tx, result))]


@pytest.mark.parametrize("result", Result, ids=lambda result: result.name)
def test_only_success_moves_money(tx: Tx, result: Result) -> None:
    batch = _batch(tx, result)
    before = tx.execute("SELECT count(*) FROM ledger.transfers").fetchone()
    answers = ledger.post(tx, batch)
    created = [answer for answer in answers if answer.result is R.CREATED]
    after = tx.execute("SELECT count(*) FROM ledger.transfers").fetchone()
    assert before is not None
    assert after == (before[0] + len(created),)
    for answer in answers:
        assert answer.result.ok == (answer.seq > 0) == (answer.amount_minor > 0)
