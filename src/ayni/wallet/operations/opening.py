"""Opening wallets, shops and purposes."""

from __future__ import annotations

from collections.abc import Sequence

from ayni import identity, ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.ledger import AccountCode, NewAccount
from ayni.payments import TRUST_BOOK
from ayni.values.ids import AccountId, OwnerRef, PersonId, new_id, show_id
from ayni.wallet import queries, store
from ayni.wallet.model import RESIDENT_CLASS, SHOP_CLASS, OpenedWallets, Shop


def open_wallets(tx: Tx, *, person_ids: Sequence[PersonId]) -> OpenedWallets:
    """Open a wallet for each of these people who has a verified document and no wallet yet.

    For the others the answer says why not. For any number of people at once. Raises TiersNotSetUp.
    """
    wanted = list(dict.fromkeys(person_ids))
    if not wanted:
        return OpenedWallets((), {})
    with store.all_or_nothing(tx):
        rows = store.insert_wallets(
            tx,
            person_ids=wanted,
            owner_refs=[OwnerRef(new_id(tx.now)) for _ in wanted],
            account_ids=[AccountId(new_id(tx.now)) for _ in wanted],
        )
        if rows:
            audit.record(
                tx,
                action="wallet.open_wallets",
                subject=show_id("per", rows[0][0]) if len(rows) == 1 else "many people",
                details={"opened": len(rows)},
            )
            ledger.open_owners(tx, owner_refs=[row[1] for row in rows], limit_class=RESIDENT_CLASS)
            ledger.open_accounts(
                tx,
                accounts=[NewAccount(row[2], TRUST_BOOK, AccountCode.RESIDENT, row[1]) for row in rows],
            )
    opened = {row[0] for row in rows}
    others = [person_id for person_id in wanted if person_id not in opened]
    refused = store.list_reasons(tx, person_ids=others) if others else {}
    return OpenedWallets(tuple(person_id for person_id in wanted if person_id in opened), refused)


def define_purpose(tx: Tx, *, name: str) -> int:
    """Make a purpose known and return its number. Twice is once. Raises BadPurpose."""
    store.insert_purpose(tx, name=name)
    return store.list_purposes(tx)[name]


def open_merchant(
    tx: Tx,
    *,
    keeper_id: PersonId,
    code: str,
    display_name: str,
    category: str,
    accepts: Sequence[str] = (),
) -> Shop:
    """Open a shop that takes payments; `accepts` are the purposes whose money it may take.

    Raises UnknownPerson, UnknownPurpose, ShopCodeTaken, ShopRefused, TiersNotSetUp.
    """
    numbers = tuple(sorted({queries.get_purpose(tx, name=name) for name in accepts}))
    return _open_shop(tx, "merchant", AccountCode.MERCHANT, keeper_id, code, display_name, category, numbers)


def open_agent(tx: Tx, *, keeper_id: PersonId, code: str, display_name: str) -> Shop:
    """Open a shop that trades cash for e-money, with an empty float.

    The float is filled by a deposit on the trust account for its account. Raises as `open_merchant`.
    """
    return _open_shop(tx, "agent", AccountCode.AGENT, keeper_id, code, display_name, None, ())


def open_biller(tx: Tx, *, keeper_id: PersonId, code: str, display_name: str) -> Shop:
    """Open an account for a company that is paid bills. Raises as `open_merchant`."""
    return _open_shop(tx, "biller", AccountCode.BILLER, keeper_id, code, display_name, None, ())


def _open_shop(
    tx: Tx,
    kind: str,
    account_code: AccountCode,
    keeper_id: PersonId,
    code: str,
    display_name: str,
    category: str | None,
    accepts: tuple[int, ...],
) -> Shop:
    identity.get_person(tx, person_id=keeper_id)
    shop = Shop(
        id=new_id(tx.now),
        kind=kind,
        code=code,
        display_name=display_name,
        category=category,
        keeper_id=keeper_id,
        owner_ref=OwnerRef(new_id(tx.now)),
        account_id=AccountId(new_id(tx.now)),
        accepts=accepts,
    )
    with store.all_or_nothing(tx):
        store.insert_shop(tx, shop)
        audit.record(
            tx, action=f"wallet.open_{kind}", subject=code, details={"keeper": show_id("per", keeper_id)}
        )
        ledger.open_owners(tx, owner_refs=[shop.owner_ref], limit_class=SHOP_CLASS)
        ledger.open_accounts(
            tx,
            accounts=[
                NewAccount(shop.account_id, TRUST_BOOK, account_code, shop.owner_ref, accepts=accepts or None)
            ],
        )
    return shop
