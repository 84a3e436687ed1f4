"""The calls about checkouts: create, list, get, deactivate, refund (notes 4.2, 4.3). Checks, then one change, then the answer."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from gerbang.ports.simulator import Answer, Outcome, Request
from gerbang.providers.coinbase_checkouts.simulator import notify, views
from gerbang.providers.coinbase_checkouts.simulator.bearer import Merchant
from gerbang.providers.coinbase_checkouts.simulator.book import (
    Change,
    Checkout,
    Kept,
    Made,
    Moved,
    Progress,
    Refund,
    Refunded,
    Status,
    with_refund,
)
from gerbang.providers.coinbase_checkouts.simulator.refusals import Refused
from gerbang.providers.coinbase_checkouts.simulator.world import SHARED_ADDRESS, World

_AMOUNT: Final = re.compile(r"\d{1,9}(\.\d{1,2})?")
_MOST: Final = 100_000_000 * views.UNIT
_LASTS: Final = timedelta(hours=24)
_NAMES: Final = frozenset(
    {
        "amount",
        "currency",
        "description",
        "metadata",
        "successRedirectUrl",
        "failRedirectUrl",
        "expiresAt",
        "network",
    }
)


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request: whose, in which of the two environments, and when."""

    request: Request
    merchant: Merchant
    sandbox: bool
    now: datetime


def create(world: World, call: Call) -> Outcome:
    """POST /checkouts."""

    def make(kept: Callable[[Answer], Kept | None]) -> tuple[Answer, Change]:
        checkout = _checkout(world, call)
        shown = views.checkout(checkout, world.quirks)
        if world.quirks.address_at_creation == "absent":
            shown.pop("address")
        answer = world.answer(shown, int(world.quirks.created_status))
        return answer, Made(checkout.id, checkout, kept(answer))

    return _once(world, call, make)


def get(world: World, call: Call, id_: str) -> Outcome:
    """GET /checkouts/{id}."""
    return Outcome(world.answer(views.checkout(_known(world, call, id_), world.quirks)))


def page(world: World, call: Call) -> Outcome:
    """GET /checkouts: newest first; the token names where the next page begins."""
    pairs = parse_qsl(call.request.query.decode("utf-8", "replace"))
    query, statuses = dict(pairs), {value for name, value in pairs if name == "status"}
    size = query.get("pageSize", "20")
    if not size.isdigit() or not 1 <= int(size) <= 100 or statuses - {one.value for one in Status}:
        raise Refused("invalid_request", "pageSize is 1 to 100, status one of the statuses.")
    found = [
        one
        for one in world.book.of_project(call.merchant.key_id, sandbox=call.sandbox)
        if not statuses or one.status.value in statuses
    ]
    start = _place(found, query.get("pageToken", ""))
    shown = found[start : start + int(size)]
    values: dict[str, Any] = {"checkouts": [views.checkout(one, world.quirks) for one in shown]}
    if start + int(size) < len(found):
        values["nextPageToken"] = base64.urlsafe_b64encode(shown[-1].id.encode()).decode()
    return Outcome(world.answer(values))


def deactivate(world: World, call: Call, id_: str) -> Outcome:
    """POST /checkouts/{id}/deactivate: only what nobody has paid; no event tells of it."""
    one = _known(world, call, id_)
    if one.status is Status.DEACTIVATED and world.quirks.second_deactivation == "repeated":
        return Outcome(world.answer(views.checkout(one, world.quirks)))
    if one.status is not Status.ACTIVE:
        raise Refused("invalid_request", f"The checkout is {one.status.value}.")
    change = Moved(id_, Status.DEACTIVATED, call.now)
    world.book.apply(change)
    return Outcome(get(world, call, id_).answer, (change,))


def refund(world: World, call: Call, id_: str) -> Outcome:
    """POST /checkouts/{id}/refund: of a paid checkout, up to what is left."""

    def make(kept: Callable[[Answer], Kept | None]) -> tuple[Answer, Change]:
        one, body = _known(world, call, id_), _fields(call.request)
        amount = _amount(body)
        reason = str(body.get("reason") or "")
        if body.get("currency", "USDC") != "USDC" or len(reason) > 500:
            raise Refused("invalid_request", "currency is USDC, reason at most 500 characters.")
        back = new_refund(world, one, amount, reason, call.now)
        answer = world.answer(_refund_answer(world, with_refund(one, back, call.now), back))
        return answer, Refunded(id_, back, call.now, kept(answer))

    return _once(world, call, make, id_)


def new_refund(world: World, one: Checkout, amount: int, reason: str, now: datetime) -> Refund:
    """A refund of so many base units, as far as the switches let it come at once; raises Refused."""
    if one.status not in {Status.COMPLETED, Status.PARTIALLY_REFUNDED}:
        raise Refused("invalid_request", f"A checkout that is {one.status.value} cannot be refunded.")
    if amount > one.amount - one.refunded(Progress.PENDING, Progress.COMPLETED):
        raise Refused("invalid_request", "That is more than is left.")
    status = Progress.COMPLETED
    if world.quirks.refund_outcome == "failed":
        status = Progress.FAILED
    elif world.quirks.refund_settling == "later":
        status = Progress.PENDING
    ended = None if status is Progress.PENDING else now
    return Refund(
        id=world.digest("refund", one.id)[:24],
        amount=amount,
        reason=reason,
        status=status,
        created_at=now,
        ended_at=ended,
    )


