"""PINs and one-time codes: tried a few times, with pauses that grow, and read nowhere."""

from __future__ import annotations

import pytest

from ayni import wallet
from ayni.foundation import outbox
from ayni.wallet.errors import access as errors
from ayni.wallet.model.access import CodePurpose
from tests.wallet.conftest import City
from tests.wallet.household import (
    OTHER_PHONE,
    OTHER_PIN,
    PHONE,
    PIN,
    WRONG,
    Home,
    move_in,
)
from tests.wallet.rings import ring


@pytest.fixture
def home(city: City) -> Home:
    return move_in(city.tx)


def test_the_right_pin_is_taken_and_a_wrong_one_is_counted(home: Home) -> None:
    assert home.check() is None
    refused = home.check(WRONG)
    assert isinstance(refused, errors.WrongPin)
    assert refused.numbers == {"left": 2}
    assert home.check() is None
    # The right one has wiped the slate.
    again = home.check(WRONG)
    assert isinstance(again, errors.WrongPin)
    assert again.numbers == {"left": 2}


def test_after_three_wrong_ones_not_even_the_right_one_is_taken_for_a_while(home: Home) -> None:
    refused = [home.check(WRONG) for _ in range(3)]
    assert [type(one) for one in refused] == [errors.WrongPin, errors.WrongPin, errors.PinLocked]
    assert isinstance(home.check(), errors.PinLocked)
    assert isinstance(home.later(seconds=59).check(), errors.PinLocked)
    later = home.later(seconds=60)
    assert later.check() is None


def test_the_pauses_grow_and_stay_long(home: Home) -> None:
    waits = []
    for _ in range(2):
        home.check(WRONG)
    for _ in range(7):
        assert isinstance(home.check(WRONG), errors.PinLocked)
        start = home.tx.now
        row = home.tx.connection.execute(
            "SELECT locked_until FROM wallet.pin_tries WHERE person_id = %s", [home.id]
        ).fetchone()
        assert row is not None
        minutes = int((row[0] - start).total_seconds()) // 60
        waits.append(minutes)
        assert isinstance(home.later(minutes=minutes - 1).check(), errors.PinLocked)
        home = home.later(minutes=minutes)
    assert waits == [1, 5, 30, 120, 1440, 1440, 1440]
    assert home.check() is None


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "", "１２３４５６", "12 456", "\0" * 6])
def test_what_is_no_pin_is_not_counted(home: Home, pin: str) -> None:
    assert isinstance(home.check(pin), errors.BadPin)
    refused = home.check(WRONG)
    assert isinstance(refused, errors.WrongPin)
    assert refused.numbers == {"left": 2}


@pytest.mark.parametrize(
    "pin", ["123456", "654321", "111111", "121212", "123123", "112211", "040580", "800504", "198005"]
)
def test_what_thieves_try_first_is_refused_as_a_pin(home: Home, pin: str) -> None:
    with pytest.raises(errors.WeakPin):
        wallet.access.change_pin(home.tx, ring=home.ring, person_id=home.id, pin=PIN, new=pin)
    assert home.check() is None


def test_parts_of_document_and_telephone_are_refused_as_a_pin(home: Home) -> None:
    assert home.person.document is not None
    for pin in (home.person.document[1][:6], PHONE[-6:]):
        with pytest.raises(errors.WeakPin):
            wallet.access.change_pin(home.tx, ring=home.ring, person_id=home.id, pin=PIN, new=pin)


def test_a_pin_is_changed_with_the_old_one(home: Home) -> None:
    def change(pin: str, new: str) -> object:
        return wallet.access.change_pin(home.tx, ring=home.ring, person_id=home.id, pin=pin, new=new)

    assert isinstance(change(WRONG, OTHER_PIN), errors.WrongPin)
    assert isinstance(change(PIN, PIN), errors.SamePin)
    assert change(PIN, OTHER_PIN) is None
    assert home.check(OTHER_PIN) is None
    assert isinstance(home.check(PIN), errors.WrongPin)
    with pytest.raises(errors.PinAlreadySet):
        wallet.access.set_pin(home.tx, ring=home.ring, person_id=home.id, pin=PIN)
    with pytest.raises(errors.BadPin):
        wallet.access.set_pin(home.tx, ring=home.ring, person_id=home.id, pin="1")


