"""What the wallet tells. Every amount is the ledger's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from ayni import identity, ledger
from ayni.foundation.db import Tx
from ayni.foundation.invariants import Invariant, Violation
from ayni.ledger import Kind, StatementLine, TransferCode
from ayni.values.ids import AccountId, PersonId, TransferId, show_id
from ayni.wallet import store
from ayni.wallet.errors import OwnShop, UnknownPurpose, UnknownShop, UnknownWallet
from ayni.wallet.model import Balance, Parcel, Payee, Shop, Statement, StatementEntry, Wallet
from ayni.wallet.store import cash, goals, stops, vouchers

FREE = "free"
"""The name of money that is bound to no purpose."""

MOST_ENTRIES = 500
"""How many entries a page of a statement may have."""


def find_wallet(tx: Tx, *, person_id: PersonId) -> Wallet | None:
    """A person's wallet, or None."""
    return store.find_wallets(tx, [person_id]).get(person_id)


def get_wallet(tx: Tx, *, person_id: PersonId) -> Wallet:
    """A person's wallet. Raises UnknownWallet."""
    found = find_wallet(tx, person_id=person_id)
    if found is None:
        raise UnknownWallet
    return found


def find_shop(tx: Tx, *, code: str) -> Shop | None:
    """The merchant or agent with the code on its sign, or None."""
    return store.find_shop_by_code(tx, code)


def get_shop(tx: Tx, *, shop_id: UUID) -> Shop:
    """A merchant or agent by id. Raises UnknownShop."""
    found = store.find_shops(tx, [shop_id]).get(shop_id)
    if found is None:
        raise UnknownShop(kind="shop")
    return found


def check_not_own_shop(tx: Tx, shop: Shop, person_id: PersonId) -> None:
    """Refuse an agent who trades with themselves, by whichever file. Raises OwnShop."""
    if are_one_human(tx, shop.keeper_id, person_id):
        raise OwnShop


def are_one_human(tx: Tx, one: PersonId, other: PersonId) -> bool:
    """Whether two files are of one human: the same file, or merged."""
    return identity.get_canonical_id(tx, person_id=one) == identity.get_canonical_id(tx, person_id=other)


def find_payees(tx: Tx, *, phone: str) -> list[Payee]:
    """Who has a wallet behind a telephone that is proven to reach them, by masked name. Raises
    InvalidPhone.
    """
    return store.list_payees(tx, identity.list_people_reached(tx, phone=phone))


def find_payees_by_id(tx: Tx, *, person_ids: Sequence[PersonId]) -> list[Payee]:
    """Those of some people who have a wallet, by as much of the name as others may see."""
    return store.list_payees(tx, person_ids)


def find_shop_paid(tx: Tx, *, payment_id: TransferId) -> Shop | None:
    """The merchant whom a payment went to, or None when it is none, or went elsewhere."""
    found = ledger.find_transfer(tx, payment_id)
    if found is None or found.code != TransferCode.PAY:
        return None
    return store.find_shop_by_account(tx, found.credit_account_id)


def list_billers(tx: Tx) -> list[Shop]:
    """Every company that is paid bills, by code."""
    return store.list_shops_of_kind(tx, "biller")


def list_parcels_for(tx: Tx, *, person_id: PersonId) -> list[Parcel]:
    """What waits for a person behind the telephones that are proven to reach them, oldest first."""
    phones = identity.list_phones_reaching(tx, person_id=person_id)
    return [parcel for parcel in store.list_parcels_waiting(tx, phones) if parcel.sender_id != person_id]


def list_parcels_of(tx: Tx, *, person_id: PersonId, most: int = 50) -> list[Parcel]:
    """What a person sent that waits or waited, newest first."""
    return store.list_parcels_of(tx, person_id, most=most)


def is_for(tx: Tx, parcel: Parcel, person_id: PersonId) -> bool:
    """Whether the parcel's telephone reaches the person."""
    return parcel.phone in identity.list_phones_reaching(tx, person_id=person_id)


def get_purpose(tx: Tx, *, name: str) -> int:
    """The number of a purpose. Raises UnknownPurpose."""
    found = store.list_purposes(tx).get(name)
    if found is None:
        raise UnknownPurpose(name=name)
    return found


def list_wallet_accounts(tx: Tx, wallet: Wallet) -> dict[AccountId, str]:
    """A wallet's accounts with the purpose of each: the free money's first."""
    accounts = {wallet.main_account_id: FREE}
    for account in store.find_purpose_accounts(tx, [wallet.person_id]).get(wallet.person_id, []):
        accounts[account.account_id] = account.name
    return accounts


def list_goal_accounts(tx: Tx, wallet: Wallet) -> dict[AccountId, str]:
    """The accounts of a wallet's goals, of ended ones too, with the name of each."""
    return {goal.account_id: f"goal {goal.name}" for goal in goals.list_goals(tx, wallet.person_id)}


def balance(tx: Tx, *, person_id: PersonId) -> Balance:
    """What a person has: all of it, what is free, bound to a purpose, or in a goal. Raises UnknownWallet."""
    wallet = get_wallet(tx, person_id=person_id)
    names = list_wallet_accounts(tx, wallet)
    aside = list_goal_accounts(tx, wallet)
    accounts = ledger.find_accounts(tx, [*names, *aside])
    main = accounts[wallet.main_account_id]
    return Balance(
        total_minor=sum(account.balance_minor for account in accounts.values()),
        available_minor=main.available_minor or 0,
        bound_minor={
            names[account.id]: account.available_minor or 0
            for account in accounts.values()
            if account.id != main.id and account.id not in aside
        },
        saved_minor=sum(account.balance_minor for account in accounts.values() if account.id in aside),
        may_spend=main.flags == 0,
    )


