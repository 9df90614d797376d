"""Holds, escrow and claims: money that waits, where it counts meanwhile, and how it comes back."""

from __future__ import annotations

from datetime import timedelta

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Tx
from tests.ledger.city import City

ACCOUNTS = """
    name      | limit
    programme | none
    shop      | -
"""


def test_a_hold_ends_at_its_term_and_not_before(tx: Tx) -> None:
    city = City(tx).open(ACCOUNTS)
    city.post(
        """id | kind    | debit     | credit | amount | timeout | answer
           h  | pending | programme | shop   | 10     | 60      | created
           i  | pending | programme | shop   | 10     | 61      | created"""
    )
    set_clock(tx, at=tx.now + timedelta(seconds=60))
    city.post(
        """id | kind | amount | pending | answer
           a  | post | 0      | h       | pending_expired
           b  | post | 0      | i       | created"""
    )
    assert city.balances()["shop"] == 10


def test_overdue_holds_expire_in_the_order_of_their_terms(tx: Tx) -> None:
    """A bug: with many at once, their order was left to the join."""
    city = City(tx).open(ACCOUNTS)
    terms = [60 + (number * 37) % 150 for number in range(150)]
    table = "id | kind | debit | credit | amount | timeout | answer\n" + "\n".join(
        f"h{number} | pending | programme | shop | 1 | {term} | created" for number, term in enumerate(terms)
    )
    city.post(table)
    set_clock(tx, at=tx.now + timedelta(hours=1))
    # The posting expires the first hundred on its way; the others are overdue all the same.
    last = terms.index(max(terms))
    city.post(f"id | kind | amount | pending | answer\n p | post | 0 | h{last} | pending_expired")
    assert ledger.expire_holds(tx, most=1_000) == 50
    expired = tx.connection.execute(
        """SELECT h.expires_at, h.seq FROM ledger.transfers t JOIN ledger.holds h ON h.id = t.pending_id
            WHERE t.kind = 4 ORDER BY t.seq"""
    ).fetchall()
    assert len(expired) == 150
    assert expired == sorted(expired)
    assert ledger.list_violations(tx) == []
