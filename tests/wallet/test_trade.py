"""Settlements, commissions and the day's report of a shop."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from ayni import identity, ledger, payments, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.country import InvalidBankAccount
from ayni.foundation.db import Database
from ayni.identity import OfficerRole, OwnCase
from ayni.identity.errors import RoleNotGranted
from ayni.ledger import AccountFlag, TransferCode
from ayni.payments import PayoutRefused, PayoutState
from ayni.values.ids import new_id
from ayni.wallet.errors import (
    AgentFull,
    BadAmount,
    BadKey,
    KeyAlreadyUsed,
    OrderRefused,
    OwnShop,
    UnknownShop,
)
from ayni.wallet.errors.trade import BadShopAccount, DayNotOver, NoShopAccount, NothingToSettle
from ayni.wallet.model.trade import earned
from tests.conftest import TEST_ACTOR
from tests.identity.cast import acting, merge, officer
from tests.payments.banking import ANOTHER, THEIRS, open_banking
from tests.wallet.conftest import City, build, register


def later(city: City, **span: float) -> City:
    at = city.tx.now + timedelta(**span)
    set_clock(city.tx, at=at)
    return replace(city, tx=replace(city.tx, now=at))


def with_bank(city: City) -> City:
    for shop in (city.bodega, city.agent):
        wallet.trade.set_bank_account(city.tx, shop_id=shop.id, bank_account=THEIRS, creditor="Julia Rojas")
    return city


def settle(city: City, amount: int, key: UUID | None = None, *, client: str = "till") -> payments.Payout:
    return wallet.trade.settle(
        city.tx, shop_id=city.agent.id, amount_minor=amount, client=client, key=key or city.keys()
    )


def test_an_agent_sends_what_it_does_not_need_to_its_bank_once(city: City) -> None:
    with_bank(city)
    key = city.keys()
    first = settle(city, 50_000, key)
    assert settle(city, 50_000, key) == first
    assert ledger.get_account(city.tx, city.agent.account_id).balance_minor == 150_000
    with pytest.raises(KeyAlreadyUsed):
        settle(city, 40_000, key)
    with pytest.raises(NothingToSettle, match=r"1,500\.00"):
        settle(city, 150_001)
    with pytest.raises(BadAmount):
        settle(city, 0)
    with pytest.raises(BadKey):
        settle(city, 1, UUID(int=4 << 76))
    assert city.violations() == []


def test_without_a_bank_account_nothing_is_settled(city: City) -> None:
    with pytest.raises(NoShopAccount):
        settle(city, 1)
    with pytest.raises(InvalidBankAccount):
        wallet.trade.set_bank_account(city.tx, shop_id=city.agent.id, bank_account="1", creditor="x")
    for bad in ("", " ", "x" * 141, "a\0"):
        with pytest.raises(BadShopAccount):
            wallet.trade.set_bank_account(city.tx, shop_id=city.agent.id, bank_account=THEIRS, creditor=bad)
    with pytest.raises(UnknownShop):
        wallet.trade.set_bank_account(city.tx, shop_id=new_id(city.tx.now), bank_account=THEIRS, creditor="x")


def test_money_goes_where_the_newest_account_is(city: City) -> None:
    with_bank(city)
    wallet.trade.set_bank_account(
        city.tx, shop_id=city.agent.id, bank_account=ANOTHER, creditor="Julia Rojas"
    )
    assert settle(city, 100).bank_account == ANOTHER


def test_a_merchant_is_settled_once_a_day_and_an_agent_never_unasked(city: City) -> None:
    with_bank(city)
    city.give(5_000)
    city.pay(3_000)
    today = city.tx.today
    first = wallet.trade.settle_day(city.tx, shop_id=city.bodega.id, on=today)
    assert first is not None
    assert (first.amount_minor, first.code) == (3_000, TransferCode.SETTLE)
    city.pay(2_000)
    assert wallet.trade.settle_day(city.tx, shop_id=city.bodega.id, on=today) is None
    tomorrow = later(city, days=1)
    second = wallet.trade.settle_day(tomorrow.tx, shop_id=city.bodega.id, on=tomorrow.tx.today)
    assert second is not None
    assert second.amount_minor == 2_000
    with pytest.raises(UnknownShop):
        wallet.trade.settle_day(city.tx, shop_id=city.agent.id, on=today)


def test_cents_are_not_sent_to_a_bank(city: City) -> None:
    with_bank(city)
    city.give(99)
    city.pay(99)
    assert wallet.trade.settle_day(city.tx, shop_id=city.bodega.id, on=city.tx.today) is None


def test_a_frozen_merchant_keeps_its_money_until_it_is_free(city: City) -> None:
    with_bank(city)
    city.give(5_000)
    city.pay(3_000)
    ledger.flag_owner(city.tx, owner_ref=city.bodega.owner_ref, flags=AccountFlag.FROZEN)
    with pytest.raises(PayoutRefused, match="owner frozen"):
        wallet.trade.settle_day(city.tx, shop_id=city.bodega.id, on=city.tx.today)
    ledger.flag_owner(city.tx, owner_ref=city.bodega.owner_ref, flags=AccountFlag.FROZEN, on=False)
    assert wallet.trade.settle_day(city.tx, shop_id=city.bodega.id, on=city.tx.today) is not None


def test_the_job_settles_everybody_once_and_what_the_bank_rejects_goes_again(own_database: Database) -> None:
    banking = open_banking(own_database)
    with own_database.transaction(TEST_ACTOR) as tx:
        (keeper,) = register(tx)
        shops = [
            wallet.open_merchant(
                tx, keeper_id=keeper, code=f"SHOP{n}", display_name=f"Shop {n}", category="grocery"
            )
            for n in range(3)
        ]
        for shop in shops[:2]:
            wallet.trade.set_bank_account(tx, shop_id=shop.id, bank_account=THEIRS, creditor="Julia")
        for shop in shops:
            payments.confirm_deposit(
                tx,
                bank_reference=f"X-{shop.code}",
                amount_minor=1_000,
                for_account=shop.account_id,
                received_at=tx.now,
            )
    threads = [threading.Thread(target=wallet.settle_merchants, args=(own_database,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [banking.balance(shop.account_id) for shop in shops] == [0, 0, 1_000]
    banking.files.closed.add(THEIRS)
    banking.send()
    assert banking.collect().rejected == 2
    assert [banking.balance(shop.account_id) for shop in shops] == [1_000, 1_000, 1_000]
    assert wallet.settle_merchants(own_database) == 0
    banking.wait(days=1)
    banking.files.closed.clear()
    assert wallet.settle_merchants(own_database) == 2
    banking.send()
    with own_database.transaction() as tx:
        found = [payments.list_payouts(tx, account_id=shop.account_id) for shop in shops[:2]]
    assert [[one.state for one in each] for each in found] == [
        [PayoutState.FILED, PayoutState.REJECTED],
    ] * 2


def test_an_agent_earns_by_its_cash_each_day_once(city: City) -> None:
    city.deposit(10_000, payments.get_institutions(city.tx).issuer_account_id)
    city.give(50_000)
    city.cash_out(10_010)
    city.cash_in(3_000)
    city.set_cash_aside(2_000)
    city.hand_over()
    day = city.tx.today
    with pytest.raises(DayNotOver):
        wallet.trade.pay_commission(city.tx, shop_id=city.agent.id, on=day)
    before = ledger.get_account(city.tx, city.agent.account_id).balance_minor
    after = later(city, days=1)
    first = wallet.trade.pay_commission(after.tx, shop_id=city.agent.id, on=day)
    assert first is not None
    # Half a per cent of each: 50.05, 15 and 10 céntimos, half a céntimo rounded up.
    assert (first.orders, first.turnover_minor, first.amount_minor) == (3, 15_010, 75)
    assert wallet.trade.pay_commission(after.tx, shop_id=city.agent.id, on=day) == first
    assert ledger.get_account(city.tx, city.agent.account_id).balance_minor == before + 75
    assert wallet.trade.pay_commission(after.tx, shop_id=city.agent.id, on=day - timedelta(days=1)) is None
    with pytest.raises(UnknownShop):
        wallet.trade.pay_commission(after.tx, shop_id=city.bodega.id, on=day)
    assert after.violations() == []


@pytest.mark.parametrize(
    ("kind", "amount", "gives"),
    [
        ("cash_in", 100, 1),
        ("cash_in", 99, 0),
        ("cash_in", 10_000, 50),
        ("cash_out", 300, 12),
        ("pay", 9_999, 0),
    ],
)
def test_a_commission_is_rounded_half_up(city: City, kind: str, amount: int, gives: int) -> None:
    rows = city.tx.country.parameter("wallet.commissions", on=city.tx.today)
    assert isinstance(rows, tuple)
    assert earned((rows[0], ("cash_out", 10, rows[1][2])), kind, amount) == gives


def test_a_commission_that_the_issuer_cannot_pay_is_paid_when_it_can(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(50_000)
        city.cash_out(10_000)
        day = tx.today
        issuer = payments.get_institutions(tx).issuer_account_id
    with own_database.transaction(TEST_ACTOR) as tx:
        set_clock(tx, at=tx.now + timedelta(days=1))
    with own_database.transaction(TEST_ACTOR) as tx, pytest.raises(OrderRefused, match="insufficient funds"):
        wallet.trade.pay_commission(tx, shop_id=city.agent.id, on=day)
    assert wallet.pay_commissions(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        set_clock(tx, at=tx.now + timedelta(days=2))
        replace(city, tx=tx).deposit(1_000, issuer)
    assert wallet.pay_commissions(own_database) == 1
    assert wallet.pay_commissions(own_database) == 0


def test_a_day_is_told_by_what_moved_and_why(city: City) -> None:
    with_bank(city)
    city.give(50_000)
    city.cash_out(10_000)
    city.cash_out(5_000)
    city.cash_in(3_000)
    settle(city, 2_000)
    day = city.tx.today
    told = wallet.trade.day_report(city.tx, shop_id=city.agent.id, on=day)
    lines = {line.code: (line.times, line.in_minor, line.out_minor) for line in told.lines}
    assert lines[TransferCode.CASH_OUT] == (2, 15_000, 0)
    assert lines[TransferCode.CASH_IN] == (1, 0, 3_000)
    assert lines[TransferCode.SETTLE] == (1, 0, 2_000)
    assert (told.opening_minor, told.closing_minor) == (0, 210_000)
    tomorrow = later(city, days=1)
    assert wallet.trade.day_report(tomorrow.tx, shop_id=city.agent.id, on=day) == told
    quiet = wallet.trade.day_report(tomorrow.tx, shop_id=city.agent.id, on=tomorrow.tx.today)
    assert (quiet.opening_minor, quiet.lines, quiet.closing_minor) == (210_000, (), 210_000)


def test_a_day_begins_at_midnight_in_lima(city: City) -> None:
    city.give(50_000)
    zone = city.tx.country.timezone
    late = replace(city.tx, now=datetime(2025, 6, 2, 23, 59, tzinfo=zone))
    set_clock(late, at=late.now)
    replace(city, tx=late).cash_out(1_000)
    early = replace(city.tx, now=datetime(2025, 6, 3, 0, 1, tzinfo=zone))
    set_clock(early, at=early.now)
    replace(city, tx=early).cash_out(2_000)
    days = [
        wallet.trade.day_report(early, shop_id=city.agent.id, on=late.today + timedelta(days=n))
        for n in (0, 1)
    ]
    assert [
        next(line.in_minor for line in one.lines if line.code == TransferCode.CASH_OUT) for one in days
    ] == [1_000, 2_000]
    assert days[1].opening_minor == days[0].closing_minor


def supervised(city: City) -> City:
    return replace(city, tx=acting(city.tx, officer(city.tx, "luz", OfficerRole.AGENT_SUPERVISOR)))


def test_an_agent_holds_no_more_than_it_may(city: City) -> None:
    city.give(50_000)
    luz = supervised(city)
    wallet.trade.limit_float(luz.tx, shop_id=city.agent.id, most_minor=201_000)
    city.cash_out(1_000)
    with pytest.raises(AgentFull, match=r"0\.10"):
        city.cash_out(10)
    city.cash_in(500)
    city.cash_out(500)
    # Below what it holds: it takes nothing more until it has given so much out.
    wallet.trade.limit_float(luz.tx, shop_id=city.agent.id, most_minor=1)
    with pytest.raises(AgentFull):
        city.cash_out(100)
    wallet.trade.limit_float(luz.tx, shop_id=city.agent.id, most_minor=None)
    city.cash_out(10_000)


def test_only_who_oversees_agents_limits_them_and_not_their_own(city: City) -> None:
    luz = supervised(city)
    with pytest.raises(UnknownShop):
        wallet.trade.limit_float(luz.tx, shop_id=city.bodega.id, most_minor=1)
    other = acting(city.tx, officer(city.tx, "ana", OfficerRole.REGISTRAR))
    with pytest.raises(RoleNotGranted):
        wallet.trade.limit_float(other, shop_id=city.agent.id, most_minor=None)
    own = identity.register_officer(
        city.tx, login="own", roles=[OfficerRole.AGENT_SUPERVISOR], person_id=city.agent.keeper_id
    )
    with pytest.raises(OwnCase):
        wallet.trade.limit_float(acting(city.tx, own), shop_id=city.agent.id, most_minor=None)


def test_no_agent_cashes_out_to_themselves_by_another_file(city: City) -> None:
    """A bug: the two files of a keeper were two people to the agent's own till."""
    city.give(5_000)
    keeper = identity.get_person(city.tx, person_id=city.agent.keeper_id)
    merge(city.tx, kept=keeper, merged=identity.get_person(city.tx, person_id=city.resident))
    for trade in (city.cash_out, city.cash_in):
        with pytest.raises(OwnShop):
            trade(1_000)
