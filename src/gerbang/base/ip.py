"""Addresses of people on the internet, in their one canonical form. Pure; who may be believed about one is web's matter."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def read(text: str) -> str:
    """The address of one machine, canonical, an IPv4 address inside IPv6 (`::ffff:203.0.113.7`) as IPv4; raises ValueError for what is none:
    a network, a port, a zone, a group of machines or no machine at all.
    """
    address = _unwrapped(ip_address(text.strip()))
    if address.is_unspecified or address.is_multicast or getattr(address, "scope_id", None):
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
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
