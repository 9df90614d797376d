"""`ayni household`: who lives with whom, what must be looked at, and the class."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import registry
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.person.named import Officer, Person, Reason, at_work, find
from ayni.channels.cli.session import read_day
from ayni.channels.cli.told_facts import show_facts
from ayni.foundation.db import Tx
from ayni.foundation.errors import BadInput
from ayni.registry import Role
from ayni.values.ids import HouseholdId, NotAnId, OfficerId, PersonId, read_id, show_id

cli = typer.Typer(no_args_is_help=True, add_completion=False)

Home = Annotated[
    str, typer.Argument(metavar="HOUSEHOLD", help="An id (hh_…), or a source and its code: census/H1.")
]
RoleName = Annotated[Role, typer.Option(help="What the person is to the head.")]
Day = Annotated[str | None, typer.Option("--on", metavar="DAY", help="The first day, or today.")]
Roles = Annotated[
    list[str], typer.Option("--member", metavar="PERSON=ROLE", help="What somebody is there; repeat it.")
]
MustOfficer = Annotated[
    str, typer.Option("--officer", metavar="LOGIN", help="The officer who answers for it.")
]


class BadHousehold(BadInput):
    """What was written names no household, or no member with a role."""

    code = "bad_household"
    what = "This was not understood: {reason}."
    means = "Nothing was done."
    do = "Write a household as hh_… or SOURCE/CODE, and a member as PERSON=ROLE."


@cli.callback()
def household_() -> None:
    """Households: members, moves, flags and class, each with its days.

    \b
    Example:
      ayni household show census/H1
    """


@cli.command("show")
def show_(
    context: typer.Context,
    household: Home,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="As of a day.")] = None,
    json: Json = False,
) -> None:
    """Show who lives there, what must be looked at, and the class. No names: people by their ids.

    \b
    Example:
      ayni household show census/H1 --on 2025-06-01
    """
    day = None if on is None else read_day(on)
    with at_work(context, None) as tx:
        home = _find(tx, household)
        members = registry.list_members(tx, household_id=home, on=day)
        flags = [one.reason for one in registry.list_flags(tx, household_id=home)]
        found = registry.find_class(tx, household_id=home, on=day)
    rows = [(show_id("per", one.person_id), one.role, one.valid_from, one.valid_until) for one in members]
    if json:
        names = ("person", "role", "valid_from", "valid_until")
        told = {"class": found.word, "valid_until": found.valid_until} if found else None
        data = {"household": show_id("hh", home), "flags": flags, "class": told}
        show({**data, "members": [dict(zip(names, row, strict=True)) for row in rows]}, "", as_json=True)
        return
    show_table(("person", "role", "from", "until"), [(*row[:3], row[3] or "") for row in rows])
    lines = [f"To be looked at: {', '.join(flags)}." if flags else "Nothing to be looked at."]
    lines += [f"Class {found.word}, until {found.valid_until}." if found else "No class that holds."]
    show({}, lines, as_json=False)


@cli.command()
def facts(
    context: typer.Context,
    household: Home,
    name: Annotated[str | None, typer.Option(help="Only this fact: water.")] = None,
    json: Json = False,
) -> None:
    """Show what was ever said of a household, by whom and of which day; the last line of a day counts.

    \b
    Example:
      ayni household facts census/H1 --name water
    """
    with at_work(context, None) as tx:
        records = registry.list_records(tx, household_id=_find(tx, household))
    show_facts(records, name=name, as_json=json)


@cli.command()
def move(
    context: typer.Context,
    person: Person,
    household: Home,
    role: RoleName,
    reason: Reason,
    on: Day = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Move a person into a household; the day before is the last in the old one.

    \b
    Example:
      ayni household move DNI:40000004 census/H1 --role child --reason "lives with her aunt"
    """
    day = None if on is None else read_day(on)
    with at_work(context, officer) as tx:
        home, who = _find(tx, household), find(tx, person)
        registry.households.move_member(
            tx, person_id=who, household_id=home, role=role, on=day, reason=reason
        )
    show({"household": show_id("hh", home), "person": show_id("per", who)}, "Moved.", as_json=json)


