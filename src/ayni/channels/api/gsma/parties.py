"""Who is meant by the standard's identifiers: a resident's wallet, or a shop by the code on its sign."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ayni import wallet
from ayni.channels.api.gsma.errors import BadField, UnknownParty
from ayni.channels.api.gsma.wire import Pair
from ayni.foundation.db import Tx
from ayni.values.ids import NotAnId, PersonId, read_id
from ayni.wallet import Shop

IDENTIFIERS = frozenset(
    {
        *("walletid", "accountid", "msisdn", "organisationid", "storeid", "serviceprovider", "consumerno"),
        *("accountcategory", "bankaccountno", "accountrank", "identityalias", "iban", "swiftbic", "sortcode"),
        *("username", "linkref", "bankname", "bankaccounttitle", "emailaddress", "mandatereference"),
    }
)
"""What the standard knows; we know people by the first three below, and shops by the others."""
_OF_PEOPLE = ("walletid", "accountid", "msisdn")
_OF_SHOPS = ("organisationid", "storeid", "serviceprovider", "accountid")
_CODE = re.compile(r"[0-9A-Z]{4,12}")


@dataclass(frozen=True)
class Found:
    """An account: a resident's or a shop's."""

    person_id: PersonId | None = None
    shop: Shop | None = None

    @property
    def subject(self) -> UUID:
        """What a client's link names."""
        if self.shop is not None:
            return self.shop.id
        assert self.person_id is not None
        return self.person_id


def find_phone(party: Sequence[Pair]) -> str | None:
    """The telephone by which a party is named, when it is by nothing else of ours."""
    said = {pair.key: pair.value for pair in party}
    return said.get("msisdn") if not {"walletid", "accountid"} & said.keys() else None


def find_person(tx: Tx, party: Sequence[Pair]) -> PersonId:
    """The resident whom all identifiers that we know of name. Raises UnknownParty, InvalidPhone."""
    found = {person for pair in party if (person := _person(tx, pair)) is not None}
    if len(found) != 1:
        raise UnknownParty
    return found.pop()


def _person(tx: Tx, pair: Pair) -> PersonId | None:
    if pair.key not in _OF_PEOPLE:
        return None
    if pair.key == "msisdn":
        payees = wallet.find_payees(tx, phone=pair.value)
        if len(payees) != 1:
            raise UnknownParty
        return payees[0].person_id
    try:
        person_id = PersonId(read_id("per", pair.value))
    except NotAnId:
        raise UnknownParty from None
    if wallet.find_wallet(tx, person_id=person_id) is None:
        raise UnknownParty
    return person_id


def find_shop(tx: Tx, party: Sequence[Pair], *, kind: str | None = None) -> Shop:
    """The shop that all identifiers that we know of name. Raises UnknownParty."""
    codes = {pair.value for pair in party if pair.key in _OF_SHOPS}
    if len(codes) != 1 or not _CODE.fullmatch(code := codes.pop()):
        raise UnknownParty
    shop = wallet.find_shop(tx, code=code)
    if shop is None or kind not in (None, shop.kind):
        raise UnknownParty
    return shop


def find_account(tx: Tx, party: Sequence[Pair]) -> Found:
    """A resident's account or a shop's. Raises UnknownParty, InvalidPhone."""
    codes = [pair for pair in party if pair.key in _OF_SHOPS and _CODE.fullmatch(pair.value)]
    if codes:
        return Found(shop=find_shop(tx, party))
    return Found(person_id=find_person(tx, party))


def read_path(identifiers: str) -> list[Pair]:
    """`type@value$type@value`, at most three. Raises BadField."""
    pairs = [part.partition("@") for part in identifiers.split("$")]
    if len(pairs) > 3 or not all(key in IDENTIFIERS and value for key, _, value in pairs):
        raise BadField(reason="an account is named type@value, up to three times", error="formatError")
    return [Pair(key, value) for key, _, value in pairs]
