"""Coinbase Business Checkouts and CDP subscriptions: one method per endpoint that we use. Input and output only, no meaning.

Every method raises Unreachable (nothing happened: it never left, or was turned away for being too many), OutcomeUnknown (no clear answer)
and ProviderRefused (a clear no to the call itself); OrderRefused is a clear no to this one order.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec

from gerbang.base.http import Answer, Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.providers.coinbase_checkouts import bearer, wire
from gerbang.providers.coinbase_checkouts.account import Key

_encode: Final = msgspec.json.Encoder().encode
_checkout: Final = msgspec.json.Decoder(wire.Checkout)
_page: Final = msgspec.json.Decoder(wire.Page)
_subscription: Final = msgspec.json.Decoder(wire.Subscription)
_subscriptions: Final = msgspec.json.Decoder(wire.Subscriptions)
_nothing: Final = msgspec.json.Decoder(msgspec.Raw)
_problem: Final = msgspec.json.Decoder(wire.Problem)
_SUBSCRIPTIONS: Final = "/v2/data/webhooks/subscriptions"
_TOO_MANY: Final = 429
_BAD_KEY: Final = frozenset({401, 402, 403})
_REFUSALS: Final = frozenset({400, 404, 422})
_TAKEN: Final = frozenset({"idempotency_error", "already_exists"})

T = TypeVar("T")


class OrderRefused(ProviderRefused):
    """Coinbase will not do this with this order; the key itself is fine."""


class TakenBefore(OutcomeUnknown):
    """Coinbase has had this idempotency key before, with another body: an earlier try of ours arrived, and its answer is lost."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to call: a base address without a slash at the end, the key that signs, the time by which it does, and seconds one call may
    take.
    """

    base_url: str
    key: Key
    now: datetime
    timeout_s: float


class Client:
    """The calls. Stateless but for the pool of connections."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def create(self, endpoint: Endpoint, order: wire.NewCheckout, key: UUID) -> wire.Checkout:
        """POST /checkouts: something to pay. The same key and order again is the same checkout."""
        return await self._call(endpoint, "POST", "/checkouts", _checkout, _encode(order), key)

    async def get(self, endpoint: Endpoint, checkout: str) -> wire.Checkout:
        """GET /checkouts/{id}: what Coinbase knows of one."""
        return await self._call(endpoint, "GET", f"/checkouts/{_segment(checkout)}", _checkout)

    async def list(self, endpoint: Endpoint, *, status: str = "", size: int = 100, after: str = "") -> wire.Page:
        """GET /checkouts: a page of them, the next by `after` (the page's own token)."""
        query = {"pageSize": str(size), "status": status, "pageToken": after}
        path = f"/checkouts?{urlencode({name: value for name, value in query.items() if value})}"
        return await self._call(endpoint, "GET", path, _page)

    async def deactivate(self, endpoint: Endpoint, checkout: str) -> wire.Checkout:
        """POST /checkouts/{id}/deactivate: close an unpaid one."""
        return await self._call(endpoint, "POST", f"/checkouts/{_segment(checkout)}/deactivate", _checkout)

    async def refund(self, endpoint: Endpoint, checkout: str, order: wire.NewRefund, key: UUID) -> None:
        """POST /checkouts/{id}/refund: give back, or a part. What became of it is asked of the checkout: their answer has several forms."""
        await self._call(endpoint, "POST", f"/checkouts/{_segment(checkout)}/refund", _nothing, _encode(order), key)

    async def subscribe(self, platform: Endpoint, wish: wire.NewSubscription) -> wire.Subscription:
        """POST of a webhook subscription; its secret is in this answer and in no other."""
        return await self._call(platform, "POST", _SUBSCRIPTIONS, _subscription, _encode(wish))

    async def subscriptions(self, platform: Endpoint) -> wire.Subscriptions:
        """All webhook subscriptions of the key's project."""
        return await self._call(platform, "GET", _SUBSCRIPTIONS, _subscriptions)

    async def replace(self, platform: Endpoint, id_: str, wish: wire.NewSubscription) -> wire.Subscription:
        """PUT of a subscription, whole; its secret stays."""
        return await self._call(platform, "PUT", f"{_SUBSCRIPTIONS}/{_segment(id_)}", _subscription, _encode(wish))

    async def unsubscribe(self, platform: Endpoint, id_: str) -> None:
        """DELETE of a subscription: nothing is sent any more, and its secret is gone."""
        await self._call(platform, "DELETE", f"{_SUBSCRIPTIONS}/{_segment(id_)}", _nothing)

    async def _call(
        self,
        at: Endpoint,
        method: str,
        path: str,
        decoder: msgspec.json.Decoder[T],
        body: bytes = b"",
        key: UUID | None = None,
    ) -> T:
        url, nonce = at.base_url + path, f"{secrets.randbelow(10**16):016}"
        headers = {
            "accept": "application/json",
            "authorization": f"Bearer {bearer.token(at.key, method, url, at.now, nonce)}",
        }
        if body:
            headers["content-type"] = "application/json"
        if key is not None:
            headers["x-idempotency-key"] = str(key)
        answer = await self._http.send(method, url, headers=headers, body=body, timeout_s=at.timeout_s)
        return _clear(answer, decoder)


def secret_of(subscription: wire.Subscription) -> str:
    """The secret of a subscription just made: at the top, or, as older documents have it, among `metadata`; empty where it is not told."""
    return wire.text(subscription.secret) or wire.text((subscription.metadata or {}).get("secret"))


def _segment(id_: str) -> str:
    return quote(id_, safe="")


def _clear(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    if not 200 <= answer.status < 300:
        raise _refusal(answer)
    try:
        return decoder.decode(answer.body or b"null")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OutcomeUnknown(f"Coinbase answered HTTP {answer.status} with something else than its JSON.") from error


def _refusal(answer: Answer) -> Exception:
    """What an answer that is no success means; only what is surely a no is one."""
    if answer.status == _TOO_MANY:
        return Unreachable("Coinbase turned the call away: too many at once.")
    if answer.status in _BAD_KEY:
        hint = "Check api_key_id and api_key_secret, and that the key may do this."
        return ProviderRefused(f"Coinbase refused the API key with HTTP {answer.status}.", hint=hint)
    kind, words = _words(answer.body)
    if kind in _TAKEN:
        return TakenBefore(f"Coinbase has had this request before ({kind}).")
    if answer.status in _REFUSALS and kind:
        return OrderRefused(f"{kind}: {words}" if words else kind)
    return OutcomeUnknown(f"Coinbase answered HTTP {answer.status}.")


def _words(body: bytes) -> tuple[str, str]:
    """Kind and message of an error in either of its shapes; empty when it is neither."""
    try:
        problem = _problem.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "", ""
    listed = problem.errors[0] if problem.errors else wire.ListedError()
    kind = wire.text(problem.error_type) or wire.text(listed.id)
    return _printable(kind)[:60], _printable(wire.text(problem.error_message) or wire.text(listed.message))[:200]


def _printable(text: str) -> str:
    return "".join([char for char in text if char.isprintable()])
