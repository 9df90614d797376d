"""Who may have a wallet, and which shops there are."""

from __future__ import annotations

import pytest

from ayni import identity, ledger, payments, wallet
from ayni.foundation.audit import list_audit
from ayni.foundation.db import Tx
from ayni.identity.errors import UnknownPerson
from ayni.values.ids import PersonId, new_id, show_id
from ayni.wallet import WhyNoWallet
from ayni.wallet.errors import (
    BadPurpose,
    ShopCodeTaken,
    ShopRefused,
    TiersNotSetUp,
    UnknownPurpose,
    UnknownShop,
)
from tests.wallet.conftest import City, register


def test_only_people_with_a_verified_document_have_a_wallet(city: City) -> None:
    (verified,) = register(city.tx)
    (unverified,) = register(city.tx, synthetic=False)
    (undocumented,) = register(city.tx, document=False)
    stranger = PersonId(new_id(city.tx.now))
    asked = [undocumented, verified, stranger, unverified, city.resident, verified]
    opened = wallet.open_wallets(city.tx, person_ids=asked)
    assert opened.opened == (verified,)
    assert opened.refused == {
        undocumented: WhyNoWallet.NO_DOCUMENT,
        stranger: WhyNoWallet.UNKNOWN_PERSON,
        unverified: WhyNoWallet.DOCUMENT_NOT_VERIFIED,
        city.resident: WhyNoWallet.HAS_WALLET,
    }
    assert all(why.sentence.endswith(".") for why in opened.refused.values())
    assert city.violations() == []


def test_opening_twice_opens_once(city: City) -> None:
    people = register(city.tx, 3)
    first = wallet.open_wallets(city.tx, person_ids=people)
    refs = [wallet.get_wallet(city.tx, person_id=person).owner_ref for person in people]
    second = wallet.open_wallets(city.tx, person_ids=people)
    assert (len(first.opened), len(second.opened)) == (3, 0)
    assert [wallet.get_wallet(city.tx, person_id=person).owner_ref for person in people] == refs


def test_the_audit_trail_knows_who_was_given_a_wallet_and_how_many(city: City) -> None:
    (one,) = register(city.tx)
    wallet.open_wallets(city.tx, person_ids=[one])
    assert [row.action for row in list_audit(city.tx, subject=show_id("per", one))][
        -1
    ] == "wallet.open_wallets"
    wallet.open_wallets(city.tx, person_ids=[one, *register(city.tx, 5)])
    assert list_audit(city.tx, subject="many people")[-1].details == {"opened": 5}


def test_nobody_at_all_is_no_trouble(city: City) -> None:
    assert wallet.open_wallets(city.tx, person_ids=[]).opened == ()


def test_the_ledgers_owner_says_nothing_of_the_person(city: City) -> None:
    found = wallet.get_wallet(city.tx, person_id=city.resident)
    assert found.owner_ref != city.resident
    assert found.owner_ref.bytes[6:] != city.resident.bytes[6:]


def test_a_new_wallet_is_empty_and_may_spend(city: City) -> None:
    balance = city.balance()
    assert (balance.total_minor, balance.available_minor, balance.bound_minor, balance.may_spend) == (
        0,
        0,
        {},
        True,
    )


def test_without_books_or_tiers_nothing_opens(tx: Tx) -> None:
    people = register(tx, 1)
    with pytest.raises(TiersNotSetUp):
        wallet.open_wallets(tx, person_ids=people)
    wallet.set_up_tiers(tx)
    with pytest.raises(TiersNotSetUp):
        wallet.open_wallets(tx, person_ids=people)
    assert wallet.find_wallet(tx, person_id=people[0]) is None
    payments.set_up_books(tx)
    assert wallet.open_wallets(tx, person_ids=people).opened == tuple(people)


def test_the_sign_of_a_shop_leads_to_it(city: City) -> None:
    assert wallet.find_shop(city.tx, code="BODEGA01") == city.bodega
    assert wallet.get_shop(city.tx, shop_id=city.agent.id) == city.agent
    assert wallet.find_shop(city.tx, code="NADIE") is None
    for code in ("\x00", "\ud800", "x" * 1_000_000):
        assert wallet.find_shop(city.tx, code=code) is None
    with pytest.raises(UnknownShop):
        wallet.get_shop(city.tx, shop_id=new_id(city.tx.now))
    assert [row.action for row in list_audit(city.tx, subject="BODEGA01")] == ["wallet.open_merchant"]


def test_a_code_belongs_to_one_shop(city: City) -> None:
    with pytest.raises(ShopCodeTaken):
        wallet.open_agent(
            city.tx, keeper_id=city.agent.keeper_id, code="BODEGA01", display_name="Agente Repetido"
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": ""},
        {"code": "abc123"},
        {"code": "A" * 13},
        {"display_name": "   "},
        {"display_name": "x" * 1_000_000},
        {"display_name": "Bodega\x00"},
        {"display_name": "Bodega \ud800"},
        {"category": "Food & drink"},
    ],
)
def test_a_shop_that_cannot_be_is_refused(city: City, wrong: dict[str, str]) -> None:
    right = {"code": "BODEGA77", "display_name": "Bodega Nueva", "category": "grocery"}
    with pytest.raises(ShopRefused):
        wallet.open_merchant(city.tx, keeper_id=city.bodega.keeper_id, **{**right, **wrong})
    assert wallet.find_shop(city.tx, code="BODEGA77") is None


def test_a_shop_has_a_keeper_whom_we_know(city: City) -> None:
    with pytest.raises(UnknownPerson):
        wallet.open_agent(
            city.tx, keeper_id=PersonId(new_id(city.tx.now)), code="AGENTE09", display_name="Agente Nadie"
        )


def test_purposes_are_defined_once_and_named_plainly(city: City) -> None:
    assert wallet.define_purpose(city.tx, name="food") == wallet.define_purpose(city.tx, name="food")
    for name in ("", "Food", "two words", "x" * 41, "a\x00", "a\ud800"):
        with pytest.raises(BadPurpose):
            wallet.define_purpose(city.tx, name=name)
    with pytest.raises(UnknownPurpose):
        wallet.open_merchant(
            city.tx,
            keeper_id=city.bodega.keeper_id,
            code="BODEGA88",
            display_name="Bodega",
            category="grocery",
            accepts=["travel"],
        )


def test_links_between_people_and_money_are_never_edited(city: City) -> None:
    for table in ("wallets", "shops", "purposes", "purpose_accounts", "accepted_purposes"):
        allowed = city.tx.connection.execute(
            "SELECT has_table_privilege('ayni_app', %s, 'UPDATE, DELETE')", [f"wallet.{table}"]
        ).fetchone()
        assert allowed == (False,)
    assert ledger.list_violations(city.tx) == []


def test_the_dead_are_given_no_wallet_and_the_living_beside_them_are(city: City) -> None:
    dead, living = register(city.tx, 2)
    identity.lives.record_death(
        city.tx, person_id=dead, died_on=city.tx.today, source="register", reason="told by the register"
    )
    opened = wallet.open_wallets(city.tx, person_ids=[dead, living])
    assert opened.opened == (living,)
    assert opened.refused == {dead: WhyNoWallet.HAS_DIED}