@cli.command()
def head(
    context: typer.Context,
    household: Home,
    person: Person,
    reason: Reason,
    member: Roles = [],  # noqa: B006
    on: Day = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Make a member the head; the former one needs another role (--member).

    \b
    Example:
      ayni household head census/H1 DNI:40000004 --member DNI:10117410=parent --reason "she leads it now"
    """
    day = None if on is None else read_day(on)
    with at_work(context, officer) as tx:
        home, who = _find(tx, household), find(tx, person)
        registry.households.change_head(
            tx, household_id=home, person_id=who, roles=_roles(tx, member), on=day, reason=reason
        )
    told = {"household": show_id("hh", home), "head": show_id("per", who)}
    show(told, "The household has a new head.", as_json=json)


@cli.command()
def split(
    context: typer.Context,
    household: Home,
    member: Roles,
    source: Annotated[str, typer.Option(help="Who says so.")],
    code: Annotated[str, typer.Option(help="The new household's code.")],
    reason: Reason,
    on: Day = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Make a new household of some members of another.

    \b
    Example:
      ayni household split census/H1 --member DNI:40000004=head --source desk --code 7 --reason "rents a room"
    """
    day = None if on is None else read_day(on)
    with at_work(context, officer) as tx:
        new = registry.households.split_household(
            tx,
            household_id=_find(tx, household),
            roles=_roles(tx, member),
            source=source,
            code=code,
            on=day,
            reason=reason,
        )
    shown = show_id("hh", new.id)
    show({"household": shown}, f"The new household is {shown}.", as_json=json)


@cli.command()
def join(
    context: typer.Context,
    household: Home,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The household that goes on.")],
    member: Roles,
    reason: Reason,
    on: Day = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Move everybody of a household into another, each with a role there.

    \b
    Example:
      ayni household join desk/7 census/H1 --member DNI:40000004=child --reason "came back"
    """
    day = None if on is None else read_day(on)
    with at_work(context, officer) as tx:
        home = _find(tx, into)
        registry.households.join_households(
            tx,
            household_id=_find(tx, household),
            into_id=home,
            roles=_roles(tx, member),
            on=day,
            reason=reason,
        )
    show({"household": show_id("hh", home)}, "They are one household.", as_json=json)


@cli.command()
def resolve(
    context: typer.Context,
    household: Home,
    flag: Annotated[str, typer.Argument(metavar="FLAG", help="As `ayni household show` tells it.")],
    officer: MustOfficer,
    reason: Reason,
    json: Json = False,
) -> None:
    """Settle what had to be looked at. Never in one's own household.

    \b
    Example:
      ayni household resolve census/H1 ages_contradict --officer luz --reason "adopted"
    """
    with at_work(context, officer) as tx:
        home = _find(tx, household)
        registry.households.resolve_flag(
            tx, household_id=home, flag=flag, officer_id=_acting(tx), reason=reason
        )
    show({"household": show_id("hh", home), "flag": flag}, "Settled.", as_json=json)


@cli.command()
def classify(
    context: typer.Context,
    household: Home,
    word: Annotated[str, typer.Argument(metavar="CLASS", help="As the classification calls it.")],
    source: Annotated[str, typer.Option(help="Who has evaluated it.")],
    on: Day = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Record a household's class, valid for the years that the law says.

    \b
    Example:
      ayni household classify census/H1 pobre --source SISFOH --on 2025-05-31
    """
    day = None if on is None else read_day(on)
    with at_work(context, officer) as tx:
        found = registry.classes.classify(
            tx,
            household_id=_find(tx, household),
            word=word,
            source=source,
            on=day,
            officer_id=None if officer is None else _acting(tx),
        )
    told = {"class": found.word, "valid_from": found.valid_from, "valid_until": found.valid_until}
    show(told, f"Class {found.word} holds until {found.valid_until}.", as_json=json)


@cli.command()
def lapsing(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=3_660, help="Within how many days.")] = 60,
    json: Json = False,
) -> None:
    """List the classes that lapse soon, the first to lapse before the others, and who was warned when.

    \b
    Example:
      ayni household lapsing --days 60
    """
    with at_work(context, None) as tx:
        found = registry.list_lapsing_classes(tx, days=days)
        warned = registry.classes.list_warnings(tx, households=[one.household_id for one in found])
        zone = tx.country.timezone
    days_warned = {home: at.astimezone(zone).date() for home, at in warned.items()}
    rows = [
        (show_id("hh", one.household_id), one.word, one.valid_until, days_warned.get(one.household_id))
        for one in found
    ]
    if json:
        names = ("household", "class", "valid_until", "warned_on")
        show({"classes": [dict(zip(names, row, strict=True)) for row in rows]}, "", as_json=True)
        return
    show_table(("household", "class", "until", "warned"), [(*row[:3], row[3] or "") for row in rows])


def _find(tx: Tx, text: str) -> HouseholdId:
    source, slash, code = text.partition("/")
    if slash:
        found = registry.find_household(tx, source=source, code=code)
        if found is None:
            raise registry.UnknownHousehold
        return found.id
    try:
        return HouseholdId(read_id("hh", text))
    except NotAnId as error:
        raise BadHousehold(reason=str(error)) from error


def _roles(tx: Tx, written: list[str]) -> dict[PersonId, str]:
    found: dict[PersonId, str] = {}
    for one in written:
        who, equals, role = one.rpartition("=")
        if not equals:
            raise BadHousehold(reason="a member is written as PERSON=ROLE")
        found[find(tx, who)] = role
    return found


def _acting(tx: Tx) -> OfficerId:
    """The officer whom `at_work` has made the actor."""
    return OfficerId(read_id("off", tx.actor.who))
