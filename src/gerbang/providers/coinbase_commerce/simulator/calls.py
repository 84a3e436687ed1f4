"""The merchant's calls on charges and events, but for making one: read, list, cancel, resolve, hydrate (notes 2.1)."""

from datetime import datetime

from gerbang.ports.simulator import Impossible, Outcome, Request
from gerbang.providers.coinbase_commerce.simulator import moves
from gerbang.providers.coinbase_commerce.simulator.charges import WEB3, Changed, Charge
from gerbang.providers.coinbase_commerce.simulator.creation import body_of
from gerbang.providers.coinbase_commerce.simulator.intents import CHAIN_ID
from gerbang.providers.coinbase_commerce.simulator.lists import page
from gerbang.providers.coinbase_commerce.simulator.notify import event_view, told
from gerbang.providers.coinbase_commerce.simulator.refusals import Refused
from gerbang.providers.coinbase_commerce.simulator.views import charge_view
from gerbang.providers.coinbase_commerce.simulator.world import World


def list_charges(world: World, request: Request) -> Outcome:
    """GET /charges: the caller's own, by pages."""
    merchant = world.caller(request)
    own = [(charge.id, charge) for charge in world.book.newest() if charge.merchant == merchant.name]
    found, pagination = page(request, own)
    data = [charge_view(world, charge) for charge in found]
    return Outcome(world.answer(request, {"data": data, "pagination": pagination}))


def list_events(world: World, request: Request) -> Outcome:
    """GET /events: what was told the caller, by pages."""
    merchant = world.caller(request)
    own = [(event.id, event) for event in world.book.events() if event.charge.merchant == merchant.name]
    found, pagination = page(request, own)
    data = [event_view(world, event) for event in found]
    return Outcome(world.answer(request, {"data": data, "pagination": pagination}))


def read_event(world: World, request: Request, id_: str) -> Outcome:
    """GET /events/{id}."""
    merchant = world.caller(request)
    for event in world.book.events():
        if event.id == id_ and event.charge.merchant == merchant.name:
            return Outcome(world.answer(request, {"data": event_view(world, event)}))
    raise Refused("not_found", "Not found")


def read_charge(world: World, request: Request, name: str) -> Outcome:
    """GET /charges/{id or code}."""
    charge = world.charge(world.caller(request), name)
    return Outcome(world.answer(request, {"data": charge_view(world, charge)}))


def act_on_charge(world: World, request: Request, name: str, verb: str, now: datetime) -> Outcome:
    """POST …/cancel and …/resolve, PUT …/hydrate."""
    charge = world.charge(world.caller(request), name)
    try:
        change = _change(world, request, charge, f"{request.method} {verb}", now)
    except Impossible as no:
        raise Refused("invalid_request", no.detail) from no
    world.book.apply(change)
    answer = world.answer(request, {"data": charge_view(world, change.charge)})
    return Outcome(answer, (change,), told(world, change))


def _change(world: World, request: Request, charge: Charge, call: str, now: datetime) -> Changed:
    match call:
        case "POST cancel" if charge.generation == WEB3 and world.quirks.web3_cancel == "not_found":
            raise Refused("not_found", "Not found")
        case "POST cancel":
            return moves.cancel(charge, now)
        case "POST resolve" if charge.generation != WEB3:
            return moves.resolve(charge, now)
        case "PUT hydrate" if charge.generation == WEB3 and world.quirks.hydrate == "accepted":
            fields = body_of(request)
            payer, chain_id = str(fields.get("sender", "")), fields.get("chain_id")
            if chain_id != CHAIN_ID or len(payer) != 42:
                raise Refused("validation_error", f"chain_id is {CHAIN_ID}, sender a wallet's address")
            return moves.connect(charge, payer, CHAIN_ID, now)
        case _:
            raise Refused("not_found", "Not found")
