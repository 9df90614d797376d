"""Returns: what was paid goes back where it came from, and with it the usage of the month's limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, Tx
from ayni.ledger import AccountFlag, Counts, Result
from tests.ledger.city import City

ACCOUNTS = """
    name      | book | owner | limit | class | purpose | accepts
    programme | -    | -     | none  | -     | -       | -
    rosa      | -    | -     | -     | tight | -       | -
    rosa_goal | -    | rosa  | -     | tight | -       | -
    rosa_food | -    | rosa  | -     | tight | 7       | -
    luis      | -    | -     | -     | tight | -       | -
    shop      | -    | -     | -     | -     | -       | 7
    stall     | -    | -     | -     | -     | -       | -
    abroad    | 2    | -     | none  | -     | -       | -
    far       | 2    | -     | none  | -     | -       | -
"""
FUNDED = "id | debit | credit | amount | code | answer\n m | programme | rosa | 100 | 2 | created"


@pytest.fixture(params=[False, True], ids=["chosen", "ordered"])
def city(request: pytest.FixtureRequest, tx: Tx) -> Iterator[City]:
    """Rosa with 100, of the class whose month is 80 conversions and 90 in total; code 1 counts in both."""
    city = City(tx, ordered=request.param).open(ACCOUNTS)
    city.post(FUNDED)
    yield city
    assert ledger.list_violations(tx) == []


def test_amount_zero_is_all_that_is_left(city: City) -> None:
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 30 | created")
    city.post(
        """id | kind   | amount | pending | answer                  | moved
           b  | return | 10     | a       | created                 | 10
           c  | return | 0      | a       | created                 | 20
           d  | return | 0      | a       | amount_exceeds_original | 0
           e  | return | 1      | a       | amount_exceeds_original | 0"""
    )
    assert (city.balances()["rosa"], city.balances()["shop"]) == (100, 0)


def test_the_same_id_returns_once(city: City) -> None:
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 30 | created")
    city.post("id | kind | amount | pending | answer | moved\n b | return | 0 | a | created | 30")
    city.post(
        """id | kind   | debit | credit | amount | pending | answer                               | moved
           b  | return | -     | -      | 0      | a       | exists                               | 30
           b  | return | shop  | rosa   | 0      | a       | exists                               | 30
           b  | return | -     | -      | 0      | m       | exists_with_different_pending_id     | -
           b  | return | stall | -      | 0      | a       | exists_with_different_debit_account  | -
           b  | return | -     | stall  | 0      | a       | exists_with_different_credit_account | -
           b  | return | -     | -      | 30     | a       | exists_with_different_amount         | -
           b  | single | shop  | rosa   | 30     | -       | exists_with_different_kind           | -"""
    )
    assert city.balances()["rosa"] == 100


def test_a_refused_return_is_remembered_and_retried_with_a_new_id(city: City) -> None:
    city.post(
        """id | debit | credit    | amount | code | answer
           a  | rosa  | shop      | 30     | -    | created
           b  | shop  | programme | 30     | -    | created"""
    )
    city.post("id | kind | amount | pending | answer\n r | return | 0 | a | insufficient_funds")
    city.post("id | debit | credit | amount | code | answer\n c | programme | shop | 30 | 2 | created")
    city.post(
        """id | kind   | amount | pending | answer
           r  | return | 0      | a       | insufficient_funds
           s  | return | 0      | a       | created"""
    )
    assert ledger.list_violations(city.tx) == []


def test_the_month_gets_back_what_was_returned_in_it(city: City) -> None:
    city.post(
        """id | debit | credit | amount | answer
           a  | rosa  | shop   | 40     | created
           b  | rosa  | shop   | 40     | created
           c  | rosa  | shop   | 1      | debit_conversions_limit_exceeded"""
    )
    city.post("id | kind | amount | pending | answer\n r | return | 25 | a | created")
    city.post(
        """id | debit | credit | amount | answer
           d  | rosa  | shop   | 26     | debit_conversions_limit_exceeded
           e  | rosa  | shop   | 25     | created"""
    )
    city.post("id | kind | amount | pending | answer\n s | return | 15 | a | created")
    city.post("id | debit | credit | amount | answer\n f | rosa | shop | 15 | created")
    assert ledger.list_violations(city.tx) == []


def test_the_credited_owner_gets_the_usage_back_too(city: City) -> None:
    city.post(
        """id | debit     | credit | amount | answer
           a  | programme | luis   | 50     | created
           b  | programme | luis   | 31     | credit_conversions_limit_exceeded"""
    )
    city.post("id | kind | amount | pending | answer\n r | return | 20 | a | created")
    city.post(
        """id | debit     | credit | amount | answer
           c  | programme | luis   | 50     | created
           d  | programme | luis   | 1      | credit_conversions_limit_exceeded"""
    )
    assert ledger.list_violations(city.tx) == []


def test_a_return_in_a_later_month_gives_nothing_back(city: City) -> None:
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 40 | created")
    set_clock(city.tx, at=city.tx.now + timedelta(days=31))
    city.post(
        """id | kind   | debit | credit | amount | pending | answer
           b  | single | rosa  | shop   | 40     | -       | created
           r  | return | -     | -      | 0      | a       | created
           c  | single | rosa  | shop   | 41     | -       | debit_conversions_limit_exceeded
           d  | single | rosa  | shop   | 40     | -       | created"""
    )
    assert ledger.list_violations(city.tx) == []


def test_what_a_posted_hold_used_in_the_month_of_the_hold_is_not_given_to_another(city: City) -> None:
    city.post("id | kind | debit | credit | amount | answer\n h | pending | rosa | shop | 40 | created")
    set_clock(city.tx, at=city.tx.now + timedelta(days=31))
    city.post(
        """id | kind   | debit | credit | amount | pending | answer
           b  | single | rosa  | shop   | 40     | -       | created
           p  | post   | -     | -      | 0      | h       | created
           r  | return | -     | -      | 0      | p       | created
           c  | single | rosa  | shop   | 41     | -       | debit_conversions_limit_exceeded
           d  | single | rosa  | shop   | 40     | -       | created"""
    )
    assert ledger.list_violations(city.tx) == []


def test_a_posted_hold_returned_in_its_month_gives_back_what_was_posted(city: City) -> None:
    city.post("id | kind | debit | credit | amount | answer\n h | pending | rosa | shop | 40 | created")
    city.post("id | kind | amount | pending | answer\n p | post | 30 | h | created")
    city.post("id | kind | amount | pending | answer\n r | return | 0 | p | created")
    city.post(
        """id | debit | credit | amount | answer
           a  | rosa  | shop   | 50     | created
           b  | rosa  | shop   | 31     | debit_conversions_limit_exceeded
           c  | rosa  | shop   | 30     | created"""
    )
    assert ledger.list_violations(city.tx) == []


def test_between_an_owners_own_accounts_nothing_counted_and_nothing_is_given_back(city: City) -> None:
    city.post(
        """id | kind   | debit     | credit    | amount | pending | answer
           a  | single | rosa      | shop      | 50     | -       | created
           b  | single | rosa      | rosa_goal | 40     | -       | created
           r  | return | -         | -         | 0      | b       | created
           c  | single | rosa      | shop      | 31     | -       | debit_conversions_limit_exceeded
           d  | single | rosa      | shop      | 30     | -       | created"""
    )
    assert ledger.list_violations(city.tx) == []


def test_it_gives_back_by_the_class_and_the_codes_of_its_day(city: City) -> None:
    """The owner has been in another class since, and the code has come to count in nothing."""
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 30 | created")
    ledger.set_limit_class(city.tx, owner_ref=city.owners["rosa"], limit_class=3)
    city.post("id | debit | credit | amount | code | answer\n b | luis | shop | 1 | 2 | insufficient_funds")
    ledger.set_limit_class(city.tx, owner_ref=city.owners["rosa"], limit_class=2)
    ledger.add_limit_codes(city.tx, limit_class=2, counts={1: Counts.NONE}, valid_from=date(2025, 6, 3))
    set_clock(city.tx, at=city.tx.now + timedelta(days=1))
    assert city.used("rosa")["conversions_month"] == 30
    city.post("id | kind | amount | pending | answer\n r | return | 10 | a | created")
    assert city.used("rosa") == {"single": 0, "conversions_month": 20, "total_month": 20, "balance": 80}


def test_what_was_paid_in_another_class_is_given_back_as_it_counted_there(city: City) -> None:
    """Rosa's new class does not know code 4, which counted in the old one's month."""
    city.post("id | debit | credit | amount | code | answer\n a | rosa | luis | 30 | 4 | created")
    assert (city.used("rosa")["total_month"], city.used("luis")["total_month"]) == (30, 30)
    ledger.set_limit_class(city.tx, owner_ref=city.owners["rosa"], limit_class=1)
    city.post("id | kind | amount | code | pending | answer\n r | return | 10 | 2 | a | created")
    assert (city.used("rosa")["total_month"], city.used("luis")["total_month"]) == (20, 20)


def test_a_return_is_kept_from_leaving_like_any_debit(city: City) -> None:
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 30 | created")
    ledger.flag_account(city.tx, account_id=city.accounts["shop"], flags=AccountFlag.FROZEN)
    city.post("id | kind | amount | pending | answer\n b | return | 0 | a | debit_account_frozen")
    ledger.flag_account(city.tx, account_id=city.accounts["shop"], flags=AccountFlag.FROZEN, on=False)
    ledger.flag_owner(city.tx, owner_ref=city.owners["shop"], flags=AccountFlag.LEGAL_HOLD)
    city.post("id | kind | amount | pending | answer\n c | return | 0 | a | debit_owner_legal_hold")
    ledger.flag_owner(city.tx, owner_ref=city.owners["shop"], flags=AccountFlag.LEGAL_HOLD, on=False)
    ledger.flag_owner(city.tx, owner_ref=city.owners["rosa"], flags=AccountFlag.FROZEN)
    city.post("id | kind | amount | pending | answer\n d | return | 0 | a | created")
    assert ledger.list_violations(city.tx) == []


def test_a_closed_account_gives_and_takes_no_return(city: City) -> None:
    city.post(
        """id | debit     | credit    | amount | code | answer
           a  | rosa      | shop      | 30     | -    | created
           b  | shop      | programme | 30     | -    | created
           c  | programme | stall     | 9      | 2    | created
           d  | stall     | shop      | 9      | 2    | created"""
    )
    ledger.close_account(city.tx, account_id=city.accounts["stall"])
    city.post("id | kind | amount | pending | answer\n r | return | 0 | d | credit_account_closed")
    city.post("id | kind | amount | pending | answer\n s | return | 0 | c | debit_account_closed")
    assert ledger.list_violations(city.tx) == []


def test_a_return_passes_no_balance_limit_and_no_ceiling(city: City) -> None:
    """It is refused like any other credit and can be sent again: the shop keeps the money until then."""
    city.post(
        """id | debit     | credit | amount | code | answer
           a  | rosa      | shop   | 30     | -    | created
           b  | programme | rosa   | 30     | 2    | created"""
    )
    city.post("id | kind | amount | pending | answer\n r | return | 0 | a | credit_balance_limit_exceeded")
    city.post("id | debit | credit | amount | code | answer\n c | rosa | shop | 5 | 2 | created")
    city.post("id | kind | amount | pending | answer\n s | return | 5 | a | created")
    ledger.set_account_limits(
        city.tx, account_id=city.accounts["rosa"], credit_limit_minor=0, balance_ceiling_minor=90
    )
    city.post("id | kind | amount | pending | answer\n t | return | 5 | a | credit_ceiling_exceeded")
    assert ledger.list_violations(city.tx) == []


def test_a_return_counts_in_no_limit_of_its_own(city: City) -> None:
    """A shop of the tight class has long passed its month, and still gives money back."""
    city.post(
        """id | debit     | credit | amount | code | answer
           a  | rosa      | luis   | 40     | 2    | created
           b  | programme | luis   | 50     | 2    | created
           c  | luis      | shop   | 50     | 1    | created
           d  | luis      | shop   | 30     | 1    | created
           e  | luis      | shop   | 1      | 1    | debit_conversions_limit_exceeded"""
    )
    before = city.used("luis")
    city.post("id | kind | amount | code | pending | answer\n r | return | 10 | 1 | a | created")
    assert city.used("luis") == {**before, "balance": before["balance"] - 10}


def test_a_returns_code_must_be_known_to_both_classes(city: City) -> None:
    city.post("id | debit | credit | amount | code | answer\n a | rosa | luis | 40 | 4 | created")
    ledger.set_limit_class(city.tx, owner_ref=city.owners["luis"], limit_class=1)
    city.post("id | kind | amount | code | pending | answer\n b | return | 0 | 4 | a | debit_limit_missing")
    ledger.set_limit_class(city.tx, owner_ref=city.owners["luis"], limit_class=2)
    ledger.set_limit_class(city.tx, owner_ref=city.owners["rosa"], limit_class=1)
    city.post("id | kind | amount | code | pending | answer\n c | return | 0 | 4 | a | credit_limit_missing")
    # Class 3 knows the code and says nothing of the balance: how much may be held is not known.
    ledger.set_limit_class(city.tx, owner_ref=city.owners["rosa"], limit_class=3)
    city.post("id | kind | amount | code | pending | answer\n d | return | 0 | 4 | a | credit_limit_missing")
    assert ledger.list_violations(city.tx) == []


def test_purpose_money_goes_back_to_its_purpose(city: City) -> None:
    """And the shop that gave it back does not become a place where it came from."""
    city.post("id | debit | credit | amount | code | answer\n a | rosa | shop | 100 | 2 | created")
    city.post(
        """id | kind   | debit     | credit    | amount | code | pending | answer
           m2 | single | programme | rosa_food | 30     | 2    | -       | created
           b  | single | rosa_food | shop      | 20     | 2    | -       | created
           r  | return | shop      | rosa_food | 20     | 2    | b       | created"""
    )
    assert city.balances()["rosa_food"] == 30
    origins = city.tx.connection.execute(
        "SELECT origin_account_id FROM ledger.purpose_origins WHERE account_id = %s",
        [city.accounts["rosa_food"]],
    ).fetchall()
    assert origins == [(city.accounts["programme"],)]
    city.post("id | kind | amount | code | pending | answer\n s | return | 30 | 2 | m2 | created")
    assert city.balances()["rosa_food"] == 0


def test_in_a_chain_a_return_stands_or_falls_with_it(city: City) -> None:
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 30 | created")
    city.post(
        """id | kind   | debit | credit | amount | flags | pending | answer
           b  | return | -     | -      | 10     | L     | a       | linked_event_failed
           c  | return | -     | -      | 20     | L     | a       | linked_event_failed
           d  | return | -     | -      | 1      | -     | a       | amount_exceeds_original
           e  | return | -     | -      | 30     | L     | a       | linked_event_failed
           f  | single | rosa  | stall  | 60     | -     | -       | debit_single_limit_exceeded"""
    )
    assert city.used("rosa")["total_month"] == 30
    city.post(
        """id | kind   | debit | credit | amount | flags | pending | answer
           g  | return | -     | -      | 30     | L     | a       | created
           h  | single | rosa  | stall  | 50     | -     | -       | created"""
    )
    assert city.used("rosa")["total_month"] == 50


def test_a_batch_may_return_what_it_posts_itself(city: City) -> None:
    city.post(
        """id | kind    | debit | credit | amount | flags | pending | answer                  | moved
           z  | return  | -     | -      | 5      | -     | a       | original_not_found      | -
           a  | single  | rosa  | shop   | 30     | -     | -       | created                 | 30
           r  | return  | -     | -      | 10     | -     | a       | created                 | 10
           s  | return  | shop  | rosa   | 0      | -     | a       | created                 | 20
           t  | return  | -     | -      | 0      | -     | a       | amount_exceeds_original | -
           h  | pending | rosa  | shop   | 40     | -     | -       | created                 | 40
           i  | return  | -     | -      | 0      | -     | h       | original_not_returnable | -
           p  | post    | -     | -      | 25     | -     | h       | created                 | 25
           u  | return  | rosa  | shop   | 0      | -     | p       | original_has_different_accounts | -
           v  | return  | -     | -      | 5      | -     | p       | created                 | 5
           b  | single  | rosa  | rosa_goal | 99  | B     | -       | created                 | 80
           w  | return  | -     | -      | 0      | -     | b       | created                 | 80"""
    )
    assert (city.balances()["rosa"], city.used("rosa")["conversions_month"]) == (80, 20)


def test_a_return_in_a_batch_takes_money_that_others_wanted(city: City) -> None:
    """A bug of the design: the payment looked safe, since the return does not name the account."""
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 40 | created")
    city.post(
        """id | kind   | debit | credit    | amount | pending | answer
           r  | return | -     | -         | 30     | a       | created
           b  | single | shop  | programme | 20     | -       | insufficient_funds
           c  | single | shop  | programme | 10     | -       | created"""
    )
    assert ledger.list_violations(city.tx) == []


def test_the_database_itself_returns_no_more_than_was_paid(
    own_database: Database, owner: psycopg.Connection
) -> None:
    with own_database.transaction() as tx:
        city = City(tx).open(ACCOUNTS)
        city.post(FUNDED)
        city.post("id | kind | amount | code | pending | answer\n r | return | 40 | 2 | m | created")
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        owner.execute("UPDATE ledger.returned SET returned_minor = 101")
    assert refused.value.diag.constraint_name == "returned_is_within_the_amount"


def test_a_return_can_be_read_and_seen_on_both_statements(city: City) -> None:
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 30 | created")
    city.post("id | kind | amount | pending | answer\n r | return | 0 | a | created")
    back = ledger.get_transfer(city.tx, city.id_of("r"))
    assert (back.kind, back.amount_minor, back.requested_minor) == (ledger.Kind.RETURN, 30, 0)
    assert (back.debit_account_id, back.credit_account_id) == (city.accounts["shop"], city.accounts["rosa"])
    assert back.pending_id == city.id_of("a")
    assert ledger.get_transfer(city.tx, city.id_of("a")).returned_minor == 30
    for name, amount, balance in (("rosa", 30, 100), ("shop", -30, 0)):
        [line] = ledger.list_statement(city.tx, city.accounts[name], most=1)
        assert (line.kind, line.amount_minor, line.balance_minor) == (ledger.Kind.RETURN, amount, balance)


def test_the_document_names_the_refusals_in_their_order() -> None:
    document = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "postings.md"
    table = document.read_text("utf-8").split("| it is refused |")[1].split("\n\n")[0]
    told = [Result[line.strip("|").split("|")[1].strip()] for line in table.splitlines()[2:]]
    assert told == [result for result in Result if Result.ORIGINAL_NOT_FOUND <= result < 60]