def _refund_answer(world: World, one: Checkout, back: Refund) -> Mapping[str, Any]:
    whole = views.checkout(one, world.quirks)
    match world.quirks.refund_answer:
        case "both":
            return {"checkout": whole, "refund": views.refund(one, back, world.quirks)}
        case "checkout":
            return {"checkout": whole}
        case "bare":
            return whole


def _once(
    world: World, call: Call, make: Callable[[Callable[[Answer], Kept | None]], tuple[Answer, Change]], about: str = ""
) -> Outcome:
    """What a request does, once for one idempotency key: the same request again gets the same answer, another an idempotency_error."""
    key = call.request.headers.get("x-idempotency-key", "")
    project = call.merchant.key_id
    if len(key) > 128:
        raise Refused("invalid_request", "X-Idempotency-Key has 1 to 128 characters.")
    print_ = sha256(call.request.path.encode() + b"\n" + call.request.body).hexdigest()
    known = world.book.kept(project, key) if world.quirks.idempotency == "replayed" else None
    if known is not None:
        if known.print != print_:
            raise Refused("idempotency_error", "The idempotency key was used with another request.")
        return Outcome(Answer(known.status, known.answer.encode(), (("content-type", "application/json"),)))

    def kept(answer: Answer) -> Kept | None:
        return Kept(project, key, print_, answer.status, answer.body.decode()) if key else None

    answer, change = make(kept)
    world.book.apply(change)
    after = world.book.get(about) if about else None
    return Outcome(answer, (change,), notify.told(world, after) if after is not None else ())


def _known(world: World, call: Call, id_: str) -> Checkout:
    one = world.book.get(id_)
    if one is None or one.project != call.merchant.key_id or one.sandbox is not call.sandbox:
        raise Refused("not_found", "There is no such checkout.")
    return one


def _checkout(world: World, call: Call) -> Checkout:
    body = _fields(call.request)
    if body.keys() - _NAMES or body.get("currency") != "USDC":
        raise Refused("invalid_request", "A field is unknown, or currency is not USDC.")
    digest = world.digest("checkout", call.merchant.key_id)
    own = world.quirks.address == "own" and not call.sandbox
    return Checkout(
        id=digest[:24],
        project=call.merchant.key_id,
        sandbox=call.sandbox,
        amount=_amount(body),
        description=_text(body, "description", 500),
        metadata=_metadata(body),
        url=f"{call.request.base_url}/payment-links/pl_{digest[:24]}",
        address="0x" + world.digest("address", digest)[:40] if own else SHARED_ADDRESS,
        created_at=call.now,
        updated_at=call.now,
        expires_at=_expiry(body, call.now),
        success_url=_url(body, "successRedirectUrl"),
        fail_url=_url(body, "failRedirectUrl"),
    )


def _fields(request: Request) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("invalid_request", "The body is no JSON object.") from error


def _amount(body: Mapping[str, Any]) -> int:
    told = body.get("amount")
    if not isinstance(told, str) or not _AMOUNT.fullmatch(told):
        raise Refused("invalid_request", "amount is text with at most two decimals.")
    units = int(Decimal(told) * views.UNIT)
    if not 0 < units <= _MOST:
        raise Refused("invalid_request", "amount is 0.01 to 100000000.")
    return units


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    told = body.get(name, "")
    if not isinstance(told, str) or len(told) > most:
        raise Refused("invalid_request", f"{name} is text of at most {most} characters.")
    return told


def _metadata(body: Mapping[str, Any]) -> dict[str, str]:
    told = body.get("metadata", {})
    if not isinstance(told, dict) or len(told) > 20:
        raise Refused("invalid_request", "metadata has at most 20 keys.")
    if any(not isinstance(value, str) or len(value) > 100 for value in told.values()):
        raise Refused("invalid_request", "metadata values are text of at most 100 characters.")
    return told


def _url(body: Mapping[str, Any], name: str) -> str:
    told = _text(body, name, 2_048)
    if told and not told.startswith("https://"):
        raise Refused("invalid_request", f"{name} is an https address.")
    return told


def _expiry(body: Mapping[str, Any], now: datetime) -> datetime:
    told = _text(body, "expiresAt", 40)
    if not told:
        return now + _LASTS
    try:
        until = datetime.fromisoformat(told)
    except ValueError as error:
        raise Refused("invalid_request", "expiresAt is a time by RFC 3339.") from error
    if until.tzinfo is None or until <= now:
        raise Refused("invalid_request", "expiresAt is a time to come.")
    return until


def _place(found: list[Checkout], token: str) -> int:
    if not token:
        return 0
    try:
        last = base64.urlsafe_b64decode(token).decode()
        return 1 + [one.id for one in found].index(last)
    except ValueError as error:
        raise Refused("invalid_request", "pageToken is of no page.") from error
