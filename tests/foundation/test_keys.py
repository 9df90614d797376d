"""The key ring: secret, versioned, and never replaced by accident."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ayni.foundation import keys
from ayni.foundation.keys import Purpose

AT = datetime(2025, 6, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.create(tmp_path / "keys", at=AT)
    return tmp_path / "keys"


def test_a_new_ring_has_the_first_version_of_every_key(folder: Path) -> None:
    ring = keys.load(folder)
    assert [(key.purpose, key.version, key.created_at) for key in ring.list_keys()] == [
        (purpose, 1, AT) for purpose in Purpose
    ]
    assert len({key.secret for key in ring.list_keys()}) == 3


def test_only_its_owner_may_read_it_and_nothing_else_is_left_beside_it(folder: Path) -> None:
    assert (folder / "ring.json").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["ring.json", "ring.lock"]


def test_an_hmac_made_before_a_rotation_still_proves_after_it(folder: Path) -> None:
    version, tag = keys.load(folder).hmac(Purpose.PEPPER, b"1234")
    ring = keys.rotate(folder, Purpose.PEPPER, at=AT)
    assert ring.verify_hmac(Purpose.PEPPER, b"1234", version=version, tag=tag)
    newer, other = ring.hmac(Purpose.PEPPER, b"1234")
    assert (newer, other == tag) == (2, False)
    assert not ring.verify_hmac(Purpose.PEPPER, b"1234", version=2, tag=tag)
    assert not ring.verify_hmac(Purpose.PEPPER, b"1235", version=1, tag=tag)
    assert not ring.verify_hmac(Purpose.SESSION, b"1234", version=1, tag=tag)
    assert ring.current(Purpose.SESSION) == 1


def test_a_signature_is_checked_with_the_public_key_alone(folder: Path) -> None:
    version, signature = keys.load(folder).sign(b"head")
    ring = keys.rotate(folder, Purpose.SIGNING, at=AT)
    public = ring.public_key(version)
    assert keys.verify_signature(b"head", public_key=public, signature=signature)
    assert ring.verify(b"head", version=1, signature=signature)
    assert not ring.verify(b"head", version=2, signature=signature)
    assert not ring.verify(b"tail", version=1, signature=signature)
    assert not keys.verify_signature(b"head", public_key=public[:-1], signature=signature)
    assert not keys.verify_signature(b"head", public_key=public, signature=b"")


def test_the_signing_key_makes_no_hmac(folder: Path) -> None:
    with pytest.raises(ValueError, match="signs"):
        keys.load(folder).hmac(Purpose.SIGNING, b"x")


@pytest.mark.parametrize("version", [0, 2, -1])
def test_a_version_that_the_ring_never_had_is_named(folder: Path, version: int) -> None:
    ring = keys.load(folder)
    for ask in (
        lambda: ring.hmac(Purpose.PEPPER, b"x", version=version),
        lambda: ring.verify(b"x", version=version, signature=b""),
    ):
        with pytest.raises(keys.UnknownKey):
            ask()


def test_a_lost_ring_is_named_and_never_made_anew_in_silence(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyRingLost):
        keys.load(tmp_path)
    with pytest.raises(keys.KeyRingLost):
        keys.rotate(tmp_path, Purpose.PEPPER, at=AT)
    with pytest.raises(keys.KeyRingLost):
        keys.rotate(tmp_path / "nowhere", Purpose.PEPPER, at=AT)
    assert not keys.has_ring(tmp_path)


def test_a_ring_is_never_created_over_another(folder: Path) -> None:
    before = (folder / "ring.json").read_bytes()
    with pytest.raises(keys.KeyRingExists):
        keys.create(folder, at=AT)
    assert (folder / "ring.json").read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_ring_that_others_could_read_or_write_is_not_used(folder: Path, mode: int) -> None:
    (folder / "ring.json").chmod(mode)
    with pytest.raises(keys.KeyRingExposed) as caught:
        keys.load(folder)
    assert f"{mode:04o}" in caught.value.sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_ring_that_belongs_to_somebody_else_is_not_used(folder: Path) -> None:
    os.chown(folder / "ring.json", 65_534, -1)
    with pytest.raises(keys.KeyRingExposed):
        keys.load(folder)


def _spoil(content: dict[str, Any], how: str) -> Any:
    first = content["keys"][0]
    if how == "a secret is missing":
        del first["secret"]
    elif how == "a secret is short":
        first["secret"] = "AAAA"
    elif how == "a secret is no base64":
        first["secret"] = "!" * 44
    elif how == "a purpose is unknown":
        first["purpose"] = "love"
    elif how == "a purpose has no key":
        content["keys"] = content["keys"][1:]
    elif how == "a version is there twice":
        content["keys"].append(first)
    elif how == "a version is no number":
        first["version"] = True
    elif how == "an instant has no zone":
        first["created_at"] = "2025-06-02T15:00:00"
    elif how == "another format":
        content["format"] = 2
    else:
        return [content]
    return content


@pytest.mark.parametrize(
    "how",
    [
        *("a secret is missing", "a secret is short", "a secret is no base64", "a purpose is unknown"),
        *("a purpose has no key", "a version is there twice", "a version is no number"),
        *("an instant has no zone", "another format", "a list"),
    ],
)
def test_a_ring_that_is_not_whole_is_refused(folder: Path, how: str) -> None:
    path = folder / "ring.json"
    path.write_text(json.dumps(_spoil(json.loads(path.read_text()), how)))
    with pytest.raises(keys.KeyRingDamaged):
        keys.load(folder)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"null", b"[1]"])
def test_garbage_is_no_ring_and_is_never_quoted(folder: Path, content: bytes) -> None:
    (folder / "ring.json").write_bytes(content)
    with pytest.raises(keys.KeyRingDamaged):
        keys.load(folder)


def test_a_folder_in_the_place_of_the_ring_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ring.json").mkdir()
    with pytest.raises(keys.KeyRingDamaged):
        keys.load(tmp_path)


def test_secrets_are_never_shown(folder: Path) -> None:
    ring = keys.load(folder)
    for key in ring.list_keys():
        assert repr(key.secret) not in repr(key)
    assert repr(ring) == "KeyRing(3 keys)"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(keys.KeyRingNotWritten):
        keys.create(tmp_path / "letter" / "keys", at=AT)
    # Where the new file is to be written stands a folder: the ring stays as it was.
    (folder / ".ring.json.part").mkdir()
    with pytest.raises(keys.KeyRingNotWritten):
        keys.rotate(folder, Purpose.SESSION, at=AT)
    assert keys.load(folder).current(Purpose.SESSION) == 1


def test_two_who_rotate_at_once_make_two_versions(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keys.rotate(folder, Purpose.SESSION, at=AT), range(16)))
    assert keys.load(folder).current(Purpose.SESSION) == 17


def test_a_rotation_that_was_cut_off_leaves_the_ring_as_it_was(folder: Path) -> None:
    (folder / ".ring.json.part").write_text("{")
    assert keys.load(folder).current(Purpose.SESSION) == 1
    assert keys.rotate(folder, Purpose.SESSION, at=AT).current(Purpose.SESSION) == 2
