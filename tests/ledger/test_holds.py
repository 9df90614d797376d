"""Holds, escrow and claims: money that waits, where it counts meanwhile, and how it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Tx
from ayni.ledger import AccountFlag
from tests.ledger.city import City

# Rosa may hold 100, convert 80 and move 90 in a month. Each code that she gives out has its own account.
ACCOUNTS = """
    name      | owner | limit | class | purpose | accepts
    programme | -     | none  | -     | -       | -
    shop      | -     | -     | -     | -       | 7
    stall     | -     | -     | -     | -       | -
    rosa      | -     | -     | tight | -       | -
    rosa_food | rosa  | -     | tight | 7       | -
    escrow_1  | rosa  | -     | tight | -       | -
    escrow_2  | rosa  | -     | tight | -       | -
    voucher   | rosa  | -     | tight | 7       | 7
    luis      | -     | -     | tight | -       | -
"""
FUNDED = "id | debit | credit | amount | code | answer\n m | programme | rosa | 100 | 2 | created"


@pytest.fixture
def city(tx: Tx) -> City:
    city = City(tx).open(ACCOUNTS)
    city.post(FUNDED)
    return city


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


# -- escrow: the payee is not known yet, or there are several ----------------------------------------


def test_money_in_escrow_has_left_nobody_and_counts_where_it_was(city: City) -> None:
    """The payer's month is not used by it, and the payer's wallet is as full as before."""
    city.post(
        """id | debit     | credit   | amount | answer
           a  | rosa      | escrow_1 | 60     | created
           b  | rosa      | escrow_2 | 30     | created"""
    )
    assert city.used("rosa") == {"single": 0, "conversions_month": 0, "total_month": 0, "balance": 100}
    city.post(
        """id | debit     | credit   | amount | code | answer
           c  | programme | rosa     | 1      | 2    | credit_balance_limit_exceeded
           d  | programme | escrow_1 | 1      | 2    | credit_balance_limit_exceeded"""
    )
    assert ledger.list_violations(city.tx) == []


def test_it_counts_for_payer_and_payee_when_it_is_claimed(city: City) -> None:
    city.post(
        """id | debit    | credit   | amount | answer
           a  | rosa     | escrow_1 | 60     | created
           b  | escrow_1 | luis     | 51     | debit_single_limit_exceeded
           c  | escrow_1 | luis     | 50     | created
           d  | rosa     | shop     | 31     | debit_conversions_limit_exceeded
           e  | rosa     | shop     | 30     | created"""
    )
    assert city.used("rosa") == {"single": 0, "conversions_month": 80, "total_month": 80, "balance": 20}
    assert city.used("luis") == {"single": 0, "conversions_month": 50, "total_month": 50, "balance": 50}


def test_a_code_is_redeemed_in_parts_and_what_is_left_comes_back(city: City) -> None:
    """The last move is the expiry job's: it asks for all of it, and takes what is there."""
    city.post("id | debit | credit | amount | answer\n a | rosa | escrow_1 | 60 | created")
    city.post(
        """id | debit    | credit | amount | flags | answer             | moved
           b  | escrow_1 | shop   | 20     | -     | created            | 20
           c  | escrow_1 | stall  | 15     | -     | created            | 15
           d  | escrow_1 | shop   | 26     | -     | insufficient_funds | -
           x  | escrow_1 | rosa   | 60     | B     | created            | 25
           x  | escrow_1 | rosa   | 60     | B     | exists             | 25"""
    )
    ledger.close_account(city.tx, account_id=city.accounts["escrow_1"])
    assert city.balances()["rosa"] == 100 - 20 - 15
    assert city.used("rosa")["conversions_month"] == 35
    assert ledger.list_violations(city.tx) == []


@pytest.mark.parametrize("first", ["claim", "expiry"])
def test_of_a_claim_and_the_expiry_one_wins(city: City, first: str) -> None:
    city.post("id | debit | credit | amount | answer\n a | rosa | escrow_1 | 40 | created")
    claim = "c | escrow_1 | luis | 40"
    expiry = "x | escrow_1 | rosa | 40"
    one, other = (claim, expiry) if first == "claim" else (expiry, claim)
    city.post(f"id | debit | credit | amount | answer\n {one} | created\n {other} | insufficient_funds")
    assert city.balances()["escrow_1"] == 0
    assert city.balances()["luis"] == (40 if first == "claim" else 0)


def test_one_code_does_not_touch_the_money_of_another(city: City) -> None:
    city.post(
        """id | debit    | credit   | amount | answer
           a  | rosa     | escrow_1 | 40     | created
           b  | rosa     | escrow_2 | 40     | created
           c  | escrow_1 | shop     | 41     | insufficient_funds
           d  | rosa     | shop     | 21     | insufficient_funds"""
    )
    assert ledger.list_violations(city.tx) == []


