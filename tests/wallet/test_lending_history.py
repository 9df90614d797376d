"""What a lender sees of a wallet: nothing that tells people with benefits from those without."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ayni import identity, wallet
from ayni.foundation.clock import set_clock
from ayni.identity import PersonIsRestricted
from ayni.values.ids import PersonId
from ayni.wallet.errors.lending import NoLendingConsent
from ayni.wallet.model.lending import CONSENT, LendingHistory, Received, history_of
from tests.identity.cast import acting, officer
from tests.wallet.conftest import City, register
from tests.wallet.remitting import remit


def consent(city: City, person_id: PersonId) -> None:
    identity.rights.give_consent(
        city.tx, person_id=person_id, purpose=CONSENT, given_on=city.tx.today, text_version="v1"
    )


def at(city: City, instant: datetime) -> City:
    set_clock(city.tx, at=instant)
    return replace(city, tx=replace(city.tx, now=instant))


def applicant(city: City, phone: str) -> PersonId:
    return city.neighbour(phone)


def of(city: City, person_id: PersonId) -> LendingHistory:
    return wallet.lending_history(city.tx, person_id=person_id)


def as_(city: City, person_id: PersonId) -> City:
    return replace(city, resident=person_id)


def live(city: City, person_id: PersonId, phone: str, payer: City) -> None:
    """What both applicants do alike."""
    mine = as_(city, person_id)
    payer.send(7_000, phone)
    mine.cash_in(3_000)
    mine.pay(2_000)
    mine.send(1_000, "+51987000059")
    mine.save(500)
    payer.send(500, phone)


def test_benefits_change_nothing_whatever_is_done_with_them(city: City) -> None:
    city.give(100_000)
    city.neighbour("+51987000059")
    one, other = applicant(city, "+51987000051"), applicant(city, "+51987000052")
    # The one has benefits, before and after, free and bound; spends, sends and saves them, takes them out.
    city.give(20_000, to=one)
    city.give(5_000, "food", to=one)
    live(city, one, "+51987000051", city)
    live(city, other, "+51987000052", city)
    rich = as_(city, one)
    rich.pay(9_000)
    rich.pay(1_000, at=city.pharmacy)
    rich.send(2_000, "+51987000059")
    rich.save(3_000)
    rich.cash_out(1_000)
    city.give(10_000, to=one)
    paid = rich.pay(700)
    rich.refund(of=paid)
    for person_id in (one, other):
        consent(city, person_id)
    later = at(city, city.tx.now + timedelta(days=40))
    assert of(later, one) == of(later, other)
    [june] = [month for month in of(later, one).months if month.receipts]
    assert (june.received_minor, june.receipts, june.payers) == (7_500, 2, 1)
    assert (june.cash_in_minor, june.cash_ins, june.days) == (3_000, 1, 1)


def test_somebody_who_lives_of_benefits_alone_looks_like_somebody_new(city: City) -> None:
    one, other = applicant(city, "+51987000053"), applicant(city, "+51987000054")
    city.give(20_000, to=one)
    as_(city, one).pay(20_000)
    for person_id in (one, other):
        consent(city, person_id)
    later = at(city, city.tx.now + timedelta(days=40))
    assert of(later, one) == of(later, other)
    assert of(later, one).first_received_on is None


def test_one_payer_is_one_however_the_money_came(city: City) -> None:
    city.give(5_000)
    for _ in range(2):
        city.send(1_000, "+51987000056")
    person_id = applicant(city, "+51987000056")
    city.send(500, "+51987000056")
    for _ in range(2):
        city.take("+51987000056")
    consent(city, person_id)
    [june] = [
        month for month in of(at(city, city.tx.now + timedelta(days=40)), person_id).months if month.days
    ]
    assert (june.receipts, june.payers, june.received_minor) == (3, 1, 2_500)


def test_what_an_organisation_pays_is_income(city: City) -> None:
    city.deposit(50_000, city.bodega.account_id)
    remit(city, 12_000)
    consent(city, city.resident)
    later = at(city, city.tx.now + timedelta(days=40))
    [june] = [month for month in of(later, city.resident).months if month.days]
    assert (june.receipts, june.payers, june.received_minor) == (1, 1, 12_000)


def test_without_consent_nothing_is_shown_and_it_can_be_taken_back(city: City) -> None:
    with pytest.raises(NoLendingConsent):
        of(city, city.resident)
    consent(city, city.resident)
    assert len(of(city, city.resident).months) == 12
    identity.rights.withdraw_consent(city.tx, person_id=city.resident, purpose=CONSENT, reason="asked")
    with pytest.raises(NoLendingConsent):
        of(city, city.resident)


def test_consent_to_something_else_is_none(city: City) -> None:
    identity.rights.give_consent(
        city.tx, person_id=city.resident, purpose="research", given_on=city.tx.today, text_version="v1"
    )
    with pytest.raises(NoLendingConsent):
        of(city, city.resident)


def test_the_holder_sees_that_a_lender_has_looked(city: City) -> None:
    consent(city, city.resident)
    of(city, city.resident)
    assert "lending history" in [one.purpose for one in identity.list_reads(city.tx, person_id=city.resident)]


def test_of_a_restricted_person_nothing_is_told(city: City) -> None:
    (person_id,) = register(city.tx)
    wallet.open_wallets(city.tx, person_ids=[person_id])
    wallet.take_into_use(city.tx, person_ids=[person_id])
    consent(city, person_id)
    registrar = acting(city.tx, officer(city.tx, "ana"))
    identity.privacy.restrict_person(registrar, person_id=person_id, reason="asked")
    with pytest.raises(PersonIsRestricted):
        of(city, person_id)


def test_the_month_that_runs_is_not_shown_and_months_turn_in_lima(city: City) -> None:
    city.give(50_000)
    person_id = applicant(city, "+51987000055")
    consent(city, person_id)
    # 04:59 in Greenwich is the night before in Lima.
    for instant, amount in (
        (datetime(2025, 7, 1, 4, 59, tzinfo=UTC), 100),
        (datetime(2025, 7, 1, 5, 1, tzinfo=UTC), 200),
    ):
        city = at(city, instant)
        city.send(amount, "+51987000055")
    later = at(city, datetime(2025, 8, 15, tzinfo=UTC))
    found = {month.first_on: month.received_minor for month in of(later, person_id).months}
    assert (found[date(2025, 6, 1)], found[date(2025, 7, 1)]) == (100, 200)
    assert date(2025, 8, 1) not in found


@given(
    st.lists(
        st.builds(
            Received,
            st.dates(date(2024, 1, 1), date(2025, 12, 31)),
            st.integers(1, 10**6),
            st.sampled_from(["", "a", "b"]),
        ),
        max_size=30,
    ),
    st.dates(date(2025, 1, 1), date(2026, 1, 31)),
    st.integers(1, 24),
)
def test_each_receipt_stands_in_its_month_and_in_no_other(
    received: list[Received], today: date, months: int
) -> None:
    found = history_of(received, today=today, months=months)
    assert len(found.months) == months
    assert found.months[-1].first_on < today.replace(day=1)
    first = found.months[0].first_on
    inside = [one for one in received if first <= one.on < today.replace(day=1)]
    assert sum(month.receipts + month.cash_ins for month in found.months) == len(inside)
    total = sum(month.received_minor + month.cash_in_minor for month in found.months)
    assert total == sum(one.amount_minor for one in inside)
