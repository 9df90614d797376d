"""Benefits into wallets, many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import AccountCode, Kind, NewAccount, Result, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import AccountId, EventId, PersonId, TransferId, derived_id, new_id
from ayni.wallet import store
from ayni.wallet.errors import NotAProgrammeAccount, TooManyAtOnce
from ayni.wallet.model import MAX_AMOUNT_MINOR, Benefit, BenefitAnswer, Wallet
from ayni.wallet.model.closings import FULL
from ayni.wallet.operations import vouchers
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.operations.refusals import differs, in_words
from ayni.wallet.store import closings, use
from ayni.wallet.store import vouchers as voucher_store

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
    "wallet_closed": "The person has closed the wallet.",
    "purpose_without_wallet": "The person has no wallet, and money for a purpose is not paid in cash.",
    "not_in_coins": "The person has no wallet, and there are no coins for this amount.",
}
_WITHOUT_WALLET = ("no_wallet", "wallet_closed")


@dataclass(frozen=True, slots=True)
class PreparedBenefits:
    """Benefits decided and not yet posted: by place, each one's transfer, or why it cannot be sent."""

    from_account_id: AccountId
    benefits: tuple[Benefit, ...]
    transfers: Mapping[int, Transfer]
    unsent: Mapping[int, BenefitAnswer]
    until: datetime
    """Until when what goes to wallets that are not in use, or to agents, waits."""
    vouchers: frozenset[int]
    """The places of those that agents pay out."""

    def code_of(self, place: int) -> str:
        """How one is paid: "paid", "waiting" for its wallet, or as a "voucher"."""
        if place in self.vouchers:
            return "voucher"
        return "waiting" if self.transfers[place].kind is Kind.PENDING else "paid"

    def without(self, held: Mapping[int, tuple[str, str]]) -> PreparedBenefits:
        """The same, less those that the caller holds back: by place, a code and the reason in a sentence."""
        answers = {
            place: BenefitAnswer(
                self.benefits[place].entitlement_id,
                _transfer_id(self.benefits[place]),
                paid=False,
                newly=False,
                sent=False,
                code=str(code),
                reason=reason,
            )
            for place, (code, reason) in held.items()
        }
        return PreparedBenefits(
            self.from_account_id,
            self.benefits,
            {place: one for place, one in self.transfers.items() if place not in held},
            {**self.unsent, **answers},
            self.until,
            self.vouchers,
        )


def disburse(
    tx: Tx,
    *,
    from_account_id: AccountId,
    benefits: Sequence[Benefit],
    reference: UUID | None = None,
    claim_days: int | None = None,
    by_agents: bool = False,
) -> list[BenefitAnswer]:
    """Pay benefits out of a programme's e-money account, and answer each, in their order.

    At most `ledger.BULK_BATCH`, each in one transfer whose id is made of the entitlement and its attempt:
    called again with the same benefits, nobody is paid twice. A benefit is paid whole or stays payable; it is
    never split. `reference` (the cycle's id) is written on each transfer. Posts, so a transaction does it
    last. To a wallet that is not in use goes a hold: whoever takes it into use has the money, and after
    `claim_days` (or the country's term) it is the programme's again; and so with the voucher that `by_agents`
    gives whoever has no wallet. The caller's own books are the caller's to post; of a hold or a voucher they
    follow when it is claimed. Raises TooManyAtOnce, NotAProgrammeAccount.
    """
    prepared = prepare_benefits(
        tx,
        from_account_id=from_account_id,
        benefits=benefits,
        reference=reference,
        claim_days=claim_days,
        by_agents=by_agents,
    )
    others = {**prepared.unsent, **post_benefits(tx, prepared)}
    return [others.get(place) or _paid(prepared, place, newly=True) for place, benefit in enumerate(benefits)]


