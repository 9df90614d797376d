"""Settings come from the environment, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ayni.app import load_country
from ayni.foundation.errors import AyniError, BadInput, NotFound, Refused
from ayni.foundation.settings import BadSetting, read_settings


def test_without_any_setting_ayni_has_a_home_of_its_own() -> None:
    assert read_settings({"HOME": "/home/rosa"}).home.is_absolute()


def test_settings_are_read() -> None:
    settings = read_settings(
        {
            "AYNI_HOME": "/tmp/x",
            "AYNI_DATABASE_URL": "postgresql://app@db/ayni",
            "AYNI_POSTGRES_PORT": "5433",
            "AYNI_LOG_LEVEL": "WARNING",
        }
    )
    assert settings.home == Path("/tmp/x")
    assert settings.owner_url == "postgresql://app@db/ayni"
    assert (settings.postgres_port, settings.log_level) == (5433, "warning")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AYNI_DATABASE", "postgresql://x"),  # a name that nobody reads
        ("AYNI_DATABASE_URL", "mysql://x"),
        ("AYNI_OWNER_DATABASE_URL", "ayni"),
        ("AYNI_POSTGRES_PORT", "80"),
        ("AYNI_POSTGRES_PORT", "70000"),
        ("AYNI_POSTGRES_PORT", "５４３２"),
        ("AYNI_POSTGRES_PORT", "five"),
        ("AYNI_LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_settings({name: value})
    assert name in refused.value.sentence


def test_a_country_that_does_not_exist_is_named() -> None:
    with pytest.raises(BadSetting):
        load_country("atlantis")


def test_every_error_fills_its_sentences() -> None:
    error = BadSetting(name="AYNI_X", reason="it is wrong")
    assert error.as_dict()["what"] == "The environment variable AYNI_X cannot be used: it is wrong."
    assert error.as_dict()["status"] == 500


@pytest.mark.parametrize("kind", [AyniError, Refused, NotFound, BadInput])
def test_an_error_is_told_in_three_sentences(kind: type[AyniError]) -> None:
    told = kind().as_dict()
    assert told["what"]
    assert told["means"]
    assert told["do"]
    assert told["code"] == kind.code


@pytest.mark.parametrize(
    "url",
    ["postgresql://[bad", "postgresql://ana:secreto@h/db?nonsense=1", "postgresql://ana:secreto@h:port%/db"],
)
def test_a_database_address_that_is_none_is_told_and_not_repeated(url: str) -> None:
    """A bug: it ended with 70, in whichever library met it first."""
    with pytest.raises(BadSetting, match="AYNI_DATABASE_URL cannot be used: it is no address") as refused:
        read_settings({"AYNI_DATABASE_URL": url})
    assert "secreto" not in str(refused.value.as_dict())
