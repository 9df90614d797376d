"""Socio-economic classes: evaluated, valid for the years that the country's law says, and evaluated again."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ayni.foundation import audit
from ayni.foundation.country import ParameterMissing
from ayni.foundation.db import Tx
from ayni.registry import queries, store
from ayni.registry.errors import UnknownClass
from ayni.registry.model import Class, last_day_of_class
from ayni.registry.operations.steps import check_not_own, not_in_future
from ayni.values.ids import HouseholdId, OfficerId, show_id


def classify(
    tx: Tx,
    *,
    household_id: HouseholdId,
    word: str,
    source: str,
    on: date | None = None,
    officer_id: OfficerId | None = None,
) -> Class:
    """Record a household's class, as `source` has evaluated it on a day (today if none is given).

    It holds for the years that the country's parameter targeting.class_validity_years says for that day. An
    earlier one stays on record. `officer_id` is who decides, if somebody does; never on their own household.
    Raises UnknownHousehold, UnknownClass, OwnHousehold, HouseholdRefused, ObservedInFuture, ParameterMissing.
    """
    on = not_in_future(tx, on)
    queries.get_household(tx, household_id=household_id)
    if officer_id is not None:
        check_not_own(tx, officer_id=officer_id, household_id=household_id)
    until = _last_day(tx, word, on)
    values = {"household_id": household_id, "word": word, "source": source}
    store.run(tx, "insert_class", valid_from=on, valid_until=until, **values)
    audit.record(
        tx,
        action="registry.classify",
        subject=show_id("hh", household_id),
        reason=source,
        details={"from": on.isoformat(), "until": until.isoformat()}
        | ({"officer": show_id("off", officer_id)} if officer_id is not None else {}),
    )
    return Class(household_id, word, source, on, until)


def warn_of_lapsing(tx: Tx) -> int:
    """Note a warning, once, for each class that lapses within the country's time; returns how many are new.

    `registry_api.class_warnings` tells them to whoever writes to households. Raises ParameterMissing
    (targeting.class_warning_days).
    """
    days = tx.country.parameter("targeting.class_warning_days", on=tx.today)
    assert isinstance(days, int)
    warned = store.run(tx, "warn_of_lapsing", on=tx.today, until=tx.today + timedelta(days=days))
    if warned:
        audit.record(
            tx, action="registry.warn_of_lapsing", subject=tx.today.isoformat(), details={"classes": warned}
        )
    return warned


def list_warnings(tx: Tx, *, households: Sequence[HouseholdId]) -> dict[HouseholdId, datetime]:
    """Of these households those that were warned that a class lapses, and when last."""
    return store.list_class_warnings(tx, households=households)


def keep_classes_of_batch(tx: Tx, *, source: str) -> int:
    """Evaluations that the import's batch in hand tells of, as classes; returns how many are new.

    A class that the country does not know on its day, or that would begin in the future, stays a mere fact.
    """
    known = []
    for word, on in store.list_batch_classes(tx):
        with contextlib.suppress(UnknownClass, ParameterMissing):
            if on <= tx.today:
                known.append((word, on, _last_day(tx, word, on)))
    return store.insert_batch_classes(tx, source=source, classes=known) if known else 0


def _last_day(tx: Tx, word: str, on: date) -> date:
    """The last day of a class that counts from a day on. Raises UnknownClass, ParameterMissing."""
    rows = tx.country.parameter("targeting.classes", on=on)
    known = [str(row[0]) for row in rows] if isinstance(rows, tuple) else []
    if word not in known:
        raise UnknownClass(known=", ".join(known))
    years = tx.country.parameter("targeting.class_validity_years", on=on)
    assert isinstance(years, int)
    return last_day_of_class(on, years)