def statement(
    tx: Tx, *, person_id: PersonId, most: int = 50, older: Mapping[AccountId, int] | None = None
) -> Statement:
    """A wallet's business events, newest first, each with the balance of the whole wallet after it.

    At most `most`, from 1 to 500; `older` is the mark that the page before gave. A payment from two accounts
    is one entry. Holds appear when they are posted. Raises UnknownWallet.
    """
    wallet = get_wallet(tx, person_id=person_id)
    names = list_wallet_accounts(tx, wallet) | list_goal_accounts(tx, wallet)
    most = max(1, min(most, MOST_ENTRIES))
    # One event has at most one line in each account, so that so many lines of each are always enough.
    lines = {account_id: _lines(tx, account_id, most + 1, older) for account_id in names}
    standing = {account_id: found[0].balance_minor if found else 0 for account_id, found in lines.items()}
    merged = sorted(
        ((line, account_id) for account_id, found in lines.items() for line in found),
        key=lambda pair: -pair[0].seq,
    )
    places = dict.fromkeys(names, 0)
    marks = dict(older or {})
    events: list[tuple[list[tuple[StatementLine, AccountId]], int]] = []
    for line, account_id in merged:
        if not events or events[-1][0][0][0].event_id != line.event_id:
            if len(events) == most:
                return Statement(_entries(tx, wallet, events, names), marks)
            events.append(([], sum(standing.values())))
        events[-1][0].append((line, account_id))
        marks[account_id] = line.seq
        places[account_id] += 1
        rest = lines[account_id][places[account_id] :]
        standing[account_id] = rest[0].balance_minor if rest else line.balance_minor - line.amount_minor
    return Statement(_entries(tx, wallet, events, names), None)


def _lines(
    tx: Tx, account_id: AccountId, most: int, older: Mapping[AccountId, int] | None
) -> list[StatementLine]:
    """Lines that moved the balance: a hold does so only when it is posted."""
    found: list[StatementLine] = []
    before = (older or {}).get(account_id, 0)
    # An account of which no page has told anything yet begins where they end: what is newer came meanwhile.
    bound = min(older.values()) if older and not before else None
    while len(found) < most:
        page = ledger.list_statement(tx, account_id, most=most, before_seq=before)
        found += [
            line
            for line in page
            if line.kind in (Kind.SINGLE, Kind.POST, Kind.RETURN) and (bound is None or line.seq < bound)
        ]
        if len(page) < most:
            break
        before = page[-1].seq
    return found[:most]


def _entries(
    tx: Tx,
    wallet: Wallet,
    events: list[tuple[list[tuple[StatementLine, AccountId]], int]],
    names: Mapping[AccountId, str],
) -> tuple[StatementEntry, ...]:
    counterparts = {line.counterpart_account_id for legs, _ in events for line, _ in legs}
    called = store.find_account_names(tx, sorted(counterparts), viewer=wallet.person_id)
    entries = []
    for legs, after in events:
        newest = legs[0][0]
        entries.append(
            StatementEntry(
                event_id=newest.event_id,
                at=newest.event_at,
                code=newest.code,
                counterpart=called.get(newest.counterpart_account_id, ""),
                amount_minor=sum(line.amount_minor for line, _ in legs),
                parts=_parts(legs, names),
                balance_minor=after,
                seq=newest.seq,
                payment_id=legs[-1][0].transfer_id,
            )
        )
    return tuple(entries)


def _parts(legs: list[tuple[StatementLine, AccountId]], names: Mapping[AccountId, str]) -> dict[str, int]:
    """What moved of each kind of money; two goals may bear one name."""
    parts: dict[str, int] = {}
    for line, account_id in legs:
        parts[names[account_id]] = parts.get(names[account_id], 0) + line.amount_minor
    return parts


def _not_whole(tx: Tx) -> list[Violation]:
    return [Violation(show_id("trf", parcel_id)) for parcel_id in store.list_parcels_not_whole(tx)]


def _strays(tx: Tx) -> list[Violation]:
    return [Violation(show_id("acc", account_id)) for account_id in store.list_stray_accounts(tx)]


INVARIANTS = (
    Invariant(
        "wallets_have_their_accounts",
        "Every account of a wallet or shop is in the ledger, under the owner that the wallet names.",
        _strays,
    ),
    Invariant(
        "cash_codes_are_whole",
        "What was set aside for cash stands on its account in full, and nothing once it has ended.",
        lambda tx: [Violation(show_id("trf", code_id)) for code_id in cash.list_not_whole(tx)],
    ),
    Invariant(
        "vouchers_are_whole",
        "A benefit that an agent is to pay out stands on its account in full, and nothing once it has ended.",
        lambda tx: [Violation(show_id("trf", voucher_id)) for voucher_id in vouchers.list_not_whole(tx)],
    ),
    Invariant(
        "stops_are_kept",
        "The ledger keeps from paying exactly the wallets of which a stop stands written.",
        lambda tx: [Violation(show_id("per", person_id)) for person_id in stops.list_not_kept(tx)],
    ),
    Invariant(
        "parcels_are_whole",
        "What waits for somebody stands on its account in full, and nothing once it has ended.",
        _not_whole,
    ),
)
"""What must hold between the wallet and the ledger; `app` registers it."""
