"""A wallet is stopped by its holder, the office, a court, sleep or death; it receives still, and pays
again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from ayni import identity, ledger, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.country import Country, ParameterValue
from ayni.foundation.db import Database, Tx
from ayni.foundation.errors import AyniError
from ayni.identity import OfficerRole
from ayni.ledger import AccountFlag
from ayni.wallet import errors
from ayni.wallet.errors import access, stops
from ayni.wallet.model.access import CodePurpose
from ayni.wallet.model.stops import StopKind
from tests.conftest import TEST_ACTOR
from tests.identity.cast import acting, officer
from tests.wallet.conftest import City, build
from tests.wallet.household import PHONE, PIN, WRONG, Home, good, move_in

WHY = {"reason": "so", "source": "certificate"}


class Sooner:
    """The same country, where wallets sleep after 300 days."""

    def __init__(self, country: Country) -> None:
        self._country = country

    def __getattr__(self, name: str) -> Any:
        return getattr(self._country, name)

    def parameter(self, name: str, *, on: date) -> ParameterValue:
        return 300 if name == "wallet.dormant_days" else self._country.parameter(name, on=on)


@pytest.fixture
def home(city: City) -> Home:
    home = move_in(city.tx)
    city.give(10_000, to=home.id)
    return home


def pay(city: City, home: Home) -> object:
    return wallet.pay(
        city.tx, person_id=home.id, merchant_id=city.bodega.id, amount_minor=100, client="p", key=city.keys()
    )


def supervisor(tx: Tx) -> Tx:
    return acting(tx, officer(tx, "luz", OfficerRole.AGENT_SUPERVISOR))


def kinds(home: Home) -> list[str]:
    return [one.kind for one in wallet.stops.list_open(home.tx, person_id=home.id)]


def unfreeze(home: Home, pin: str = PIN, code: str | None = None) -> AyniError | None:
    code = code or home.code(CodePurpose.UNFREEZE)
    return wallet.stops.unfreeze_own(home.tx, ring=home.ring, person_id=home.id, pin=pin, code=code)


def test_a_holder_freezes_and_frees_their_wallet_and_receives_meanwhile(city: City, home: Home) -> None:
    opened = good(home.session(home.device()))
    assert [wallet.stops.freeze_own(home.tx, person_id=home.id) for _ in range(2)] == [True, False]
    with pytest.raises(errors.WalletMayNotSpend):
        pay(city, home)
    with pytest.raises(access.SessionOver):
        wallet.access.use_session(home.tx, token=opened.token)
    city.give(500, to=home.id)
    assert city.balance(home.id).may_spend is False
    assert isinstance(unfreeze(home, WRONG), access.WrongPin)
    assert isinstance(unfreeze(home, code="x"), access.WrongCode)
    assert unfreeze(home) is None
    pay(city, home)
    assert [(one.kind, one.ended_reason) for one in wallet.stops.list_all(home.tx, person_id=home.id)] == [
        ("frozen_by_holder", "freed by its holder")
    ]
    with pytest.raises(stops.NotStopped):
        unfreeze(home, code="x")
    assert city.violations() == []


def test_whoever_was_robbed_freezes_without_pin_or_session_and_a_thief_learns_nothing(
    city: City, home: Home
) -> None:
    assert home.person.document is not None
    freeze = wallet.stops.freeze_by_document
    freeze(home.tx, document=("DNI", "69999990"), phone=PHONE)
    freeze(home.tx, document=home.person.document, phone="+51911111111")
    assert kinds(home) == []
    freeze(home.tx, document=home.person.document, phone="987 654 321")
    assert kinds(home) == ["frozen_by_holder"]
    with pytest.raises(errors.WalletMayNotSpend):
        pay(city, home)


def test_what_the_office_froze_the_holder_does_not_free(city: City, home: Home) -> None:
    office = supervisor(home.tx)
    assert wallet.stops.stop_wallet(office, person_id=home.id, reason="reported as taken over")
    with pytest.raises(stops.NotYoursToLift):
        unfreeze(home, code="x")
    wallet.stops.freeze_own(home.tx, person_id=home.id)
    # Of two stops both must end.
    wallet.stops.release_wallet(
        office, person_id=home.id, kind=StopKind.FROZEN_BY_OFFICE, reason="was a mistake"
    )
    with pytest.raises(errors.WalletMayNotSpend):
        pay(city, home)
    assert unfreeze(home) is None
    pay(city, home)
    with pytest.raises(stops.NotStopped):
        wallet.stops.release_wallet(
            office, person_id=home.id, kind=StopKind.FROZEN_BY_OFFICE, reason="was a mistake"
        )
    assert city.violations() == []


def test_a_court_holds_a_wallet_by_its_order(city: City, home: Home) -> None:
    office = supervisor(home.tx)
    wallet.stops.stop_wallet(office, person_id=home.id, reason="ordered", authority="Exp. 123-2025")
    with pytest.raises(errors.WalletMayNotSpend, match="legal hold"):
        pay(city, home)
    city.give(500, to=home.id)
    wallet.stops.release_wallet(
        office, person_id=home.id, kind=StopKind.LEGAL_HOLD, reason="lifted: Exp. 124"
    )
    pay(city, home)
    [told] = wallet.stops.list_all(home.tx, person_id=home.id)
    assert (told.authority, told.ended_reason) == ("Exp. 123-2025", "lifted: Exp. 124")


@pytest.mark.parametrize(("reason", "authority"), [("", None), (" ", None), ("x" * 501, None), ("so", " ")])
def test_without_a_reason_or_an_order_nobody_is_stopped(
    home: Home, reason: str, authority: str | None
) -> None:
    with pytest.raises(stops.StopRefused):
        wallet.stops.stop_wallet(supervisor(home.tx), person_id=home.id, reason=reason, authority=authority)
    assert kinds(home) == []


def test_only_the_office_stops_others_and_nobody_themselves_or_the_dead(home: Home) -> None:
    person = identity.get_person(home.tx, person_id=home.id)
    own = acting(home.tx, officer(home.tx, "rosa", OfficerRole.AGENT_SUPERVISOR, person=person))
    clerk = acting(home.tx, officer(home.tx, "ana", OfficerRole.REGISTRAR))
    with pytest.raises(identity.OwnCase):
        wallet.stops.stop_wallet(own, person_id=home.id, reason="so")
    for tx in (home.tx, clerk):
        with pytest.raises(identity.errors.RoleNotGranted):
            wallet.stops.stop_wallet(tx, person_id=home.id, reason="so")
    with pytest.raises(stops.NotYoursToLift):
        wallet.stops.release_wallet(supervisor(home.tx), person_id=home.id, kind=StopKind.DEATH, reason="so")


def test_the_wallet_of_the_dead_pays_nothing_until_it_was_a_mistake(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        home = move_in(tx)
        city.give(1_000, to=home.id)
        identity.lives.record_death(tx, person_id=home.id, died_on=tx.today, **WHY)
    assert [wallet.note_deaths(own_database) for _ in range(2)] == [1, 0]
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = home.tx = tx
        assert kinds(home) == ["death"]
        with pytest.raises(errors.WalletMayNotSpend):
            pay(city, home)
        identity.lives.reverse_death(tx, person_id=home.id, **WHY)
    assert wallet.note_deaths(own_database) == 1
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = home.tx = tx
        pay(city, home)
        assert city.violations() == []


def test_a_wallet_in_which_nothing_moves_sleeps_and_wakes_with_its_pin(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        home = move_in(tx)
        idle = move_in(tx, given_names="Luz", phone="+51912345678")
        then = tx.now
    with own_database.transaction(TEST_ACTOR) as tx:
        set_clock(tx, at=then + timedelta(days=300))
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        city.give(1_000, to=home.id)
    with own_database.transaction(TEST_ACTOR) as tx:
        set_clock(tx, at=then + timedelta(days=331))
    # Nothing sleeps before its term; there is no wallet of two years here.
    assert wallet.put_to_sleep(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        short = replace(tx, country=Sooner(tx.country))
        # The city's own resident has never moved anything either.
        assert wallet.stops.put_to_sleep(short) == 2
        home.tx = idle.tx = tx
        assert (kinds(home), kinds(idle)) == ([], ["dormant"])
        city.tx = tx
        city.give(1_000, to=idle.id)
        with pytest.raises(errors.WalletMayNotSpend):
            pay(city, idle)

        def wake(pin: str) -> AyniError | None:
            return wallet.stops.wake(tx, ring=idle.ring, person_id=idle.id, pin=pin)

        assert isinstance(wake(WRONG), access.WrongPin)
        assert wake(PIN) is None
        pay(city, idle)
        with pytest.raises(stops.NotStopped):
            wake(PIN)
        assert city.violations() == []


def test_a_stop_is_only_ended_and_the_books_notice_one_that_the_ledger_does_not_keep(
    city: City, home: Home
) -> None:
    wallet.stops.freeze_own(home.tx, person_id=home.id)
    for statement in ("UPDATE wallet.stops SET reason = 'x'", "DELETE FROM wallet.stops"):
        with pytest.raises(psycopg.Error), home.tx.connection.transaction():
            home.tx.connection.execute(statement.encode())
    owner = wallet.get_wallet(home.tx, person_id=home.id).owner_ref
    ledger.flag_owner(home.tx, owner_ref=owner, flags=AccountFlag.FROZEN, on=False)
    assert len(city.violations()) == 1
