"""Version 1 of our own API: one file for each resource."""

from __future__ import annotations

from fastapi import APIRouter

from ayni.channels.api.v1 import (
    agents,
    events,
    found_payments,
    links,
    programmes,
    quotes,
    requests,
    shops,
    wallets,
    webhooks,
)

router = APIRouter(prefix="/api/v1")
for _part in (links, wallets, quotes, found_payments, requests, shops, agents, programmes, events, webhooks):
    router.include_router(_part.router)
