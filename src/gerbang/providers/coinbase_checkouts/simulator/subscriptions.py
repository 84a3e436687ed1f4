"""The calls about webhook subscriptions: create, list, get, replace, delete (notes 5.1). What was delivered is not kept here."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Answer, Outcome, Request
from gerbang.providers.coinbase_checkouts.simulator import views
from gerbang.providers.coinbase_checkouts.simulator.bearer import Merchant
from gerbang.providers.coinbase_checkouts.simulator.book import Subscribed, Subscription, Unsubscribed
from gerbang.providers.coinbase_checkouts.simulator.refusals import Refused
from gerbang.providers.coinbase_checkouts.simulator.world import World

_EVENT: Final = re.compile(r"[a-z_]+(\.[a-z_]+){1,3}")


def create(world: World, request: Request, merchant: Merchant, now: datetime) -> Outcome:
    """POST: the only answer with the secret in it."""
    secret = str(world.uuid("secret", merchant.key_id))
    wish = _wish(request, str(world.uuid("subscription", merchant.key_id)), merchant, secret, now)
    return _stored(world, wish, 201, with_secret=True)


def listed(world: World, merchant: Merchant) -> Outcome:
    """GET: all of the project."""
    found = [views.subscription(one, world.quirks) for one in world.book.subscriptions(merchant.key_id)]
    return Outcome(world.answer({"subscriptions": found}))


def get(world: World, merchant: Merchant, id_: str) -> Outcome:
    return Outcome(world.answer(views.subscription(_known(world, merchant, id_), world.quirks)))


def put(world: World, request: Request, merchant: Merchant, id_: str, now: datetime) -> Outcome:
    """PUT: everything but the secret is replaced."""
    before = _known(world, merchant, id_)
    wish = _wish(request, id_, merchant, before.secret, before.created_at)
    return _stored(world, msgspec.structs.replace(wish, updated_at=now), 200, with_secret=False)


def delete(world: World, merchant: Merchant, id_: str) -> Outcome:
    change = Unsubscribed(_known(world, merchant, id_).id)
    world.book.apply(change)
    return Outcome(Answer(204, b"", ()), (change,))


def _stored(world: World, wish: Subscription, status: int, *, with_secret: bool) -> Outcome:
    change = Subscribed(wish.id, wish)
    world.book.apply(change)
    shown = views.subscription(wish, world.quirks, with_secret=with_secret)
    return Outcome(world.answer(shown, status), (change,))


def _known(world: World, merchant: Merchant, id_: str) -> Subscription:
    found = next((one for one in world.book.subscriptions(merchant.key_id) if one.id == id_), None)
    if found is None:
        raise Refused("not_found", "There is no such subscription.")
    return found


def _wish(request: Request, id_: str, merchant: Merchant, secret: str, created_at: datetime) -> Subscription:
    try:
        body = msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("invalid_request", "The body is no JSON object.") from error
    target, events = body.get("target"), body.get("eventTypes")
    if not isinstance(target, dict) or not str(target.get("url", "")).startswith(("https://", "http://")):
        raise Refused("invalid_request", "target.url is an address.")
    if not isinstance(events, list) or not events or not all(_EVENT.fullmatch(str(one)) for one in events):
        raise Refused("invalid_request", "eventTypes is a list of event types.")
    description = str(body.get("description", ""))
    if len(description) > 100 or not isinstance(body.get("isEnabled"), bool):
        raise Refused("invalid_request", "description has at most 100 characters, isEnabled is true or false.")
    return Subscription(
        id=id_,
        project=merchant.key_id,
        secret=secret,
        url=target["url"],
        created_at=created_at,
        event_types=tuple(events),
        description=description,
        headers=_texts(target.get("headers")),
        labels=_texts(body.get("labels")),
        enabled=body["isEnabled"],
    )


def _texts(value: object) -> Mapping[str, str]:
    return {str(name).lower(): str(text) for name, text in value.items()} if isinstance(value, dict) else {}
