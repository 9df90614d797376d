"""Settings come from the environment, all of them named AYNI_…, read once at the edge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ayni.foundation.errors import BadInput


class BadSetting(BadInput):
    """An environment variable holds something that cannot be meant."""

    code = "bad_setting"
    http_status = 500
    what = "The environment variable {name} cannot be used: {reason}."
    means = "Nothing was started."
    do = "Correct it or unset it, and start again."


_KNOWN = {
    "AYNI_HOME": "folder of the embedded database, the keys and the logs",
    "AYNI_DATABASE_URL": "a PostgreSQL 18 server to use in place of the embedded one",
    "AYNI_OWNER_DATABASE_URL": "the same server, logged in as the owner of the schema, for migrations",
    "AYNI_POSTGRES_PORT": "also listen on this port of 127.0.0.1 (embedded server)",
    "AYNI_POSTGRES_OS_USER": "the system user to run the embedded server as, when started as root",
    "AYNI_COUNTRY": "the country pack",
    "AYNI_LOG_LEVEL": "debug, info, warning or error",
    "AYNI_CALLBACK_NETWORKS": "private networks that clients may be called back in, as 10.1.0.0/16",
}


@dataclass(frozen=True)
class Settings:
    """What the operator chose. `database_url` None means the embedded server in `home`."""

    home: Path
    database_url: str | None = None
    owner_database_url: str | None = None
    postgres_port: int | None = None
    postgres_os_user: str | None = None
    country: str = "peru"
    log_level: str = "info"
    callback_networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @property
    def owner_url(self) -> str | None:
        """Where migrations log in."""
        return self.owner_database_url or self.database_url


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings of an environment. Raises BadSetting, also for an AYNI_ name that nobody reads."""
    values = {name: value for name, value in environment.items() if name.startswith("AYNI_") and value}
    for name in values:
        if name not in _KNOWN and not name.startswith("AYNI_TEST_"):
            raise BadSetting(name=name, reason=f"Ayni knows {', '.join(sorted(_KNOWN))}")
    level = values.get("AYNI_LOG_LEVEL", "info").lower()
    if level not in ("debug", "info", "warning", "error"):
        raise BadSetting(name="AYNI_LOG_LEVEL", reason="it is debug, info, warning or error")
    for name in ("AYNI_DATABASE_URL", "AYNI_OWNER_DATABASE_URL"):
        url = values.get(name)
        if url is not None and not url.startswith(("postgresql://", "postgres://")):
            raise BadSetting(name=name, reason="it starts with postgresql://")
        if url is not None and not _is_address(url):
            # The address itself is not repeated: it may hold a password.
            raise BadSetting(name=name, reason="it is no address: postgresql://user@host:5432/database")
    return Settings(
        home=Path(values.get("AYNI_HOME") or _default_home(environment)).expanduser(),
        database_url=values.get("AYNI_DATABASE_URL"),
        owner_database_url=values.get("AYNI_OWNER_DATABASE_URL"),
        postgres_port=_port(values.get("AYNI_POSTGRES_PORT")),
        postgres_os_user=values.get("AYNI_POSTGRES_OS_USER"),
        country=values.get("AYNI_COUNTRY", "peru"),
        log_level=level,
        callback_networks=_networks(values.get("AYNI_CALLBACK_NETWORKS", "")),
    )


def _is_address(url: str) -> bool:
    try:
        urlsplit(url)
        conninfo_to_dict(url)
    except (ValueError, psycopg.ProgrammingError):
        return False
    return True


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise BadSetting(name="AYNI_CALLBACK_NETWORKS", reason="networks are as 10.1.0.0/16") from None


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise BadSetting(name="AYNI_POSTGRES_PORT", reason="a port is a number from 1024 to 65535")
    return int(text)


def _default_home(environment: Mapping[str, str]) -> str:
    if os.geteuid() == 0:
        # The server runs as another user then, who may not enter root's home.
        return "/var/lib/ayni"
    data = environment.get("XDG_DATA_HOME") or f"{environment.get('HOME', '~')}/.local/share"
    return f"{data}/ayni"
