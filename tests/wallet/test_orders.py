"""Residents pay in shops and trade cash with agents."""

from __future__ import annotations

import pytest

from ayni import payments


def test_a_resident_pays_a_bodega(city):
    city.give(10_000)
    receipt = city.pay(2_550)
    assert receipt.amount_minor == 2_550
    assert city.balance().total_minor == 7_450
    assert payments.list_violations(city.tx) == []
