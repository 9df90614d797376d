"""What the resources of version 1 share: who may, what a problem looks like, ids, and pages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2, SecurityScopes
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ayni import wallet
from ayni.channels.api.errors import BadRequest, ScopeMissing
from ayni.channels.api.state import State, caller_of, named, state_of
from ayni.channels.api.tokens import Caller
from ayni.foundation.clients import SCOPES
from ayni.foundation.db import Tx
from ayni.values.ids import PersonId

PREFIX = "/api/v1"
MOST_ON_A_PAGE = 500


class Model(BaseModel):
    """What comes in says nothing that is not described, and is of the type that it should be."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Problem(BaseModel):
    """A refusal (RFC 9457): `code` is stable; `title` says what happened, `means` and `do` what follows."""

    type: str = Field(examples=["/problems/insufficient_funds"])
    title: str = Field(examples=["The wallet has 3.10 for this, and 5.00 are needed."])
    status: int = Field(examples=[409])
    detail: str
    code: str = Field(examples=["insufficient_funds"])
    means: str
    do: str
    numbers: dict[str, str] = Field(examples=[{"available_minor": "310"}])


_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": sentence, "content": _PROBLEM}
    for status, sentence in {
        401: "No token that is good now",
        403: "The token lacks the scope, or the holder must do something first",
        404: "Nothing there, or nothing that this client is linked to",
        409: "A rule says no",
        413: "The body is too large",
        422: "Not as described",
        429: "More requests than were agreed; Retry-After says when",
        503: "The database is away: send the same again",
    }.items()
}
"""What every operation may answer."""


def done_before(shape: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """What an operation answers when the same request had done it before."""
    return {200: {"description": "The same request had done it before", "model": shape}}


_scheme = OAuth2(
    scheme_name="clients",
    flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth/token", scopes=SCOPES)),
    auto_error=False,
)


def _caller(request: Request, needed: SecurityScopes, _: Annotated[str | None, Depends(_scheme)]) -> Caller:
    caller = caller_of(request)
    for scope in needed.scopes:
        if scope not in caller.scopes:
            raise ScopeMissing(scope=scope)
    return caller


def _state(request: Request) -> State:
    return state_of(request)


def may(scope: str) -> Any:
    """A client with this scope, as a parameter of an operation."""
    return Security(_caller, scopes=[scope])


TheState = Annotated[State, Depends(_state)]
_LETTERS = "[0-7][0-9a-hjkmnp-tv-z]{25}$"
PersonText = Annotated[str, Field(pattern=f"^per_{_LETTERS}", examples=["per_01jwrjg5c0h2w96cdgwn1vs706"])]
WalletPath = Annotated[PersonText, Path(description="The wallet, by its holder")]
PaymentText = Annotated[str, Field(pattern=f"^trf_{_LETTERS}", examples=["trf_01jwrjg5c0h2w96cdgwn1vs706"])]
ShopText = Annotated[str, Field(pattern=r"^[0-9A-Z]{4,12}$", examples=["BODEGA01"])]
PhoneText = Annotated[str, Field(pattern=r"^[0-9+ ()-]{6,20}$", examples=["+51987654321"])]
AmountMinor = Annotated[int, Field(ge=1, le=10**14, examples=[1250])]
KEY_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
Key = Annotated[str, Field(pattern=KEY_PATTERN, examples=["01973128-1580-76c8-ab0e-9e90aae38bef"])]
"""A UUIDv7 that the client makes and keeps before it sends."""
DayText = Annotated[
    str,
    Field(pattern="^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})-[0-9]{2}-[0-9]{2}$", examples=["2025-06-02"]),
]
"""A civil day of our own time."""
Limit = Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)]
Cursor = Annotated[str | None, Query(max_length=4_000, description="`next` of the page before")]
At = AwareDatetime


Row = TypeVar("Row")


class Page(Model):
    """A page of a list. `next` continues where it ends, whatever came meanwhile; null: there is no more."""

    next: str | None


def write_cursor(mark: Mapping[str, Any] | None) -> str | None:
    """Where a page ends, as a text that says nothing to others."""
    if mark is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(mark, separators=(",", ":")).encode()).decode().rstrip("=")


def cut_page(
    found: list[Row], limit: int, mark: Callable[[Row], Mapping[str, Any]]
) -> tuple[list[Row], str | None]:
    """A page of what was asked for with one more than `limit`, and its `next`: the mark of its last one."""
    kept = found[:limit]
    return kept, write_cursor(mark(kept[-1])) if len(found) > limit else None


def read_cursor(text: str | None, read: Callable[[Any], Any]) -> Any:
    """What `write_cursor` wrote, or None for the first page. Raises BadRequest."""
    if text is None:
        return None
    try:
        return read(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (binascii.Error, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise BadRequest(reason="the cursor is not one that was given") from None


def reached_wallet(tx: Tx, caller: Caller, text: str) -> PersonId:
    """The wallet that a request names, if its client is linked to it. Raises BadRequest, UnknownWallet."""
    person_id = PersonId(named("per", text))
    wallet.links.check_reach_of_wallet(tx, client_id=caller.client_id, person_id=person_id)
    return person_id


def read_day(text: str) -> date:
    """A civil day as a request writes it. Raises BadRequest for one that no calendar has."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(reason=f"there is no day {text}") from None
