"""Addresses however they are written, and public addresses that would not work refused with their cure."""

import pytest

from gerbang.base.addresses import origin_of, public_url, read_address, read_network, split_host


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7:49152 ", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.7"),
        ("203.000.113.007", "203.0.113.7"),
        ('"[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("2001:0DB8:0000:0000:0000:0000:0000:0017", "2001:db8::17"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", None),
        ("_hidden", None),
        ("203.0.113.256", None),
        ("", None),
        ("203.0.113.7, 10.0.0.1", None),
    ],
)
def test_an_address_is_one_however_it_is_written(text: str, address: str | None) -> None:
    found = read_address(text)
    assert (str(found) if found else None) == address


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("010.000.000.000/8", "10.0.0.0/8"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        ("::ffff:10.0.0.5", "10.0.0.5/32"),
        ("2001:db8::1/32", "2001:db8::/32"),
        ("10.0.0.0/33", None),
        ("proxy.internal", None),
        ("", None),
    ],
)
def test_a_network_is_one_however_it_is_written(text: str, network: str | None) -> None:
    found = read_network(text)
    assert (str(found) if found else None) == network


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("https://shop.example/pay", "https://pay.shop.example"),
        ("https://www.shop.example/pay/", "https://pay.shop.example"),
        ("https://pay.example?x=1", "query"),
        ("https://pay.example#top", "fragment"),
        ("https://me:secret@pay.example", "password"),
        ("https://pay.example.", "dot"),
        ("https://pay.example.:8443", "dot"),
        ("https://Pay.Example", "https://pay.example"),
        ("https://pay.example:0", "port"),
        ("https://pay.example:99999", "port"),
        ("https://pay.example:http", "port"),
        ("https://pay_.exa mple", "host name"),
        ("ftp://pay.example", "http"),
        ("pay.example", "http"),
        ("https://", "host name"),
    ],
)
def test_a_public_address_that_would_not_work_is_refused_with_its_cure(text: str, cure: str) -> None:
    with pytest.raises(ValueError, match=cure):
        public_url(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://pay.example", "https://pay.example"),
        ("https://pay.example/", "https://pay.example"),
        ("https://pay.example:443", "https://pay.example"),
        ("http://pay.example:8443/", "http://pay.example:8443"),
        ("https://tokó.example", "https://xn--tok-ina.example"),
        ("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_a_public_address_is_kept_in_one_form(text: str, kept: str) -> None:
    assert public_url(text) == kept


def test_a_host_is_the_same_with_its_usual_port_in_capitals_or_with_a_dot() -> None:
    assert split_host("Pay.Example.:443") == ("pay.example", 443)
    assert split_host("[2001:DB8::0001]:80") == ("[2001:db8::1]", 80)
    assert origin_of("https://pay.example") == origin_of("https://PAY.example:443") == ("https", "pay.example", 443)
    assert origin_of("null") is None
