"""The published description against the running API: whatever it allows is answered as it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ayni import ledger
from tests.channels.api.conftest import PEDRO, ROSA, Client, Served, key
from tests.conftest import TEST_ACTOR

EXAMPLES = 12
"""Requests that are made up for each operation, beside those that the description's bounds give."""


@pytest.fixture
def described(served: Served, tmp_path: Path) -> Path:
    """The description, as it is served to everybody."""
    nobody = Client(served.url, "", "")
    answer = nobody.get("/api/v1/openapi.json")
    assert answer.status == 200
    path = tmp_path / "openapi.json"
    path.write_bytes(answer.body)
    return path


def test_every_operation_says_who_may_what_may_come_and_gives_an_example(described: Path) -> None:
    told = json.loads(described.read_text())
    assert told["openapi"].startswith("3.1")
    operations = {
        f"{method} {path}": operation
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    }
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)
    for name, operation in operations.items():
        assert operation.get("description"), name
        if name == "post /oauth/token":
            continue
        (security,) = operation["security"]
        assert security["clients"], name
        assert {"401", "403", "422", "429"} <= set(operation["responses"]), name


def _run(served: Served, description: Path, phases: str) -> str:
    """Send what a description allows and what its bounds forbid; gives what was found wrong."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(description), "--url", served.url),
        *("--header", f"Authorization: Bearer {served.house.token}"),
        *("--max-examples", str(EXAMPLES), "--seed", "20250602", "--workers", "1"),
        *("--phases", phases, "--checks", "all"),
        # Without its token the token is what is missed; what tokens open is tested in test_gate.py.
        # To JSON Schema 5.0 is an integer; an amount of ours is written 5 and nothing else.
        *("--exclude-checks", "ignored_auth,positive_data_acceptance"),
        *("--generation-database", "none", "--no-color"),
    ]
    done = subprocess.run(
        command, cwd=description.parent, capture_output=True, text=True, timeout=500, check=False
    )
    return "" if done.returncode == 0 else done.stdout[-20_000:] + done.stderr[-2_000:]


def test_what_the_description_allows_is_answered_as_it_says(served: Served, described: Path) -> None:
    assert _run(served, described, "examples,coverage") == ""


def test_what_exists_is_answered_as_the_description_says(served: Served, described: Path) -> None:
    """The same with ids that exist: otherwise most requests would meet a 404, and no answer be looked at."""
    told = json.loads(described.read_text())
    known = _known(served)
    named = {written: ids for written, ids in known.items() if written != "uuid"}
    replaced = _name_what_exists(told["paths"], known) | _name_what_exists(told["components"], named)
    assert replaced == set(known), "the description writes its ids as this test knows them"
    for name in ("NewPayment", "NewQuote"):
        _make_it_possible(told["components"]["schemas"][name])
    described.write_text(json.dumps(told))
    statement = f"/api/v1/wallets/{served.rosa}/statement?limit=500"
    before = len(served.house.get(statement).data["entries"])
    assert _run(served, described, "fuzzing") == ""
    assert len(served.house.get(statement).data["entries"]) > before, "some of it was carried out"
    with served.database.transaction(TEST_ACTOR) as tx:
        assert ledger.list_violations(tx) == []


def _make_it_possible(schema: dict[str, Any]) -> None:
    """Leave of an order what can mostly be carried out: a small payment at a shop."""
    fields = schema["properties"]
    del fields["phone"], fields["payee"]
    fields["kind"] = {"const": "pay"}
    fields["shop"] = {"enum": ["BODEGA01", "BOTICA01"]}
    fields["amount_minor"]["maximum"] = 1_000
    schema["required"] = sorted(fields)


def _known(served: Served) -> dict[str, list[str]]:
    """What exists, by the pattern or format with which the description writes it."""
    paid = served.house.pay(served.rosa, "BODEGA01", 100).data["id"]
    asked = {"key": str(key()), "wallet": served.pedro, "phone": ROSA, "amount_minor": 250}
    hook = {"key": str(key()), "url": "https://bank.example/ayni"}
    letters = "[0-7][0-9a-hjkmnp-tv-z]{25}$"
    return {
        f"^per_{letters}": [served.rosa],
        f"^trf_{letters}": [paid],
        f"^whk_{letters}": [served.house.post("/api/v1/webhooks", hook).data["id"]],
        r"^[0-9A-Z]{4,12}$": ["BODEGA01", "BOTICA01", "AGENTE01"],
        r"^[0-9+ ()-]{6,20}$": [ROSA, PEDRO],
        "uuid": [served.house.post("/api/v1/requests", asked).data["id"]],
    }


def _name_what_exists(told: Any, known: dict[str, list[str]]) -> set[str]:
    """Write what exists into every schema of a description in place; gives what was found there."""
    found: set[str] = set()
    if isinstance(told, dict):
        written = told.get("pattern", told.get("format"))
        if written in known:
            found.add(written)
            del told["pattern" if "pattern" in told else "format"]
            told["enum"] = known[written]
        for one in list(told.values()):
            found |= _name_what_exists(one, known)
    elif isinstance(told, list):
        for one in told:
            found |= _name_what_exists(one, known)
    return found
