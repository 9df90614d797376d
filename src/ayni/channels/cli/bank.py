"""`ayni bank`: the trust account, files to the bank and from it, and what safeguards the e-money."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ayni import payments
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.files import read_file, write_file
from ayni.channels.cli.person.named import at_work
from ayni.channels.cli.session import OPERATOR, Session, read_day
from ayni.foundation.errors import Refused
from ayni.payments import TrustAccount

cli = typer.Typer(no_args_is_help=True, add_completion=False)

_OFFICER = typer.Option("--officer", metavar="LOGIN", help="The officer who answers for it.")


class NoStatementYet(Refused):
    """The bank has stated nothing."""

    code = "no_statement_yet"
    what = "No statement of the bank was read yet."
    means = "There is nothing to compare the books with."
    do = "Read the first one: ayni bank read FILE."


@cli.callback()
def bank_() -> None:
    """The bank that keeps the trust account: payouts out, answers and statements in.

    \b
    Example:
      ayni bank read statement.xml
    """


@cli.command()
def account(
    context: typer.Context,
    bank: Annotated[str, typer.Argument(help="The bank's name.")],
    number: Annotated[str, typer.Argument(help="The interbank number of the trust account.")],
    holder: Annotated[str, typer.Argument(help="Whose account it is.")],
    officer: Annotated[str | None, _OFFICER] = None,
    json: Json = False,
) -> None:
    """Enter at which bank the trust account is. The newest entry holds.

    \b
    Example:
      ayni bank account "Banco de Prueba" 01124100019000658270 "Fideicomiso Ayni"
    """
    with at_work(context, officer) as tx:
        payments.set_trust_account(tx, account=TrustAccount(bank, number, holder))
    show({"bank": bank}, f"The trust account is at {bank}.", as_json=json)


@cli.command()
def payouts(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the files are written (ISO 20022 pain.001).")],
    json: Json = False,
) -> None:
    """Write what waits to be paid out into files for the bank. A file that was not sent is written again.

    \b
    Example:
      ayni bank payouts outbox/
    """
    written: list[str] = []

    class Folder:
        """A folder, which somebody carries to the bank."""

        def take_payouts(self, message_id: str, content: bytes) -> None:
            path = folder / f"{message_id}.xml"
            write_file(path, content)
            written.append(str(path))

        def list_files(self) -> list[bytes]:
            return []

    with Session.of(context).open_database(migrate=False) as database:
        files = payments.send_payouts(database, bank=Folder(), actor=OPERATOR)
        money = database.country.format_money
    total = sum(file.amount_minor for file in files)
    count = sum(file.payouts for file in files)
    text = [f"{count} payouts of {money(total)} in {len(files)} files."]
    show({"files": written, "payouts": count, "amount_minor": total}, text, as_json=json)


@cli.command()
def read(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files of the bank: pain.002, camt.053.")],
    schemas: Annotated[
        Path | None, typer.Option(help="A folder with ISO 20022's schemas, to check the files by.")
    ] = None,
    json: Json = False,
) -> None:
    """Read what the bank answers and states. A file twice is once, whatever their order.

    \b
    Example:
      ayni bank read answer.xml statement.xml
    """
    contents = [read_file(file) for file in files]
    told, lines = [], []
    with Session.of(context).open_database(migrate=False) as database:
        for content in contents:
            found = payments.read_bank_file(database, content=content, schemas=schemas, actor=OPERATOR)
            told.append({name: getattr(found, name) for name in found.__dataclass_fields__})
            lines.append(
                f"{found.kind}: {found.deposits} deposits, {found.paid} paid, {found.rejected} rejected, "
                f"{found.returned} sent back.{' It was read before.' if found.read_before else ''}"
            )
            lines += [f"  {finding}" for finding in found.findings]
            lines += [f"  It does not hold now: {name} (ayni check tells more)." for name in found.broken]
    show({"read": told}, lines, as_json=json)


@cli.command()
def report(
    context: typer.Context,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="By the last statement of a day.")] = None,
    json: Json = False,
) -> None:
    """Compare the bank's newest statement with the books: what safeguards the e-money, entry by entry.

    \b
    Example:
      ayni bank report
    """
    with at_work(context, None) as tx:
        found = payments.safeguarding(tx, on=None if on is None else read_day(on))
        money = tx.country.format_money
    if found is None:
        raise NoStatementYet
    lines = [
        f"At the bank      {money(found.bank_minor)}",
        f"By our books     {money(found.books_minor)}",
        f"Not explained    {money(found.unexplained_minor)}",
        f"E-money now      {money(found.emoney_minor)}, of it on its way out {money(found.in_transit_minor)}",
    ]
    lines += [f"Difference       {money(one.amount_minor)}: {one.finding}" for one in found.differences]
    lines += [f"Before {one} a statement is missing." for one in found.missing_before]
    data = {name: getattr(found, name) for name in found.__dataclass_fields__ if name != "differences"}
    rows = [{"reference": d.reference, "amount_minor": d.amount_minor} for d in found.differences]
    show({**data, "differences": rows}, lines, as_json=json)


@cli.command()
def bear(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="The bank's reference of a debit.")],
    reason: Annotated[str, typer.Option(help="Why the issuer bears it.")],
    officer: Annotated[str | None, _OFFICER] = None,
    json: Json = False,
) -> None:
    """Let the issuer bear a debit that was nobody's payout: a charge.

    \b
    Example:
      ayni bank bear PB-000012 --reason "account keeping"
    """
    with at_work(context, officer) as tx:
        payments.bear_debit(tx, reference=reference, reason=reason)
    show({"reference": reference}, "The issuer bears it.", as_json=json)
