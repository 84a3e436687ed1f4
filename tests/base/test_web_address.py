"""Addresses that people give: one reader for all of them, and no key in any that is shown."""

import pytest

from gerbang.base.web_address import BadAddress, read, without_keys


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("HTTPS://Toko.Example/Terima", "https://toko.example/Terima"),
        ("https://toko.example:443/a?b=c#d", "https://toko.example/a?b=c#d"),
        ("http://toko.example:8080", "http://toko.example:8080"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://例え.example/", "https://xn--r8jz45g.example/"),
        ("https://toko.example/terima kasih".replace(" ", "%20"), "https://toko.example/terima%20kasih"),
        ("https://toko.example/é?q=ü", "https://toko.example/%C3%A9?q=%C3%BC"),
        ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443/"),
        ("https://192.0.2.7/x", "https://192.0.2.7/x"),
        ("https://my_shop.example/", "https://my_shop.example/"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert read(typed, fragment=True) == kept
    assert read(kept, fragment=True) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "https://a..b/",
        "https://.a.b/",
        "https://*.toko.example/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 127}example/",
        "https://user@toko.example/",
        "https://user:pw@toko.example/",
        "https://toko.example@evil.example/",
        "https:\\\\toko.example/",
        "https://toko.example\\@evil.example/",
        "https:///x",
        "https:toko.example",
        "//toko.example/",
        "toko.example",
        "javascript://toko.example/%0a",
        "ftp://toko.example/",
        "https://toko.example:0/",
        "https://toko.example:99999/",
        "https://toko.example:/",
        "https://[::1/",
        "https://[zz]/",
        "https://-a.example/",
        "https://a-.example/",
        "https://300.1.1.1/",
        "https://1.2.3/",
        "https://to ko.example/",
        "https://toko.example/\u202egnp",
        "https://toko.example/\n",
        "https://" + "a" * 2_050,
        "https://%61.example/",
        "",
    ],
)
def test_what_cannot_be_opened_or_means_another_place_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(BadAddress) as refused:
        read(typed, fragment=True)
    assert "toko.example/" not in str(refused.value)
    assert str(refused.value)[0].islower()


def test_a_part_behind_a_hash_is_for_browsers_only() -> None:
    with pytest.raises(BadAddress, match="behind #"):
        read("https://toko.example/#x")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://mainnet.infura.io/v3/9aa3d95b3bc440fa88ea12eaa4456161", "https://mainnet.infura.io/v3/…"),
        ("https://base.g.alchemy.com/v2/aB3-dE5_gH7jK9mN1pQ3rS5tU7vW9xY1", "https://base.g.alchemy.com/v2/…"),
        ("https://user:rahasia@node.example/x", "https://…@node.example/x"),
        ("https://rates.example/latest?app_id=1&apikey=abc", "https://rates.example/latest?app_id=1&apikey=…"),
        ("https://lb.drpc.org/ogrpc?network=base&dkey=Ab1Cd2", "https://lb.drpc.org/ogrpc?network=base&dkey=…"),
        ("https://node.example/{rpc_key}", "https://node.example/{rpc_key}"),
        ("https://node.example/?key={rpc_key}", "https://node.example/?key={rpc_key}"),
        ("https://dev.nicepay.co.id/nicepay/direct/v2", "https://dev.nicepay.co.id/nicepay/direct/v2"),
        ("https://business.coinbase.com/sandbox/api/v1", "https://business.coinbase.com/sandbox/api/v1"),
        (
            "https://api.example/v1/prices/{asset}-{currency}/spot",
            "https://api.example/v1/prices/{asset}-{currency}/spot",
        ),
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
    ],
)
def test_a_key_in_an_address_is_not_shown(address: str, shown: str) -> None:
    assert without_keys(address) == shown
