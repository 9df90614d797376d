"""The limits of the law, as a resident meets them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ayni import ledger, payments, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.country import Country, ParameterRow, ParameterValue
from ayni.foundation.db import Database, Tx, begin
from ayni.foundation.errors import AyniError
from ayni.wallet.errors import LimitExceeded, LimitMissing
from tests.wallet.conftest import City, build

SINGLE, BALANCE, TOTAL = 169_500, 339_000, 678_000
"""In force on 2025-06-02: 1.5, 3 and 6 minimum wages of 1,130.00; conversions are as the balance."""


def limits(tx: Tx, kind: str) -> list[tuple[date, date | None, int]]:
    rows = tx.connection.execute(
        "SELECT valid_from, valid_until, maximum_minor FROM ledger.limits"
        " WHERE class = 10 AND kind = %s ORDER BY valid_from",
        [kind],
    )
    return [(row[0], row[1], row[2]) for row in rows]


def refused(order: Callable[[int], object], amount_minor: int) -> AyniError:
    with pytest.raises(LimitExceeded) as caught:
        order(amount_minor)
    return caught.value


def at(city: City, instant: datetime) -> City:
    """The city at a later instant."""
    set_clock(city.tx, at=instant)
    city.tx = begin(city.tx.connection, city.tx.country, city.tx.actor)
    return city


def test_every_dated_amount_of_the_law_is_a_limit_with_its_days(city: City) -> None:
    rows = limits(city.tx, "single")
    assert rows[0] == (date(2013, 10, 21), date(2020, 4, 3), 100_000)
    in_force = {
        row for row in rows if row[0] <= date(2026, 4, 30) and (row[1] or date.max) >= date(2024, 1, 1)
    }
    # The minimum wage rose on 2025-01-01, and the law moved from wages to tax units on 2026-03-12.
    assert {(row[0], row[2]) for row in in_force} >= {
        (date(2025, 1, 1), SINGLE),
        (date(2026, 3, 12), 330_000),
    }
    for earlier, later in itertools.pairwise(rows):
        assert earlier[1] is not None
        assert earlier[1] < later[0]


def test_a_limit_in_tax_units_ends_with_the_last_year_whose_unit_is_known(city: City) -> None:
    last_unit = max((row for row in city.tx.country.parameter_rows() if row.name == "uit"), key=_begins)
    assert last_unit.valid_until is not None
    assert limits(city.tx, "balance")[-1][1] == last_unit.valid_until


def _begins(row: ParameterRow) -> date:
    return row.valid_from


def test_setting_up_twice_changes_nothing(city: City) -> None:
    before = [limits(city.tx, kind) for kind in ("single", "balance", "conversions_month", "total_month")]
    wallet.set_up_tiers(city.tx)
    payments.set_up_books(city.tx)
    assert [
        limits(city.tx, kind) for kind in ("single", "balance", "conversions_month", "total_month")
    ] == before


class NextYear:
    """The same country, after the next tax unit has become known: the same amount for a year more."""

    def __init__(self, country: Country) -> None:
        self._country = country
        units = [row for row in country.parameter_rows() if row.name == "uit"]
        self._last = max(units, key=_begins)
        assert self._last.valid_until is not None
        self.ends_on = self._last.valid_until.replace(year=self._last.valid_until.year + 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._country, name)

    def parameter_rows(self) -> list[ParameterRow]:
        assert self._last.valid_until is not None
        first = self._last.valid_until + timedelta(days=1)
        row = replace(self._last, valid_from=first, valid_until=self.ends_on)
        return [*self._country.parameter_rows(), row]

    def parameter(self, name: str, *, on: date) -> ParameterValue:
        assert self._last.valid_until is not None
        known = on <= self._last.valid_until or on > self.ends_on
        return self._country.parameter(name, on=on if known else self._last.valid_until)


def test_what_becomes_known_later_is_added_and_nothing_is_set_otherwise(city: City) -> None:
    before = limits(city.tx, "balance")
    later = NextYear(city.tx.country)
    wallet.set_up_tiers(replace(city.tx, country=later))
    after = limits(city.tx, "balance")
    assert after[: len(before)] == before
    assert [row[1] for row in after[len(before) :]] == [later.ends_on]


def test_one_payment_has_its_limit(city: City) -> None:
    city.give(BALANCE)
    for order in (city.pay, city.cash_out):
        error = refused(order, SINGLE + 10)
        assert error.numbers["kind"] == "single"
        assert error.numbers["left_minor"] == SINGLE
    city.pay(SINGLE)


def test_one_payment_from_two_accounts_is_one_payment_to_the_limit(city: City) -> None:
    city.give(100_000, "food")
    city.give(200_000)
    assert refused(city.pay, SINGLE + 1).numbers["kind"] == "single"
    key = city.keys()
    receipt = city.pay(SINGLE, key=key)
    assert city.pay(SINGLE, key=key) == receipt


def test_the_month_has_its_limit_and_renews(own_database: Database) -> None:
    with own_database.transaction() as tx:
        city = build(tx)
        for _ in range(4):
            city.give(SINGLE)
            city.pay(SINGLE)
        city.give(50_000)
        error = refused(city.pay, 100)
        assert error.numbers["kind"] == "total_month"
        assert error.numbers["left_minor"] == 0
        assert "2025-07-01" in error.sentence
        # The last evening of June in Lima is already July in UTC.
        at(city, datetime(2025, 7, 1, 4, 59, tzinfo=UTC))
        assert refused(city.pay, 100).numbers["kind"] == "total_month"
        at(city, datetime(2025, 7, 1, 5, 0, tzinfo=UTC))
        city.pay(100)
        assert city.violations() == []


def test_what_is_left_of_the_month_is_told(city: City) -> None:
    city.give(BALANCE)
    city.pay(SINGLE)
    city.cash_out(150_000)
    city.give(250_000)
    city.pay(150_000)
    city.give(200_000)
    city.pay(SINGLE)
    left = TOTAL - 2 * SINGLE - 300_000
    error = refused(city.pay, left + 1)
    assert error.numbers["left_minor"] == left
    city.pay(left)


def test_cash_turned_into_money_has_its_limit(city: City) -> None:
    city.deposit(1_000_000, city.agent.account_id)
    city.cash_in(SINGLE)
    city.pay(SINGLE)
    city.cash_in(SINGLE)
    city.pay(SINGLE)
    error = refused(city.cash_in, 10)
    assert error.numbers["kind"] == "conversions_month"
    assert error.numbers["left_minor"] == 0
    assert refused(city.cash_in, SINGLE + 10).numbers["kind"] == "single"


def test_a_wallet_holds_so_much_over_all_its_accounts(city: City) -> None:
    city.give(200_000)
    city.give(100_000, "food")
    error = refused(city.cash_in, 39_010)
    assert error.numbers["kind"] == "balance"
    assert error.numbers["left_minor"] == 39_000
    city.cash_in(39_000)


def test_a_benefit_counts_in_the_balance_only(city: City) -> None:
    for _ in range(5):
        city.give(SINGLE + 1_000)
        city.pay(100_000)
        city.cash_out(30_000)
    assert city.balance().total_minor == 5 * (SINGLE + 1_000 - 130_000)


def test_from_the_day_of_the_new_law_its_limit_holds(own_database: Database) -> None:
    with own_database.transaction() as tx:
        city = at(build(tx), datetime(2026, 3, 12, 4, 59, tzinfo=UTC))
        city.give(BALANCE)
        assert refused(city.pay, SINGLE + 1).numbers["left_minor"] == SINGLE
        at(city, datetime(2026, 3, 12, 5, 0, tzinfo=UTC))
        city.pay(SINGLE + 1)
        city.give(330_001)
        assert refused(city.pay, 330_001).numbers["left_minor"] == 330_000


def test_on_a_day_without_a_limit_nothing_moves(own_database: Database) -> None:
    with own_database.transaction() as tx:
        city = build(tx)
        city.give(10_000)
        at(city, datetime(2031, 1, 1, 12, 0, tzinfo=UTC))
        (answer,) = city.disburse(city.benefit(100))
        assert (answer.paid, answer.code) == (False, "credit_limit_missing")
        for order in (city.pay, city.cash_out):
            with pytest.raises(LimitMissing):
                order(100)
        assert city.balance().total_minor == 10_000


def test_a_limit_that_the_country_no_longer_knows_is_missing_and_not_guessed(own_database: Database) -> None:
    with own_database.transaction() as tx:
        city = build(tx)
        city.give(10_000)
        ledger.define_limit_class(tx, limit_class=98, name="no rows", time_zone="America/Lima")
        owner = wallet.get_wallet(tx, person_id=city.resident).owner_ref
        ledger.set_limit_class(tx, owner_ref=owner, limit_class=98)
        with pytest.raises(LimitMissing):
            city.pay(100)
