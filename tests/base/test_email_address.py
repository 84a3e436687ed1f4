"""E-mail addresses that can be written to, and those that cannot."""

import pytest

from gerbang.base import email_address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("sari@example.com", "sari@example.com"),
        (" Sari.Wulandari+toko@Example.COM ", "Sari.Wulandari+toko@example.com"),
        ("", ""),
        ("sari@bücher.example", "sari@xn--bcher-kva.example"),
        ("sari@mail.toko.co.id", "sari@mail.toko.co.id"),
    ],
)
def test_an_address_is_read_as_it_goes_on_an_envelope(typed: str, kept: str) -> None:
    assert email_address.read(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "<a@b>",
        "a@b",
        "a@localhost",
        "a@toko.test",
        "a@toko.local",
        "a@toko.invalid",
        "a b@example.com",
        "Sari <sari@example.com>",
        "<sari@example.com>",
        "a@example.com, b@example.com",
        "a@example.com b@example.com",
        "a@example..com",
        ".a@example.com",
        "a.@example.com",
        "a@-example.com",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        '"a b"@example.com',
        "ü@example.com",
        "a@example.com.",
        "@example.com",
        "a@",
        "a",
        "a@@example.com",
        "x" * 65 + "@example.com",
        "a@" + "x." * 125 + "com",
        "a\n@example.com",
    ],
)
def test_what_nobody_can_write_to_is_refused(typed: str) -> None:
    with pytest.raises(email_address.BadEmail):
        email_address.read(typed)
