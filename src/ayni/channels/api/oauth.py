"""`/oauth/token`: a client proves its secret and gets a token for fifteen minutes (RFC 6749, section 4.4)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import parse_qs, unquote_plus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ayni.channels.api.state import State, state_of
from ayni.channels.api.tokens import CHANNEL, LIFETIME
from ayni.foundation import clients
from ayni.foundation.clients import ClientRefused
from ayni.foundation.db import Actor

PATH = "/oauth/token"
_NO_STORE = {"cache-control": "no-store"}
_MOST_FIELDS = 20


async def token(request: Request) -> Response:
    """A token, or one of the errors of RFC 6749, section 5.2."""
    try:
        form = parse_qs((await request.body()).decode(), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return _refuse("invalid_request", "The body is a form, and says each thing once.")
    if any(len(values) > 1 for values in form.values()):
        return _refuse("invalid_request", "The body is a form, and says each thing once.")
    said = {name: values[0] for name, values in form.items()}
    if said.get("grant_type") != "client_credentials":
        return _refuse("unsupported_grant_type", "The grant_type is client_credentials.")
    by_header = _basic(request.headers.get("authorization", ""))
    client_id, secret = by_header or (said.get("client_id", ""), said.get("client_secret", ""))
    asked = frozenset(said.get("scope", "").split())
    return await run_in_threadpool(_give, state_of(request), client_id, secret, asked)


def _give(state: State, client_id: str, secret: str, asked: frozenset[str]) -> Response:
    try:
        with state.database.transaction(Actor("client", CHANNEL)) as tx:
            client = clients.authenticate(tx, client_id=client_id, secret=secret)
            at = tx.now
    except ClientRefused as error:
        return _refuse("invalid_client", error.sentence, 401)
    scopes = asked or frozenset(client.scopes)
    if not scopes <= frozenset(client.scopes):
        return _refuse("invalid_scope", f"This client may have: {' '.join(client.scopes)}.")
    known = state.present.find_client(client_id)
    if known is None or client.secrets[0] not in known.secrets:
        # Made, or given a new secret, within the last second.
        state.present.refresh()
    given = {
        "access_token": state.tokens.give(client, scopes, at=at),
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": " ".join(sorted(scopes)),
    }
    return JSONResponse(given, headers=_NO_STORE)


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, rest = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refuse(error: str, sentence: str, status: int = 400) -> Response:
    headers = _NO_STORE | ({"www-authenticate": "Basic"} if status == 401 else {})
    return JSONResponse({"error": error, "error_description": sentence}, status, headers)


_ERROR = {
    "description": "One of the errors of RFC 6749, section 5.2",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error", "error_description"],
                "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
            }
        }
    },
}
DESCRIPTION = {
    "tags": ["tokens"],
    "summary": "Get a token",
    "description": "OAuth 2.0 client credentials, with the secret in the body or in a Basic header.",
    "operationId": "token",
    "security": [],
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"const": "client_credentials"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                        "scope": {"type": "string"},
                    },
                },
                "example": {
                    "grant_type": "client_credentials",
                    "client_id": "bank-one",
                    "client_secret": "…",
                },
            }
        },
    },
    "responses": {
        "200": {
            "description": "A token for fifteen minutes",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["access_token", "token_type", "expires_in", "scope"],
                        "properties": {
                            "access_token": {"type": "string"},
                            "token_type": {"const": "Bearer"},
                            "expires_in": {"type": "integer"},
                            "scope": {"type": "string"},
                        },
                    }
                }
            },
        },
        "400": _ERROR,
        "401": _ERROR,
    },
}
"""How it is described: it is no operation of FastAPI's, which would want a library to read forms."""
