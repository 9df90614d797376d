"""Devices, sessions, recovery, and a day of rest after a new telephone."""

from __future__ import annotations

import psycopg
import pytest

from ayni import identity, wallet
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.wallet.errors import access as errors
from ayni.wallet.model.access import CodePurpose, DeviceKind
from tests.wallet.conftest import City
from tests.wallet.household import (
    OTHER_PHONE,
    OTHER_PIN,
    PHONE,
    PIN,
    WRONG,
    Home,
    add_phone,
    good,
    move_in,
)


@pytest.fixture
def home(city: City) -> Home:
    return move_in(city.tx)


def move_in_at(home: Home, phone: str) -> Home:
    return move_in(home.tx, given_names="Luz", phone=phone)


def test_a_device_is_bound_with_pin_and_code_and_its_owner_is_told(home: Home) -> None:
    def bind(pin: str, code: str, name: str = "my telephone") -> object:
        return wallet.access.bind_device(
            home.tx, ring=home.ring, person_id=home.id, kind=DeviceKind.APP, name=name, pin=pin, code=code
        )

    code = home.code(CodePurpose.DEVICE)
    assert isinstance(bind(WRONG, code), errors.WrongPin)
    assert isinstance(bind(PIN, "0"), errors.WrongCode)
    for name in ("", "x" * 61, "a\0b"):
        with pytest.raises(errors.DeviceRefused), home.tx.connection.transaction():
            bind(PIN, code, name)
    good(bind(PIN, code))
    home.telephones.deliver(home.tx)
    assert home.telephones.inbox[PHONE][-1][0].kind == "wallet.new_device"
    assert [one.name for one in wallet.access.list_devices(home.tx, person_id=home.id)] == ["my telephone"]


def test_a_session_is_opened_on_a_bound_device_and_ends(home: Home) -> None:
    device = home.device()
    opened = good(home.session(device))
    assert wallet.access.use_session(home.tx, token=opened.token).person_id == home.id
    wallet.access.end_session(home.tx, token=opened.token)
    for token in (opened.token, "", "nonsense", "\ud800"):
        with pytest.raises(errors.SessionOver):
            wallet.access.use_session(home.tx, token=token)
    assert isinstance(home.session(device, WRONG), errors.WrongPin)


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(home: Home) -> None:
    opened = good(home.session(home.device()))
    at = home
    for _ in range(51):
        at = at.later(minutes=14)
        wallet.access.use_session(at.tx, token=opened.token)
    at = at.later(minutes=6)  # 12 hours since it was opened
    with pytest.raises(errors.SessionOver):
        wallet.access.use_session(at.tx, token=opened.token)
    idle = good(at.session(at.device()))
    at = at.later(minutes=15)
    with pytest.raises(errors.SessionOver):
        wallet.access.use_session(at.tx, token=idle.token)


def test_from_another_persons_device_not_even_the_pin_is_tried(home: Home) -> None:
    other = move_in_at(home, OTHER_PHONE)
    bound = other.device(phone=OTHER_PHONE)
    assert isinstance(home.session(bound), errors.UnknownDevice)
    assert isinstance(home.session(bound, WRONG), errors.UnknownDevice)
    refused = home.check(WRONG)
    assert isinstance(refused, errors.WrongPin)
    assert refused.numbers == {"left": 2}


def test_a_device_that_was_ended_opens_nothing_and_what_was_open_on_it_is_over(home: Home) -> None:
    device = home.device()
    opened = good(home.session(device))
    wallet.access.end_device(home.tx, person_id=home.id, device_id=device.device.id, reason="lost")
    with pytest.raises(errors.SessionOver):
        wallet.access.use_session(home.tx, token=opened.token)
    assert isinstance(home.session(device), errors.UnknownDevice)
    with pytest.raises(errors.UnknownDevice):
        wallet.access.end_device(home.tx, person_id=home.id, device_id=device.device.id, reason="lost")


def send(city: City, home: Home) -> object:
    return wallet.send(
        home.tx,
        person_id=home.id,
        phone="+51955555555",
        amount_minor=100,
        client="phone",
        key=city.keys(),
    )


def test_after_a_new_telephone_nothing_is_sent_for_a_day_and_shops_are_paid(city: City, home: Home) -> None:
    city.give(10_000, to=home.id)
    send(city, home)
    home = home.later(days=1)
    add_phone(home.tx, home.id, OTHER_PHONE)
    with pytest.raises(errors.SendingLocked) as refused:
        send(city, home)
    assert "a new telephone number was added" in str(refused.value)
    with pytest.raises(errors.SendingLocked):
        wallet.cash_out(
            home.tx,
            person_id=home.id,
            agent_id=city.agent.id,
            amount_minor=100,
            client="phone",
            key=city.keys(),
        )
    wallet.pay(
        home.tx,
        person_id=home.id,
        merchant_id=city.bodega.id,
        amount_minor=100,
        client="phone",
        key=city.keys(),
    )
    neighbour = city.neighbour("+51966666666")
    with pytest.raises(errors.SendingLocked):
        wallet.send(
            home.tx,
            person_id=home.id,
            phone="+51966666666",
            amount_minor=100,
            client="phone",
            key=city.keys(),
            payee_id=neighbour,
        )
    assert send(city, home.later(hours=24))


