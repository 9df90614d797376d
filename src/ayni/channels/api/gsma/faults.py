"""Refusals as the standard's error object: its category, its harmonised code, and our own code beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.responses import Response

from ayni.channels.api.errors import TokenRefused, TooManyRequests
from ayni.channels.api.gsma.errors import BadField
from ayni.foundation.errors import AyniError

_BUSINESS, _VALIDATION, _AUTHORISATION, _IDENTIFICATION, _INTERNAL, _AWAY = (
    "businessRule",
    "validation",
    "authorisation",
    "identification",
    "internal",
    "serviceUnavailable",
)
_STATUS = {
    _BUSINESS: 400,
    _VALIDATION: 400,
    _AUTHORISATION: 401,
    _IDENTIFICATION: 404,
    _INTERNAL: 500,
    _AWAY: 503,
}
_BY_CODE = {
    "insufficient_funds": (_BUSINESS, "insufficientFunds"),
    "purpose_money_not_accepted": (_BUSINESS, "insufficientFunds"),
    "agent_out_of_float": (_BUSINESS, "insufficientFunds"),
    "organisation_out_of_money": (_BUSINESS, "insufficientFunds"),
    "shop_cannot_refund": (_BUSINESS, "insufficientFunds"),
    "own_wallet": (_BUSINESS, "samePartiesError"),
    "own_shop": (_BUSINESS, "samePartiesError"),
    "key_already_used": (_BUSINESS, "duplicateRequest"),
    "request_differs": (_BUSINESS, "duplicateRequest"),
    "wallet_may_not_spend": (_BUSINESS, "incorrectState"),
    "account_closed": (_BUSINESS, "incorrectState"),
    "bill_already_paid": (_BUSINESS, "incorrectState"),
    "nothing_left_to_refund": (_BUSINESS, "incorrectState"),
    "code_needed": (_BUSINESS, "requestDeclined"),
    "held_for_review": (_BUSINESS, "requestDeclined"),
    "sending_locked": (_BUSINESS, "requestDeclined"),
    "refund_too_large": (_BUSINESS, "overPaymentNotAllowed"),
    "gsma_not_offered": (_BUSINESS, "transactionTypeError"),
    "too_many_requests": (_BUSINESS, "rateLimitError"),
    "invalid_phone": (_IDENTIFICATION, "identifierError"),
    "bad_amount": (_VALIDATION, "formatError"),
    "body_too_large": (_VALIDATION, "lengthError"),
    "scope_missing": (_AUTHORISATION, "clientAuthorisationError"),
}
_LIMITS = {
    "single": "greaterThanTransactionMaxValue",
    "conversions_month": "monthlyValueLimitExceeded",
    "total_month": "monthlyValueLimitExceeded",
    "balance": "maxBalanceExceeded",
}
_BY_STATUS = {
    401: (_AUTHORISATION, "clientAuthorisationError"),
    403: (_AUTHORISATION, "clientAuthorisationError"),
    404: (_IDENTIFICATION, "identifierError"),
    405: (_IDENTIFICATION, "genericError"),
    409: (_BUSINESS, "requestDeclined"),
    422: (_VALIDATION, "formatError"),
    503: (_AWAY, "genericError"),
}
_LONGEST = 256
_MOST_PARAMETERS = 20
_encode = msgspec.json.Encoder().encode


def tell(error: AyniError, *, at: datetime) -> Response:
    """The answer that an error means. It is always one that the standard lists."""
    category, _ = _harmonised(error)
    headers = {"x-date": instant(at)}
    if isinstance(error, TokenRefused):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, TooManyRequests):
        headers["retry-after"] = str(error.numbers["retry_after"])
    body = _encode(describe(error, at=at))
    return Response(body, _STATUS[category], headers, "application/json")


def describe(error: AyniError, *, at: datetime) -> dict[str, Any]:
    """An error as the standard's object."""
    category, code = _harmonised(error)
    told = error.as_dict()
    numbers: Mapping[str, str] = told["numbers"]
    parameters = [("code", told["code"]), *((name, value) for name, value in numbers.items() if value)]
    return {
        "errorCategory": category,
        "errorCode": code,
        "errordescription": error.sentence[:_LONGEST],
        "errorDateTime": instant(at),
        "errorParameters": [
            {"key": name, "value": value[:_LONGEST]} for name, value in parameters[:_MOST_PARAMETERS]
        ],
    }


def _harmonised(error: AyniError) -> tuple[str, str]:
    if isinstance(error, BadField):
        return _VALIDATION, str(error.numbers["error"])
    if error.code == "limit_exceeded":
        return _BUSINESS, _LIMITS.get(str(error.numbers.get("kind")), "requestDeclined")
    found = _BY_CODE.get(error.code) or _BY_STATUS.get(error.http_status)
    return found or (_INTERNAL, "genericError")


def instant(at: datetime) -> str:
    """An instant as the standard writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
