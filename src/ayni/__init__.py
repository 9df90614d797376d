"""Ayni: a city's social welfare system and credit-providing e-wallet, on one double-entry ledger."""
