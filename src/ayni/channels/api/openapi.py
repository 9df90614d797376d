"""The description of the API: what FastAPI knows, and beside it the endpoints that go their own short way."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ayni.channels.api import oauth
from ayni.channels.api.v1 import payments
from ayni.channels.api.v1.described import PROBLEMS, Problem

_REFERENCE = "#/components/schemas/{name}"
_DESCRIPTION = """Paying, trading cash and reading what was paid, for systems outside.

Every POST that moves something carries a key, a UUIDv7 that the client makes and keeps before it sends: the
same request again is told what the first has done. Amounts are whole minor units of the currency. What a
client is not linked to does not exist for it. Refusals are problem details (RFC 9457) whose `code` is stable.
"""
_EXAMPLE = {
    "kind": "pay",
    "key": "01973128-1580-76c8-ab0e-9e90aae38bef",
    "wallet": "per_01jwrjg5c0h2w96cdgwn1vs706",
    "shop": "BODEGA01",
    "amount_minor": 1250,
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        told = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
        (_, new, made), components = msgspec.json.schema_components(
            (payments.NewPayment, payments.NewPayment, payments.Payment), ref_template=_REFERENCE
        )
        schemas = told.setdefault("components", {}).setdefault("schemas", {})
        schemas |= components
        schemas.setdefault("Problem", Problem.model_json_schema())
        told["paths"]["/api/v1/payments"]["post"] = _pay(new, made)
        told["paths"][oauth.PATH] = {"post": oauth.DESCRIPTION}
        told["security"] = [{"clients": []}]
        app.openapi_schema = told
    return app.openapi_schema


def _pay(new: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    answer = {"content": {"application/json": {"schema": made}}}
    return {
        "tags": ["payments"],
        "summary": "Pay, send, or trade cash",
        "description": "One call, one receipt. What is sent names a phone, everything else a shop.",
        "operationId": "pay",
        "security": [{"clients": [payments.SCOPE]}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": new, "example": _EXAMPLE}},
        },
        "responses": {
            "201": {"description": "It was done now"} | answer,
            "200": {"description": "The same request had done it before"} | answer,
        }
        | {str(status): told for status, told in PROBLEMS.items()},
    }
