"""`ayni demo`: a living city in one run."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from ayni.channels.cli.answer import REFUSED, Json, show
from ayni.channels.cli.living_city import Figures, LivingCity
from ayni.channels.cli.progress import counting
from ayni.channels.cli.session import Session
from ayni.foundation import keys
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.errors import Refused
from ayni.sandbox import city
from ayni.sandbox.bank import PretendBank
from ayni.sandbox.bank_files import PretendBankFiles
from ayni.sandbox.identity_register import SandboxIdentityRegister

cli = typer.Typer(add_completion=False)

_MORNING = "2025-06-02T10:00"
"""A working Monday on which every dated parameter exists; fixed, so that a seed gives the same day."""


class DemoKept(Refused):
    """A city that somebody kept is not thrown away unasked."""

    code = "demo_kept"
    what = "There is a kept city in {folder} already."
    means = "It was left as it is, and no other was made."
    do = "Look at it with AYNI_HOME={folder} ayni check, or remove that folder and make another."


@cli.command()
def demo(
    context: typer.Context,
    people: Annotated[
        int, typer.Option(min=200, max=2_000_000, help="How many people the city has.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(help="The same number gives the same city.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the city for exploring.")] = False,
    json: Json = False,
) -> None:
    """Make a city up and let it live for a month: benefits reach homes, are spent, and the books are closed.

    People, bank and civil register are made up; everything else is what a real day would use. Nothing that
    is yours is touched. Ends with 1 when an invariant does not hold.

    \b
    Example:
      ayni demo --people 5000
    """
    session = Session.of(context)
    start = time.perf_counter()
    with _database(session, keep=keep) as (database, home), counting(quiet=json) as told:
        living = _city(session, database, home, seed)
        padron = home / "padron.csv"
        told("making people up", 0, people)
        city.generate(
            people=people,
            seed=seed,
            profile=session.wiring.city_profile(session.settings.country),
            out=padron,
            on=living.on,
            progress=lambda done, total: told("making people up", done, total),
        )
        figures = replace(living, say=lambda what, done, total: told(what, done, total or None)).run(padron)
        seconds = time.perf_counter() - start
        data, text = _table(session, figures, seconds)
        if keep:
            text += ["", f"The city is kept. Look around: AYNI_HOME={home} ayni check"]
    show({**data, "home": str(home) if keep else None}, text, as_json=json)
    if figures.violations:
        raise typer.Exit(REFUSED)


@contextlib.contextmanager
def _database(session: Session, *, keep: bool) -> Iterator[tuple[Database, Path]]:
    """A new simulated database, on a server of its own; thrown away afterwards unless it is kept."""
    if keep:
        home = session.settings.home / "demo"
        if home.exists():
            raise DemoKept(folder=home)
        home.mkdir(parents=True)
    else:
        home = Path(tempfile.mkdtemp(prefix="ayni-demo-"))
    # As root the server runs as a system user, who must be able to enter.
    home.chmod(0o755)
    settings = session.settings
    server = EmbeddedServer(home / "postgres", os_user=settings.postgres_os_user)
    environment = {"AYNI_HOME": str(home), "AYNI_COUNTRY": settings.country}
    own = Session(replace(session.wiring, environment=environment))
    morning = datetime.fromisoformat(_MORNING).replace(tzinfo=session.country.timezone)
    try:
        with server, own.open_database(simulated_at=morning) as database:
            yield database, home
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def _city(session: Session, database: Database, home: Path, seed: int) -> LivingCity:
    @contextlib.contextmanager
    def serve() -> Iterator[str]:
        own = Database(database.url, session.country, pool_size=16)
        ring = keys.load(home / "keys")
        with own, session.wiring.serve_api(own, ring, host="127.0.0.1", port=0) as url:
            yield url

    with database.transaction() as tx:
        bank, on = PretendBank(tx), tx.today
    accounts = session.wiring.sample_bank_accounts(session.settings.country)
    return LivingCity(
        database=database,
        bank=bank,
        files=PretendBankFiles(bank, accounts[0], session.country.currency),
        accounts=accounts,
        register=SandboxIdentityRegister(),
        texts=session.wiring.sample_programmes(session.settings.country),
        on=on,
        serve=serve,
        seed=seed,
    )


def _table(session: Session, figures: Figures, seconds: float) -> tuple[dict[str, Any], list[str]]:
    money, held = session.country.format_money, figures.invariants_held
    rows = [
        ("people in the registry", f"{figures.people:,}"),
        ("households", f"{figures.households:,}"),
        ("rows refused, with their reasons", f"{figures.refused_rows:,}"),
        ("households found eligible", f"{figures.eligible:,}"),
        ("wallets opened", f"{figures.wallets:,}"),
        ("benefits paid", f"{figures.paid:,}"),
        ("  to the sum of", money(figures.paid_minor)),
        ("  not yet payable, with their reasons", f"{figures.unpaid:,}"),
        ("    of them until an officer has decided", f"{figures.waiting:,}"),
        ("spent in shops", money(figures.spent_minor)),
        ("cashed out at agents", money(figures.cashed_out_minor)),
        ("orders over HTTP while a cycle was paid", f"{figures.http_orders:,}"),
        ("orders refused, with their reasons", f"{figures.refused_orders:,}"),
        (f"traded in the {figures.month.days} days after", f"{figures.month.orders:,}"),
        ("  refused, with their reasons", f"{figures.month.refused:,}"),
        ("  sent to merchants' banks", money(figures.month.settled_minor)),
        ("  earned by agents", money(figures.month.commissions_minor)),
        ("  put into goals", money(figures.month.saved_minor)),
        ("in the next month's cycles, not in the last", f"{figures.next_month.came_in:,}"),
        ("  in the last and not in the next", f"{figures.next_month.went_out:,}"),
        ("  another amount", f"{figures.next_month.changed:,}"),
        ("a change of rules that was tried would cost", money(figures.next_month.tried_minor)),
        ("  more than now", money(figures.next_month.tried_more_minor)),
        ("on the trust account", money(figures.trust_minor)),
        ("e-money outstanding", money(figures.emoney_minor)),
        (
            "invariants held",
            f"{held} of {held + len(figures.violations)}",
        ),
        ("seconds", str(timedelta(seconds=round(seconds)).seconds)),
    ]
    width = max(len(name) for name, _ in rows)
    most = max(len(value) for _, value in rows)
    data = {name: getattr(figures, name) for name in figures.__dataclass_fields__}
    data |= {"month": asdict(figures.month), "next_month": asdict(figures.next_month)}
    data["seconds_in_all"] = f"{seconds:.1f}"
    data["seconds"] = {name: f"{value:.2f}" for name, value in figures.seconds.items()}
    return data, [f"{name:<{width}}  {value:>{most}}" for name, value in rows] + figures.violations