def test_a_pin_outlives_a_new_pepper_and_is_kept_with_it_from_then_on(home: Home) -> None:
    turned = ring(peppers=2)
    assert wallet.access.check_pin(home.tx, ring=turned, person_id=home.id, pin=PIN) is None
    kept = home.tx.connection.execute(
        "SELECT pepper_version FROM wallet.pins WHERE person_id = %s ORDER BY number", [home.id]
    ).fetchall()
    assert kept == [(1,), (2,)]
    assert wallet.access.check_pin(home.tx, ring=turned, person_id=home.id, pin=PIN) is None


def test_nothing_of_pin_or_code_can_be_read_in_the_database(home: Home) -> None:
    code = home.code(CodePurpose.PAY)
    tables = ("wallet.pins", "wallet.codes", "foundation.messages", "foundation.audit")
    for table in tables:
        rows = home.tx.connection.execute(f"SELECT t::text FROM {table} t".encode()).fetchall()
        assert rows
        # What is sealed is random bytes, among which six digits may stand by chance: those columns are hex.
        text = " ".join(row[0] for row in rows).replace("\\\\x", "")
        assert PIN not in text
        if table != "foundation.messages":
            assert f"{code}," not in text
    assert PIN not in repr(home.device())


def test_a_wallet_that_was_opened_for_a_benefit_has_no_pin_yet(city: City) -> None:
    refused = wallet.access.check_pin(city.tx, ring=ring(), person_id=city.resident, pin=PIN)
    assert isinstance(refused, errors.NoPinSet)


def test_a_code_is_used_once_and_for_what_it_was_sent(home: Home) -> None:
    def check(code: str, purpose: CodePurpose = CodePurpose.PAY) -> object:
        return wallet.access.check_code(
            home.tx, ring=home.ring, person_id=home.id, purpose=purpose, code=code
        )

    code = home.code(CodePurpose.PAY)
    assert isinstance(check(code, CodePurpose.DEVICE), errors.WrongCode)
    assert check(f" {code} ") == PHONE
    assert isinstance(check(code), errors.WrongCode)


def test_a_code_ends_with_time_with_a_newer_one_and_with_guessing(home: Home) -> None:
    def check(at: Home, code: str) -> object:
        return wallet.access.check_code(
            at.tx, ring=at.ring, person_id=at.id, purpose=CodePurpose.PAY, code=code
        )

    old = home.code(CodePurpose.PAY)
    assert isinstance(check(home.later(minutes=10), old), errors.WrongCode)
    first = home.code(CodePurpose.PAY)
    second = home.code(CodePurpose.PAY)
    if first != second:
        assert isinstance(check(home, first), errors.WrongCode)
    assert check(home, second) == PHONE
    home = home.later(hours=2)
    third = home.code(CodePurpose.PAY)
    wrong = f"{(int(third) + 1) % 10**6:06d}"
    for _ in range(5):
        assert isinstance(check(home, wrong), errors.WrongCode)
    assert isinstance(check(home, third), errors.WrongCode)


def test_nobody_is_pestered_with_codes(home: Home) -> None:
    home = home.later(hours=2)
    for _ in range(5):
        home.code(CodePurpose.PAY)
    with pytest.raises(errors.TooManyCodes):
        home.code(CodePurpose.DEVICE)
    # Nor by way of somebody else who shares the telephone.
    other = move_in_at(home, OTHER_PHONE)
    with pytest.raises(errors.TooManyCodes):
        wallet.access.send_code(
            home.tx, ring=home.ring, person_id=other.id, purpose=CodePurpose.PAY, phone=PHONE
        )
    assert home.later(hours=1).code(CodePurpose.PAY)


def move_in_at(home: Home, phone: str) -> Home:
    return move_in(home.tx, given_names="Luz", phone=phone)


def test_a_message_that_comes_too_late_is_dropped(home: Home) -> None:
    wallet.access.send_code(home.tx, ring=home.ring, person_id=home.id, purpose=CodePurpose.PAY, phone=PHONE)
    home = home.later(minutes=10)
    assert home.telephones.deliver(home.tx) == 0
    assert outbox.list_waiting(home.tx) == []
