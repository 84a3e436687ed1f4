"""What proxies tell of the client behind them: believed from the right, as far as it was they who wrote it (R45).

`X-Forwarded-For`, in one line or several, as addresses with or without ports; `Forwarded` (RFC 7239) where that stands alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gerbang.base.addresses import UNIX, Network, read_address

Headers = Sequence[tuple[bytes, bytes]]
_SCHEMES: Final = frozenset({"http", "https"})
_ELEMENT: Final = re.compile(r'\s*(?:[^",;=\s]+=(?:"(?:[^"\\]|\\.)*"|[^",;\s]*)\s*;?\s*)+')
_PAIR: Final = re.compile(r'([^",;=\s]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*))')
_HOST: Final = re.compile(r"[A-Za-z0-9._\-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class ForwardedClient:
    """The client's address, the scheme it used, and the host it asked for; None where no trusted proxy told."""

    client: str
    scheme: str | None = None
    host: str | None = None


def within(address: str, proxies: Sequence[Network], *, unix: bool = False) -> bool:
    """Whether an address, however it is written, belongs to one of the proxies."""
    if address.startswith(UNIX):
        return unix
    place = read_address(address) if proxies else None
    return place is not None and any(place in network for network in proxies if network.version == place.version)


def believe(headers: Headers, peer: str, proxies: Sequence[Network], *, unix: bool = False) -> ForwardedClient:
    """What the headers of a request say that came from `peer`, itself a trusted proxy."""
    plain, standard = _list(headers, b"x-forwarded-for"), _elements(_joined(headers, b"forwarded"))
    schemes, hosts = _list(headers, b"x-forwarded-proto"), _list(headers, b"x-forwarded-host")
    client, hops = _client(plain, peer, proxies, unix=unix)
    if standard:
        by_standard, hops_of_it = _client([one.get("for", "") for one in standard], peer, proxies, unix=unix)
        if not plain:
            client, hops = by_standard, hops_of_it
            schemes = schemes or [one.get("proto", "") for one in standard]
            hosts = hosts or [one.get("host", "") for one in standard]
        elif by_standard != client:  # one of the two was written by the client itself, and nobody can tell which
            client, hops = peer, 1
    scheme, host = _at(schemes, hops).lower(), _at(hosts, hops)
    return ForwardedClient(client, scheme if scheme in _SCHEMES else None, host if _HOST.fullmatch(host) else None)


def _client(chain: Sequence[str], peer: str, proxies: Sequence[Network], *, unix: bool) -> tuple[str, int]:
    """The last address that a trusted proxy wrote, and how many entries from the right that is."""
    client = peer
    for number, entry in enumerate(reversed(chain), start=1):
        if entry.strip('"').startswith(UNIX) and unix:
            continue
        address = read_address(entry)
        if address is None:
            return client, max(1, number - 1)
        client = str(address)
        if not within(client, proxies):
            return client, number
    return client, max(1, len(chain))


def _at(values: Sequence[str], hops: int) -> str:
    """What the same proxy wrote that wrote the client: as far from the right, or the first where proxies replace instead of adding."""
    return values[-hops] if len(values) >= hops else values[0] if values else ""


def _joined(headers: Headers, name: bytes) -> str:
    """Several lines of one name are one list (RFC 9110, section 5.3)."""
    return ",".join(value.decode("latin-1") for known, value in headers if known == name)


def _list(headers: Headers, name: bytes) -> list[str]:
    text = _joined(headers, name)
    return [part.strip() for part in text.split(",")] if text.strip() else []


def _elements(text: str) -> list[dict[str, str]]:
    """The elements of `Forwarded` in order; one that cannot be read is empty, and so stops the belief there."""
    elements: list[dict[str, str]] = []
    place = 0
    while place < len(text):
        found = _ELEMENT.match(text, place)
        end = found.end() if found else place
        if end < len(text) and text[end] != ",":
            end = text.find(",", end) if "," in text[end:] else len(text)
            elements.append({})
        else:
            pairs = _PAIR.findall(found[0]) if found else []
            elements.append({name.lower(): (quoted.replace("\\", "") or token) for name, quoted, token in pairs})
        place = end + 1
    return elements
