"""What changes in the wallet. Each function is one use case; the caller commits."""

from ayni.wallet.operations import (
    access,
    bills,
    closings,
    codes,
    goals,
    links,
    papers,
    requests,
    standing,
    stops,
    trade,
    vouchers,
)
from ayni.wallet.operations.benefits import PreparedBenefits, disburse, post_benefits, prepare_benefits
from ayni.wallet.operations.cash_codes import cancel_cash_code, make_cash_code, pay_out
from ayni.wallet.operations.lending import lending_history
from ayni.wallet.operations.opening import (
    define_purpose,
    open_agent,
    open_biller,
    open_merchant,
    open_wallets,
)
from ayni.wallet.operations.orders import carry_out, cash_in, cash_out, pay, remit
from ayni.wallet.operations.quotes import limits_left, quote, quote_send
from ayni.wallet.operations.refunds import refund
from ayni.wallet.operations.sends import order_of_send, return_parcel, send, take_parcel
from ayni.wallet.operations.tiers import set_up_tiers
from ayni.wallet.operations.use import take_into_use

__all__ = [
    "PreparedBenefits",
    "access",
    "bills",
    "cancel_cash_code",
    "carry_out",
    "cases",
    "cash_in",
    "cash_out",
    "closings",
    "codes",
    "define_purpose",
    "disburse",
    "goals",
    "lending_history",
    "limits_left",
    "links",
    "make_cash_code",
    "open_agent",
    "open_biller",
    "open_merchant",
    "open_wallets",
    "order_of_send",
    "papers",
    "pay",
    "pay_out",
    "post_benefits",
    "prepare_benefits",
    "quote",
    "quote_send",
    "refund",
    "remit",
    "requests",
    "return_parcel",
    "safety",
    "screening",
    "send",
    "set_up_tiers",
    "standing",
    "stops",
    "take_into_use",
    "take_parcel",
    "trade",
    "vouchers",
]
