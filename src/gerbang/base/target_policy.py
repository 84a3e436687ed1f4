"""Where a call may go whose address somebody else chose: public machines, and private ones that the operator named. Pure; the address is the
resolved one, never a name (SSRF; R56).

`ipaddress.is_global` alone will not do: it says yes to NAT64, 6to4 and IPv4-compatible forms of loopback and of the clouds' metadata service,
and to groups of machines. So what is embedded is taken out first, and the rest is compared with tables that stand here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Nobody's list of private targets reaches these: this host, neighbours without a router, groups, and what tells a cloud's machine its credentials.
_NEVER: Final[Sequence[Network]] = [
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.192/32",
        "224.0.0.0/3",
        "::/128",
        "64:ff9b:1::/48",
        "2001::/32",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
        "fe80::/10",
        "ff00::/8",
    )
]
# Only when the operator named them: private, shared, documentation, benchmarks, and what IANA keeps for protocols.
_PRIVATE: Final[Sequence[Network]] = [
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    )
]
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")
_LOOPBACK_IPV6: Final = IPv6Address("::1")
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_EMBEDDED_LAST: Final = tuple(IPv6Network(text) for text in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96"))
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)
_WIDEST: Final = {4: 8, 6: 7}
# Ports above 1023 at which something else than a web server listens: the Fetch standard's, and what obeys whatever is written to it.
_NO_WEB_PORTS: Final = frozenset({
    1719, 1720, 1723, 2049, 2375, 2379, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
    9200, 10080, 11211, 27017,
})  # fmt: skip
_LISTED: Final = re.compile(r"(?:\[([0-9A-Fa-f:./]+)\]|([0-9./]+))(?::([0-9]{1,5}))?|([0-9A-Fa-f:./]*:[0-9A-Fa-f:./]*)")


@dataclass(frozen=True, slots=True)
class PrivateTarget:
    """Machines of one's own that may be called, at one port or at any that is a web server's."""

    network: Network
    port: int | None = None


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """Public machines by HTTPS, and the private targets that the operator named, by HTTP too: what goes there does not leave the house."""

    private: tuple[PrivateTarget, ...] = ()

    def permits(self, address: str, port: int, *, encrypted: bool) -> bool:
        """Whether this resolved address may be connected to. Anything that is not plainly an address is refused."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if getattr(found, "scope_id", None):
            return False
        if isinstance(found, IPv6Address):
            if found in _MAPPED:  # the system itself connects to the IPv4 address
                return self._permits(IPv4Address(int(found) & 0xFFFF_FFFF), port, encrypted=encrypted)
            inner = _embedded(found)
            if inner is not None:  # somebody else takes it out again: what stands there must be public by itself
                return _is_public(inner) and encrypted and is_web_port(port)
        return self._permits(found, port, encrypted=encrypted)

    def _permits(self, address: Address, port: int, *, encrypted: bool) -> bool:
        if _in(address, _NEVER):
            return False
        if _is_public(address):
            return encrypted and is_web_port(port)
        return any(
            address.version == one.network.version
            and address in one.network
            and (port == one.port or (one.port is None and is_web_port(port)))
            for one in self.private
        )


def read_private_target(text: str) -> PrivateTarget:
    """A private target as an operator writes it: 10.1.2.0/24, 127.0.0.1:3000, fd00::/64 or [::1]:3000. Raises ValueError."""
    match = _LISTED.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text} is no address or network")
    bracketed, four, port, six = match.groups()
    network = ip_network(bracketed or four or six, strict=False)
    if port is not None and not 0 < int(port) <= 65_535:
        raise ValueError(f"{port} is no port")
    if network.prefixlen < _WIDEST[network.version]:
        raise ValueError(f"{text} is wider than any private network")
    return PrivateTarget(network, int(port) if port is not None else None)


def read_private_targets(written: Iterable[str]) -> tuple[PrivateTarget, ...]:
    """All of a list; raises ValueError for the first that is none."""
    return tuple(read_private_target(one) for one in written)


def is_web_port(port: int) -> bool:
    """Whether a web server may listen there: 80, 443, or one above 1023 that is not known for something else."""
    return port in (80, 443) or (1_023 < port <= 65_535 and port not in _NO_WEB_PORTS)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address to which a translator or a tunnel would carry what is sent to this one."""
    number = int(address)
    if address == _LOOPBACK_IPV6 or number == 0:
        return None
    if any(address in network for network in _EMBEDDED_LAST) or (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        return IPv4Address(number & 0xFFFF_FFFF)
    return address.sixtofour


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return False
    return not _in(address, _NEVER) and not _in(address, _PRIVATE)


def _in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