def prepare_benefits(
    tx: Tx,
    *,
    from_account_id: AccountId,
    benefits: Sequence[Benefit],
    reference: UUID | None = None,
    claim_days: int | None = None,
    by_agents: bool = False,
) -> PreparedBenefits:
    """Decide everything about benefits that can be decided without the ledger's lock.

    For work that writes its own rows before it posts. Missing accounts of purposes and vouchers are opened,
    which takes the lock until the transaction ends. Nothing of the answer grows old: it may be posted in a
    later transaction. Raises as `disburse`.
    """
    if len(benefits) > ledger.BULK_BATCH:
        raise TooManyAtOnce(size=len(benefits), limit=ledger.BULK_BATCH)
    payer = ledger.find_accounts(tx, [from_account_id]).get(from_account_id)
    if payer is None or payer.code != AccountCode.PROGRAMME:
        raise NotAProgrammeAccount
    wallets = store.find_wallets(tx, [benefit.person_id for benefit in benefits])
    closed = closings.find_closed(tx, list(wallets))
    purposes = store.list_purposes(tx)
    why = {
        place: code
        for place, benefit in enumerate(benefits)
        if (code := _why(benefit, wallets, closed, purposes))
    }
    cash: dict[int, Benefit] = {}
    if by_agents:
        cash = _to_pay_in_cash(tx, benefits, why)
        vouchers.open_voucher_accounts(tx, list(cash.values()), owner_ref=payer.owner_ref)
    to_send = {place: benefit for place, benefit in enumerate(benefits) if place not in why | cash}
    payees = _payees(tx, list(to_send.values()), wallets, purposes)
    in_use = use.find_in_use(tx, list({benefit.person_id for benefit in to_send.values()}))
    term = timedelta(days=whole(tx, "wallet.claim_days") if claim_days is None else claim_days)
    transfers = {
        place: _transfer(
            benefit,
            (from_account_id, payees[benefit.person_id, benefit.purpose]),
            reference,
            waits=None if benefit.person_id in in_use else term,
        )
        for place, benefit in to_send.items()
    }
    for place, benefit in cash.items():
        accounts = (from_account_id, vouchers.account_of(benefit))
        transfers[place] = _transfer(benefit, accounts, reference, waits=None)
    return PreparedBenefits(
        from_account_id,
        tuple(benefits),
        dict(sorted(transfers.items())),
        {place: _not_sent(benefits[place], code) for place, code in why.items()},
        tx.now + term,
        frozenset(cash),
    )


def _transfer(
    benefit: Benefit,
    accounts: tuple[AccountId, AccountId],
    reference: UUID | None,
    *,
    waits: timedelta | None,
) -> Transfer:
    return Transfer(
        id=_transfer_id(benefit),
        event_id=EventId(
            derived_id(benefit.created_at, "entitlement", benefit.entitlement_id, "paid", benefit.attempt)
        ),
        book=TRUST_BOOK,
        debit_account_id=accounts[0],
        credit_account_id=accounts[1],
        amount_minor=benefit.amount_minor,
        code=TransferCode.DISBURSE,
        reference=reference,
        kind=Kind.SINGLE if waits is None else Kind.PENDING,
        timeout_seconds=None if waits is None else int(waits.total_seconds()),
    )


def _to_pay_in_cash(tx: Tx, benefits: Sequence[Benefit], why: dict[int, str]) -> dict[int, Benefit]:
    """Who of those without a wallet is paid by an agent; they leave `why`, and of the others it says more."""
    coin = whole(tx, "cash.smallest_coin_minor")
    cash = {}
    for place, code in list(why.items()):
        benefit = benefits[place]
        if code not in _WITHOUT_WALLET:
            continue
        if benefit.purpose is not None:
            why[place] = "purpose_without_wallet"
        elif benefit.amount_minor % coin:
            why[place] = "not_in_coins"
        else:
            cash[place] = benefit
            del why[place]
    return cash