def test_an_officer_lifts_the_lock_for_a_reason(city: City, home: Home) -> None:
    city.give(10_000, to=home.id)
    home = home.later(days=1)
    add_phone(home.tx, home.id, OTHER_PHONE)
    wallet.access.lift_sending_lock(home.tx, person_id=home.id, reason="came with her document")
    assert send(city, home)


def test_another_sim_card_locks_sending_and_the_same_one_does_not(city: City, home: Home) -> None:
    def note(card: str) -> bool:
        return wallet.access.note_sim(home.tx, ring=home.ring, person_id=home.id, phone=PHONE, card=card)

    city.give(10_000, to=home.id)
    assert [note("716060000000001") for _ in range(2)] == [False, False]
    send(city, home)
    assert note("716060000000002")
    with pytest.raises(errors.SendingLocked, match="another SIM card"):
        send(city, home)
    assert wallet.access.list_devices(home.tx, person_id=home.id) == []
    assert not note("716060000000002")


def test_what_is_kept_of_access_is_only_counted_and_ended(home: Home) -> None:
    good(home.session(home.device()))
    home.code(CodePurpose.PAY)
    for statement in (
        "UPDATE wallet.pins SET kept = 'x'",
        "DELETE FROM wallet.pins",
        "DELETE FROM wallet.pin_tries",
        "UPDATE wallet.codes SET tag = 'x'",
        "UPDATE wallet.codes SET wrong = wrong - 1",
        "UPDATE wallet.devices SET token_hash = token_hash, person_id = gen_random_uuid()",
        "UPDATE wallet.sessions SET expires_at = 'infinity'",
        "TRUNCATE wallet.sessions",
    ):
        with pytest.raises(psycopg.Error), home.tx.connection.transaction():
            home.tx.connection.execute(statement.encode())


def test_an_agent_sees_the_document_and_only_the_holder_sets_the_pin(city: City, home: Home) -> None:
    city.give(10_000, to=home.id)
    device = home.device()
    opened = good(home.session(device))
    assert home.person.document is not None
    home = home.later(hours=2)
    begun = wallet.access.begin_recovery(
        home.tx, ring=home.ring, document=home.person.document, phone="912 345 678", shop_id=city.agent.id
    )
    assert begun == home.id
    with pytest.raises(errors.SessionOver):
        wallet.access.use_session(home.tx, token=opened.token)
    assert isinstance(home.session(device), errors.UnknownDevice)

    def finish(code: str, pin: str = OTHER_PIN) -> object:
        return wallet.access.finish_recovery(home.tx, ring=home.ring, person_id=home.id, code=code, pin=pin)

    code = home.read(OTHER_PHONE)
    with pytest.raises(errors.WeakPin):
        finish(code, "123456")
    assert isinstance(finish("000000" if code != "000000" else "000001"), errors.WrongCode)
    assert finish(code) is None
    assert home.check(OTHER_PIN) is None
    assert isinstance(home.check(PIN), errors.WrongPin)
    with pytest.raises(errors.SendingLocked):
        send(city, home)
    assert OTHER_PHONE in identity.list_phones_reaching(home.tx, person_id=home.id)


def test_a_code_for_recovery_without_a_recovery_sets_no_pin(home: Home) -> None:
    code = home.code(CodePurpose.RECOVER)
    with pytest.raises(errors.NothingToRecover):
        wallet.access.finish_recovery(home.tx, ring=home.ring, person_id=home.id, code=code, pin=OTHER_PIN)


def test_nobody_recovers_their_own_wallet(city: City, tx: Tx) -> None:
    home = move_in(tx)
    own = wallet.open_agent(tx, keeper_id=home.id, code="AGENTE02", display_name="Agente Rosa")
    assert home.person.document is not None
    asked = {"ring": home.ring, "document": home.person.document, "phone": PHONE}
    with pytest.raises(errors.OwnAccess):
        wallet.access.begin_recovery(tx, **asked, shop_id=own.id)
    with pytest.raises(wallet.errors.UnknownShop):
        wallet.access.begin_recovery(tx, **asked, shop_id=city.bodega.id)
    other = identity.register_person(tx, person=identity.NewPerson("Luz", "Choque"))
    identity.register_officer(tx, login="luz", roles=[OfficerRole.REGISTRAR], person_id=other.id)
