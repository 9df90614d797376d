"""Links: with whose money a client may do what its scopes allow."""

from __future__ import annotations

from fastapi import APIRouter

from ayni import wallet
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import PROBLEMS, At, Model, TheState, may
from ayni.values.ids import show_id

router = APIRouter(tags=["links"], responses=PROBLEMS)


class LinkShown(Model):
    """A wallet, a shop, or with neither every wallet and shop."""

    wallet: str | None
    shop: str | None
    begun_at: At


@router.get("/links")
def list_(state: TheState, caller: Caller = may("wallets:read")) -> list[LinkShown]:
    """What this client is linked to now, oldest first. Nothing else exists for it."""
    with state.database.snapshot(caller.actor) as tx:
        found = wallet.links.list_links(tx, client_id=caller.client_id)
    return [
        LinkShown(
            wallet=None if one.person_id is None else show_id("per", one.person_id),
            shop=one.shop_code,
            begun_at=one.begun_at,
        )
        for one in found
    ]
