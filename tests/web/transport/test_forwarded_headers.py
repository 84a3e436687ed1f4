"""Whom to believe about the client: what proxies really send, as recorded or documented, and what clients forge (R45)."""

import ipaddress

import pytest

from gerbang.base.addresses import read_network
from gerbang.web.gateway.hosts import Hosts, hosts_of
from gerbang.web.problems import HostUnknown
from gerbang.web.transport.forwarded_headers import ForwardedClient, believe, within

PROXIES = (
    ipaddress.ip_network("10.0.0.0/8"),
    ipaddress.ip_network("2001:db8:cd::/48"),
    ipaddress.ip_network("173.245.48.0/20"),
)
CLIENT = "203.0.113.7"

# What each sends towards us, by its own documentation; nothing of it was recorded from a running service.
RECORDED = {
    "nginx, one line": [
        ("X-Forwarded-For", CLIENT),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "pay.example"),
    ],
    "HAProxy adds a line of its own": [
        ("X-Forwarded-For", "6.6.6.6"),
        ("X-Forwarded-For", CLIENT),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "pay.example"),
    ],
    "Traefik": [
        ("X-Forwarded-For", CLIENT),
        ("X-Forwarded-Host", "pay.example"),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Server", "traefik-0"),
        ("X-Real-Ip", CLIENT),
    ],
    "Cloudflare, then nginx": [
        ("X-Forwarded-For", f"{CLIENT}, 173.245.48.9"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "pay.example"),
        ("CF-Connecting-IP", CLIENT),
        ("CF-Visitor", '{"scheme":"https"}'),
        ("CF-Ray", "8a1b2c3d4e5f-SIN"),
        ("CDN-Loop", "cloudflare; loops=1"),
    ],
    "AWS: CloudFront, then ALB": [
        ("X-Forwarded-For", f"6.6.6.6, {CLIENT}, 10.3.4.5"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "443"),
        ("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"),
        ("X-Forwarded-Host", "pay.example"),
    ],
    "AWS API Gateway": [("Forwarded", f"by=10.1.2.3;for={CLIENT};host=pay.example;proto=https")],
    "Azure Application Gateway, with ports": [
        ("X-Forwarded-For", f"{CLIENT}:49152, 10.0.4.4:31999"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "443"),
        ("X-Original-Host", "pay.example"),
        ("X-Forwarded-Host", "pay.example"),
        ("X-Appgw-Trace-Id", "f7c1"),
    ],
    "Azure Front Door": [
        ("X-Forwarded-For", f"{CLIENT}, 10.5.6.7"),
        ("X-Forwarded-Host", "pay.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Azure-ClientIP", CLIENT),
        ("X-Azure-FDID", "a0a0a0a0"),
        ("Via", "1.1 Azure"),
    ],
    "RFC 7239, a chain": [
        ("Forwarded", f'for="{CLIENT}:4711";proto=https;host="pay.example", for="[2001:db8:cd::9]:80"')
    ],
    "RFC 7239, in two lines and capitals": [
        ("Forwarded", f"For={CLIENT};Proto=HTTPS;Host=pay.example"),
        ("Forwarded", "for=10.0.0.9"),
    ],
}


def headers(pairs: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in pairs]


@pytest.mark.parametrize("pairs", RECORDED.values(), ids=RECORDED.keys())
def test_the_client_behind_each_proxy_is_known(pairs: list[tuple[str, str]]) -> None:
    assert believe(headers(pairs), "10.0.0.1", PROXIES) == ForwardedClient(CLIENT, "https", "pay.example")


