"""Dated limits: what is never edited, what is left of them, and that what is kept for speed says the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, Tx
from ayni.ledger import Counts, HoldState, Kind, LimitUse
from ayni.ledger.errors import (
    DayAlreadyBegun,
    LimitAlreadySet,
    OtherTimeZone,
    UnknownOwner,
    UnknownTransfer,
)
from ayni.values.ids import OwnerRef
from tests.ledger.city import EVENT, City

ACCOUNTS = """
    name      | owner | limit | class
    programme | -     | none  | -
    rosa      | -     | -     | tight
    rosa_goal | rosa  | -     | tight
    luis      | -     | -     | tight
    shop      | -     | -     | -
    half      | -     | none  | half
    nobody    | -     | none  | none
"""
TODAY = date(2025, 6, 2)
TOMORROW = TODAY + timedelta(days=1)
JULY = datetime(2025, 7, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def city(tx: Tx) -> City:
    city = City(tx).open(ACCOUNTS)
    city.post("id | debit | credit | amount | code | answer\n m | programme | rosa | 100 | 2 | created")
    return city


def add(city: City, maximum: int | None, first: date, last: date | None = None, kind: str = "single") -> None:
    with city.tx.connection.transaction():
        ledger.add_limit(
            city.tx,
            limit_class=2,
            kind=kind,
            valid_from=first,
            valid_until=last,
            maximum_minor=maximum,
            source="test",
        )


# -- nothing is edited -----------------------------------------------------------------------------


def test_the_same_limit_twice_is_once_and_another_for_the_same_day_is_refused(city: City) -> None:
    """A bug: it was ignored in silence, and the caller believed that it was set."""
    add(city, 50, date(2025, 1, 1))
    for maximum, last in ((51, None), (None, None), (50, date(2025, 12, 31))):
        with pytest.raises(LimitAlreadySet):
            add(city, maximum, date(2025, 1, 1), last)
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 51 | debit_single_limit_exceeded")


def test_an_end_that_only_says_where_the_next_row_begins_is_no_other_number(city: City) -> None:
    add(city, 40, TOMORROW)
    add(city, 50, date(2025, 1, 1), TODAY)
    with pytest.raises(LimitAlreadySet):
        add(city, 50, date(2025, 1, 1), TODAY - timedelta(days=1))


def test_a_wrong_limit_is_put_right_by_a_row_that_begins_later(city: City) -> None:
    """Today, if its own first day is past; it is in force at once, and the old row still says what was."""
    add(city, 30, TODAY)
    city.post(
        """id | debit | credit | amount | answer
           a  | rosa  | shop   | 31     | debit_single_limit_exceeded
           b  | rosa  | shop   | 30     | created"""
    )
    with pytest.raises(LimitAlreadySet):
        add(city, 35, TODAY)
    add(city, 35, TOMORROW)
    set_clock(city.tx, at=city.tx.now + timedelta(days=1))
    city.post(
        """id | debit | credit | amount | answer
           c  | rosa  | shop   | 36     | debit_single_limit_exceeded
           d  | rosa  | shop   | 35     | created"""
    )
    assert ledger.list_violations(city.tx) == []


def test_an_open_row_is_ended_by_a_row_for_its_last_day(city: City) -> None:
    add(city, 50, TODAY, TODAY)
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 50 | created")
    set_clock(city.tx, at=city.tx.now + timedelta(days=1))
    city.post("id | debit | credit | amount | answer\n b | rosa | shop | 1 | debit_limit_missing")
    assert ledger.list_violations(city.tx) == []


def test_a_code_counts_otherwise_only_from_a_day_that_has_not_begun(city: City) -> None:
    def codes(counts: dict[int, Counts], first: date) -> None:
        with city.tx.connection.transaction():
            ledger.add_limit_codes(city.tx, limit_class=2, counts=counts, valid_from=first)

    codes({1: Counts(63), 2: Counts.NONE}, date(2025, 1, 1))
    with pytest.raises(LimitAlreadySet):
        codes({1: Counts.NONE}, date(2025, 1, 1))
    for first in (date(2025, 1, 2), TODAY):
        with pytest.raises(DayAlreadyBegun):
            codes({1: Counts.NONE}, first)
    # A code that was not known could not be used, so it may be known from ever.
    codes({7: Counts.NONE}, date(2025, 1, 1))
    codes({1: Counts.NONE}, TOMORROW)
    codes({1: Counts.NONE}, TOMORROW)
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 51 | debit_single_limit_exceeded")
    set_clock(city.tx, at=city.tx.now + timedelta(days=1))
    city.post("id | debit | credit | amount | answer\n b | rosa | shop | 51 | created")
    assert ledger.list_violations(city.tx) == []


def test_an_owner_stays_in_one_time_zone(city: City) -> None:
    ledger.define_limit_class(city.tx, limit_class=9, name="far", time_zone="Asia/Tokyo")
    with pytest.raises(OtherTimeZone):
        ledger.set_limit_class(city.tx, owner_ref=city.owners["rosa"], limit_class=9)


# -- what is left ----------------------------------------------------------------------------------


def test_what_is_left_of_each_limit_and_when_it_renews(city: City) -> None:
    city.post(
        """id | kind    | debit     | credit    | amount | code | answer
           a  | single  | rosa      | shop      | 30     | 1    | created
           b  | single  | rosa      | rosa_goal | 20     | 1    | created
           h  | pending | rosa_goal | shop      | 10     | 1    | created
           i  | pending | programme | rosa      | 15     | 2    | created"""
    )
    assert ledger.limit_use(city.tx, city.owners["rosa"], book=1) == [
        LimitUse("single", 50, 0, None),
        LimitUse("conversions_month", 80, 40, JULY),
        LimitUse("total_month", 90, 40, JULY),
        LimitUse("balance", 100, 85, None),
    ]
    assert [use.left_minor for use in ledger.limit_use(city.tx, city.owners["rosa"], book=1)] == [
        50,
        40,
        50,
        15,
    ]
    assert [use.used_minor for use in ledger.limit_use(city.tx, city.owners["rosa"], book=2)] == [0, 0, 0, 0]
    # Exactly what is left is allowed, and not one more.
    city.post(
        """id | debit     | credit | amount | code | answer
           c  | programme | rosa   | 16     | 2    | credit_balance_limit_exceeded
           d  | programme | rosa   | 15     | 2    | created
           e  | rosa      | shop   | 41     | 1    | debit_conversions_limit_exceeded
           f  | rosa      | shop   | 40     | 1    | created"""
    )


def test_without_a_maximum_nothing_runs_out_and_without_a_row_nothing_is_said(city: City) -> None:
    free = ledger.limit_use(city.tx, city.owners["shop"], book=1)
    assert [(use.maximum_minor, use.left_minor) for use in free] == [(None, None)] * 4
    assert [use.kind for use in ledger.limit_use(city.tx, city.owners["half"], book=1)] == ["single"]
    assert ledger.limit_use(city.tx, city.owners["nobody"], book=1) == []
    with pytest.raises(UnknownOwner):
        ledger.limit_use(city.tx, OwnerRef(EVENT), book=1)


def test_what_is_left_is_that_of_the_day_that_it_is(city: City) -> None:
    """Nothing was posted since midnight, so what the last posting looked up is of yesterday."""
    add(city, 20, TOMORROW)
    city.post("id | debit | credit | amount | answer\n a | rosa | shop | 30 | created")
    set_clock(city.tx, at=city.tx.now + timedelta(days=1))
    assert ledger.limit_use(city.tx, city.owners["rosa"], book=1)[0] == LimitUse("single", 20, 0, None)
    set_clock(city.tx, at=JULY - timedelta(seconds=1))
    assert city.used("rosa")["total_month"] == 30
    set_clock(city.tx, at=JULY)
    assert city.used("rosa") == {"single": 0, "conversions_month": 0, "total_month": 0, "balance": 70}


def test_more_than_the_limit_is_held_and_nothing_is_left(city: City) -> None:
    add(city, 60, TODAY, kind="balance")
    assert ledger.limit_use(city.tx, city.owners["rosa"], book=1)[3] == LimitUse("balance", 60, 100, None)
    assert ledger.limit_use(city.tx, city.owners["rosa"], book=1)[3].left_minor == 0


# -- one transfer ----------------------------------------------------------------------------------


def test_a_transfer_can_be_read_with_all_of_its_fields(city: City) -> None:
    city.post(
        """id | kind    | debit | credit | amount | timeout | answer
           h  | pending | rosa  | shop   | 40     | 60      | created"""
    )
    hold = ledger.get_transfer(city.tx, city.id_of("h"))
    assert (hold.kind, hold.hold_state, hold.timeout_seconds) == (Kind.PENDING, HoldState.PENDING, 60)
    assert hold.expires_at == city.tx.now + timedelta(seconds=60)
    city.post("id | kind | amount | pending | answer\n p | post | 25 | h | created")
    posted = ledger.get_transfer(city.tx, city.id_of("p"))
    assert ledger.get_transfer(city.tx, city.id_of("h")).hold_state is HoldState.POSTED
    assert (posted.pending_id, posted.amount_minor, posted.requested_minor) == (hold.id, 25, None)
    assert (posted.debit_account_id, posted.credit_account_id) == (
        city.accounts["rosa"],
        city.accounts["shop"],
    )
    assert (posted.debit_balance_minor, posted.credit_balance_minor) == (75, 25)
    assert (posted.debit_version, posted.seq, posted.returned_minor) == (3, 3, 0)
    assert (posted.book, posted.code, posted.event_id, posted.created_at) == (1, 1, EVENT, city.tx.now)


def test_a_transfer_that_was_refused_or_never_sent_is_not_in_the_ledger(city: City) -> None:
    city.post("id | debit | credit | amount | answer\n a | luis | shop | 1 | insufficient_funds")
    for name in ("a", "never"):
        assert ledger.find_transfer(city.tx, city.id_of(name)) is None
        with pytest.raises(UnknownTransfer):
            ledger.get_transfer(city.tx, city.id_of(name))


# -- what must always hold -------------------------------------------------------------------------

BROKEN = {
    "today's limits are what the dated rows say": [
        "UPDATE ledger.limit_classes SET single_max = 51 WHERE class = 2",
        "UPDATE ledger.limit_classes SET known = 7 WHERE class = 1",
        "UPDATE ledger.limit_classes SET month = month + 1 WHERE class = 3",
        "UPDATE ledger.limit_classes SET fresh_until = fresh_until + interval '1 day' WHERE class = 2",
        "UPDATE ledger.limits SET maximum_minor = 99 WHERE class = 2 AND kind = 'balance'",
        "INSERT INTO ledger.limits VALUES (2, 'single', '2025-06-01', NULL, 49, 'in secret')",
    ],
    "today's codes are what the dated rows say": [
        "UPDATE ledger.limit_codes_today SET counts = 1 WHERE class = 2 AND code = 2",
        "DELETE FROM ledger.limit_codes_today WHERE class = 1",
        "INSERT INTO ledger.limit_codes_today VALUES (1, 77, 0)",
        "INSERT INTO ledger.limit_codes VALUES (2, 2, '2025-06-01', 4)",
    ],
    "usage equals what its month's transfers and holds count": [
        "UPDATE ledger.accounts SET conversions_used = conversions_used - 1 WHERE conversions_used > 0",
        "UPDATE ledger.accounts SET total_used = 0",
        "UPDATE ledger.accounts SET used_month = used_month - 1",
        "UPDATE ledger.limit_codes SET counts = 9 WHERE class = 2 AND code = 1",
        "UPDATE ledger.holds SET state = 2 WHERE state = 0",
        "UPDATE ledger.returned SET returned_minor = returned_minor + 1",
    ],
    "what is returned is the sum of the returns": [
        "UPDATE ledger.returned SET returned_minor = returned_minor + 1",
        "DELETE FROM ledger.returned",
        "INSERT INTO ledger.returned SELECT id, amount_minor, 1 FROM ledger.transfers WHERE kind = 1",
    ],
    "a return goes the way back": [
        "UPDATE ledger.transfers SET debit_account_id = pending_id WHERE kind = 5",
        "UPDATE ledger.transfers SET book = 2 WHERE kind = 5",
        "UPDATE ledger.returned SET amount_minor = amount_minor + 1",
    ],
}


@pytest.mark.parametrize(
    ("invariant", "statement"), [(name, one) for name, many in BROKEN.items() for one in many]
)
def test_what_is_broken_by_hand_is_seen(
    own_database: Database, owner: psycopg.Connection, invariant: str, statement: str
) -> None:
    with own_database.transaction() as tx:
        city = City(tx).open(ACCOUNTS)
        city.post(
            """id | kind    | debit     | credit | amount | code | pending | answer
               m  | single  | programme | rosa   | 100    | 2    | -       | created
               a  | single  | rosa      | shop   | 30     | 1    | -       | created
               r  | return  | -         | -      | 10     | 1    | a       | created
               h  | pending | rosa      | luis   | 15     | 4    | -       | created"""
        )
        assert ledger.list_violations(tx) == []
    # As nobody can but the server's own master: no trigger, no foreign key.
    owner.execute("SET session_replication_role = replica")
    owner.execute(statement.encode())
    with own_database.transaction() as tx:
        assert invariant in {violation.invariant for violation in ledger.list_violations(tx)}
