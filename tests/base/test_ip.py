"""Addresses of people: one canonical form, and the IPv4 that some providers ask for."""

import pytest

from gerbang.base import ip


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:cb00:7107", "203.0.113.7"),
        ("2001:0DB8:0:0::1", "2001:db8::1"),
        ("64:ff9b::203.0.113.9", "203.0.113.9"),
        ("2002:cb00:7109::", "203.0.113.9"),
    ],
)
def test_an_address_has_one_form(told: str, kept: str) -> None:
    assert ip.read(told) == kept


@pytest.mark.parametrize(
    "told",
    [
        "",
        "203.0.113",
        "203.0.113.7:80",
        "203.0.113.0/24",
        "fe80::1%eth0",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "0.1.2.3",
        "64:ff9b::255.255.255.255",
        "here",
        "1",
    ],
)
def test_what_is_no_machines_address_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="address"):
        ip.read(told)


@pytest.mark.parametrize(
    ("known", "told"),
    [("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("2001:db8::1", ""), ("", "")],
)
def test_only_what_is_an_ipv4_address_is_told_as_one(known: str, told: str) -> None:
    assert ip.as_ipv4(known) == told
