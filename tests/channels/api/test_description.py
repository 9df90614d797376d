"""The published description against the running API: whatever it allows is answered as it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.channels.api.conftest import Client, Served

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


def test_what_the_description_allows_is_answered_as_it_says(
    served: Served, described: Path, tmp_path: Path
) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(described), "--url", served.url),
        *("--header", f"Authorization: Bearer {served.house.token}"),
        *("--max-examples", str(EXAMPLES), "--seed", "20250602", "--workers", "1"),
        *("--phases", "examples,coverage,fuzzing", "--checks", "all"),
        # Without its token the token is what is missed; what tokens open is tested in test_gate.py.
        # To JSON Schema 5.0 is an integer; an amount of ours is written 5 and nothing else.
        *("--exclude-checks", "ignored_auth,positive_data_acceptance"),
        *("--generation-database", "none", "--no-color"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
