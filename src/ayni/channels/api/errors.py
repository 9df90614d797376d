"""What is refused before a request reaches an operation."""

from __future__ import annotations

from ayni.foundation.errors import AyniError, BadInput, NotFound


class TokenRefused(AyniError):
    """No token, or one that proves nothing: missing, wrong, expired, or of a client that has ended."""

    code = "token_refused"
    http_status = 401
    what = "This request carries no token that is good now."
    means = "Nothing was looked at, and nothing was changed."
    do = (
        "Get a token at /oauth/token with the client's id and secret, and send it as: Authorization: Bearer …"
    )


class ScopeMissing(AyniError):
    """The client is known and may not do this."""

    code = "scope_missing"
    http_status = 403
    what = "This token does not give the scope {scope}."
    means = "Nothing was looked at, and nothing was changed."
    do = "Ask for a token with that scope; if the client does not have it, ask the operator."


class TooManyRequests(AyniError):
    """More than was agreed."""

    code = "too_many_requests"
    http_status = 429
    what = "This client may send {limit} requests a minute, spread over it, and has sent more."
    means = "Nothing was looked at, and nothing was changed."
    do = "Send the same request again after {retry_after} seconds."


class BodyTooLarge(AyniError):
    """More than any request needs."""

    code = "body_too_large"
    http_status = 413
    what = "The body of this request is larger than {most} bytes."
    means = "It was not read, and nothing was changed."
    do = "Send less at once."


class BadRequest(BadInput):
    """A request that is not what the description says."""

    code = "bad_request"
    what = "The request is not as its description says: {reason}."
    means = "Nothing was changed."
    do = "Correct it by /api/v1/openapi.json, and send it again."


class NoSuchResource(NotFound):
    """A path that leads nowhere."""

    code = "no_such_resource"
    what = "There is nothing at this path."
    means = "Nothing was changed."
    do = "Look for it in /api/v1/openapi.json."


class MethodNotAllowed(AyniError):
    """A path that exists, asked otherwise."""

    code = "method_not_allowed"
    http_status = 405
    what = "This path does not take this method."
    means = "Nothing was changed."
    do = "Use one of those that the header Allow names."


class Unexpected(AyniError):
    """We are at fault."""

    code = "unexpected"
    http_status = 500
    what = "Something happened that Ayni did not expect."
    means = "It is not known how far the request came. What was acknowledged before stands."
    do = "Send the same request again, with the same key; it is done once. If it goes on, tell the operator."


class PortTaken(AyniError):
    """Somebody else listens there."""

    code = "port_taken"
    what = "The HTTP API cannot listen on {host}, port {port}: {reason}."
    means = "Nothing was started."
    do = "Choose another port, or stop what listens there."


class BadAddress(BadInput):
    """An address that nothing of ours is sent to."""

    code = "bad_address"
    what = "This address cannot be used: {reason}."
    means = "Nothing was sent to it."
    do = "Name a public address that begins with https:// or http://"


class NotTaken(AyniError):
    """The other side did not take what was sent to it."""

    code = "not_taken"
    http_status = 502
    what = "The client's address did not take it: {reason}."
    means = "It will be sent again, at growing intervals, and can be fetched meanwhile."
    do = "Answer with a status from 200 to 299 within ten seconds."
