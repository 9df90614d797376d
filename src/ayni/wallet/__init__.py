"""A person's money: receiving a benefit, paying in a shop, trading cash with an agent, seeing it all listed.

Whoever has a name and a verified document may have a wallet, within the limits of the law. Money that is
bound to a purpose buys only what it is for, and is used first where it is accepted. Every amount that is
shown is read from the ledger, and the same request sent twice moves money once.
"""

from ayni.wallet.model import (
    Balance,
    Benefit,
    BenefitAnswer,
    Order,
    OrderKind,
    Receipt,
    Shop,
    Statement,
    StatementEntry,
    WhyNoWallet,
)
from ayni.wallet.operations import (
    PreparedBenefits,
    carry_out,
    cash_in,
    cash_out,
    define_purpose,
    disburse,
    open_agent,
    open_merchant,
    open_wallets,
    pay,
    post_benefits,
    prepare_benefits,
    set_up_tiers,
)
from ayni.wallet.queries import INVARIANTS, balance, find_shop, find_wallet, get_shop, get_wallet, statement

__all__ = [
    "INVARIANTS",
    "Balance",
    "Benefit",
    "BenefitAnswer",
    "Order",
    "OrderKind",
    "PreparedBenefits",
    "Receipt",
    "Shop",
    "Statement",
    "StatementEntry",
    "WhyNoWallet",
    "balance",
    "carry_out",
    "cash_in",
    "cash_out",
    "define_purpose",
    "disburse",
    "find_shop",
    "find_wallet",
    "get_shop",
    "get_wallet",
    "open_agent",
    "open_merchant",
    "open_wallets",
    "pay",
    "post_benefits",
    "prepare_benefits",
    "set_up_tiers",
    "statement",
]
