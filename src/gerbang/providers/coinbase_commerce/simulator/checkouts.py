"""/checkouts: reusable forms of charges, kept as they are sent; nobody can pay one here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from gerbang.ports.simulator import Answer, Outcome, Request
from gerbang.providers.coinbase_commerce.simulator.charges import CheckoutSet
from gerbang.providers.coinbase_commerce.simulator.creation import body_of, text
from gerbang.providers.coinbase_commerce.simulator.lists import page
from gerbang.providers.coinbase_commerce.simulator.refusals import Refused
from gerbang.providers.coinbase_commerce.simulator.world import Merchant, World

_FIELDS: Final = ("name", "description", "pricing_type", "local_price", "requested_info", "logo_url")


def checkouts(world: World, request: Request, now: datetime) -> Outcome:
    """POST and GET of all, GET, PUT and DELETE of one."""
    merchant, id_ = world.caller(request), request.path.removeprefix("/checkouts").strip("/")
    match request.method, bool(id_):
        case "POST", False:
            id_ = str(uuid5(NAMESPACE_URL, f"{merchant.name}:checkout:{now.isoformat()}:{request.body!r}"))
            return _set(world, request, merchant, id_, {}, 201)
        case "GET", False:
            return _list(world, request, merchant)
        case "GET", True:
            return Outcome(world.answer(request, {"data": _known(world, merchant, id_)}))
        case "PUT", True:
            return _set(world, request, merchant, id_, _known(world, merchant, id_), 200)
        case "DELETE", True:
            _known(world, merchant, id_)
            world.book.apply(gone := CheckoutSet(id_, merchant.name, {}))
            return Outcome(Answer(200, b"{}"), (gone,))
        case _:
            raise Refused("not_found", "Not found")


def _set(
    world: World, request: Request, merchant: Merchant, id_: str, before: Mapping[str, Any], status: int
) -> Outcome:
    fields = body_of(request)
    body = {"requested_info": [], **before, **{name: fields[name] for name in _FIELDS if name in fields}}
    if not text(body, "name") or not text(body, "pricing_type"):
        raise Refused("param_required", "name and pricing_type are required")
    body |= {"id": id_, "resource": "checkout"}
    world.book.apply(done := CheckoutSet(id_, merchant.name, body))
    return Outcome(world.answer(request, {"data": body}, status), (done,))


def _list(world: World, request: Request, merchant: Merchant) -> Outcome:
    own = [(one.id, one.body) for one in world.book.checkouts() if one.merchant == merchant.name]
    found, pagination = page(request, own)
    return Outcome(world.answer(request, {"data": found, "pagination": pagination}))


def _known(world: World, merchant: Merchant, id_: str) -> Mapping[str, Any]:
    for one in world.book.checkouts():
        if one.id == id_ and one.merchant == merchant.name:
            return one.body
    raise Refused("not_found", "Not found")
