"""The toy's messages: one HMAC over the body, and a token when it asks whether the address is ours. Pure."""

import hmac
from collections.abc import Mapping

import msgspec

from gerbang.base import ids
from gerbang.ports.facts import Captured
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Reply, SignedFacts, Verified, WebhookRequest
from tests.toy.adapter import Told


class ToyWebhook:
    """Implements ports.webhook.WebhookProvider."""

    reply = Reply(body=b"thanks")

    def verify(self, account: Account, incoming: WebhookRequest, _now_s: float) -> Verified | Rejection:
        given = incoming.headers.get("toy-signature", "").encode()
        good = [hmac.digest(key, incoming.body, "sha256").hex().encode() for key in account.secrets["key"]]
        if not any(hmac.compare_digest(one, given) for one in good):
            return Rejection.FORGED
        told = msgspec.json.decode(incoming.body, type=Told)
        return Verified("", told.reference, "order.paid")

    def read(self, _account: Account, incoming: WebhookRequest) -> SignedFacts | Ignored:
        told = msgspec.json.decode(incoming.body, type=Told)
        return SignedFacts(ids.read("att", told.reference), [Captured(told.amount, "IDR")])


def verify_address(account: Account, query: Mapping[str, str]) -> Reply | Rejection:
    """The toy asks with its key, and wants its question back."""
    matches = [hmac.compare_digest(key, query.get("key", "").encode()) for key in account.secrets["key"]]
    return Reply(body=query.get("ask", "").encode()) if any(matches) else Rejection.FORGED
