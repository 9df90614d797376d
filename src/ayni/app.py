"""Builds the running system: which country, which modules, which channels. Only this file joins them.

Modules are imported where they are joined and not above: `ayni version` answers at once, and a logger that is
made when its file is loaded is made after logs were told their form.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from ayni.channels import cli
from ayni.foundation import logging
from ayni.foundation.country import Country
from ayni.foundation.db import SYSTEM, Database, Tx
from ayni.foundation.settings import BadSetting, read_settings
from ayni.values.city_profile import CityProfile

if TYPE_CHECKING:
    from ayni import ledger
    from ayni.foundation.invariants import Violation
    from ayni.foundation.keys import KeyRing

MODULES = ("foundation", "identity", "ledger", "payments", "registry", "wallet", "programmes", "credit")
"""Modules that own tables, lowest layer first: the order of migration."""

_COUNTRIES = {"peru": "ayni.countries.peru"}
_HOLDS = 2_000


def load_country(name: str) -> Country:
    """The country pack called `name`; raises BadSetting for one that does not exist."""
    country: Country = import_module(_pack(name)).COUNTRY
    return country


def load_city_profile(name: str) -> CityProfile:
    """What the pretend city of a country looks like; raises BadSetting for one that does not exist."""
    profile: CityProfile = import_module(f"{_pack(name)}.city").profile()
    return profile


def load_sample_programmes(name: str) -> dict[str, str]:
    """Programmes to try Ayni with in a country, as YAML by code; raises BadSetting."""
    samples: dict[str, str] = import_module(f"{_pack(name)}.sample_programmes").sample_programmes()
    return samples


def load_sample_bank_accounts(name: str) -> tuple[str, str]:
    """A trust account and a shop's to try Ayni with in a country; raises BadSetting."""
    samples: tuple[str, str] = import_module(f"{_pack(name)}.sample_programmes").sample_bank_accounts()
    return samples


def _pack(name: str) -> str:
    if name not in _COUNTRIES:
        raise BadSetting(name="AYNI_COUNTRY", reason=f"there are {', '.join(sorted(_COUNTRIES))}")
    return _COUNTRIES[name]


def register() -> None:
    """Make every module's invariants and jobs known. Twice is once."""
    from ayni.foundation import followers, invariants, jobs

    invariants.register_foundation()
    invariants.register(
        "ledger_balances",
        "In every book debits equal credits, and each account is the sum of its transfers.",
        _ledger_violations,
    )
    from ayni import identity, payments, programmes, registry, wallet

    for one in (*payments.INVARIANTS, *wallet.INVARIANTS, *programmes.INVARIANTS):
        invariants.register(one.name, one.sentence, one.check)
    identity.register_export_part("registry", registry.export_person)
    jobs.register("registry.warn_of_lapsing_classes", registry.classes.warn_of_lapsing, every="30 8 * * *")
    jobs.register(
        "programmes.escalate_grievances", programmes.grievances.escalate_overdue, every="15 8 * * *"
    )
    jobs.register("programmes.pay_cycle", programmes.pay_cycle_later, in_transaction=False)
    rounds: dict[str, tuple[Callable[[Database], object], str]] = {
        "identity.fill_name_keys": (identity.fill_name_keys, "20 8 * * *"),
        "wallet.return_parcels": (wallet.return_overdue_parcels, "3 * * * *"),
        "wallet.note_deaths": (wallet.note_deaths, "40 8 * * *"),
        "wallet.put_to_sleep": (wallet.put_to_sleep, "50 8 * * *"),
        "wallet.return_cash_codes": (wallet.return_overdue_cash_codes, "*/10 * * * *"),
        "wallet.return_vouchers": (wallet.return_overdue_vouchers, "33 * * * *"),
        "wallet.settle_merchants": (wallet.settle_merchants, "0 3 * * *"),
        "wallet.pay_commissions": (wallet.pay_commissions, "15 5 * * *"),
        "wallet.pay_standing": (wallet.pay_standing, "0 12 * * *"),
        "wallet.claim_late_benefits": (wallet.claim_late_benefits, "7 * * * *"),
        "wallet.finish_closings": (wallet.finish_closings, "25 * * * *"),
        "ledger.expire_holds": (_expire_holds, "* * * * *"),
        "api.finish_requests": (_finish_requests, "* * * * *"),
    }
    jobs.register("api.call_back", _call_back, in_transaction=False)
    followers.register("api.tell_webhooks", _tell_webhooks)
    for name, (run, every) in rounds.items():
        jobs.register(name, run, in_transaction=False, every=every)


def _ledger_violations(tx: Tx) -> list[Violation]:
    from ayni import ledger

    return _told(ledger.list_violations(tx))


def _told(found: Sequence[ledger.Violation]) -> list[Violation]:
    from ayni.foundation.invariants import Violation

    return [Violation(one.subject, {"invariant": one.invariant, "found": one.found}) for one in found]


def _expire_holds(database: Database) -> None:
    """In batches of their own, so that a resident at a till does not wait behind a thousand holds."""
    from ayni import ledger

    expired = _HOLDS
    while expired == _HOLDS:
        with database.transaction(SYSTEM) as tx:
            expired = ledger.expire_holds(tx, most=_HOLDS)


def _call_back(database: Database, request_id: str) -> None:
    """Tell a client what became of its request."""
    from ayni.channels.api import callbacks

    networks = read_settings().callback_networks
    callbacks.call_back(database, request_id=request_id, networks=networks)


def _tell_webhooks(database: Database) -> contextlib.AbstractContextManager[Callable[[], bool]]:
    """Tell clients' addresses what the ledger wrote."""
    from ayni.channels.api import telling
    from ayni.foundation import keys

    settings = read_settings()
    return telling.telling(database, lambda: keys.load(settings.home / "keys"), settings.callback_networks)


def _finish_requests(database: Database) -> None:
    """Carry out what a server that was killed had kept."""
    from ayni.channels.api import gsma
    from ayni.foundation import keys

    gsma.finish_requests(database, lambda: keys.load(read_settings().home / "keys"))


def run_worker(database: Database, *, once: bool = False) -> None:
    """Do queued and scheduled work until SIGINT or SIGTERM; with `once`, until the queue is empty."""
    from ayni.channels import worker

    worker.run(database, once=once)


@contextlib.contextmanager
def serve_api(database: Database, ring: KeyRing, *, host: str, port: int) -> Iterator[str]:
    """Serve the HTTP API until the block ends; gives its address. Raises PortTaken."""
    from ayni.channels import api

    networks = read_settings().callback_networks
    with api.serve(database, ring, host=host, port=port, networks=networks) as address:
        yield address.url


WIRING = cli.Wiring(
    modules=MODULES,
    load_country=load_country,
    city_profile=load_city_profile,
    sample_programmes=load_sample_programmes,
    sample_bank_accounts=load_sample_bank_accounts,
    run_worker=run_worker,
    serve_api=serve_api,
    register=register,
)


def main() -> None:
    """The command `ayni`."""
    level = os.environ.get("AYNI_LOG_LEVEL", "").lower()
    # A level that does not exist is told by the command, as every other setting is.
    logging.configure(level if level in ("debug", "info", "warning", "error") else "info")
    sys.exit(cli.run(WIRING, sys.argv[1:]))
