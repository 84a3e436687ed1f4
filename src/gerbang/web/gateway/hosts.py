"""The names of this service: which Host a request may come to, and which Origin is a page of ours. Links are made of the public address, never of these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gerbang.base.addresses import origin_of, read_address, split_host
from gerbang.web.problems import HostUnknown

FORWARDED_HOST: Final = "gerbang.forwarded_host"  # in a scope: what a trusted proxy says that the client asked for
IGNORED: Final = "gerbang.forwarding_ignored"  # in a scope: whether somebody else than a trusted proxy told of a client
INSTANCE_HEADER: Final = "x-gerbang-instance"
FORWARDING_HEADER: Final = "x-gerbang-forwarding"  # of /healthz: believed, ignored or none
BY_PROXY: Final = "gerbang.by_proxy"  # in a scope: whether a trusted proxy passed the request on
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Hosts:
    """`names` are our own; None: whatever it is, because nobody told us. `public` is the origin of the public address, if there is one."""

    names: frozenset[str] | None = None
    public: tuple[str, str, int] | None = None

    def check(self, host: str, forwarded: str, *, by_proxy: bool) -> None:
        """Only our own names: a page of a stranger's name that resolves to us must not reach us (DNS rebinding). Raises HostUnknown.

        A trusted proxy may call us by what it knows us by: an address, or a name without a dot, which no stranger can have resolved.
        """
        if self.names is None and host:
            return
        known = self.names or frozenset()
        if forwarded and split_host(forwarded)[0] in known:
            return  # a proxy wrote it, or passed on what the client wrote: no other name in it is believed
        name = split_host(host)[0]
        inner = by_proxy and bool(name) and ("." not in name or read_address(name) is not None)
        if forwarded or (name not in known and not inner):
            raise HostUnknown(
                "The Host header names none of the addresses of this service.",
                hint="GERBANG_PUBLIC_URL is the address that visitors use; further names go into GERBANG_ALLOWED_HOSTS. A proxy in front "
                "should pass the visitor's Host on, and stand in GERBANG_TRUSTED_PROXIES.",
            )

    def is_probe(self, host: str, forwarded: str, *, by_proxy: bool, to_show: bool) -> bool:
        """Whether `GET /` comes from a load balancer that asks by an address or without a name, and wants a plain 200. `to_show`: a browser
        asks, and people may come by address too, where nobody told us our names or a proxy calls us so.
        """
        if forwarded or not host:
            return not forwarded
        name = split_host(host)[0]
        if name in _LOCAL or read_address(name) is None:
            return False
        return not to_show or (not by_proxy and self.names is not None and name not in self.names)

    def is_ours(self, origin: str, host: str, forwarded: str) -> bool:
        """Whether a browser's Origin is that of the public address, or of the very name that this request came to."""
        told = origin_of(origin)
        if told is None:
            return False
        names = [
            name for name in (host, forwarded) if name and (self.names is None or split_host(name)[0] in self.names)
        ]
        asked = [origin_of(f"{told[0]}://{name}") for name in names]
        return told == self.public or told in asked

    def is_named(self, host: str) -> bool:
        """Whether this is the name in the public address."""
        return self.public is not None and split_host(host)[0] == self.public[1]


def hosts_of(listen: str, public_url: str, base_url: str, allowed: Sequence[str]) -> Hosts:
    """The names that the settings give us."""
    public = origin_of(public_url) if public_url else None
    everywhere = listen not in ("127.0.0.1", "localhost", "::1") and not public_url and not allowed
    if everywhere:
        return Hosts(None, public)
    own = {split_host(f"[{listen}]" if ":" in listen else listen)[0], *(split_host(one)[0] for one in allowed)}
    base = origin_of(base_url)
    return Hosts(_LOCAL | own | ({base[1]} if base else set()), public)
