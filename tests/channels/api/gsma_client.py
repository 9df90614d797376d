"""A client that speaks the standard; every answer is checked against its published description."""

from __future__ import annotations

import re
import time
from typing import Any
from uuid import uuid4

from tests.channels.api.conftest import PEDRO, ROSA, Answer, Client
from tests.channels.api.gsma_schema import check

ROOT = "/gsma/v1.2"


class Gsma:
    """A client that speaks the standard; every answer is checked against its description."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def ask(self, method: str, path: str, body: Any = None, *, at: str | None = None, **more: Any) -> Answer:
        answer = self.client.ask(method, ROOT + path, body, **more)
        assert answer.headers["content-type"] == "application/json"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.headers["x-date"])
        check(at or path.partition("?")[0], method, answer.status, answer.data)
        return answer

    def get(self, path: str, at: str | None = None, **headers: str) -> Answer:
        return self.ask("GET", path, at=at, **headers)

    def post(self, path: str, body: Any, at: str | None = None, **headers: str) -> Answer:
        headers.setdefault("x_correlationid", str(uuid4()))
        return self.ask("POST", path, body, at=at, **headers)

    def wait(self, accepted: Answer) -> Answer:
        """The state of a request once it is no longer pending."""
        assert accepted.status == 202, accepted
        for _ in range(600):
            state = self.get(
                f"/requeststates/{accepted.data['serverCorrelationId']}",
                at="/requeststates/{serverCorrelationId}",
            )
            if state.data["status"] != "pending":
                return state
            time.sleep(0.02)
        raise AssertionError("it was never carried out")

    def make(self, kind: str, body: Any, **headers: str) -> Answer:
        """Post a transaction, wait for its end, and fetch what was made."""
        accepted = self.post(
            f"/transactions/type/{kind}", body, at="/transactions/type/{transactionType}", **headers
        )
        state = self.wait(accepted)
        assert state.data["status"] == "completed", state.data
        return self.transaction(state.data["objectReference"])

    def transaction(self, reference: str) -> Answer:
        return self.get(f"/transactions/{reference}", at="/transactions/{transactionReference}")

    def fail(self, kind: str, body: Any) -> tuple[str, str]:
        """Post a transaction that is kept and cannot be carried out: category and code of its error."""
        at = "/transactions/type/{transactionType}"
        state = self.wait(self.post(f"/transactions/type/{kind}", body, at=at))
        assert state.data["status"] == "failed"
        return state.data["error"]["errorCategory"], state.data["error"]["errorCode"]


def party(**named: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in named.items()]


def transfer(amount: str = "1.50", **change: Any) -> dict[str, Any]:
    told = {
        "amount": amount,
        "currency": "PEN",
        "debitParty": party(msisdn=ROSA),
        "creditParty": party(msisdn=PEDRO),
    }
    return told | change


def payment(amount: str = "1.50", **change: Any) -> dict[str, Any]:
    return transfer(amount, creditParty=party(organisationid="BODEGA01"), **change)
