"""`ayni person`: people's files, one person at a time."""

from __future__ import annotations

import typer

from ayni.channels.cli.person import death, particulars, privacy, reach, rights

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.callback()
def person_() -> None:
    """People: who they are, how they are reached, who may act for them, and what is kept of them.

    PERSON is an id (per_…) or a document as KIND:NUMBER. Every reading and every change is written down, with
    the officer who answers for it.

    \b
    Example:
      ayni person show DNI:40000004 --purpose "complaint 7" --officer rosa
    """


cli.command()(particulars.register)
cli.command()(particulars.show)
cli.command()(particulars.correct)
cli.command()(particulars.document)
cli.command()(particulars.withdraw)
cli.command()(particulars.facts)
cli.add_typer(reach.contact, name="contact")
cli.command()(reach.move)
cli.add_typer(rights.represent, name="represent")
cli.add_typer(rights.consent, name="consent")
cli.add_typer(death.cli, name="death")
cli.command()(privacy.export)
cli.command()(privacy.restrict)
cli.command()(privacy.reads)
