"""Addresses of people on the internet, in their one canonical form. Pure; who may be believed about one is web's matter."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052
_THIS_NETWORK: Final = IPv4Network("0.0.0.0/8")


def read(text: str) -> str:
    """The address of one machine, canonical, an IPv4 address inside IPv6 (mapped, by NAT64 or by 6to4) as IPv4; raises ValueError for what is
    none: a network, a port, a zone, a group of machines, all of them, or no machine at all.
    """
    address = _unwrapped(ip_address(text.strip()))
    if address.is_unspecified or address.is_multicast or _is_nobodys(address) or getattr(address, "scope_id", None):
        raise ValueError("not the address of one machine")
    return str(address)


def as_ipv4(text: str) -> str:
    """The address in dotted form, or empty text: an IPv6 address has none."""
    try:
        address = _unwrapped(ip_address(text))
    except ValueError:
        return ""
    return str(address) if isinstance(address, IPv4Address) else ""


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if not isinstance(address, IPv6Address):
        return address
    translated = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    return address.ipv4_mapped or address.sixtofour or translated or address


def _is_nobodys(address: IPv4Address | IPv6Address) -> bool:
    """Whether no machine has it: "this network", or the class that was never given out, with everybody's at its end."""
    return isinstance(address, IPv4Address) and (address in _THIS_NETWORK or address.is_reserved)
