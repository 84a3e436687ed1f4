"""The toy market: says by signed webhook how far an order has come."""

import hmac
from typing import Final

import msgspec

from gerbang.ports.kinds import Kind
from gerbang.ports.payment import Account
from gerbang.ports.provider import CredentialField, Provider, SecretFamily
from gerbang.ports.webhook import Rejection, Reply, Verified, WebhookRequest
from tests.toy.orders.model import OrderFact, Status


class Told(msgspec.Struct, frozen=True):
    event: str
    order: str
    status: Status
    buyer: str
    email: str


class MarketWebhook:
    """Implements ports.webhook.WebhookProvider."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, _now_s: float) -> Verified | Rejection:
        given = incoming.headers.get("market-signature", "").encode()
        good = [hmac.digest(key, incoming.body, "sha256").hex().encode() for key in account.secrets["key"]]
        if not any(hmac.compare_digest(one, given) for one in good):
            return Rejection.FORGED
        told = msgspec.json.decode(incoming.body, type=Told)
        return Verified(told.event, told.order, f"order.{told.status.value}")

    def read(self, account: Account, incoming: WebhookRequest) -> OrderFact:
        told = msgspec.json.decode(incoming.body, type=Told)
        return OrderFact(
            account.connection, told.order, told.status, told.buyer, told.email, f"hook:{account.connection}"
        )


MARKET: Final = Provider(
    name="market",
    title="Market",
    kinds=(Kind.MARKETPLACE,),
    credentials=(CredentialField("key", "Key", "Signs webhooks.", SecretFamily.WEBHOOK, required=True),),
    settings=(),
    documentation="https://example.com/market",
    webhook=MarketWebhook(),
)
