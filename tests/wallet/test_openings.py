"""A wallet is opened by whoever names themselves and answers the telephone; or taken into use after a
benefit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ayni import identity, wallet
from ayni.identity import NewPerson
from ayni.sandbox.telephones import PretendTelephones
from ayni.values.ids import PersonId
from ayni.wallet.errors import access as errors
from tests.wallet.conftest import City
from tests.wallet.household import (
    OTHER_PHONE,
    PHONE,
    PIN,
    REGISTER,
    Home,
    move_in,
    newcomer,
)
from tests.wallet.rings import ring

RING = ring()


def begin(city: City, person: NewPerson, **more: object) -> PersonId:
    return wallet.access.begin_opening(city.tx, ring=RING, register=REGISTER, person=person, **more)


def finish(city: City, person_id: PersonId, code: str, pin: str = PIN) -> object:
    return wallet.access.finish_opening(city.tx, ring=RING, person_id=person_id, code=code, pin=pin)


def code_at(city: City, phone: str = PHONE) -> str:
    telephones = PretendTelephones(RING)
    telephones.deliver(city.tx)
    return telephones.last_code(phone)


def test_somebody_opens_a_wallet_with_document_telephone_and_pin(city: City) -> None:
    home = move_in(city.tx)
    assert wallet.find_wallet(city.tx, person_id=home.id) is not None
    assert identity.list_phones_reaching(city.tx, person_id=home.id) == [PHONE]
    assert home.check() is None


def test_who_was_given_a_wallet_for_a_benefit_takes_it_into_use(city: City) -> None:
    person = newcomer()
    known = identity.register_person(city.tx, person=person)
    identity.verify_documents(city.tx, REGISTER, person_ids=[known.id])
    wallet.open_wallets(city.tx, person_ids=[known.id])
    city.give(5_000, to=known.id)
    assert begin(city, replace(person, given_names="ROSA", first_surname="Kispe")) == known.id
    assert finish(city, known.id, code_at(city)) is None
    assert city.balance(known.id).available_minor == 5_000


def test_a_wallet_in_use_is_not_opened_again(city: City) -> None:
    home = move_in(city.tx)
    with pytest.raises(errors.AlreadyInUse):
        begin(city, home.person)
    with pytest.raises(errors.AlreadyInUse):
        finish(city, home.id, "000000")


@pytest.mark.parametrize(
    "told",
    [
        {"given_names": "Carmen"},
        {"first_surname": "Choque"},
        {"birth_on": date(1980, 5, 5)},
        {"birth_on": None},
    ],
)
def test_whose_document_it_is_not_learns_nothing(city: City, told: dict[str, object]) -> None:
    person = newcomer()
    identity.register_person(city.tx, person=person)
    with pytest.raises(errors.NotTheHolder):
        begin(city, replace(person, **told))  # type: ignore[arg-type]


def test_a_telephone_that_the_file_does_not_know_needs_an_agent_who_sees_the_document(city: City) -> None:
    person = newcomer()
    known = identity.register_person(city.tx, person=person)
    elsewhere = replace(person, phone=OTHER_PHONE)
    with pytest.raises(errors.NotReachedThere):
        begin(city, elsewhere)
    begin(city, elsewhere, shop_id=city.agent.id)
    assert finish(city, known.id, code_at(city, OTHER_PHONE)) is None
    assert OTHER_PHONE in identity.list_phones_reaching(city.tx, person_id=known.id)


def test_an_agent_opens_no_wallet_for_themselves(city: City) -> None:
    person = newcomer()
    known = identity.register_person(city.tx, person=person)
    own = wallet.open_agent(city.tx, keeper_id=known.id, code="AGENTE02", display_name="Agente Rosa")
    with pytest.raises(errors.OwnAccess):
        begin(city, person, shop_id=own.id)
    with pytest.raises(wallet.errors.UnknownShop):
        begin(city, person, shop_id=city.bodega.id)


def test_without_the_code_there_is_no_wallet(city: City) -> None:
    person_id = begin(city, newcomer())
    code = code_at(city)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert isinstance(finish(city, person_id, wrong), errors.WrongCode)
    assert wallet.find_wallet(city.tx, person_id=person_id) is None
    with pytest.raises(errors.WeakPin):
        finish(city, person_id, code, "111111")
    assert finish(city, person_id, code) is None


def test_a_document_that_the_register_does_not_know_opens_no_wallet(city: City) -> None:
    person_id = begin(city, replace(newcomer(), document=("DNI", "60123497")))
    refused = finish(city, person_id, code_at(city))
    assert isinstance(refused, errors.DocumentNotConfirmed)
    assert wallet.find_wallet(city.tx, person_id=person_id) is None


def test_several_people_share_a_telephone_and_each_has_a_pin(city: City) -> None:
    rosa = move_in(city.tx)
    luz: Home = move_in(city.tx, given_names="Luz")
    assert rosa.id != luz.id
    found = wallet.find_payees(city.tx, phone=PHONE)
    assert {one.person_id for one in found} == {rosa.id, luz.id}
    assert rosa.check() is None
    assert luz.check() is None
