"""Addresses of clients, proxies and of this service, as people and proxies write them: read to one form, or refused. No network, no names looked up."""

import contextlib
import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNIX: Final = "unix:"  # what nginx calls a client that came by a socket of the file system
_FOUR: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){3}", re.ASCII)
_BRACKETED: Final = re.compile(r"\[([^\]]+)\](?::[0-9]*)?")
_NAME: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_PORTS: Final = {"http": 80, "https": 443}


def read_address(text: str) -> Address | None:
    """An address with or without a port, in brackets, quoted, zero-padded or mapped into IPv6; None for anything else."""
    text = text.strip().strip('"').strip()
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed is not None:
        text = bracketed[1]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    text = text.partition("%")[0]
    if _FOUR.fullmatch(text):
        text = ".".join(str(int(part)) for part in text.split("."))
    try:
        return _unmapped(ipaddress.ip_address(text))
    except ValueError:
        return None


def read_network(text: str) -> Network | None:
    """A network or a single address, whatever its host bits, its padding, or its family's dress; None for anything else."""
    place, slash, size = text.strip().partition("/")
    plain, address = _plain(place), read_address(place)
    if address is None or plain is None:
        return None
    if not slash:
        return ipaddress.ip_network(address)
    mapped = plain.version == 6 and address.version == 4
    try:
        if mapped:
            return (
                ipaddress.ip_network(f"{address}/{max(0, int(size) - 96)}", strict=False) if int(size) >= 96 else None
            )
        return ipaddress.ip_network(f"{address}/{size}", strict=False)
    except ValueError:
        return None


def _plain(text: str) -> Address | None:
    """The same address without its dress taken off."""
    try:
        return ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return read_address(text)


def _unmapped(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def split_host(text: str) -> tuple[str, int | None]:
    """Name and port of a Host header or of an address's authority; the name in lower case, without a dot at its end, IPv6 in brackets."""
    text = text.strip().lower()
    name, _, port = text.rpartition(":") if not text.endswith("]") and ":" in text else (text, "", "")
    if not (port.isascii() and port.isdigit()) and port:
        return text, None
    name = name.removesuffix(".")
    if name.startswith("["):
        with contextlib.suppress(ValueError):
            name = f"[{ipaddress.IPv6Address(name[1:-1])}]"
    return name, int(port) if port else None


def host_name(text: str) -> str | None:
    """A host as requests name it: a name in ASCII and lower case, or an address, IPv6 in brackets; a port is left out. None for what is none."""
    bare_six = text.count(":") > 1 and "[" not in text
    name, _ = split_host(f"[{text}]" if bare_six else text)
    if name.startswith("[") or name.rpartition(".")[2].isdigit():
        return name if _is_literal(name.strip("[]")) else None
    with contextlib.suppress(UnicodeError):
        name = name.encode("idna").decode("ascii")
    return name if _NAME.fullmatch(name) else None


def _is_literal(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def vouches(origin: str, site: str, mode: str) -> bool:
    """Whether a request that names no Origin comes from a page of this very address all the same, by what the browser itself says of it
    (Sec-Fetch-Site, Sec-Fetch-Mode; Fetch Metadata). A Referrer-Policy that is set in front turns Origin into `null`, and a proxy may drop it.
    """
    return origin in ("", "null") and (site == "same-origin" or (site == "none" and mode == "navigate"))


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, name and port of an origin or an address, the usual port filled in; None when it is none."""
    try:
        parts = urlsplit(url.strip())
        scheme, (name, port) = parts.scheme.lower(), split_host(parts.netloc)
    except ValueError:
        return None
    if scheme not in _PORTS or not name or "@" in name:
        return None
    return scheme, name, port or _PORTS[scheme]


def public_url(text: str) -> str:
    """The address by which the outside reaches us, in one form. Raises ValueError with the cure: all else would be wrong in links, or refused later."""
    text = text.strip()
    match = re.fullmatch(r"(https?)://([^/?#]*)(/?)([^?#]*)(\?[^#]*)?(#.*)?", text, re.IGNORECASE)
    if match is None:
        raise ValueError("must be http:// or https:// with a host name, as https://pay.example")
    scheme, authority, _, path, query, fragment = match.groups()
    if path:
        raise ValueError(
            "cannot have a path: pages, cookies and webhook addresses need a host name of their own. Give Gerbang one, as "
            f"https://pay.{authority.rpartition('@')[2].removeprefix('www.')}, with a DNS record to the same proxy and a server block that passes / to it"
        )
    if query is not None or fragment is not None:
        raise ValueError("cannot have a query or a fragment; write the host name alone, as https://pay.example")
    if "@" in authority:
        raise ValueError("cannot hold a user or a password; write the host name alone, as https://pay.example")
    if text != text.lower():
        raise ValueError(f"must be in lower case, as browsers send it: {text.lower().rstrip('/')}")
    name, port = split_host(authority)
    if authority.partition(":")[0].endswith("."):
        raise ValueError("cannot end in a dot, which browsers take for another host; leave it out")
    if re.search(r":(?![0-9]{1,5}$)[^\]]*$", authority) or (port is not None and not 0 < port <= 65_535):
        raise ValueError("has a port that is none; write a number from 1 to 65535, or leave it out")
    if not name.startswith("["):
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise ValueError("has a host name that cannot be one") from error
    if not (_NAME.fullmatch(name) or (name.startswith("[") and read_address(name) is not None)):
        raise ValueError("has a host name that cannot be one; write it as https://pay.example")
    return f"{scheme}://{name}" + (f":{port}" if port and port != _PORTS[scheme] else "")