FORGED = {
    "nothing told": ([], "10.0.0.1"),
    "not an address": ([("X-Forwarded-For", "unknown")], "10.0.0.1"),
    "hidden by RFC 7239": ([("Forwarded", f"for={CLIENT}, for=_hidden, for=10.0.0.2")], "10.0.0.2"),
    "garbage before the proxy's own": ([("X-Forwarded-For", f"1.2.3.4; drop, {CLIENT}")], CLIENT),
    "a trusted address in front": ([("X-Forwarded-For", f"10.9.9.9, {CLIENT}")], CLIENT),
    "one of the two headers is forged": ([("X-Forwarded-For", CLIENT), ("Forwarded", "for=6.6.6.6")], "10.0.0.1"),
    "a quote that never ends": ([("Forwarded", f'for="6.6.6.6, for={CLIENT}')], CLIENT),
}


@pytest.mark.parametrize(("pairs", "client"), FORGED.values(), ids=FORGED.keys())
def test_what_the_client_wrote_itself_is_not_believed(pairs: list[tuple[str, str]], client: str) -> None:
    assert believe(headers(pairs), "10.0.0.1", PROXIES).client == client


def test_a_proxy_is_known_however_its_address_is_written() -> None:
    for peer, network in (
        ("::ffff:10.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "::ffff:10.0.0.0/104"),
        ("010.001.002.003", "10.1.2.3"),
        ("2001:db8::1", "2001:0db8:0000::0001"),
    ):
        found = read_network(network)
        assert found is not None
        assert within(peer, (found,)), peer
    assert not within("11.0.0.1", PROXIES)
    assert within("unix:", (), unix=True)
    assert not within("unix:", ())


def test_an_ipv6_client_that_nginx_tells_without_brackets_is_one_address() -> None:
    assert (
        believe(headers([("X-Forwarded-For", "2001:db8:ff::1, unix:")]), "10.0.0.1", PROXIES, unix=True).client
        == "2001:db8:ff::1"
    )


OURS = hosts_of("127.0.0.1", "https://pay.example:8443", "https://pay.example:8443", ["internal.example"])


@pytest.mark.parametrize(
    ("host", "forwarded", "by_proxy"),
    [
        ("pay.example:8443", "", False),
        ("pay.example", "", False),
        ("PAY.example.:443", "", False),
        ("127.0.0.1:8080", "", False),
        ("internal.example", "", False),
        ("gerbang_upstream", "", True),
        ("app:8080", "", True),
        ("172.18.0.5:8080", "", True),
        ("app.azurewebsites.example", "pay.example", True),
    ],
)
def test_a_host_that_a_proxy_rewrote_is_still_ours(host: str, forwarded: str, by_proxy: bool) -> None:
    OURS.check(host, forwarded, by_proxy=by_proxy)
    assert OURS.is_ours("https://pay.example:8443", host, forwarded)


@pytest.mark.parametrize(
    ("host", "forwarded", "by_proxy"),
    [
        ("evil.example", "", False),
        ("evil.example", "", True),
        ("app:8080", "", False),
        ("172.18.0.5", "", False),
        ("app:8080", "evil.example", True),
        ("pay.example:8443", "evil.example", True),
        ("127.0.0.1:8080", "evil.example", True),
        ("", "", False),
        ("pay.example.evil.example", "", True),
    ],
)
def test_a_forged_host_is_refused_with_advice(host: str, forwarded: str, by_proxy: bool) -> None:
    assert not OURS.is_ours("http://evil.example", host, forwarded)
    with pytest.raises(HostUnknown) as refused:
        OURS.check(host, forwarded, by_proxy=by_proxy)
    assert "GERBANG_PUBLIC_URL" in (refused.value.hint or "")


def test_an_origin_of_another_scheme_port_or_name_is_not_ours() -> None:
    for origin in (
        "https://evil.example",
        "https://pay.example:9443",
        "http://pay.example:8443",
        "null",
        "",
        "https://pay.example:8443@evil.example",
    ):
        assert not OURS.is_ours(origin, "127.0.0.1:8080", ""), origin
    assert Hosts().is_ours("http://shop.example", "shop.example:80", "")
    assert Hosts().is_ours("https://shop.example", "shop.example:443", "")
    assert not Hosts().is_ours("https://shop.example:444", "shop.example", "")
