"""Who may act on the sandbox: it has no login, so a page of a stranger's must reach neither its control nor its simulators' books."""

from dataclasses import dataclass
from typing import Final

from gerbang.base.addresses import origin_of, read_address, split_host
from gerbang.ports.simulator import Request

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Guard:
    """`names` are the hosts by which people reach the sandbox and Gerbang beside it; an address of a machine is always one of them, for
    only names can be made to lead elsewhere (DNS rebinding).
    """

    names: frozenset[str]

    def complaint(self, request: Request) -> str:
        """Why this request may not act here; empty when it may."""
        host = split_host(request.headers.get("host", ""))[0]
        if host and not self._is_ours(host):
            return "The Host header names no address of this sandbox: GERBANG_SANDBOX_URL says how browsers reach it."
        if request.method in {"GET", "HEAD"}:
            return ""
        origin = request.headers.get("origin")
        told = origin_of(origin) if origin else None
        if origin and (told is None or not self._is_ours(told[1])):
            return "A page of another site may not act here."
        if not origin and request.headers.get("sec-fetch-site") == "cross-site":
            return "A page of another site may not act here."
        return ""

    def _is_ours(self, host: str) -> bool:
        return host in self.names or read_address(host.strip("[]")) is not None


def guard_of(*addresses: str) -> Guard:
    """The names in these addresses (`http://sandbox.example:8090`), beside this machine's own."""
    known = [origin_of(one) for one in addresses if one]
    return Guard(_LOCAL | {one[1] for one in known if one is not None})
