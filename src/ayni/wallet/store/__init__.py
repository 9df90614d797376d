"""The wallet's conversation with PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from ayni.foundation import arrays
from ayni.foundation.db import Tx
from ayni.foundation.queries import load_queries
from ayni.values.ids import AccountId, OwnerRef, PersonId
from ayni.wallet.errors import BadPurpose, ShopCodeTaken, ShopRefused, TiersNotSetUp
from ayni.wallet.model import Parcel, ParcelEnd, Payee, PurposeAccount, Shop, Wallet, WhyNoWallet

QUERIES = load_queries("wallet")
_T = TypeVar("_T")

UNSTORABLE = (psycopg.DataError, UnicodeEncodeError)
"""A NUL, or half of a surrogate pair: texts that no database can hold."""

_SHOP_RULES = {
    "shops_code_is_plain": "a code has 4 to 12 capital letters or digits",
    "shops_name_fits": "a name has 1 to 80 letters",
    "shops_category_is_plain": "a category has 1 to 40 small letters, digits or underscores",
}


@contextlib.contextmanager
def all_or_nothing(tx: Tx) -> Iterator[None]:
    """Undoes the block when it raises. Raises TiersNotSetUp for a class or book that is not there."""
    try:
        with tx.connection.transaction():
            yield
    except psycopg.errors.ForeignKeyViolation as error:
        raise TiersNotSetUp from error


def list_all(tx: Tx, kind: type[_T], name: str, parameters: dict[str, Any]) -> list[_T]:
    with tx.connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(QUERIES[name], parameters).fetchall()


def insert_wallets(
    tx: Tx,
    *,
    person_ids: Sequence[PersonId],
    owner_refs: Sequence[OwnerRef],
    account_ids: Sequence[AccountId],
) -> list[tuple[PersonId, OwnerRef, AccountId]]:
    """Give wallets to those who may have one, and say who that was."""
    arrays.register(tx.connection)
    values = {
        "person_ids": arrays.pack_uuids(person_ids),
        "owner_refs": arrays.pack_uuids(owner_refs),
        "account_ids": arrays.pack_uuids(account_ids),
        "now": tx.now,
    }
    rows = tx.execute(QUERIES["insert_wallets"], values).fetchall()
    return [(PersonId(row[0]), OwnerRef(row[1]), AccountId(row[2])) for row in rows]


def list_reasons(tx: Tx, *, person_ids: Sequence[PersonId]) -> dict[PersonId, WhyNoWallet]:
    """Why people were given no wallet."""
    found = {}
    for person_id, is_known, has_document, has_wallet, has_died in tx.execute(
        QUERIES["standing_of_people"], {"person_ids": list(person_ids)}
    ):
        if not is_known:
            why = WhyNoWallet.UNKNOWN_PERSON
        elif has_wallet:
            why = WhyNoWallet.HAS_WALLET
        elif has_died:
            why = WhyNoWallet.HAS_DIED
        elif not has_document:
            why = WhyNoWallet.NO_DOCUMENT
        else:
            why = WhyNoWallet.DOCUMENT_NOT_VERIFIED
        found[PersonId(person_id)] = why
    return found


def find_wallets(tx: Tx, person_ids: Sequence[PersonId]) -> dict[PersonId, Wallet]:
    """Wallets by person; people without one are left out."""
    arrays.register(tx.connection)
    rows = list_all(tx, Wallet, "wallets", {"person_ids": arrays.pack_uuids(person_ids)})
    return {row.person_id: row for row in rows}


def find_purpose_accounts(tx: Tx, person_ids: Sequence[PersonId]) -> dict[PersonId, list[PurposeAccount]]:
    """Purpose accounts by person, in the order of the purposes' numbers."""
    found: dict[PersonId, list[PurposeAccount]] = {}
    for row in list_all(tx, PurposeAccount, "purpose_accounts", {"person_ids": list(person_ids)}):
        found.setdefault(row.person_id, []).append(row)
    return found


def insert_purpose_accounts(
    tx: Tx, *, purpose: int, person_ids: Sequence[PersonId], account_ids: Sequence[AccountId]
) -> dict[PersonId, AccountId]:
    """Give people without one an account for a purpose, and say which are new."""
    values = {
        "purpose": purpose,
        "person_ids": list(person_ids),
        "account_ids": list(account_ids),
        "now": tx.now,
    }
    rows = tx.execute(QUERIES["insert_purpose_accounts"], values).fetchall()
    return {PersonId(row[0]): AccountId(row[1]) for row in rows}


def list_purposes(tx: Tx) -> dict[str, int]:
    """The purposes' numbers by name."""
    return {row[0]: row[1] for row in tx.execute(QUERIES["purposes"])}


def insert_purpose(tx: Tx, *, name: str) -> None:
    """Add a purpose, unless it is known. Raises BadPurpose."""
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["insert_purpose"], {"name": name, "now": tx.now})
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise BadPurpose from None


