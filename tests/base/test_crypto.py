"""Sealing and digests: what is bound is bound, and parts cannot slide into each other."""

import pytest

from gerbang.base import crypto


def test_what_is_sealed_opens_only_with_its_key_and_its_binding() -> None:
    key = crypto.new_key()
    sealed = crypto.seal(key, b"value", b"name 1")
    assert crypto.unseal(key, sealed, b"name 1") == b"value"
    for wrong in (
        (crypto.new_key(), sealed, b"name 1"),
        (key, sealed, b"name 2"),
        (key, sealed[:-1], b"name 1"),
        (key, b"", b""),
    ):
        with pytest.raises(crypto.SealBroken):
            crypto.unseal(*wrong)


def test_the_same_value_sealed_twice_looks_different() -> None:
    key = crypto.new_key()
    assert crypto.seal(key, b"value", b"") != crypto.seal(key, b"value", b"")


def test_an_envelope_moves_to_another_root_key_without_its_value_being_opened() -> None:
    old, new = crypto.new_key(), crypto.new_key()
    envelope = crypto.seal_envelope(old, b"value", b"name")
    moved = crypto.rewrap_envelope(old, new, envelope, b"name")
    assert moved.sealed_value == envelope.sealed_value
    assert crypto.open_envelope(new, moved, b"name") == b"value"
    with pytest.raises(crypto.SealBroken):
        crypto.open_envelope(old, moved, b"name")


def test_parts_of_a_keyed_digest_cannot_slide_into_each_other() -> None:
    key = crypto.new_key()
    assert crypto.keyed_digest(key, "ab", "c") != crypto.keyed_digest(key, "a", "bc")
    assert crypto.keyed_digest(key, "a", "") != crypto.keyed_digest(key, "a")


def test_an_envelope_never_shows_its_bytes() -> None:
    assert repr(crypto.seal_envelope(crypto.new_key(), b"value", b"name")) == "Envelope()"
