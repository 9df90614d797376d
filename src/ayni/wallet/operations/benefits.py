"""Benefits into wallets, many at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import AccountCode, NewAccount, Posted, Result, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import AccountId, EventId, PersonId, TransferId, derived_id, new_id
from ayni.wallet import store
from ayni.wallet.errors import NotAProgrammeAccount, TooManyAtOnce
from ayni.wallet.model import MAX_AMOUNT_MINOR, Benefit, BenefitAnswer, Wallet
from ayni.wallet.operations.refusals import differs, in_words

_REASONS = {
    Result.INSUFFICIENT_FUNDS: "The programme's account does not hold enough.",
    Result.CREDIT_ACCOUNT_CLOSED: "The person's wallet is closed.",
    Result.CREDIT_BALANCE_LIMIT_EXCEEDED: (
        "With this benefit the wallet would hold more than the law allows. It stays payable until there is"
        " room."
    ),
    Result.CREDIT_LIMIT_MISSING: "The limits of the day are not known, so nothing may be paid.",
    Result.DEBIT_ACCOUNT_FROZEN: "The programme's account is frozen.",
    Result.DEBIT_OWNER_FROZEN: "The programme's account is frozen.",
}
_UNSENT = {
    "bad_amount": "The amount is not one that can be paid.",
    "unknown_purpose": "The purpose of this benefit is not defined.",
    "no_wallet": "The person has no wallet.",
}


def disburse(
    tx: Tx, *, from_account_id: AccountId, benefits: Sequence[Benefit], reference: UUID | None = None
) -> list[BenefitAnswer]:
    """Pay benefits out of a programme's e-money account, and answer each, in their order.

    At most `ledger.BULK_BATCH`, each in one transfer whose id is made of the entitlement and its attempt:
    called again with the same benefits, nobody is paid twice. A benefit is paid whole or stays payable; it is
    never split. `reference` (the cycle's id) is written on each transfer. Posts, so a transaction does it
    last. The caller's own books are the caller's to post. Raises TooManyAtOnce,
    NotAProgrammeAccount.
    """
    if len(benefits) > ledger.BULK_BATCH:
        raise TooManyAtOnce(size=len(benefits), limit=ledger.BULK_BATCH)
    payer = ledger.find_accounts(tx, [from_account_id]).get(from_account_id)
    if payer is None or payer.code != AccountCode.PROGRAMME:
        raise NotAProgrammeAccount
    wallets = store.find_wallets(tx, [benefit.person_id for benefit in benefits])
    purposes = store.list_purposes(tx)
    unsent = {
        place: code for place, benefit in enumerate(benefits) if (code := _why(benefit, wallets, purposes))
    }
    to_send = [(place, benefit) for place, benefit in enumerate(benefits) if place not in unsent]
    payees = _payees(tx, [benefit for _, benefit in to_send], wallets, purposes)
    context = json.dumps({"actor": tx.actor.who, "channel": tx.actor.channel})
    transfers = [
        Transfer(
            id=_transfer_id(benefit),
            event_id=EventId(
                derived_id(benefit.created_at, "entitlement", benefit.entitlement_id, "paid", benefit.attempt)
            ),
            book=TRUST_BOOK,
            debit_account_id=from_account_id,
            credit_account_id=payees[benefit.person_id, benefit.purpose],
            amount_minor=benefit.amount_minor,
            code=TransferCode.DISBURSE,
            reference=reference,
            context=context,
        )
        for _, benefit in to_send
    ]
    posted = dict(zip((place for place, _ in to_send), ledger.post(tx, transfers), strict=True))
    return [
        _answer(benefit, posted[place]) if place in posted else _not_sent(benefit, unsent[place])
        for place, benefit in enumerate(benefits)
    ]


def _transfer_id(benefit: Benefit) -> TransferId:
    return TransferId(
        derived_id(benefit.created_at, "entitlement", benefit.entitlement_id, "pay", benefit.attempt)
    )


def _why(benefit: Benefit, wallets: dict[PersonId, Wallet], purposes: dict[str, int]) -> str:
    """Why a benefit cannot even be sent, or ""."""
    if type(benefit.amount_minor) is not int or not 0 < benefit.amount_minor <= MAX_AMOUNT_MINOR:
        return "bad_amount"
    if benefit.purpose is not None and benefit.purpose not in purposes:
        return "unknown_purpose"
    return "" if benefit.person_id in wallets else "no_wallet"


def _payees(
    tx: Tx, benefits: Sequence[Benefit], wallets: dict[PersonId, Wallet], purposes: dict[str, int]
) -> dict[tuple[PersonId, str | None], AccountId]:
    """On which account each person receives each purpose's money; purpose accounts are opened as needed."""
    found: dict[tuple[PersonId, str | None], AccountId] = {}
    by_purpose: dict[str, dict[PersonId, None]] = {}
    for benefit in benefits:
        if benefit.purpose is None:
            found[benefit.person_id, None] = wallets[benefit.person_id].main_account_id
        else:
            by_purpose.setdefault(benefit.purpose, {})[benefit.person_id] = None
    for purpose, people in by_purpose.items():
        new = store.insert_purpose_accounts(
            tx,
            purpose=purposes[purpose],
            person_ids=list(people),
            account_ids=[AccountId(new_id(tx.now)) for _ in people],
        )
        ledger.open_accounts(
            tx,
            accounts=[
                NewAccount(
                    account_id,
                    TRUST_BOOK,
                    AccountCode.PURPOSE,
                    wallets[person_id].owner_ref,
                    purpose=purposes[purpose],
                )
                for person_id, account_id in new.items()
            ],
        )
    if by_purpose:
        for person_id, accounts in store.find_purpose_accounts(tx, list(wallets)).items():
            found |= {(person_id, account.name): account.account_id for account in accounts}
    return found


def _answer(benefit: Benefit, posted: Posted) -> BenefitAnswer:
    result = posted.result
    if result.ok:
        code, reason = "paid", ""
    else:
        code, reason = result.name.lower(), _REASONS.get(result, f"The ledger refused: {in_words(result)}.")
    return BenefitAnswer(
        entitlement_id=benefit.entitlement_id,
        transfer_id=_transfer_id(benefit),
        paid=result.ok,
        newly=result == Result.CREATED,
        sent=not differs(result),
        code=code,
        reason=reason,
    )


def _not_sent(benefit: Benefit, code: str) -> BenefitAnswer:
    return BenefitAnswer(
        entitlement_id=benefit.entitlement_id,
        transfer_id=_transfer_id(benefit),
        paid=False,
        newly=False,
        sent=False,
        code=code,
        reason=_UNSENT[code],
    )
