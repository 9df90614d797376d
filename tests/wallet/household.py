"""Residents with telephones, PINs and devices, for tests about who may use a wallet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import TypeVar

from ayni import identity, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.identity import NewPerson
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.sandbox.telephones import PretendTelephones
from ayni.values.ids import PersonId
from ayni.wallet.model.access import BoundDevice, CodePurpose, DeviceKind, OpenedSession
from tests.wallet.rings import ring

PIN, OTHER_PIN, WRONG = "739164", "284017", "605823"
BORN = date(1980, 5, 4)
PHONE, OTHER_PHONE = "+51987654321", "+51912345678"
REGISTER = SandboxIdentityRegister()
_documents = (str(n) for n in count(60_000_000) if n % 100 < 90)
_Value = TypeVar("_Value")


def good(answer: _Value | AyniError) -> _Value:
    """What is no refusal."""
    assert not isinstance(answer, AyniError), answer
    return answer


def newcomer(given_names: str = "Rosa María", phone: str | None = PHONE) -> NewPerson:
    """Somebody who names themselves."""
    return NewPerson(
        given_names=given_names,
        first_surname="Quispe",
        second_surname="Huamán",
        birth_on=BORN,
        synthetic=True,
        document=("DNI", next(_documents)),
        phone=phone,
    )


@dataclass
class Home:
    """A resident with a wallet in use, their telephone, and the ring and telephones of the city."""

    tx: Tx
    ring: KeyRing
    telephones: PretendTelephones
    person: NewPerson
    id: PersonId

    def code(self, purpose: CodePurpose, phone: str = PHONE) -> str:
        wallet.access.send_code(self.tx, ring=self.ring, person_id=self.id, purpose=purpose, phone=phone)
        return self.read(phone)

    def read(self, phone: str = PHONE) -> str:
        """The newest code that a telephone has received."""
        self.telephones.deliver(self.tx)
        return self.telephones.last_code(phone)

    def check(self, pin: str = PIN) -> AyniError | None:
        return wallet.access.check_pin(self.tx, ring=self.ring, person_id=self.id, pin=pin)

    def device(self, name: str = "my telephone", phone: str = PHONE) -> BoundDevice:
        return good(
            wallet.access.bind_device(
                self.tx,
                ring=self.ring,
                person_id=self.id,
                kind=DeviceKind.BROWSER,
                name=name,
                pin=PIN,
                code=self.code(CodePurpose.DEVICE, phone),
            )
        )

    def session(self, device: BoundDevice, pin: str = PIN) -> OpenedSession | AyniError:
        return wallet.access.open_session(
            self.tx, ring=self.ring, person_id=self.id, device_token=device.token, pin=pin
        )

    def later(self, **span: int) -> Home:
        """The same, so much later."""
        at = self.tx.now + timedelta(**span)
        set_clock(self.tx, at=at)
        return replace(self, tx=replace(self.tx, now=at))


def move_in(tx: Tx, *, given_names: str = "Rosa María", phone: str = PHONE) -> Home:
    """A resident who has opened a wallet with document, telephone and PIN. The books must be set up."""
    keys = ring()
    telephones = PretendTelephones(keys)
    person = newcomer(given_names, phone)
    person_id = wallet.access.begin_opening(tx, ring=keys, register=REGISTER, person=person)
    telephones.deliver(tx)
    done = wallet.access.finish_opening(
        tx, ring=keys, person_id=person_id, code=telephones.last_code(phone), pin=PIN
    )
    assert done is None, done
    return Home(tx, keys, telephones, person, person_id)


def add_phone(tx: Tx, person_id: PersonId, phone: str) -> None:
    """A telephone that is proven to reach the person."""
    identity.reach.add_contact(tx, person_id=person_id, phone=phone, reason="asked")
    identity.reach.verify_contact(tx, person_id=person_id, phone=phone)
