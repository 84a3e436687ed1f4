"""Where a call may go whose address somebody else chose: the tables, on resolved addresses (R56)."""

import pytest

from gerbang.base.target_policy import PrivateTarget, TargetPolicy, read_private_target, read_private_targets

CLOSED = TargetPolicy()
OPEN = TargetPolicy(
    read_private_targets(["127.0.0.0/8", "::1", "10.0.0.0/8", "100.64.0.0/10", "fc00::/7", "192.0.0.0/24"])
)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:4700::6810:84e5", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_a_public_machine_may_be_called_by_https(address: str) -> None:
    assert CLOSED.permits(address, 443, encrypted=True)
    assert CLOSED.permits(address, 8443, encrypted=True)


def test_nothing_crosses_the_internet_in_the_clear() -> None:
    assert not CLOSED.permits("93.184.216.34", 80, encrypted=False)


@pytest.mark.parametrize("port", [0, 22, 25, 110, 5432, 6379, 11211, 65_536])
def test_a_port_where_something_else_than_a_web_server_listens_is_refused(port: int) -> None:
    assert not CLOSED.permits("93.184.216.34", port, encrypted=True)


PRIVATE = [
    "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "::1", "fc00::1", "fd12::1", "2001:db8::1", "3fff::1", "2001:20::1", "fec0::1",
    "100::1", "5f00::1", "4000::1", "::ffff:10.1.2.3", "::ffff:7f00:1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_machine_of_ones_own_may_not_be_called_unless_it_was_named(address: str) -> None:
    assert not CLOSED.permits(address, 443, encrypted=True)


NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "::", "fe80::1", "fe80::1%eth0", "fe80::a9fe:a9fe", "ff02::1", "fd00:ec2::254", "fd20:ce::254",
    "::127.0.0.1", "::a9fe:a9fe", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:0:169.254.169.254", "::ffff:0.0.0.0",
    "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::a9fe:a9fe", "64:ff9b:1::808:808",
    "2002:a9fe:a9fe::1", "2002:7f00:1::", "2002:0a00:0001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2606:4700::5efe:7f00:1", "fd00::200:5efe:10.0.0.1",
    "2001:db8::1%eth0", "0177.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "", "127.0.0.1 ",
]  # fmt: skip


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("policy", [CLOSED, OPEN], ids=["closed", "open"])
def test_some_places_are_never_called_whatever_was_named(address: str, policy: TargetPolicy) -> None:
    assert not policy.permits(address, 443, encrypted=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "::ffff:127.0.0.1", "fd12::1"])
def test_a_named_private_machine_may_be_called_by_plain_http(address: str) -> None:
    assert OPEN.permits(address, 8080, encrypted=False)
    assert not OPEN.permits(address, 5432, encrypted=False)


def test_a_private_target_with_a_port_opens_that_port_alone() -> None:
    policy = TargetPolicy(read_private_targets(["127.0.0.1:5432", "[fd00::/64]:3000"]))
    assert policy.permits("127.0.0.1", 5432, encrypted=False)
    assert policy.permits("fd00::9", 3000, encrypted=False)
    assert not policy.permits("127.0.0.1", 3000, encrypted=False)
    assert not policy.permits("fd00:0:0:1::9", 3000, encrypted=False)


@pytest.mark.parametrize(
    ("written", "network", "port"),
    [
        ("10.1.2.3/24", "10.1.2.0/24", None),
        ("127.0.0.1", "127.0.0.1/32", None),
        ("127.0.0.1:3000", "127.0.0.1/32", 3000),
        ("::1", "::1/128", None),
        ("[::1]:3000", "::1/128", 3000),
        ("fd00::/64", "fd00::/64", None),
    ],
)
def test_a_private_target_is_read_as_an_operator_writes_it(written: str, network: str, port: int | None) -> None:
    read = read_private_target(written)
    assert (str(read.network), read.port) == (network, port)
    assert isinstance(read, PrivateTarget)


@pytest.mark.parametrize(
    "written",
    ["localhost", "0.0.0.0/0", "::/0", "10.0.0.1:0", "10.0.0.1:99999", "10.0.0", "shop:3000", "", "10.0.0.1/33"],
)
def test_what_is_no_private_target_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"address|network|port|wide|IP"):
        read_private_target(written)
