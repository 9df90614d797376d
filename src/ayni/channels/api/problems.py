"""Refusals as problem details (RFC 9457): our stable code, what happened, what it means and what to do."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from ayni.channels.api.errors import TokenRefused, TooManyRequests
from ayni.foundation.errors import AyniError

MEDIA_TYPE = "application/problem+json"
_encode = msgspec.json.Encoder().encode


def problem(error: AyniError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that an error means."""
    more = dict(headers or {})
    if isinstance(error, TokenRefused):
        more["www-authenticate"] = "Bearer"
    if isinstance(error, TooManyRequests):
        more["retry-after"] = str(error.numbers["retry_after"])
    return Response(_encode(describe(error)), error.http_status, more, MEDIA_TYPE)


def describe(error: AyniError) -> dict[str, object]:
    """An error as the members of a problem."""
    told = error.as_dict()
    return {
        "type": f"/problems/{told['code']}",
        "title": told["what"],
        "status": told["status"],
        "detail": f"{told['means']} {told['do']}".strip(),
        "code": told["code"],
        "means": told["means"],
        "do": told["do"],
        "numbers": told["numbers"],
    }
