"""The form that NICEPAY posts to dbProcessUrl on payment and on reversal, true or forged (notes 8.1, 11.4). Sending is the sandbox's.

The token covers iMid, tXid and amt only: a changed status keeps a valid token, and that is the point of `tamper="status"`.
"""

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from gerbang.ports.simulator import Webhook
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.cards import card_fields
from gerbang.providers.nicepay.simulator.orders import VIRTUAL_ACCOUNT, Order, State
from gerbang.providers.nicepay.simulator.receipts import receipt
from gerbang.providers.nicepay.simulator.signing import merchant_token
from gerbang.providers.nicepay.simulator.snap import notify as snap
from gerbang.providers.nicepay.simulator.world import World

HEADERS: Final = (
    ("content-type", "application/x-www-form-urlencoded"),
    ("user-agent", "Jakarta Commons-HttpClient/3.1"),
)
TAMPERS: Final = ("", "token", "amount", "status")
_TAKEN_BACK: Final = frozenset({State.REVERSED, State.VOIDED, State.REFUNDED})


def notification(world: World, order: Order, now: datetime, tamper: str = "") -> Webhook:
    """The notification of the order as it stands; an order that is not paid is told as if it were (for forgeries)."""
    if order.snap:
        return snap.notification(world, order, now, tamper)
    return Webhook(
        subject=order.reference,
        url=order.notify_url,
        headers=HEADERS,
        body=urlencode(_form(world, order, now, tamper)).encode(),
        retry_after_s=world.quirks.notification_retry_s,
        accepts=world.quirks.notification_accepts,
    )


def _form(world: World, order: Order, now: datetime, tamper: str) -> dict[str, str]:
    paid_at = order.paid_at or now
    paid = order.paid_amount or order.amount
    amount = str(paid if world.quirks.notified_amount_when_mispaid == "paid" else order.amount)
    token = merchant_token(order.imid, order.txid, amount, world.merchants[order.imid].merchant_key)
    stamp = order.registered_at if world.quirks.notified_trans_time == "registration" else paid_at
    form = {
        "tXid": order.txid,
        "referenceNo": order.reference,
        "amt": str(int(amount) + 1) if tamper == "amount" else amount,
        "merchantToken": token[::-1] if tamper == "token" else token,
        "matchCl": "1" if paid == order.amount else "2" if paid > order.amount else "3",
        "status": _status(order, tamper),
        "payMethod": order.method,
        "transDt": read.day(stamp),
        "transTm": read.clock(stamp),
        "currency": order.currency,
        "goodsNm": order.goods,
        "billingNm": order.buyer,
        **_particulars(world, order, paid_at),
    }
    return {name: value or "" for name, value in form.items()}


def _status(order: Order, tamper: str) -> str:
    """0 is a deposit, 1 a reversal; the forged status says the opposite of a paid or reversed order."""
    taken_back = order.state in _TAKEN_BACK
    if tamper == "status" and order.paid_at is not None:
        taken_back = not taken_back
    return "1" if taken_back else "0"


def _particulars(world: World, order: Order, paid_at: datetime) -> dict[str, str | None]:
    if order.is_card:
        return _card(world, order)
    if order.method == VIRTUAL_ACCOUNT:
        return _account(order, paid_at)
    return {**receipt(order), "depositDt": read.day(paid_at), "depositTm": read.clock(paid_at)}


def _account(order: Order, paid_at: datetime) -> dict[str, str | None]:
    return {
        "bankCd": order.bank,
        "vacctNo": order.number,
        "vacctValidDt": read.day(order.valid_until),
        "vacctValidTm": read.clock(order.valid_until),
        "depositDt": read.day(paid_at),
        "depositTm": read.clock(paid_at),
    }


def _card(world: World, order: Order) -> dict[str, str | None]:
    values = card_fields(order)
    if world.quirks.issuer_field == "IssueBankCd":
        values["IssueBankCd"] = values.pop("issuBankCd")
        values["IssueBankNm"] = values.pop("issuBankNm")
    return values