def post_benefits(tx: Tx, prepared: PreparedBenefits) -> dict[int, BenefitAnswer]:
    """Post what was prepared. Answers, by their place, only those that were not paid by this very call.

    Posts, so a transaction does it last.
    """
    waiting = {place: one for place, one in prepared.transfers.items() if one.kind is Kind.PENDING}
    if waiting:
        use.insert_waiting(
            tx,
            [(one.id, prepared.benefits[place].person_id) for place, one in waiting.items()],
            account_id=prepared.from_account_id,
            until=prepared.until,
        )
    posted = ledger.post(tx, list(prepared.transfers.values()))
    results = {place: answer.result for place, answer in zip(prepared.transfers, posted, strict=True)}
    benefits = prepared.benefits
    voucher_store.insert_vouchers(
        tx,
        [
            (
                prepared.transfers[place].id,
                benefits[place].person_id,
                vouchers.account_of(benefits[place]),
                benefits[place].amount_minor,
            )
            for place in sorted(prepared.vouchers & results.keys())
            if results[place].ok
        ],
        programme_account_id=prepared.from_account_id,
        until=prepared.until,
    )
    return {
        place: _answer(prepared, place, result)
        for place, result in results.items()
        if result is not Result.CREATED
    }


def _transfer_id(benefit: Benefit) -> TransferId:
    return TransferId(
        derived_id(benefit.created_at, "entitlement", benefit.entitlement_id, "pay", benefit.attempt)
    )


def _why(
    benefit: Benefit, wallets: dict[PersonId, Wallet], closed: set[PersonId], purposes: dict[str, int]
) -> str:
    """Why a benefit cannot even be sent, or ""."""
    if type(benefit.amount_minor) is not int or not 0 < benefit.amount_minor <= MAX_AMOUNT_MINOR:
        return "bad_amount"
    if benefit.purpose is not None and benefit.purpose not in purposes:
        return "unknown_purpose"
    if benefit.person_id not in wallets:
        return "no_wallet"
    return "wallet_closed" if benefit.person_id in closed else ""


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
    people = list(dict.fromkeys(person_id for named in by_purpose.values() for person_id in named))
    if people:
        found |= _bound_accounts(tx, people)
        for purpose, named in by_purpose.items():
            missing = [person_id for person_id in named if (person_id, purpose) not in found]
            if missing:
                _open_bound_accounts(tx, purposes[purpose], missing, wallets)
                found |= _bound_accounts(tx, missing)
    return found


def _bound_accounts(tx: Tx, people: Sequence[PersonId]) -> dict[tuple[PersonId, str | None], AccountId]:
    return {
        (person_id, account.name): account.account_id
        for person_id, accounts in store.find_purpose_accounts(tx, people).items()
        for account in accounts
    }


def _open_bound_accounts(
    tx: Tx, purpose: int, people: Sequence[PersonId], wallets: dict[PersonId, Wallet]
) -> None:
    new = store.insert_purpose_accounts(
        tx,
        purpose=purpose,
        person_ids=people,
        account_ids=[AccountId(new_id(tx.now)) for _ in people],
    )
    ledger.open_accounts(
        tx,
        accounts=[
            NewAccount(
                account_id, TRUST_BOOK, AccountCode.PURPOSE, wallets[person_id].owner_ref, purpose=purpose
            )
            for person_id, account_id in new.items()
        ],
    )
    # Now that the ledger's lock is held, whoever has closed the wallet meanwhile is seen, or sees these.
    for person_id in closings.find_closed(tx, list(new)):
        ledger.set_account_limits(
            tx, account_id=new[person_id], credit_limit_minor=0, balance_ceiling_minor=FULL
        )


def _answer(prepared: PreparedBenefits, place: int, result: Result) -> BenefitAnswer:
    if result.ok:
        return _paid(prepared, place, newly=result is Result.CREATED)
    benefit, transfer = prepared.benefits[place], prepared.transfers[place]
    return BenefitAnswer(
        entitlement_id=benefit.entitlement_id,
        transfer_id=transfer.id,
        paid=False,
        newly=False,
        sent=not differs(result),
        code=result.name.lower(),
        reason=_REASONS.get(result, f"The ledger refused: {in_words(result)}."),
    )


def _paid(prepared: PreparedBenefits, place: int, *, newly: bool) -> BenefitAnswer:
    return BenefitAnswer(
        entitlement_id=prepared.benefits[place].entitlement_id,
        transfer_id=prepared.transfers[place].id,
        paid=True,
        newly=newly,
        sent=True,
        code=prepared.code_of(place),
        reason="",
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