def insert_shop(tx: Tx, shop: Shop) -> None:
    """Add a shop. Raises ShopCodeTaken, ShopRefused."""
    values = {
        "id": shop.id,
        "kind": shop.kind,
        "code": shop.code,
        "display_name": shop.display_name,
        "category": shop.category,
        "keeper_id": shop.keeper_id,
        "owner_ref": shop.owner_ref,
        "account_id": shop.account_id,
        "now": tx.now,
    }
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["insert_shop"], values)
    except psycopg.IntegrityError as error:
        constraint = error.diag.constraint_name or ""
        if constraint == "shops_code_is_taken":
            raise ShopCodeTaken(shop_code=shop.code) from None
        if constraint not in _SHOP_RULES:
            raise
        raise ShopRefused(rule=_SHOP_RULES[constraint]) from None
    except UNSTORABLE:
        raise ShopRefused(rule="a field holds characters that cannot be stored") from None
    tx.execute(QUERIES["insert_accepted_purposes"], {"id": shop.id, "purposes": list(shop.accepts)})


def find_shops(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Shop]:
    """Shops by id; unknown ids are left out."""
    return {shop.id: shop for shop in _shops(tx, "shops", {"ids": list(ids)})}


def find_shop_by_code(tx: Tx, code: str) -> Shop | None:
    """The shop with a code, or None."""
    try:
        found = _shops(tx, "shop_by_code", {"code": code})
    except UNSTORABLE:
        return None
    return found[0] if found else None


def find_shop_by_account(tx: Tx, account_id: AccountId) -> Shop | None:
    """The shop whose account it is, or None."""
    found = _shops(tx, "shop_by_account", {"account_id": account_id})
    return found[0] if found else None


def list_shops_of_kind(tx: Tx, kind: str) -> list[Shop]:
    """All shops of one kind, by code."""
    return _shops(tx, "shops_of_kind", {"kind": kind})


def _shops(tx: Tx, name: str, parameters: dict[str, Any]) -> list[Shop]:
    return [replace(shop, accepts=tuple(shop.accepts)) for shop in list_all(tx, Shop, name, parameters)]


def find_account_names(tx: Tx, account_ids: Sequence[AccountId], *, viewer: PersonId) -> dict[AccountId, str]:
    """Display names of the holders of accounts, where there is one, as `viewer` may see them."""
    rows = tx.execute(QUERIES["account_names"], {"account_ids": list(account_ids), "viewer": viewer})
    return {AccountId(row[0]): row[1] for row in rows}


def find_holders(
    tx: Tx, account_ids: Sequence[AccountId]
) -> dict[AccountId, tuple[PersonId | None, UUID | None]]:
    """Whose accounts are: a person, or a shop; what is neither's is left out."""
    rows = tx.execute(QUERIES["holders"], {"account_ids": list(account_ids)})
    return {AccountId(row[0]): (None if row[1] is None else PersonId(row[1]), row[2]) for row in rows}


def list_stray_accounts(tx: Tx) -> list[AccountId]:
    """Accounts that the ledger does not have as the wallet says."""
    return [AccountId(row[0]) for row in tx.execute(QUERIES["stray_accounts"])]


def list_payees(tx: Tx, person_ids: Sequence[PersonId]) -> list[Payee]:
    """Those of some people who have a wallet."""
    return list_all(tx, Payee, "payees", {"person_ids": list(person_ids)})


def insert_parcel(tx: Tx, parcel: Parcel) -> bool:
    """Add a parcel; False when its id is known."""
    values = {
        "id": parcel.id,
        "sender_id": parcel.sender_id,
        "phone": parcel.phone,
        "amount_minor": parcel.amount_minor,
        "account_id": parcel.account_id,
        "event_id": parcel.event_id,
        "expires_at": parcel.expires_at,
        "now": tx.now,
    }
    return tx.execute(QUERIES["insert_parcel"], values).fetchone() is not None


def insert_parcel_end(
    tx: Tx, *, parcel_id: UUID, how: ParcelEnd, taker_id: PersonId | None, reason: str
) -> bool:
    """End a parcel; False when it has ended."""
    values = {"id": parcel_id, "how": how, "taker_id": taker_id, "reason": reason, "now": tx.now}
    return tx.execute(QUERIES["insert_parcel_end"], values).fetchone() is not None


def find_parcel(tx: Tx, parcel_id: UUID) -> Parcel | None:
    """One parcel, or None."""
    found = _parcels(tx, "parcel", {"id": parcel_id})
    return found[0] if found else None


def list_parcels_of(tx: Tx, sender_id: PersonId, *, most: int) -> list[Parcel]:
    """A sender's parcels, newest first."""
    return _parcels(tx, "parcels_of_sender", {"sender_id": sender_id, "most": most})


def list_parcels_waiting(tx: Tx, phones: Sequence[str]) -> list[Parcel]:
    """What waits behind telephones, oldest first."""
    return _parcels(tx, "parcels_waiting", {"phones": list(phones), "now": tx.now})


def _parcels(tx: Tx, name: str, parameters: dict[str, Any]) -> list[Parcel]:
    found = list_all(tx, Parcel, name, parameters)
    return [replace(one, ended=None if one.ended is None else ParcelEnd(one.ended)) for one in found]


def list_overdue_parcels(tx: Tx, *, after: tuple[datetime, UUID], most: int) -> list[tuple[datetime, UUID]]:
    """Parcels that nobody took in time, with their terms, in that order."""
    values = {"now": tx.now, "after_at": after[0], "after": after[1], "most": most}
    return [(row[0], row[1]) for row in tx.execute(QUERIES["parcels_overdue"], values)]


def list_parcels_not_whole(tx: Tx) -> list[UUID]:
    """Parcels whose account holds something else than it should."""
    return [row[0] for row in tx.execute(QUERIES["parcels_not_whole"])]
