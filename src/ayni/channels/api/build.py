"""The one application that serves all of it: our API, the standard profiles, and the way in."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, compile_path
from starlette.types import ASGIApp, Scope

from ayni.channels.api import gsma, oauth, v1
from ayni.channels.api.errors import BadRequest, MethodNotAllowed, NoSuchResource
from ayni.channels.api.gate import Gate
from ayni.channels.api.openapi import describe
from ayni.channels.api.problems import problem
from ayni.channels.api.state import State, state_of
from ayni.channels.api.v1 import payments
from ayni.foundation.errors import AyniError

_MOST_BYTES = 64 * 1024
_BATCHES, _MOST_BATCH = f"{gsma.PREFIX}/batchtransactions", 4 * 1024 * 1024
OPENAPI = "/api/v1/openapi.json"
_HOT = {("POST", "/api/v1/payments"): payments.pay}
_OPEN = frozenset({oauth.PATH, OPENAPI})


def build(state: State) -> ASGIApp:
    """The application, behind its gate."""
    app = FastAPI(
        title="Ayni",
        version="1",
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # It would log the messages of exceptions, which may quote a person.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        exception_handlers={
            AyniError: _refused,
            RequestValidationError: _not_understood,
            HTTPException: _not_served,
        },
    )
    app.state.ayni = state
    app.include_router(v1.router)
    app.router.routes.extend(gsma.routes())
    app.router.routes.append(Route(oauth.PATH, oauth.token, methods=["POST"]))
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    return Gate(
        app,
        tokens=state.tokens,
        present=state.present,
        tell=partial(_tell, state),
        open_paths=_OPEN,
        hot=_HOT,
        most_bytes=lambda path: _MOST_BATCH if path == _BATCHES else _MOST_BYTES,
    )


def _tell(state: State, scope: Scope, error: AyniError) -> Response:
    """A refusal in the words of the part of the API that was asked."""
    if scope["path"].startswith(gsma.PREFIX):
        return gsma.tell(error, at=state.present.now)
    return problem(error)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AyniError)
    return _tell(state_of(request), request.scope, error)


async def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem(BadRequest(reason=f"{where}: {first['msg']}"))


async def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _tell(state_of(request), request.scope, NoSuchResource())
    if error.status_code == 405:
        answer = _tell(state_of(request), request.scope, MethodNotAllowed())
        answer.headers["allow"] = ", ".join(_methods(request))
        return answer
    return problem(BadRequest(reason=str(error.detail)))


def _methods(request: Request) -> list[str]:
    """What the path takes, of whichever route."""
    path, found = request.scope["path"], {method for method, path in _HOT if path == request.scope["path"]}
    for template, methods in request.app.openapi()["paths"].items():
        if compile_path(template)[0].match(path):
            found |= {method.upper() for method in methods}
    return sorted(found)
