"""What `gerbang doctor` says of mail, proxies and host names."""

import socket

import pytest

from gerbang import settings
from gerbang.cli.mail_and_proxy_checks import in_front, mail


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "10.0.0.0/7"])
def test_believing_everybody_is_to_be_mended(network: str) -> None:
    (found,) = in_front(settings.load(trusted_proxies=("10.0.0.5", network)))
    assert (found.good, network in found.what) == (False, True)


def test_networks_of_proxies_are_fine() -> None:
    assert in_front(settings.load(trusted_proxies=("10.0.0.0/8", "172.16.0.0/12", "fd00::/16", "unix:"))) == []


def test_links_that_lead_elsewhere_than_requests_come_are_to_be_mended() -> None:
    (found,) = in_front(settings.load(allowed_hosts=("pay.toko.example",)))
    assert (found.good, found.cure) == (False, "set GERBANG_PUBLIC_URL, as https://pay.toko.example")
    assert in_front(settings.load(allowed_hosts=("pay.toko.example",), public_url="https://bayar.toko.example")) == []


async def test_a_mail_host_that_does_not_answer_is_to_be_mended_and_so_are_sender_and_operator() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    found = await mail(settings.load(smtp_url=f"smtp://user:rahasia9@127.0.0.1:{port}"))
    assert [one.good for one in found] == [False, False, False]
    assert [
        "GERBANG_SMTP_URL" in found[0].cure,
        "GERBANG_MAIL_FROM" in found[1].cure,
        "GERBANG_OPERATOR_EMAIL" in found[2].cure,
    ] == [True] * 3
    assert "rahasia9" not in str(found)
