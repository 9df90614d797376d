"""Whichever door a transfer goes through, it uses the same of its owners' limits, and gives the same back."""

from __future__ import annotations

import pytest

from ayni import ledger
from ayni.foundation.db import Tx
from tests.ledger.city import City

ACCOUNTS = "name | class\n bank | free\n luis | tight\n ana | tight\n eva | tight\n leo | tight"
USE = """SELECT debits_posted + debits_pending, credits_posted + credits_pending, conversions_used, total_used
    FROM ledger.accounts WHERE id = %(id)s"""


def _city(tx: Tx) -> City:
    city = City(tx).open(ACCOUNTS)
    for name in ("bank", "luis", "ana"):
        ledger.set_account_limits(
            tx, account_id=city.accounts[name], credit_limit_minor=1000, balance_ceiling_minor=None
        )
    return city


def _use(city: City, name: str) -> tuple[object, ...] | None:
    return city.tx.execute(USE, {"id": city.accounts[name]}).fetchone()


def _rows(kind: str, count: int) -> str:
    rows = [
        f"t | {kind} | luis | eva | 30 | created",
        f"u | {kind} | ana  | leo | 20 | created",
        f"v | {kind} | luis | leo | 10 | created",
    ]
    return "id | kind | debit | credit | amount | answer\n" + "\n".join(rows[:count])


@pytest.mark.parametrize("door", ["one", "set", "ordered"])
@pytest.mark.parametrize("kind", ["single", "pending"])
def test_payer_and_payee_use_what_they_move(tx: Tx, kind: str, door: str) -> None:
    """A bug: the shortcuts lost what the payer used, since in SQL & does not bind closer than |."""
    city = _city(tx)
    # The first posting of the day looks the limits up, and is left to the general way.
    city.post("id | debit | credit | amount | code | answer\n w | bank | eva | 1 | 2 | created")
    city.post(_rows(kind, 1 if door == "one" else 3), ordered=door == "ordered")
    more = 0 if door == "one" else 1
    assert _use(city, "luis") == (30 + 10 * more, 0, 30 + 10 * more, 30 + 10 * more)
    assert _use(city, "eva") == (0, 31, 30, 30)
    if more:
        assert _use(city, "ana") == (20, 0, 20, 20)
        assert _use(city, "leo") == (0, 30, 30, 30)
    if kind == "pending":
        held = tx.execute("SELECT DISTINCT counts FROM ledger.holds").fetchall()
        assert held == [(63,)]
        city.post("id | kind | amount | pending | answer\n x | void | 0 | t | created")
        assert _use(city, "luis") == (10 * more, 0, 10 * more, 10 * more)
        assert _use(city, "eva") == (0, 1, 0, 0)


@pytest.mark.parametrize("door", ["one", "ordered"])
def test_the_limit_of_the_month_is_reached_by_every_door(tx: Tx, door: str) -> None:
    city = _city(tx)
    city.post("id | debit | credit | amount | code | answer\n w | bank | eva | 1 | 2 | created")
    for number, answer in enumerate(["created", "created", "debit_conversions_limit_exceeded"]):
        payee = ["eva", "leo", "bank"][number]
        city.post(
            f"id | debit | credit | amount | answer\n t{number} | luis | {payee} | 40 | {answer}",
            ordered=door == "ordered",
        )
    assert ledger.list_violations(tx) == []
