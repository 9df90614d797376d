"""`ayni programme`: rules, cycles, payments, and what becomes of each entitlement."""

from __future__ import annotations

import typer

from ayni.channels.cli.programme import checking, cycles, members, rules, scores, simulating

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.callback()
def programme_() -> None:
    """Programmes: who gets what, who decides, and paying it once.

    \b
    Example:
      ayni programme define canasta.yaml
    """


cli.command()(rules.define)
cli.command()(rules.assess)
cli.command()(rules.explain)
cli.command("recompute")(rules.recompute)
cli.command("define-score")(scores.define_score)
cli.command("train-score")(scores.train_score)
cli.command()(simulating.simulate)
cli.command("states")(members.states)
cli.command("waiting")(members.waiting)
cli.command("change")(members.change)
cli.command("open")(cycles.open_)
cli.command("follow-up")(cycles.follow_up)
cli.command("top-up")(cycles.top_up)
cli.command()(cycles.diff)
cli.command()(cycles.approve)
cli.command()(cycles.disburse)
cli.command()(cycles.report)
cli.command()(cycles.cancel)
cli.command()(cycles.end)
cli.command("void")(members.void)
cli.command("payee")(members.payee)
cli.command("unpaid")(members.unpaid)
cli.command("vouchers")(members.vouchers)
cli.command("voucher")(members.voucher)
cli.command("hand-over")(members.hand_over)
cli.command()(checking.reconcile)
cli.command("sample")(checking.sample)
cli.command("answer")(checking.answer)
cli.command("overpayments")(checking.overpayments)
cli.command("recover")(checking.recover)