def test_a_voucher_of_purpose_money_buys_what_it_is_for_or_comes_back(city: City) -> None:
    city.post("id | debit | credit | amount | code | answer\n e | rosa | shop | 100 | 2 | created")
    city.post("id | debit | credit | amount | code | answer\n f | programme | rosa_food | 50 | 2 | created")
    city.post(
        """id | debit     | credit    | amount | code | answer
           a  | rosa_food | escrow_1  | 50     | 2    | purpose_not_accepted
           b  | rosa_food | voucher   | 50     | 2    | created
           c  | voucher   | stall     | 20     | 2    | purpose_not_accepted
           d  | voucher   | rosa      | 20     | 2    | purpose_not_accepted
           g  | voucher   | shop      | 20     | 2    | created
           x  | voucher   | rosa_food | 30     | 2    | created"""
    )
    assert city.balances()["rosa_food"] == 30


def test_a_frozen_owner_keeps_what_is_in_escrow(city: City) -> None:
    city.post("id | debit | credit | amount | answer\n a | rosa | escrow_1 | 40 | created")
    ledger.flag_owner(city.tx, owner_ref=city.owners["rosa"], flags=AccountFlag.FROZEN)
    city.post(
        """id | debit    | credit | amount | answer
           b  | escrow_1 | luis   | 40     | debit_owner_frozen
           x  | escrow_1 | rosa   | 40     | debit_owner_frozen"""
    )
    ledger.flag_owner(city.tx, owner_ref=city.owners["rosa"], flags=AccountFlag.FROZEN, on=False)
    city.post("id | debit | credit | amount | answer\n y | escrow_1 | rosa | 40 | created")
    assert ledger.list_violations(city.tx) == []


def test_what_a_shop_gives_back_of_a_code_is_the_payers_again(city: City) -> None:
    city.post(
        """id | kind   | debit    | credit   | amount | pending | answer
           a  | single | rosa     | escrow_1 | 40     | -       | created
           b  | single | escrow_1 | shop     | 40     | -       | created
           r  | return | -        | -        | 15     | b       | created
           x  | single | escrow_1 | rosa     | 15     | -       | created"""
    )
    assert (city.balances()["rosa"], city.used("rosa")["conversions_month"]) == (75, 25)


# -- claims: a benefit to a wallet that is not active yet ---------------------------------------------

CLAIM = """
    id | kind    | debit     | credit | amount | code | timeout | answer
    h  | pending | programme | luis   | 70     | 2    | 2592000 | created"""


def test_a_claim_counts_in_the_wallet_that_it_waits_for(city: City) -> None:
    city.post(CLAIM)
    assert city.balances()["luis"] == 0
    assert city.used("luis")["balance"] == 70
    city.post(
        """id | debit     | credit | amount | code | answer
           a  | luis      | shop   | 1      | 2    | insufficient_funds
           b  | programme | luis   | 31     | 2    | credit_balance_limit_exceeded
           c  | programme | luis   | 30     | 2    | created"""
    )


def test_activation_posts_the_claim_once_even_where_limits_have_changed_since(city: City) -> None:
    city.post(CLAIM)
    ledger.set_account_limits(
        city.tx, account_id=city.accounts["luis"], credit_limit_minor=0, balance_ceiling_minor=50
    )
    city.post(
        """id | kind | amount | code | pending | answer
           p  | post | 0      | 2    | h       | created
           p  | post | 0      | 2    | h       | exists
           q  | post | 0      | 2    | h       | pending_already_posted
           v  | void | 0      | 2    | h       | pending_already_posted"""
    )
    assert city.balances()["luis"] == 70


def test_a_claim_that_nobody_made_goes_back_at_its_deadline(city: City) -> None:
    before = city.balances()
    city.post(CLAIM)
    set_clock(city.tx, at=city.tx.now + timedelta(days=30) - timedelta(seconds=1))
    assert ledger.expire_holds(city.tx) == 0
    set_clock(city.tx, at=city.tx.now + timedelta(days=30))
    assert ledger.expire_holds(city.tx) == 1
    assert city.balances() == before
    assert city.used("luis")["balance"] == 0
    city.post("id | kind | amount | code | pending | answer\n p | post | 0 | 2 | h | pending_expired")
    city.post("id | debit | credit | amount | code | answer\n b | programme | luis | 100 | 2 | created")
    assert ledger.list_violations(city.tx) == []


def test_what_was_claimed_is_never_taken_back_for_not_being_used(city: City) -> None:
    city.post(CLAIM)
    city.post("id | kind | amount | code | pending | answer\n p | post | 0 | 2 | h | created")
    city.post(
        """id | kind   | debit     | credit | amount | code | timeout | answer
           a  | single | programme | luis   | 5      | 2    | 60      | timeout_not_allowed"""
    )
    set_clock(city.tx, at=city.tx.now + timedelta(days=300))
    assert ledger.expire_holds(city.tx) == 0
    assert city.balances()["luis"] == 70
