"""`ayni client` and `ayni api`: a system outside gets its secret, is served, and loses its access."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from urllib.parse import urlencode

import pytest
import urllib3

from tests.channels.conftest import Ayni, program


@pytest.fixture(autouse=True)
def _installed(ayni: Ayni, home: Path) -> None:
    """Once for all of them: each command takes a second to begin."""
    if not (home / "keys").exists():
        assert ayni("migrate", "--json").status == 0


def _add(ayni: Ayni, client: str, *more: str) -> str:
    scopes = ("--scope", "payments:write", "--scope", "wallets:read")
    answer = ayni("client", "add", client, "--name", "Bank One", *scopes, *more, "--json")
    assert answer.status == 0, answer
    return str(answer.data["secret"])


def test_a_client_is_made_listed_rotated_and_ended(ayni: Ayni) -> None:
    first = _add(ayni, "bank-one", "--everything", "--rate", "60")
    (row,) = ayni("client", "list", "--json").data["clients"]
    assert row["client"] == "bank-one"
    assert row["scopes"] == ["payments:write", "wallets:read"]
    assert (row["links"], row["requests_a_minute"], row["ended_at"]) == (["everything"], 60, None)
    second = ayni("client", "rotate", "bank-one", "--overlap-hours", "24", "--json").data["secret"]
    assert len({first, second}) == 2
    assert first not in ayni("client", "list").out
    assert "no access any more" in ayni("client", "end", "bank-one", "--reason", "it leaked").out
    assert ayni("client", "rotate", "bank-one", "--json").code == "unknown_client"


def test_a_client_is_linked_to_what_it_acts_for(ayni: Ayni) -> None:
    _add(ayni, "till")
    assert (
        "linked to no wallet" in ayni("client", "add", "other", "--name", "O", "--scope", "payments:read").out
    )
    assert ayni("client", "link", "till", "--everything", "--json").data["links"] == ["everything"]
    assert ayni("client", "link", "till", "--everything", "--end", "--json").data["links"] == []
    assert ayni("client", "link", "till", "--everything", "--end", "--json").code == "not_linked"
    assert ayni("client", "link", "till", "--shop", "NOSUCH", "--json").code == "unknown_shop"
    assert ayni("client", "link", "till", "--json").code == "bad_usage"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "B", "--name", "x", "--scope", "payments:write"), "bad_client"),
        (("add", "bank-two", "--name", "x", "--scope", "everything"), "bad_client"),
        (("add", "bank-two", "--name", "", "--scope", "payments:write"), "bad_client"),
        (("add", "bank-two", "--name", "x", "--scope", "payments:write", "--rate", "0"), "bad_client"),
        (("rotate", "nobody"), "unknown_client"),
        (("rotate", "nobody", "--overlap-hours", "99999999999999999999"), "bad_client"),
        (("rotate", "nobody", "--overlap-hours", "-5"), "bad_client"),
        (("end", "nobody", "--reason", "x"), "unknown_client"),
        (("end", "nobody", "--reason", ""), "bad_client"),
        (("link", "nobody", "--everything"), "unknown_client"),
    ],
)
def test_what_cannot_be_a_client_is_refused_by_name(
    ayni: Ayni, arguments: tuple[str, ...], code: str
) -> None:
    assert ayni("client", *arguments, "--json").code == code


def test_the_api_is_served_until_it_is_told_to_stop(ayni: Ayni, home: Path) -> None:
    secret = _add(ayni, "bank-three", "--everything")
    with program(home, "api", "--port", "0", "--json") as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            assert told["state"] == "running"
            form = {"grant_type": "client_credentials", "client_id": "bank-three", "client_secret": secret}
            body = urlencode(form)
            answer = urllib3.request("POST", f"{told['api']}/oauth/token", body=body)
            assert answer.status == 200
        finally:
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out) == {"state": "stopped"}


def test_a_port_that_cannot_be_had_is_told(ayni: Ayni) -> None:
    assert ayni("api", "--host", "192.0.2.1", "--json").code == "port_taken"
