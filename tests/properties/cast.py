"""Who takes part in a run of the machine: classes of limits, owners, accounts, and what they begin with."""

from __future__ import annotations

from datetime import date

from ayni.ledger import Counts

SINCE = date(2025, 1, 1)

TIGHT, FREE, HALF = 1, 2, 3
MAXIMA: dict[int, tuple[dict[str, int | None], dict[int, Counts]]] = {
    TIGHT: (
        {"single": 30, "conversions_month": 45, "total_month": 70, "balance": 100},
        {
            1: Counts.DEBIT_SINGLE | Counts.DEBIT_TOTAL | Counts.CREDIT_TOTAL,
            2: Counts.DEBIT_CONVERSIONS | Counts.CREDIT_CONVERSIONS | Counts.CREDIT_SINGLE,
            3: Counts.NONE,
        },
    ),
    FREE: (
        {"single": None, "conversions_month": None, "total_month": None, "balance": None},
        {1: Counts(63), 2: Counts.NONE, 3: Counts.NONE},
    ),
    HALF: ({"single": 40}, {1: Counts.DEBIT_TOTAL, 3: Counts.NONE}),
}

# name: (owner, class, flags of the account)
POOL: dict[str, tuple[str, int | None, dict[str, object]]] = {
    "rosa": ("rosa", TIGHT, {}),
    "rosa_goal": ("rosa", TIGHT, {}),
    "rosa_food": ("rosa", TIGHT, {"purpose": 7}),
    "luis": ("luis", TIGHT, {}),
    "ana": ("ana", TIGHT, {"credit_limit": 30}),
    "capped": ("capped", FREE, {"ceiling": 50}),
    "shop": ("shop", FREE, {"accepts": (7,)}),
    "programme": ("programme", FREE, {"credit_limit": None}),
    "bank": ("bank", FREE, {"debit_normal": True, "credit_limit": None}),
    "asset": ("asset", FREE, {"debit_normal": True, "ceiling": 200}),
    "half": ("half", HALF, {"credit_limit": None}),
    "nobody": ("nobody", None, {"credit_limit": None}),
    "abroad": ("abroad", FREE, {"book": 2, "credit_limit": None}),
}
NAMES = sorted(POOL)
FUNDS = {"rosa": 70, "rosa_goal": 20, "rosa_food": 10, "luis": 60, "ana": 40, "shop": 100}
PAYERS = [*NAMES, *(["rosa", "luis", "rosa_goal", "ana", "programme", "shop"] * 4)]
PAYEES = [*NAMES, *(["rosa", "luis", "rosa_goal", "ana", "shop"] * 4)]
KINDS = ("single", "conversions_month", "total_month", "balance")
