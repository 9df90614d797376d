"""Every answer of the ledger, in the order in which the tests are made. Each table is one batch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Tx
from ayni.ledger import AccountFlag, Result
from ayni.values.ids import TransferId
from tests.ledger.city import City, rows

ACCOUNTS = """
    name      | book | owner | limit | ceiling | class | purpose | accepts | side
    programme | -    | -     | none  | -       | -     | -       | -       | -
    rosa      | -    | -     | -     | -       | tight | -       | -       | -
    rosa_goal | -    | rosa  | -     | -       | tight | -       | -       | -
    rosa_food | -    | rosa  | -     | -       | tight | 7       | -       | -
    luis      | -    | -     | -     | -       | tight | -       | -       | -
    ana       | -    | -     | -     | -       | tight | -       | -       | -
    shop      | -    | -     | -     | -       | -     | -       | 7       | -
    capped    | -    | -     | -     | 50      | -     | -       | -       | -
    bank      | -    | -     | none  | 1000    | -     | -       | -       | debit
    asset     | -    | -     | -     | -       | -     | -       | -       | debit
    half      | -    | -     | none  | -       | half  | -       | -       | -
    nobody    | -    | -     | none  | -       | none  | -       | -       | -
    abroad    | 2    | -     | none  | -       | -     | -       | -       | -
