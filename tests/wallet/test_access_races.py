"""Thieves try many things at once; each is counted."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from ayni import wallet
from ayni.foundation.db import Database
from ayni.foundation.errors import AyniError
from ayni.wallet.model.access import CodePurpose
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import build
from tests.wallet.household import PHONE, PIN, WRONG, move_in

AT_ONCE = 16


def test_of_many_pins_tried_at_once_only_three_are_looked_at(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        build(tx)
        home = move_in(tx)

    def attempt(place: int) -> AyniError | None:
        with own_database.transaction(TEST_ACTOR) as tx:
            return wallet.access.check_pin(tx, ring=home.ring, person_id=home.id, pin=WRONG)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(type(answer).__name__ for answer in pool.map(attempt, range(AT_ONCE)))
    assert answers == {"WrongPin": 2, "PinLocked": AT_ONCE - 2}
    with own_database.transaction(TEST_ACTOR) as tx:
        (wrong,) = tx.connection.execute("SELECT wrong FROM wallet.pin_tries").fetchone() or (None,)
        assert wrong == 3
        refused = wallet.access.check_pin(tx, ring=home.ring, person_id=home.id, pin=PIN)
        assert isinstance(refused, wallet.errors.access.PinLocked)


def test_a_code_that_is_typed_twice_at_once_is_used_once(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        build(tx)
        home = move_in(tx)
        home.tx = tx
        code = home.code(CodePurpose.PAY)

    def attempt(place: int) -> AyniError | str:
        with own_database.transaction(TEST_ACTOR) as tx:
            return wallet.access.check_code(
                tx, ring=home.ring, person_id=home.id, purpose=CodePurpose.PAY, code=code
            )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(attempt, range(AT_ONCE)))
    assert [answer for answer in answers if answer == PHONE] == [PHONE]


def test_codes_asked_for_at_once_are_not_more_than_an_hour_has(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        build(tx)
        home = move_in(tx)

    def attempt(place: int) -> bool:
        try:
            with own_database.transaction(TEST_ACTOR) as tx:
                wallet.access.send_code(
                    tx, ring=home.ring, person_id=home.id, purpose=CodePurpose.PAY, phone=PHONE
                )
        except wallet.errors.access.TooManyCodes:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        # One was sent at the opening.
        assert sum(pool.map(attempt, range(AT_ONCE))) == 4
