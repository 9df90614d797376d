"""What every command stands on: the settings, the server, the database, and how the system is joined."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from ayni.foundation import db, keys
from ayni.foundation.clock import END_YEAR
from ayni.foundation.country import Country
from ayni.foundation.db import Actor, Database, DatabaseUnreachable, NotMigrated
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.errors import BadInput
from ayni.foundation.migrate import migrate as run_migrations
from ayni.foundation.settings import Settings, read_settings
from ayni.values.city_profile import CityProfile

_Day = TypeVar("_Day", bound=date)

OPERATOR = Actor("operator", "cli")
_FIRST_YEAR = 1970
DATABASE = "ayni"


class NotAnInstant(BadInput):
    """A time that cannot be read."""

    code = "not_an_instant"
    what = "A day or a time was not understood."
    means = "Nothing was done."
    do = "Write 2025-05-31, 2025-05-31T14:30 (the city's time) or 2025-05-31T19:30Z."


@dataclass(frozen=True)
class Wiring:
    """How `app` has joined the system: what this channel needs and may not import."""

    modules: Sequence[str]
    """Modules that own tables, lowest first."""
    load_country: Callable[[str], Country]
    city_profile: Callable[[str], CityProfile]
    """What the pretend city of a country looks like."""
    sample_programmes: Callable[[str], dict[str, str]]
    """Programmes to try Ayni with, as YAML by code."""
    sample_bank_accounts: Callable[[str], tuple[str, str]]
    """A trust account and a shop's, to try Ayni with."""
    run_worker: Callable[..., None]
    """Takes a Database; with `once=True` it ends when the queue is empty."""
    serve_api: Callable[..., AbstractContextManager[str]]
    """Takes a Database, a KeyRing, host and port; gives the address, and serves until the block ends."""
    register: Callable[[], None]
    """Makes every module's invariants and jobs known."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


@dataclass(frozen=True)
class Place:
    """Where a database is. `url` and `owner_url` may hold a password; `shown` does not.

    `ours` when it is for us to create and keep up to date; else that is for `ayni migrate`.
    """

    url: str
    owner_url: str
    shown: str
    ours: bool


class Session:
    """One run of one command."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring

    @classmethod
    def of(cls, context: Any) -> Session:
        """The session of a command, from its context."""
        return cls(context.find_root().obj)

    @cached_property
    def settings(self) -> Settings:
        """What the operator chose. Raises BadSetting."""
        return read_settings(self.wiring.environment)

    @cached_property
    def country(self) -> Country:
        """The country pack. Raises BadSetting."""
        return self.wiring.load_country(self.settings.country)

    @property
    def keys_folder(self) -> Path:
        """Where the key ring is."""
        return self.settings.home / "keys"

    @contextlib.contextmanager
    def open_server(self, name: str = DATABASE) -> Iterator[Place]:
        """The server, found or started, with a database of that name on it, perhaps empty.

        The embedded one in AYNI_HOME, or the one at AYNI_DATABASE_URL, whose database must be there already.
        """
        settings = self.settings
        if settings.database_url is not None:
            url = _named(settings.database_url, name)
            owner_url = _named(settings.owner_url or url, name)
            yield Place(url, owner_url, _without_password(url), ours=settings.owner_database_url is not None)
            return
        folder = settings.home / "postgres"
        server = EmbeddedServer(folder, port=settings.postgres_port, os_user=settings.postgres_os_user)
        with server:
            server.create_database(name)
            # By its own login and not as the owner in disguise, beneath whose role there would be another.
            # Over a port a password is asked for, and only the owner has one.
            url = server.url(name, user=db.APPLICATION_ROLE) if server.port is None else server.url(name)
            port = "" if server.port is None else f", port {server.port} of 127.0.0.1"
            yield Place(url, server.url(name), f"database {name} in {folder}{port}", ours=True)

    @contextlib.contextmanager
    def open_database(
        self, name: str = DATABASE, *, simulated_at: datetime | None = None, migrate: bool = True
    ) -> Iterator[Database]:
        """A database that is ready for use.

        With `migrate` it is brought up to date first, if it is the embedded one or its owner's login is
        known: a new one becomes simulated when `simulated_at` is given, and a new installation gets its key
        ring. Raises NotMigrated for one that was not set up, DatabaseUnreachable, and what the server and
        the migrations raise.
        """
        with self.open_server(name) as place, self.use(place, simulated_at, migrate=migrate) as database:
            yield database

    @contextlib.contextmanager
    def use(self, place: Place, simulated_at: datetime | None, *, migrate: bool) -> Iterator[Database]:
        """`open_database`, on a server that is open already."""
        if migrate and place.ours:
            self.migrate(place, simulated_at=simulated_at)
        _probe(place)
        self.wiring.register()
        with Database(place.url, self.country) as database:
            yield database

    def migrate(self, place: Place, *, simulated_at: datetime | None = None) -> list[str]:
        """Bring a database up to date, and name what was run. A new installation gets its key ring."""
        done = run_migrations(place.owner_url, self.wiring.modules, simulated_at=simulated_at)
        if any((one.module, one.number) == ("foundation", 1) for one in done):
            self.ensure_keys(place)
        return [f"{one.module} {one.number:04d} {one.name}" for one in done]

    def ensure_keys(self, place: Place) -> None:
        """A key ring for a new installation; one that is there is left as it is."""
        if not keys.has_ring(self.keys_folder):
            with db.connect(place.owner_url) as connection:
                keys.create(self.keys_folder, at=db.now(connection))

    def read_instant(self, text: str) -> datetime:
        """An instant as an operator writes it; without a zone it is the city's. Raises NotAnInstant."""
        try:
            at = _near(datetime.fromisoformat(text.strip()))
            return at if at.tzinfo else at.replace(tzinfo=self.country.timezone)
        except (ValueError, OverflowError) as error:
            raise NotAnInstant from error


def read_day(text: str) -> date:
    """A civil date as an operator writes it. Raises NotAnInstant."""
    try:
        return _near(date.fromisoformat(text.strip()))
    except ValueError as error:
        raise NotAnInstant from error


def _near(day: _Day) -> _Day:
    """A day of our own time: a slip of the finger puts a clock, which never goes back, at the end of days."""
    if not _FIRST_YEAR <= day.year < END_YEAR:
        raise ValueError
    return day


def _probe(place: Place) -> None:
    """Tell a server that is away from a database that was never set up, at once and not after a wait."""
    try:
        connection = db.connect(db.application_url(place.url))
    except DatabaseUnreachable:
        db.connect(place.owner_url).close()
        # The server answers; what it does not have is the role that every migration makes.
        raise NotMigrated from None
    with connection:
        db.now(connection)


def _named(url: str, name: str) -> str:
    """The URL's own database for the usual name, and another database of that server for another."""
    return url if name == DATABASE else urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}{place}", query="", fragment=""))
