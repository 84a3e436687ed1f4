"""Who may act on the sandbox: it has no login, so a page of a stranger's must reach neither its control nor its simulators' books."""

from dataclasses import dataclass
from typing import Final

from gerbang.base.addresses import origin_of, read_address, split_host, vouches
from gerbang.ports.simulator import Request

_OF_ANOTHER: Final = (
    "A page of another site may not act here: open the sandbox itself, and press there. Programs send no Origin."
)
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Guard:
    """`names` are the hosts by which people reach the sandbox and Gerbang beside it; an address of a machine is always one of them, for
    only names can be made to lead elsewhere (DNS rebinding). A page is ours by its port too: another program of this machine is not.
    """

    names: frozenset[str]
    ports: frozenset[int]

    def complaint(self, request: Request) -> str:
        """Why this request may not act here; empty when it may."""
        host, port = split_host(request.headers.get("host", ""))
        if host and not self._is_ours(host):
            return "The Host header names no address of this sandbox: open it as http://127.0.0.1 with the port of GERBANG_SANDBOX_PORT."
        if request.method in {"GET", "HEAD"}:
            return ""
        origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "")
        told = origin_of(origin) if origin else None
        if vouches(origin, site, request.headers.get("sec-fetch-mode", "")):
            return ""
        if origin and (told is None or not self._is_ours(told[1]) or told[2] not in {*self.ports, port or 80}):
            return _OF_ANOTHER
        if not origin and site == "cross-site":
            return _OF_ANOTHER
        return ""

    def _is_ours(self, host: str) -> bool:
        is_address = (":" not in host or host.startswith("[")) and read_address(host.strip("[]")) is not None
        return host in self.names or is_address


def guard_of(*addresses: str, host: str = "localhost") -> Guard:
    """The names and ports in these addresses (`http://sandbox.example:8090`), and the host that it listens at, beside this machine's own names."""
    known = [one for one in map(origin_of, filter(None, addresses)) if one is not None]
    return Guard(_LOCAL | {host.lower()} | {name for _, name, _ in known}, frozenset(port for _, _, port in known))
