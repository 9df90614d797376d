"""Shops' bank accounts, settlements and commissions, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from ayni.foundation.db import Tx
from ayni.values.ids import EventId, PersonId
from ayni.wallet.errors.trade import BadShopAccount
from ayni.wallet.model.trade import Commission, ShopAccount
from ayni.wallet.store import QUERIES, UNSTORABLE


def insert_shop_account(tx: Tx, shop_id: UUID, account: ShopAccount) -> bool:
    """Say where a shop's money goes; False when it goes there already. Raises BadShopAccount."""
    values = {"shop_id": shop_id, "bank_account": account.bank_account, "creditor": account.creditor}
    try:
        with tx.connection.transaction():
            return (
                tx.execute(
                    QUERIES["insert_shop_account"], {**values, "now": tx.now, "who": tx.actor.who}
                ).rowcount
                == 1
            )
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise BadShopAccount from None


def find_shop_account(tx: Tx, shop_id: UUID) -> ShopAccount | None:
    """Where a shop's money goes, or None."""
    with tx.connection.cursor(row_factory=class_row(ShopAccount)) as cursor:
        return cursor.execute(QUERIES["shop_account"], {"shop_id": shop_id}).fetchone()


def insert_settlement(
    tx: Tx, *, payout_id: UUID, shop_id: UUID, amount_minor: int, on_day: date | None
) -> bool:
    """Note a settlement; False when there is one of this payout, or of this day."""
    values = {"payout_id": payout_id, "shop_id": shop_id, "amount_minor": amount_minor, "on_day": on_day}
    return tx.execute(QUERIES["insert_settlement"], {**values, "now": tx.now}).fetchone() is not None


def find_settlement(tx: Tx, payout_id: UUID) -> tuple[UUID, int] | None:
    """The shop and the amount of a settlement, or None."""
    return tx.execute(QUERIES["settlement"], {"payout_id": payout_id}).fetchone()


def list_merchants_to_settle(tx: Tx, *, on_day: date, least: int, after: UUID, most: int) -> list[UUID]:
    """Merchants who were sent nothing for a day and have enough, by id after a mark."""
    values = {"on_day": on_day, "least": least, "after": after, "most": most}
    return [row[0] for row in tx.execute(QUERIES["merchants_to_settle"], values)]


def list_agents_without_commission(
    tx: Tx, *, on_day: date, until: datetime, after: UUID, most: int
) -> list[UUID]:
    """Agents whose commission for a day was not paid, by id after a mark."""
    values = {"on_day": on_day, "until": until, "after": after, "most": most}
    return [row[0] for row in tx.execute(QUERIES["agents_without_commission"], values)]


def insert_commission(tx: Tx, commission: Commission, *, event_id: EventId) -> bool:
    """Note what an agent has earned; False when that day was paid."""
    values = {
        "shop_id": commission.shop_id,
        "on_day": commission.on_day,
        "orders": commission.orders,
        "turnover_minor": commission.turnover_minor,
        "amount_minor": commission.amount_minor,
        "event_id": event_id,
    }
    return tx.execute(QUERIES["insert_commission"], {**values, "now": tx.now}).fetchone() is not None


def find_commission(tx: Tx, shop_id: UUID, on_day: date) -> Commission | None:
    """What an agent has earned on a day, or None."""
    with tx.connection.cursor(row_factory=class_row(Commission)) as cursor:
        return cursor.execute(QUERIES["commission"], {"shop_id": shop_id, "on_day": on_day}).fetchone()


def find_humans(tx: Tx, person_ids: Sequence[PersonId]) -> dict[PersonId, PersonId]:
    """The file that stands for each of some people."""
    rows = tx.execute(QUERIES["humans"], {"person_ids": list(set(person_ids))})
    return {PersonId(row[0]): PersonId(row[1]) for row in rows}
