"""`ayni try`: act as a resident, an agent or the bank, in a simulated database and nowhere else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ayni import identity, payments, programmes, wallet
from ayni.channels.cli.amounts import read_amount
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.files import write_file
from ayni.channels.cli.person.named import Person, at_work, find, read_document
from ayni.channels.cli.session import OPERATOR, Session
from ayni.channels.cli.shop import get
from ayni.foundation import keys
from ayni.foundation.clock import is_simulated
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError, Refused
from ayni.identity import NewPerson
from ayni.sandbox.bank import PretendBank
from ayni.sandbox.bank_files import PretendBankFiles
from ayni.sandbox.biller import PretendBiller
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import AccountId, new_id, show_id
from ayni.wallet import Order, OrderKind, Receipt

cli = typer.Typer(no_args_is_help=True, add_completion=False)

Amount = Annotated[str, typer.Argument(help="How much, as 12.50.")]
ShopCode = Annotated[str, typer.Argument(metavar="SHOP", help="The code on the shop's sign.")]


class OnlyWhereNothingIsReal(Refused):
    """Nobody acts as somebody else where money is real."""

    code = "only_where_nothing_is_real"
    what = "This database is live."
    means = "Nothing has moved: nobody acts here as a resident, a shop or the bank."
    do = "Try it in a simulated database: AYNI_HOME=… ayni migrate --simulated 2025-06-02."


@contextlib.contextmanager
def _pretending(context: typer.Context) -> Iterator[Tx]:
    with at_work(context, None) as tx:
        if not is_simulated(tx):
            raise OnlyWhereNothingIsReal
        yield tx


@cli.callback()
def try_() -> None:
    """Act as a resident, an agent or the bank. Only in a simulated database.

    \b
    Example:
      ayni try pay DNI:40217815 BODEGA01 12.50
    """


@cli.command()
def resident(
    context: typer.Context,
    given_names: Annotated[str, typer.Argument(help="The given names.")],
    first_surname: Annotated[str, typer.Argument(help="The first surname.")],
    document: Annotated[str, typer.Option(metavar="KIND:NUMBER", help="A document that was made up.")],
    phone: Annotated[str | None, typer.Option(help="A telephone that reaches them.")] = None,
    json: Json = False,
) -> None:
    """Make somebody up, whose document the pretend civil register confirms.

    \b
    Example:
      ayni try resident Rosa Quispe --document DNI:40217815 --phone 987654321
    """
    with _pretending(context) as tx:
        kind, number = read_document(document)
        person = identity.register_person(
            tx,
            person=NewPerson(
                given_names=given_names,
                first_surname=first_surname,
                synthetic=True,
                document=(kind, number),
            ),
        )
        identity.verify_documents(tx, SandboxIdentityRegister(), person_ids=[person.id])
        if phone is not None:
            number = tx.country.check_mobile(phone)
            identity.reach.add_contact(tx, person_id=person.id, phone=number, reason="made up")
            identity.reach.verify_contact(tx, person_id=person.id, phone=number)
    show({"person": show_id("per", person.id)}, f"{person.full_name} lives here now.", as_json=json)


@cli.command()
def pay(
    context: typer.Context,
    person: Person,
    shop: ShopCode,
    amount: Amount,
    json: Json = False,
) -> None:
    """Pay a shop, with purpose money first where it is accepted.

    \b
    Example:
      ayni try pay DNI:40217815 BODEGA01 12.50
    """
    _at_a_shop(context, OrderKind.PAY, "Paid", (person, shop, amount), as_json=json)


@cli.command()
def send(
    context: typer.Context,
    person: Person,
    phone: Annotated[str, typer.Argument(help="To whom.")],
    amount: Amount,
    json: Json = False,
) -> None:
    """Send money to whoever a telephone reaches; it waits where nobody with a wallet is reached.

    \b
    Example:
      ayni try send DNI:40217815 987654321 20
    """
    with _pretending(context) as tx:
        receipt = wallet.send(
            tx,
            person_id=find(tx, person),
            phone=phone,
            amount_minor=read_amount(amount),
            client="try",
            key=new_id(tx.now),
        )
        done = "Sent" if receipt.parcel_id is None else "It waits for whoever has that telephone:"
        _tell(tx, receipt, done, as_json=json)


@cli.command("cash-in")
def cash_in(
    context: typer.Context, person: Person, agent: ShopCode, amount: Amount, json: Json = False
) -> None:
    """Hand cash to an agent, who gives e-money for it.

    \b
    Example:
      ayni try cash-in DNI:40217815 AGENTE01 50
    """
    _at_a_shop(context, OrderKind.CASH_IN, "In", (person, agent, amount), as_json=json)


@cli.command("cash-out")
def cash_out(
    context: typer.Context, person: Person, agent: ShopCode, amount: Amount, json: Json = False
) -> None:
    """Take cash from an agent for e-money.

    \b
    Example:
      ayni try cash-out DNI:40217815 AGENTE01 30
    """
    _at_a_shop(context, OrderKind.CASH_OUT, "Out", (person, agent, amount), as_json=json)


@cli.command()
def save(
    context: typer.Context,
    person: Person,
    goal: Annotated[str, typer.Argument(help="The goal's name; it is opened if there is none.")],
    amount: Amount,
    json: Json = False,
) -> None:
    """Put money into a goal.

    \b
    Example:
      ayni try save DNI:40217815 school 15
    """
    with _pretending(context) as tx:
        who = find(tx, person)
        mine = {one.name: one for one in wallet.goals.list_goals(tx, person_id=who)}
        found = mine.get(goal) or wallet.goals.open_goal(tx, person_id=who, name=goal)
        minor = read_amount(amount)
        wallet.goals.save(
            tx, goal_id=found.id, person_id=who, amount_minor=minor, client="try", key=new_id(tx.now)
        )
        show({"goal": goal}, f"Put aside {tx.country.format_money(minor)} for {goal}.", as_json=json)


@cli.command()
def take(context: typer.Context, person: Person, json: Json = False) -> None:
    """Take what waits behind somebody's telephones.

    \b
    Example:
      ayni try take DNI:40217815
    """
    with _pretending(context) as tx:
        who = find(tx, person)
        waiting = wallet.list_parcels_for(tx, person_id=who)
        for parcel in waiting:
            wallet.take_parcel(tx, parcel_id=parcel.id, person_id=who)
        total = tx.country.format_money(sum(parcel.amount_minor for parcel in waiting))
    show({"taken": len(waiting)}, f"Took {total} from {len(waiting)} parcels.", as_json=json)


@cli.command()
def fetch(
    context: typer.Context,
    agent: ShopCode,
    number: Annotated[int, typer.Argument(help="The voucher's number.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code on the slip.")],
    json: Json = False,
) -> None:
    """Fetch a benefit as cash from an agent, with the number and the code of its voucher.

    \b
    Example:
      ayni try fetch AGENTE01 10000001 48213377
    """
    ring = keys.load(Session.of(context).keys_folder)
    with _pretending(context) as tx:
        answer = wallet.vouchers.cash_voucher(
            tx, ring=ring, agent_id=get(tx, agent).id, number=number, code=code
        )
        money = tx.country.format_money
    if isinstance(answer, AyniError):
        raise answer
    cash = f"{money(answer.amount_minor)} in cash for {answer.display_name}"
    text = f"{cash}: handed over already." if answer.repeated else f"{cash}: hand it over."
    show({"amount_minor": answer.amount_minor, "repeated": answer.repeated}, text, as_json=json)


@cli.command()
def bill(
    context: typer.Context,
    person: Person,
    company: ShopCode,
    customer: Annotated[str, typer.Argument(help="The customer's number: eight digits.")],
    json: Json = False,
) -> None:
    """Pay what a customer owes a company, which is told of it.

    \b
    Example:
      ayni try bill DNI:40217815 LUZ1 12345678
    """
    with _pretending(context) as tx:
        system, who = PretendBiller.for_database(tx), find(tx, person)
    billers = {company: system}
    with Session.of(context).open_database(migrate=False) as database:
        found = wallet.look_up_bills(
            database, billers=billers, code=company, customer=customer, actor=OPERATOR
        )
        money, lines, told = database.country.format_money, [], []
        for one in found:
            with database.transaction(OPERATOR) as tx:
                wallet.bills.pay_bill(tx, bill_id=one.id, person_id=who)
            told.append({"number": one.number, "amount_minor": one.amount_minor})
            lines.append(f"Paid {money(one.amount_minor)} of bill {one.number}, of {one.holder}")
        wallet.tell_billers(database, billers=billers)
    show({"bills": told}, lines or ["Nothing is owed under this number."], as_json=json)


@cli.command("confirm")
def confirm(context: typer.Context, json: Json = False) -> None:
    """Ask the pretend civil register about every document that nobody has asked about.

    \b
    Example:
      ayni try confirm
    """
    with _pretending(context):
        pass
    with Session.of(context).open_database(migrate=False) as database:
        found = identity.verify_all_documents(database, SandboxIdentityRegister(), actor=OPERATOR)
    text = f"The register was asked about {found.asked} documents; {found.matched} are theirs."
    show({"asked": found.asked, "matched": found.matched}, text, as_json=json)


@cli.command("bank-day")
def bank_day(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the bank's files are written.")],
    receive: Annotated[
        list[str] | None,
        typer.Option("--receive", metavar="CODE=AMOUNT", help="Paid in for a shop or a programme."),
    ] = None,
    reject: Annotated[
        list[str] | None, typer.Option("--reject", metavar="ACCOUNT", help="A bank account that is closed.")
    ] = None,
    json: Json = False,
) -> None:
    """Let the pretend bank have its day: it takes what is paid in, carries payouts out, and states it all.

    \b
    Example:
      ayni try bank-day inbox/ --receive AGENTE01=2000
    """
    with _pretending(context) as tx:
        account = payments.get_trust_account(tx)
        stated = payments.safeguarding(tx)
        mark = f"{tx.now:%y%m%d%H%M%S}"
        bank = PretendBank(tx, prefix=mark, opening_minor=0 if stated is None else stated.bank_minor)
        files = PretendBankFiles(bank, account.bank_account, tx.country.currency)
        files.statement_prefix, files.closed = mark, set(reject or [])
        for one in receive or []:
            code, _, amount = one.partition("=")
            narrative = show_id("acc", _account_of(tx, code))
            bank.receive(amount_minor=read_amount(amount), narrative=narrative, at=tx.now)
        now = tx.now
    with Session.of(context).open_database(migrate=False) as database:
        payments.send_payouts(database, bank=files, actor=OPERATOR)
    files.close_day(at=now)
    written = []
    for number, content in enumerate(files.list_files(), start=1):
        path = folder / f"bank-{number}.xml"
        write_file(path, content)
        written.append(str(path))
    show({"files": written}, [f"The bank has written {path}." for path in written], as_json=json)


def _account_of(tx: Tx, code: str) -> AccountId:
    """The account of a shop, or of a programme: its code has small letters. Raises UnknownShop,
    UnknownProgramme.
    """
    if not code.islower():
        return get(tx, code).account_id
    programme = programmes.get_programme(tx, code=code)
    return payments.get_programme_book(tx, programme_id=programme.id).emoney_account_id


def _at_a_shop(
    context: typer.Context, kind: OrderKind, done: str, named: tuple[str, str, str], *, as_json: bool
) -> None:
    person, shop, amount = named
    with _pretending(context) as tx:
        order = Order(kind, find(tx, person), get(tx, shop).id, read_amount(amount), "try", new_id(tx.now))
        (answer,) = wallet.carry_out(tx, orders=[order])
        if isinstance(answer, AyniError):
            raise answer
        _tell(tx, answer, done, as_json=as_json)


def _tell(tx: Tx, receipt: Receipt, done: str, *, as_json: bool) -> None:
    money = tx.country.format_money
    parts = ", ".join(f"{money(part.amount_minor)} {part.purpose or 'free'}" for part in receipt.parts)
    fee = f" Fee {money(receipt.fee_minor)}." if receipt.fee_minor else ""
    data = {"amount_minor": receipt.amount_minor, "fee_minor": receipt.fee_minor, "seq": receipt.seq}
    show(data, f"{done} {money(receipt.amount_minor)} ({parts}).{fee}", as_json=as_json)