"""

# What comes before, and then the batch with its answers. Code 2 counts in no limit.
CASES: dict[str, tuple[str, str]] = {
    "created": ("", "id | debit | credit | amount | answer\n a | programme | shop | 5 | created"),
    "linked": (
        "",
        """id | debit     | credit | amount | flags | answer
           a  | programme | shop   | 5      | L     | linked_event_failed
           b  | rosa      | shop   | 5      | L     | insufficient_funds
           c  | programme | shop   | 5      | -     | linked_event_failed
           d  | programme | shop   | 5      | -     | created""",
    ),
    "open chain": (
        "",
        """id | debit     | credit | amount | flags | answer
           a  | programme | shop   | 5      | -     | created
           b  | programme | shop   | 5      | L     | linked_event_failed
           c  | programme | shop   | 5      | L     | linked_event_chain_open""",
    ),
    "nil": ("", "id | debit | credit | amount | answer\n nil | programme | shop | 5 | id_must_not_be_nil"),
    "exists": (
        "id | debit | credit | amount | answer\n a | programme | shop | 5 | created",
        """id | kind    | book | debit | credit | amount | code | flags | timeout | answer
           a | -       | -    | programme | shop | 5 | -   | - | - | exists
           a | pending | 2    | rosa      | luis | 6 | 2   | B | 9 | exists_with_different_kind
           a | -       | 2    | rosa      | luis | 6 | 2   | B | 9 | exists_with_different_balancing
           a | -       | 2    | rosa      | luis | 6 | 2   | - | 9 | exists_with_different_timeout
           a | -       | 2    | rosa      | luis | 6 | 2   | - | - | exists_with_different_book
           a | -       | -    | rosa      | luis | 6 | 2   | - | - | exists_with_different_debit_account
           a | -       | -    | programme | luis | 6 | 2   | - | - | exists_with_different_credit_account
           a | -       | -    | programme | shop | 6 | 2   | - | - | exists_with_different_amount
           a | -       | -    | programme | shop | 5 | 2   | - | - | exists_with_different_code""",
    ),
    "malformed": (
        "",
        """id | kind    | debit | credit | amount | flags | pending | timeout | answer
           a | expire  | rosa | rosa | 0                | B | - | 0 | kind_not_allowed
           b | void    | -    | -    | 0                | B | - | 0 | balancing_not_allowed
           c | void    | -    | -    | 0                | - | - | 0 | timeout_not_allowed
           d | pending | rosa | rosa | 0                | - | z | 0 | timeout_not_positive
           e | post    | -    | -    | -1               | - | - | - | pending_id_required
           f | single  | rosa | rosa | 0                | - | z | - | pending_id_not_allowed
           g | single  | rosa | rosa | 0                | - | - | - | amount_not_positive
           h | single  | none | none | 100000000000001  | - | - | - | amount_too_large
           i | post    | -    | -    | -1               | - | z | - | amount_not_positive
           j | return  | rosa | rosa | -1               | B | - | 0 | balancing_not_allowed
           k | return  | rosa | rosa | -1               | - | - | 0 | timeout_not_allowed
           l | return  | rosa | rosa | -1               | - | - | - | pending_id_required
           m | return  | rosa | rosa | -1               | - | z | - | amount_not_positive
           n | return  | none | none | 100000000000001  | - | z | - | amount_too_large""",
    ),
    "holds": (
        """id | kind    | debit     | credit | amount | answer
           h  | pending | programme | shop   | 10     | created
           p  | pending | programme | shop   | 10     | created
           v  | pending | programme | shop   | 10     | created
           q  | pending | programme | shop   | 10     | created""",
        """id | kind | book | debit | credit | amount | pending | answer                               | moved
           a  | post | -    | -     | -      | 0      | zz      | pending_not_found                    | -
           b  | post | 2    | rosa  | luis   | 11     | h       | pending_has_different_book           | -
           c  | post | -    | rosa  | luis   | 11     | h       | pending_has_different_debit_account  | -
           d  | post | -    | -     | luis   | 11     | h       | pending_has_different_credit_account | -
           e  | post | -    | -     | -      | 11     | h       | amount_exceeds_pending               | -
           f  | void | -    | -     | -      | 9      | h       | void_amount_differs                  | -
           g  | post | -    | -     | -      | 4      | p       | created                              | 4
           i  | post | -    | -     | -      | 0      | p       | pending_already_posted               | -
           j  | void | -    | -     | -      | 10     | v       | created                              | 10
           k  | post | -    | -     | -      | 0      | v       | pending_already_voided               | -
           l  | post | -    | -     | shop   | 0      | q       | created                        | 10""",
    ),
    "returns": (
        """id | kind    | debit     | credit | amount | code | pending | answer
           m  | single  | programme | rosa   | 100    | 2    | -       | created
           a  | single  | rosa      | shop   | 30     | -    | -       | created
           v  | pending | rosa      | shop   | 10     | -    | -       | created
           w  | void    | -         | -      | 0      | -    | v       | created
           h  | pending | rosa      | shop   | 10     | -    | -       | created
           p  | post    | -         | -      | 4      | -    | h       | created
           n  | single  | luis      | shop   | 1      | -    | -       | insufficient_funds""",
        """id | kind   | book | debit   | credit | amount | pending | answer
           f  | return | 2    | rosa    | rosa   | 999    | zz      | original_not_found
           g  | return | -    | -       | -      | 0      | n       | original_not_found
           i  | return | 2    | rosa    | rosa   | 999    | h       | original_not_returnable
           j  | return | -    | -       | -      | 0      | w       | original_not_returnable
           k  | return | 2    | rosa    | rosa   | 999    | a       | original_has_different_book
           l  | return | -    | rosa    | shop   | 999    | a       | original_has_different_accounts
           o  | return | -    | shop    | luis   | 999    | a       | original_has_different_accounts
           q  | return | -    | unknown | -      | 999    | a       | original_has_different_accounts
           r  | return | -    | shop    | -      | 31     | a       | amount_exceeds_original
           s  | return | -    | -       | rosa   | 20     | a       | created
           t  | return | -    | -       | -      | 11     | a       | amount_exceeds_original
           u  | return | -    | -       | -      | 5      | p       | amount_exceeds_original
           x  | return | -    | shop    | rosa   | 0      | p       | created
           y  | return | -    | -       | -      | 0      | p       | amount_exceeds_original
           z  | return | -    | -       | -      | 0      | s       | original_not_returnable""",
    ),
    "accounts": (
        "",
        """id | debit     | credit    | amount | answer
           a  | unknown   | unknown   | 5      | debit_account_not_found
           b  | programme | unknown   | 5      | credit_account_not_found
           c  | abroad    | abroad    | 5      | accounts_must_differ
           d  | abroad    | abroad    | 5      | accounts_must_differ
           e  | abroad    | nobody    | 5      | debit_account_in_other_book
           f  | programme | abroad    | 5      | credit_account_in_other_book""",
    ),
    "purpose": (
        "id | debit | credit | amount | code | answer\n a | programme | rosa_food | 30 | 2 | created",
        """id | debit     | credit    | amount | code | answer
           b  | rosa_food | luis      | 5      | 2    | purpose_not_accepted
           c  | rosa_food | rosa      | 5      | 2    | purpose_not_accepted
           d  | rosa_food | shop      | 5      | 2    | created
           e  | rosa_food | programme | 5      | 2    | created""",
    ),
    "funds": (
        "id | debit | credit | amount | code | answer\n a | bank | shop | 20 | 2 | created",
        """id | kind    | debit | credit | amount | flags | answer                     | moved
           b  | single  | shop  | capped | 21     | -     | insufficient_funds         | -
           c  | single  | shop  | asset  | 1      | -     | insufficient_debit_balance | -
           d  | single  | bank  | shop   | 981    | -     | debit_ceiling_exceeded     | -
           e  | single  | bank  | capped | 51     | -     | credit_ceiling_exceeded    | -
           f  | pending | shop  | capped | 15     | -     | created                    | 15
           g  | single  | shop  | programme | 6   | -     | insufficient_funds         | -
           h  | single  | shop  | programme | 99  | B     | created                    | 5
           i  | single  | shop  | programme | 99  | B     | insufficient_funds         | -
           j  | single  | programme | asset  | 9  | B     | insufficient_debit_balance | -""",
    ),
    "limits": (
        """id | debit     | credit | amount | code | answer
           a  | programme | luis   | 100    | 2    | created
           z  | programme | rosa   | 40     | 2    | created""",
        """id | debit     | credit | amount | code | answer
           b  | nobody    | shop   | 1      | 1    | debit_limit_missing
           c  | half      | shop   | 1      | 4    | debit_limit_missing
           d  | programme | nobody | 1      | 1    | credit_limit_missing
           e  | programme | half   | 1      | 1    | credit_limit_missing
           f  | luis      | shop   | 51     | 1    | debit_single_limit_exceeded
           g  | luis      | shop   | 50     | 1    | created
           h  | luis      | shop   | 31     | 1    | debit_conversions_limit_exceeded
           i  | luis      | rosa   | 41     | 4    | debit_total_limit_exceeded
           j  | programme | luis   | 51     | 1    | credit_single_limit_exceeded
           k  | programme | rosa   | 50     | 1    | created
           l  | programme | rosa   | 31     | 1    | credit_conversions_limit_exceeded
           m  | programme | luis   | 51     | 2    | credit_balance_limit_exceeded
           n  | rosa      | rosa_goal | 90  | 1    | created
           o  | rosa      | rosa_goal | 1   | 1    | insufficient_funds""",
    ),
    "limit over all accounts of the owner": (
        """id | debit     | credit    | amount | code | answer
           a  | programme | rosa      | 50     | 1    | created
           b  | programme | rosa_goal | 30     | 1    | created""",
        """id | debit     | credit    | amount | code | answer
           c  | rosa      | shop      | 5      | 1    | debit_conversions_limit_exceeded
           d  | programme | rosa_goal | 21     | 2    | credit_balance_limit_exceeded
           e  | programme | rosa_goal | 20     | 2    | created""",
    ),
    "total of the credited": (
        """id | debit     | credit | amount | code | answer
           a  | programme | luis   | 100    | 2    | created
           b  | programme | ana    | 100    | 2    | created""",
        """id | debit | credit | amount | code | answer
           c  | luis  | rosa   | 60     | 4    | created
           d  | ana   | rosa   | 31     | 4    | credit_total_limit_exceeded
           e  | ana   | rosa   | 30     | 4    | created""",
    ),
    "an id that was refused": (
        "id | debit | credit | amount | answer\n a | rosa | shop | 5 | insufficient_funds",
        """id | debit     | credit | amount | code | answer
           m  | programme | rosa   | 9      | 2    | created
           a  | rosa      | shop   | 5      | -    | insufficient_funds
           a  | rosa      | shop   | 6      | -    | exists_with_different_amount
           b  | rosa      | shop   | 5      | -    | created""",
    ),
    "an id twice in one batch": (
        "",
        """id | debit     | credit | amount | answer
           a  | rosa      | shop   | 5      | insufficient_funds
           b  | programme | shop   | 5      | created
           a  | rosa      | shop   | 5      | insufficient_funds
           b  | programme | shop   | 5      | exists
           b  | programme | shop   | 6      | exists_with_different_amount""",
    ),
}


@pytest.mark.parametrize("ordered", [False, True], ids=["chosen", "ordered"])
@pytest.mark.parametrize("case", CASES)
def test_the_first_test_that_fails_answers(tx: Tx, case: str, ordered: bool) -> None:
    city = City(tx).open(ACCOUNTS)
    before, batch = CASES[case]
    if before:
        city.post(before, ordered=ordered)
    city.post(batch, ordered=ordered)
    assert ledger.list_violations(tx) == []


@pytest.mark.parametrize(
    ("whose", "flag", "answer"),
    [
        ("account", AccountFlag.FROZEN, Result.DEBIT_ACCOUNT_FROZEN),
        ("account", AccountFlag.DORMANT, Result.DEBIT_ACCOUNT_DORMANT),
        ("account", AccountFlag.LEGAL_HOLD, Result.DEBIT_ACCOUNT_LEGAL_HOLD),
        ("owner", AccountFlag.FROZEN, Result.DEBIT_OWNER_FROZEN),
        ("owner", AccountFlag.DORMANT, Result.DEBIT_OWNER_DORMANT),
        ("owner", AccountFlag.LEGAL_HOLD, Result.DEBIT_OWNER_LEGAL_HOLD),
    ],
)
def test_kept_money_does_not_leave_but_may_arrive(
    tx: Tx, whose: str, flag: AccountFlag, answer: Result
) -> None:
    city = City(tx).open(ACCOUNTS)
    city.post(
        """id | kind    | debit     | credit | amount | code | answer
           a  | single  | programme | rosa   | 30     | 2    | created
           h  | pending | rosa      | shop   | 5      | 2    | created"""
    )
    if whose == "account":
        ledger.flag_account(tx, account_id=city.accounts["rosa"], flags=flag)
    else:
        ledger.flag_owner(tx, owner_ref=city.owners["rosa"], flags=flag)
    city.post(
        f"""id | kind   | debit     | credit | amount | code | pending | answer
            b  | single | rosa      | shop   | 5      | 2    | -       | {answer.name}
            c  | single | programme | rosa   | 5      | 2    | -       | created
            d  | post   | -         | -      | 0      | 2    | h       | created"""
    )
    assert city.balances()["rosa"] == 30 + 5 - 5


def test_a_closed_account_takes_part_in_nothing(tx: Tx) -> None:
    city = City(tx).open(ACCOUNTS)
    ledger.close_account(tx, account_id=city.accounts["shop"])
    city.post(
        """id | debit     | credit | amount | answer
           a  | shop      | rosa   | 5      | debit_account_closed
           b  | programme | shop   | 5      | credit_account_closed"""
    )
    assert city.balances()["shop"] == 0


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"event_id": TransferId(UUID(int=9))}, Result.EXISTS_WITH_DIFFERENT_EVENT_ID),
        ({"reference": UUID(int=9)}, Result.EXISTS_WITH_DIFFERENT_REFERENCE),
        ({"event_at": datetime(2025, 1, 1, tzinfo=UTC)}, Result.EXISTS_WITH_DIFFERENT_EVENT_AT),
    ],
)
def test_any_other_field_is_told(tx: Tx, change: dict[str, object], answer: Result) -> None:
    city = City(tx).open(ACCOUNTS)
    [row] = rows("id | debit | credit | amount\n a | programme | shop | 5")
    first = city.transfer(row)
    assert ledger.post(tx, [first])[0].result is Result.CREATED
    assert ledger.post(tx, [replace(first, **change)])[0].result is answer  # type: ignore[arg-type]
    assert ledger.post(tx, [first])[0].result is Result.EXISTS


def test_a_resolution_sent_again_for_another_hold_is_told(tx: Tx) -> None:
    city = City(tx).open(ACCOUNTS)
    city.post(
        """id | kind    | debit     | credit | amount | pending | answer
           h  | pending | programme | shop   | 5      | -       | created
           i  | pending | programme | shop   | 5      | -       | created
           p  | post    | -         | -      | 0      | h       | created
           p  | post    | -         | -      | 0      | i       | exists_with_different_pending_id"""
    )
    assert city.balances()["shop"] == 5


def test_limits_are_given_back_in_their_month_only(tx: Tx) -> None:
    city = City(tx).open(ACCOUNTS)
    city.post("id | debit | credit | amount | code | answer\n a | programme | rosa | 100 | 2 | created")
    city.post(
        """id | kind    | debit | credit | amount | answer
           b  | single  | rosa  | shop   | 40     | created
           h  | pending | rosa  | shop   | 40     | created
           c  | single  | rosa  | shop   | 1      | debit_conversions_limit_exceeded"""
    )
    city.post("id | kind | amount | pending | answer\n d | void | 0 | h | created")
    city.post("id | debit | credit | amount | answer\n e | rosa | shop | 40 | created")
    set_clock(tx, at=tx.now + timedelta(days=31))
    city.post("id | debit | credit | amount | answer\n f | rosa | shop | 20 | created")
    assert city.balances()["shop"] == 40 + 40 + 20


def test_an_account_cannot_count_without_end(tx: Tx) -> None:
    city = City(tx).open("name | limit\n a | none\n b | none")
    city.post("id | debit | credit | amount | code | answer\n x | a | b | 100000000000000 | 2 | created")
    tx.execute("SET LOCAL ROLE ayni_owner")
    tx.execute("UPDATE ledger.accounts SET debits_posted = 4000000000000000000 WHERE debits_posted > 0")
    tx.execute("SET LOCAL ROLE ayni_app")
    city.post("id | debit | credit | amount | code | answer\n y | a | b | 1 | 2 | overflow")
    assert city.balances()["b"] == 10**14
