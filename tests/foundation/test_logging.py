"""Logs are one JSON object a line, and hold no personal data whichever way it comes."""

from __future__ import annotations

import io
import json

import psycopg
import pytest

from ayni.foundation import logging
from ayni.foundation.db import Tx
from ayni.foundation.errors import Refused

SECRETS = ("40000001", "+51987654321", "Rosa Quispe", "rosa@example.org", "1234")
EARLY = logging.get_logger("early")


def test_a_line_is_one_object_with_its_event(logged: io.StringIO) -> None:
    logging.get_logger("test").info("cycle_closed", count=3)
    line = json.loads(logged.getvalue())
    assert (line["event"], line["count"], line["source"]) == ("cycle_closed", 3, "test")


def test_a_logger_made_before_logs_were_told_their_form_follows_it(logged: io.StringIO) -> None:
    EARLY.info("late_line")
    assert json.loads(logged.getvalue())["event"] == "late_line"


@pytest.mark.parametrize("field", ["name", "document", "phone", "address", "pin", "person", "note", "email"])
def test_a_field_that_may_hold_a_person_is_not_logged(logged: io.StringIO, field: str) -> None:
    for secret in SECRETS:
        logging.get_logger("test").warning("something_happened", **{field: secret})
    assert not any(secret in logged.getvalue() for secret in SECRETS)


def test_an_exceptions_own_words_are_not_logged(logged: io.StringIO) -> None:
    log = logging.get_logger("test")
    try:
        raise ValueError("the person Rosa Quispe with 40000001")
    except ValueError:
        log.exception("it_failed")
    assert "it_failed" in logged.getvalue()
    assert not any(secret in logged.getvalue() for secret in SECRETS)


def test_a_constraints_detail_is_not_logged(logged: io.StringIO, tx: Tx) -> None:
    tx.connection.execute("CREATE TEMP TABLE people (document text PRIMARY KEY)")
    with pytest.raises(psycopg.errors.UniqueViolation) as refused, tx.connection.transaction():
        tx.connection.execute("INSERT INTO people VALUES ('40000001'), ('40000001')")
    assert "40000001" in str(refused.value)
    try:
        raise Refused from refused.value
    except Refused:
        logging.get_logger("test").exception("refused")
    logging.get_logger("test").error("refused", **logging.describe(refused.value))
    assert logged.getvalue()
    assert "40000001" not in logged.getvalue()
