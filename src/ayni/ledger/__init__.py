"""The ledger keeps every account and every movement of money, in double entry.

Whatever leaves one account arrives at another, in the same instant, and nothing that was written is ever
changed: a mistake is put right by a new entry. It knows accounts and amounts, and no people.
"""

from ayni.ledger.model import (
    BULK_BATCH,
    MAX_BATCH,
    Account,
    AccountCode,
    AccountFlag,
    Counts,
    HoldState,
    Kind,
    NewAccount,
    Posted,
    Result,
    StatementLine,
    Transfer,
    TransferCode,
    TrialBalanceRow,
)
from ayni.ledger.operations import (
    add_limit,
    add_limit_codes,
    close_account,
    define_limit_class,
    expire_holds,
    flag_account,
    flag_owner,
    open_accounts,
    open_book,
    open_owners,
    post,
    set_account_limits,
    set_limit_class,
)
from ayni.ledger.poster import Poster
from ayni.ledger.queries import (
    find_accounts,
    get_account,
    list_accounts,
    list_statement,
    list_trial_balance,
)

__all__ = [
    "BULK_BATCH",
    "MAX_BATCH",
    "Account",
    "AccountCode",
    "AccountFlag",
    "Counts",
    "HoldState",
    "Kind",
    "NewAccount",
    "Posted",
    "Poster",
    "Result",
    "StatementLine",
    "Transfer",
    "TransferCode",
    "TrialBalanceRow",
    "add_limit",
    "add_limit_codes",
    "close_account",
    "define_limit_class",
    "expire_holds",
    "find_accounts",
    "flag_account",
    "flag_owner",
    "get_account",
    "list_accounts",
    "list_statement",
    "list_trial_balance",
    "open_accounts",
    "open_book",
    "open_owners",
    "post",
    "set_account_limits",
    "set_limit_class",
]
