"""Ids say their kind, and the same step of the same object has the same id for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ayni.values.ids import KINDS, NotAnId, client_id, derived_id, milliseconds, new_id, read_id, show_id

ALL = settings(deadline=None)
AT = datetime(2025, 6, 2, 15, tzinfo=UTC)
INSTANTS = st.integers(0, 2**42).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))


@ALL
@given(st.sampled_from(sorted(KINDS)), st.uuids())
def test_an_id_is_read_back_in_any_case(kind: str, value: UUID) -> None:
    text = show_id(kind, value)
    assert read_id(kind, text) == value
    letters = text.rpartition("_")[2]
    assert len(letters) == 26
    assert read_id(kind, f" {kind}_{letters.upper()} ") == value


@ALL
@given(st.uuids(), st.uuids())
def test_ids_sort_as_text_as_they_do_as_uuids(one: UUID, other: UUID) -> None:
    assert (show_id("per", one) < show_id("per", other)) == (one < other)


def test_an_id_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(NotAnId, match="this is an id of a loan"):
        read_id("per", show_id("loan", new_id(AT)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "per_",
        "per_!",
        "per",
        "per_" + "0" * 25,
        "per_" + "0" * 27,
        "per_8" + "0" * 25,
        "per_" + "u" * 26,
        "x\x00",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(NotAnId):
        read_id("per", text)


def test_there_is_no_id_of_an_unknown_kind() -> None:
    with pytest.raises(NotAnId, match="no kind"):
        show_id("dog", new_id(AT))


@ALL
@given(INSTANTS)
def test_every_id_begins_with_its_instant(at: datetime) -> None:
    for value in (new_id(at), derived_id(at, "x")):
        assert value.int >> 80 == milliseconds(at)
        assert value.variant == "specified in RFC 4122"
    assert new_id(at).version == 7
    assert new_id(at) != new_id(at)


def test_a_derived_id_depends_on_every_part_and_on_their_borders() -> None:
    same = derived_id(AT, "entitlement", 1, "pay", 1)
    assert derived_id(AT, "entitlement", 1, "pay", 1) == same
    assert same.version == 8
    others = {
        derived_id(AT, "entitlement", 1, "pay", 2),
        derived_id(AT, "entitlement", 11, "pay"),
        derived_id(AT, "entitlement", 1, "pay1"),
        derived_id(AT + timedelta(milliseconds=1), "entitlement", 1, "pay", 1),
    }
    assert len(others) == 4
    assert same not in others


def test_two_clients_with_one_key_have_two_ids_of_the_key_s_instant() -> None:
    key = new_id(AT)
    assert client_id("a", key) == client_id("a", key) != client_id("b", key)
    assert client_id("a", key).int >> 80 == key.int >> 80


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        milliseconds(datetime(2025, 1, 1))  # noqa: DTZ001
