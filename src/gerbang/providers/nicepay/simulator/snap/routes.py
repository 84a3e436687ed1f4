"""The paths of SNAP: access tokens, virtual accounts, wallets and QRIS. No payout, no NIVA."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from gerbang.ports.simulator import Answer, Outcome, Request
from gerbang.providers.nicepay.simulator.refusals import Refused as RefusedByV2
from gerbang.providers.nicepay.simulator.snap import accounts, authentication, codes, refunds, wallets
from gerbang.providers.nicepay.simulator.snap.authentication import Call
from gerbang.providers.nicepay.simulator.snap.refusals import Refused, refusal
from gerbang.providers.nicepay.simulator.world import World

_TOKEN: Final = "/v1.0/access-token/b2b"  # noqa: S105  a path; alone among all it has no /api
_API: Final = "/api/v1.0/"


class _Route(NamedTuple):
    """Two digits that say which service it is, and what it does."""

    service: str
    serve: Callable[[World, Call], Outcome]


_ROUTES: Final[Mapping[str, _Route]] = {
    "POST /api/v1.0/transfer-va/create-va": _Route("27", accounts.create),
    "POST /api/v1.0/transfer-va/status": _Route("26", accounts.status),
    "DELETE /api/v1.0/transfer-va/delete-va": _Route("31", accounts.delete),
    "POST /api/v1.0/debit/payment-host-to-host": _Route("54", wallets.pay),
    "POST /api/v1.0/debit/status": _Route("55", wallets.status),
    "POST /api/v1.0/debit/refund": _Route("58", refunds.wallet),
    "POST /api/v1.0/qr/qr-mpm-generate": _Route("47", codes.generate),
    "POST /api/v1.0/qr/qr-mpm-query": _Route("51", codes.query),
    "POST /api/v1.0/qr/qr-mpm-refund": _Route("78", refunds.qris),
}


def speaks(path: str) -> bool:
    """Whether a path is of this dialect."""
    return path == _TOKEN or path.startswith(_API)


def no(request: Request) -> Answer:
    """A clear refusal of the order that a request is about."""
    route = _ROUTES.get(f"{request.method} {request.path}")
    return refusal(Refused("40315", "Transaction Not Permitted"), "73" if route is None else route.service)


def answer(world: World, request: Request, now: datetime) -> Outcome:
    """One request, or its refusal."""
    route = _ROUTES.get(f"{request.method} {request.path}")
    if route is None and request.path != _TOKEN:
        return Outcome(Answer(404, b"Not Found", (("content-type", "text/plain"),)))
    service = "73" if route is None else route.service
    try:
        if route is None:
            return authentication.token(world, request, now)
        return route.serve(world, authentication.check(world, request, service, now))
    except Refused as refused:
        return Outcome(refusal(refused, service))
    except RefusedByV2 as full:  # no number is left
        return Outcome(refusal(Refused("50000", f"Internal Server Error {full.code}"), service))
