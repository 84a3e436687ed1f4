"""The JSON that NICEPAY posts of a SNAP order, true or forged (notes 8.2). Signed when it leaves, for the signature is over the time.

The signature covers client id and time stamp and nothing of the body: a changed amount or status keeps it valid, and that is their point.
"""

from datetime import datetime
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Webhook
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.orders import VIRTUAL_ACCOUNT, Order, State
from gerbang.providers.nicepay.simulator.snap import authentication, registry, signing, statuses
from gerbang.providers.nicepay.simulator.world import World

_SIGNATURE: Final = "x-signature"
_FORGED: Final = "forged"
_CLIENT: Final = "x-client-key"


def notification(world: World, order: Order, now: datetime, tamper: str = "") -> Webhook:
    """The notification of the order as it stands; one that is not paid is told as if it were (for forgeries)."""
    body = _account(world, order, now, tamper) if order.method == VIRTUAL_ACCOUNT else _other(world, order, now, tamper)
    return Webhook(
        subject=order.reference,
        url=order.notify_url,
        headers=(
            ("content-type", "application/json"),
            (_CLIENT, order.imid),
            (_SIGNATURE, _FORGED if tamper == "token" else ""),
        ),
        body=msgspec.json.encode(body),
        retry_after_s=world.quirks.notification_retry_s,
        accepts=world.quirks.notification_accepts,
    )


def stamped(world: World, webhook: Webhook, at: datetime) -> Webhook:
    """The notification as it leaves: stamped with this moment and signed; a forged one is signed over something else."""
    headers = dict(webhook.headers)
    if _SIGNATURE not in headers:
        return webhook
    stamp = registry.iso(at)
    text = f"{headers[_CLIENT]}|{stamp}" if headers[_SIGNATURE] != _FORGED else stamp
    headers |= {"x-timestamp": stamp, _SIGNATURE: signing.signed(world.desk.private_key, text)}
    return msgspec.structs.replace(webhook, headers=tuple(headers.items()))


def _account(world: World, order: Order, now: datetime, tamper: str) -> dict[str, Any]:
    paid, at = _paid(order, tamper), order.paid_at or now
    if world.quirks.snap_account_notice == "v2_names":
        return {
            "tXid": order.txid,
            "referenceNo": order.reference,
            "amt": str(paid),
            "vacctNo": order.number,
            "bankCd": order.bank,
            "status": "0",
            "transDt": read.day(at),
            "transTm": read.clock(at),
        }
    return {
        "partnerServiceId": order.service,
        "customerNo": order.customer,
        "virtualAccountNo": order.number,
        "virtualAccountName": order.buyer,
        "trxId": order.reference,
        "paymentRequestId": f"{order.txid[-18:]}",
        "paidAmount": authentication.money(paid),
        "trxDateTime": registry.iso(at),
        "additionalInfo": {"bankCd": order.bank, "goodsNm": order.goods, "tXidVA": order.txid},
    }


def _other(world: World, order: Order, now: datetime, tamper: str) -> dict[str, Any]:
    code, words = statuses.status(order, world.quirks)
    if order.paid_at is None:
        code, words = "00", "Success"
    elif tamper == "status":
        code, words = ("04", "Refunded") if order.state is State.PAID else ("00", "Success")
    return {
        "originalReferenceNo": order.txid,
        "originalPartnerReferenceNo": order.reference,
        "externalStoreId": "NICEPAY",
        "amount": authentication.money(_paid(order, tamper)),
        "latestTransactionStatus": code,
        "transactionStatusDesc": words,
        "additionalInfo": {"transactionDateTime": registry.iso(order.paid_at or now)},
    }


def _paid(order: Order, tamper: str) -> int:
    return (order.paid_amount or order.amount) + (1 if tamper == "amount" else 0)
