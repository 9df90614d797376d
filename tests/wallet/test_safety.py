"""Odd orders ask for a code, wait for an officer, or are noted; and names are not gathered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from ayni import identity, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.country import Country, ParameterValue
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.identity import NewPerson, OfficerRole, OwnCase
from ayni.identity.errors import RoleNotGranted
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.sandbox.sanctions import PretendSanctions
from ayni.values.ids import PersonId, new_id
from ayni.wallet import Order, OrderKind, SanctionEntry
from ayni.wallet.errors import WalletMayNotSpend
from ayni.wallet.errors.access import WrongCode
from ayni.wallet.errors.safety import (
    CaseRefused,
    CodeNeeded,
    HeldForReview,
    SanctionsListUnavailable,
    TooManyLookups,
    UnknownCase,
    UnknownDecision,
)
from ayni.wallet.model.access import CodePurpose
from ayni.wallet.model.stops import StopKind
from tests.identity.cast import acting, officer
from tests.wallet.conftest import City
from tests.wallet.household import Home, move_in

FRIEND = "+51987000061"


@pytest.fixture
def home(city: City) -> Home:
    home = move_in(city.tx)
    city.neighbour(FRIEND)
    city.give(100_000, to=home.id)
    return home


def order(city: City, home: Home, kind: OrderKind, amount: int = 1_000, key: UUID | None = None) -> Order:
    to = city.agent.id
    if kind is OrderKind.SEND:
        (to,) = identity.list_people_reached(city.tx, phone=FRIEND)
    return Order(kind, home.id, to, amount, "phone", key or city.keys())


def look(city: City, one: Order, device_id: UUID | None = None) -> AyniError | None:
    return wallet.safety.look_at(city.tx, order=one, device_id=device_id)


def carry_out(city: City, one: Order) -> object:
    (answer,) = wallet.carry_out(city.tx, orders=[one])
    return answer


def compliance(tx: Tx, login: str = "carmen") -> Tx:
    return acting(tx, officer(tx, login, OfficerRole.COMPLIANCE))


def test_an_ordinary_day_is_not_odd(city: City, home: Home) -> None:
    for kind in (OrderKind.SEND, OrderKind.CASH_OUT, OrderKind.CASH_IN):
        one = order(city, home, kind)
        assert look(city, one) is None
        assert isinstance(carry_out(city, one), wallet.Receipt)


def test_a_large_order_from_a_new_device_asks_for_a_code(city: City, home: Home) -> None:
    home.device("first")
    home = home.later(hours=1)
    city = replace(city, tx=home.tx)
    new = home.device("thief's").device
    small, large = (order(city, home, OrderKind.SEND, amount) for amount in (19_999, 20_000))
    assert look(city, small, new.id) is None
    refused = look(city, large, new.id)
    assert isinstance(refused, CodeNeeded)
    assert isinstance(carry_out(city, large), CodeNeeded)
    # A shop can still be paid.
    assert wallet.pay(
        city.tx, person_id=home.id, merchant_id=city.bodega.id, amount_minor=100, client="p", key=city.keys()
    )
    assert isinstance(answer(home, "000000"), WrongCode)
    assert isinstance(look(city, large, new.id), CodeNeeded)
    assert answer(home, home.code(CodePurpose.PAY)) is None
    assert look(city, large, new.id) is None
    assert isinstance(carry_out(city, large), wallet.Receipt)
    tomorrow = home.later(hours=25)
    city = replace(city, tx=tomorrow.tx)
    assert look(city, order(city, home, OrderKind.SEND, 30_000), new.id) is None


def answer(home: Home, code: str) -> AyniError | None:
    return wallet.safety.answer_code(home.tx, ring=home.ring, person_id=home.id, code=code)


def test_the_first_device_is_not_a_new_one(city: City, home: Home) -> None:
    first = home.device("first").device
    assert look(city, order(city, home, OrderKind.SEND, 50_000), first.id) is None


def test_many_sends_within_an_hour_ask_for_a_code(city: City, home: Home) -> None:
    for _ in range(5):
        one = order(city, home, OrderKind.SEND)
        assert look(city, one) is None
        carry_out(city, one)
    sixth = order(city, home, OrderKind.SEND)
    assert isinstance(look(city, sixth), CodeNeeded)
    with pytest.raises(CodeNeeded):
        wallet.send(
            city.tx, person_id=home.id, phone="+51987000062", amount_minor=100, client="p", key=city.keys()
        )
    with pytest.raises(CodeNeeded):
        wallet.make_cash_code(
            city.tx, ring=home.ring, person_id=home.id, amount_minor=1_000, client="p", key=city.keys()
        )
    at = city.tx.now + timedelta(hours=2)
    set_clock(city.tx, at=at)
    later = replace(city, tx=replace(city.tx, now=at))
    # An hour later it is not odd any more, but what was asked for stands until it is answered.
    assert isinstance(look(later, order(later, home, OrderKind.SEND)), CodeNeeded)


def receive_from_many(city: City, home: Home, count: int) -> None:
    phone = home.person.phone
    assert phone is not None
    for number in range(count):
        payer = replace(city, resident=city.neighbour(f"+5198700{number + 7000}"))
        city.give(500, to=payer.resident)
        payer.send(500, phone)


def test_many_small_receipts_and_then_cash_wait_for_an_officer(city: City, home: Home) -> None:
    receive_from_many(city, home, 8)
    assert look(city, order(city, home, OrderKind.SEND)) is None
    one = order(city, home, OrderKind.CASH_OUT, 10_000)
    assert isinstance(look(city, one), HeldForReview)
    assert isinstance(carry_out(city, one), HeldForReview)
    acting_tx = compliance(city.tx)
    [waiting] = wallet.safety.list_queue(acting_tx)
    assert "8 payers" in waiting.reason
    with pytest.raises(CaseRefused):
        wallet.safety.decide(acting_tx, decision_id=waiting.id, is_wrong=False, reason=" ")
    wallet.safety.decide(
        acting_tx, decision_id=waiting.id, is_wrong=False, reason="a collection for a funeral"
    )
    assert look(city, one) is None
    assert isinstance(carry_out(city, one), wallet.Receipt)
    assert wallet.safety.list_queue(acting_tx) == []
    with pytest.raises(UnknownDecision):
        wallet.safety.decide(acting_tx, decision_id=waiting.id, is_wrong=True, reason="again")
    with pytest.raises(UnknownDecision):
        wallet.safety.decide(acting_tx, decision_id=new_id(city.tx.now), is_wrong=True, reason="none")


def test_what_was_wrong_freezes_the_wallet_and_opens_a_case(city: City, home: Home) -> None:
    receive_from_many(city, home, 8)
    look(city, order(city, home, OrderKind.CASH_OUT, 10_000))
    acting_tx = compliance(city.tx)
    [waiting] = wallet.safety.list_queue(acting_tx)
    wallet.safety.decide(acting_tx, decision_id=waiting.id, is_wrong=True, reason="a mule")
    assert [one.kind for one in wallet.stops.list_open(city.tx, person_id=home.id)] == [
        StopKind.FROZEN_BY_OFFICE
    ]
    [case] = wallet.cases.list_open(acting_tx)
    assert case.person_id == home.id
    wallet.cases.add_note(acting_tx, case_id=case.id, note="eight payers, none of whom knows the holder")
    told = wallet.cases.report(acting_tx, case_id=case.id)
    assert len(told["statement"]) == 9
    assert told["decisions"][0]["rule"] == "many small receipts, then cash"
    assert told["notes"][0]["note"].startswith("eight payers")
    for bad in ("", " ", "x" * 4_001):
        with pytest.raises(CaseRefused):
            wallet.cases.add_note(acting_tx, case_id=case.id, note=bad)
    with pytest.raises(CaseRefused):
        wallet.cases.end_case(acting_tx, case_id=case.id, reason="told", reference=" ")
    wallet.cases.end_case(acting_tx, case_id=case.id, reason="told", reference="ROS-2025-17")
    for step in (
        lambda: wallet.cases.end_case(acting_tx, case_id=case.id, reason="again"),
        lambda: wallet.cases.add_note(acting_tx, case_id=case.id, note="late"),
        lambda: wallet.cases.report(acting_tx, case_id=new_id(city.tx.now)),
    ):
        with pytest.raises(UnknownCase):
            step()
    assert wallet.cases.list_open(acting_tx) == []


def test_the_subject_of_a_case_is_told_nothing(city: City, home: Home) -> None:
    acting_tx = compliance(city.tx)
    case_id = wallet.cases.open_case(acting_tx, person_id=home.id, reason="a tip")
    wallet.cases.report(acting_tx, case_id=case_id)
    export = str(identity.export_person(city.tx, person_id=home.id, purpose="asked"))
    assert str(case_id) not in export
    assert "a tip" not in export
    assert identity.list_reads(city.tx, person_id=home.id)[0].purpose == "asked"


def test_only_compliance_decides_and_not_about_itself(city: City, home: Home) -> None:
    receive_from_many(city, home, 8)
    look(city, order(city, home, OrderKind.CASH_OUT, 10_000))
    [waiting] = wallet.safety.list_queue(compliance(city.tx))
    for step in (
        lambda tx: wallet.safety.list_queue(tx),
        lambda tx: wallet.safety.decide(tx, decision_id=waiting.id, is_wrong=False, reason="x"),
        lambda tx: wallet.cases.open_case(tx, person_id=home.id, reason="x"),
        lambda tx: wallet.cases.list_open(tx),
        lambda tx: wallet.screening.list_open(tx),
    ):
        with pytest.raises(RoleNotGranted):
            step(acting(city.tx, officer(city.tx, f"luz{id(step)}", OfficerRole.AGENT_SUPERVISOR)))
    own = identity.register_officer(city.tx, login="own", roles=[OfficerRole.COMPLIANCE], person_id=home.id)
    with pytest.raises(OwnCase):
        wallet.safety.decide(acting(city.tx, own), decision_id=waiting.id, is_wrong=False, reason="x")


def test_cash_back_and_forth_with_one_agent_is_noted_and_goes_on(city: City, home: Home) -> None:
    for _ in range(2):
        for kind in (OrderKind.CASH_IN, OrderKind.CASH_OUT):
            one = order(city, home, kind)
            assert look(city, one) is None
            assert isinstance(carry_out(city, one), wallet.Receipt)
    [noted] = wallet.safety.list_queue(compliance(city.tx))
    assert (noted.action, noted.shop_id) == ("review", city.agent.id)
    assert "in-out-in-out" in noted.reason


class Stricter:
    """The same country with one rule of its own."""

    def __init__(self, country: Country, *rows: tuple[object, ...]) -> None:
        self._country, self._rows = country, rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._country, name)

    def parameter(self, name: str, *, on: date) -> ParameterValue:
        return self._rows if name == "wallet.safety_rules" else self._country.parameter(name, on=on)


def test_rules_are_data(city: City, home: Home) -> None:
    rule = ("any send of 5 soles", "sends", 1, 1, 500, "hold")
    strict = replace(city, tx=replace(city.tx, country=Stricter(city.tx.country, rule)))
    assert look(strict, order(city, home, OrderKind.SEND, 499)) is None
    assert isinstance(look(strict, order(city, home, OrderKind.SEND, 500)), HeldForReview)
    # What is held keeps from sending and from taking cash out, and from nothing else.
    assert look(city, order(city, home, OrderKind.CASH_IN)) is None


def test_names_are_not_gathered(city: City, home: Home) -> None:
    city.neighbour("+51987000065")

    def look_up() -> object:
        return wallet.safety.look_up(city.tx, person_id=home.id, phone="+51987000065")

    found = [look_up() for _ in range(30)]
    assert all(isinstance(one, list) and len(one) == 1 for one in found)
    assert isinstance(look_up(), TooManyLookups)
    at = city.tx.now + timedelta(hours=1, seconds=1)
    set_clock(city.tx, at=at)
    city = replace(city, tx=replace(city.tx, now=at))
    assert isinstance(look_up(), list)


def named(city: City, given: str, first: str, born: date | None = None) -> PersonId:
    number = str(71_000_000 + len(given + first) * 101 + (born.year if born else 0))
    person = identity.register_person(
        city.tx,
        person=NewPerson(
            given_names=given,
            first_surname=first,
            second_surname="Mamani",
            birth_on=born,
            synthetic=True,
            document=("DNI", number),
        ),
    )
    identity.verify_documents(city.tx, SandboxIdentityRegister(), person_ids=[person.id])
    wallet.open_wallets(city.tx, person_ids=[person.id])
    wallet.take_into_use(city.tx, person_ids=[person.id])
    city.give(1_000, to=person.id)
    return person.id


def screen(city: City, *entries: SanctionEntry) -> list[PersonId]:
    return [
        hit.person_id
        for entry in entries
        for hit in wallet.screening.screen_entry(city.tx, list_name="UN", version="1", entry=entry)
    ]


def test_whoever_may_be_on_a_list_is_stopped_and_decided_about_once(city: City) -> None:
    person_id = named(city, "Wilfredo", "Guamani", date(1970, 3, 4))
    entry = SanctionEntry("Q.1", "Huamani Mamani, Wilfredo", birth_year=1971)
    assert screen(city, entry) == [person_id]
    assert screen(city, entry) == []
    with pytest.raises(WalletMayNotSpend):
        replace(city, resident=person_id).pay(100)
    acting_tx = compliance(city.tx)
    [hit] = wallet.screening.list_open(acting_tx)
    with pytest.raises(CaseRefused):
        wallet.screening.decide(acting_tx, hit_id=hit.id, is_same=False, reason="")
    wallet.screening.decide(acting_tx, hit_id=hit.id, is_same=False, reason="born elsewhere")
    replace(city, resident=person_id).pay(100)
    assert screen(city, entry) == []
    with pytest.raises(UnknownDecision):
        wallet.screening.decide(acting_tx, hit_id=hit.id, is_same=True, reason="again")
    with pytest.raises(UnknownDecision):
        wallet.screening.decide(acting_tx, hit_id=new_id(city.tx.now), is_same=True, reason="none")


def test_whoever_is_on_a_list_stays_stopped(city: City) -> None:
    person_id = named(city, "Wilfredo", "Guamani", date(1970, 3, 4))
    screen(city, SanctionEntry("Q.1", "Wilfredo Huamani Mamani", birth_on=date(1970, 3, 4)))
    acting_tx = compliance(city.tx)
    [hit] = wallet.screening.list_open(acting_tx)
    wallet.screening.decide(acting_tx, hit_id=hit.id, is_same=True, reason="the same photograph")
    with pytest.raises(WalletMayNotSpend):
        replace(city, resident=person_id).pay(100)


def test_what_a_court_began_no_list_ends(city: City) -> None:
    person_id = named(city, "Wilfredo", "Guamani", date(1970, 3, 4))
    supervisor = acting(city.tx, officer(city.tx, "luz", OfficerRole.AGENT_SUPERVISOR))
    wallet.stops.stop_wallet(supervisor, person_id=person_id, reason="seized", authority="Exp. 12-2025")
    screen(city, SanctionEntry("Q.1", "Wilfredo Huamani Mamani"))
    acting_tx = compliance(city.tx)
    [hit] = wallet.screening.list_open(acting_tx)
    wallet.screening.decide(acting_tx, hit_id=hit.id, is_same=False, reason="another")
    assert [one.authority for one in wallet.stops.list_open(city.tx, person_id=person_id)] == ["Exp. 12-2025"]


def test_another_birth_or_another_name_is_nobody_on_the_list(city: City) -> None:
    named(city, "Wilfredo", "Guamani", date(1970, 3, 4))
    for entry in (
        SanctionEntry("Q.1", "Wilfredo Huamani Mamani", birth_year=1985),
        SanctionEntry("Q.2", "Wilfredo Huamani Mamani", birth_on=date(1970, 3, 5)),
        SanctionEntry("Q.3", "Zoila Pérez Luján"),
    ):
        assert screen(city, entry) == []


def test_a_document_is_found_whatever_the_name(city: City, home: Home) -> None:
    assert home.person.document is not None
    assert screen(city, SanctionEntry("Q.1", "Somebody Else", document=home.person.document)) == [home.id]


def test_a_list_that_cannot_be_had_is_told(city: City) -> None:
    down = PretendSanctions(is_down=True)

    class Nowhere:
        def transaction(self, *_: object) -> None:
            raise AssertionError("nothing was asked of the database")

    with pytest.raises(SanctionsListUnavailable, match="pretend list"):
        wallet.screen(Nowhere(), source=down)  # type: ignore[arg-type]
