"""What changes in the wallet. Each function is one use case; the caller commits."""

from ayni.wallet.operations.benefits import PreparedBenefits, disburse, post_benefits, prepare_benefits
from ayni.wallet.operations.opening import define_purpose, open_agent, open_merchant, open_wallets
from ayni.wallet.operations.orders import carry_out, cash_in, cash_out, pay
from ayni.wallet.operations.tiers import set_up_tiers

__all__ = [
    "PreparedBenefits",
    "carry_out",
    "cash_in",
    "cash_out",
    "define_purpose",
    "disburse",
    "open_agent",
    "open_merchant",
    "open_wallets",
    "pay",
    "post_benefits",
    "prepare_benefits",
    "set_up_tiers",
]
