"""Callbacks: what became of a client's request is put to the address that it named, until it is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ayni.channels.api.gsma.faults import instant
from ayni.channels.api.outgoing import Networks, deliver
from ayni.foundation import client_requests
from ayni.foundation.client_requests import ClientRequest
from ayni.foundation.db import Database


def call_back(database: Database, *, request_id: str, networks: Networks = ()) -> None:
    """Put what became of a request to its client's address. Raises NotTaken, and is then tried again."""
    with database.transaction() as tx:
        request = client_requests.get_request(tx, request_id=UUID(request_id))
        at = tx.now
    if request.callback_url is None or request.answer is None:
        return
    headers = {"x-correlationid": str(request.correlation_id), "x-date": instant(at)}
    deliver("PUT", request.callback_url, json.dumps(_object(request)).encode(), headers, networks)


def _object(request: ClientRequest) -> Mapping[str, Any]:
    """What the standard puts: of a batch, the batch without its lists."""
    answer = request.answer or {}
    batch: Mapping[str, Any] = answer.get("batch", answer)
    return batch
