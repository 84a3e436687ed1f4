"""SNAP's QRIS: generate and query (notes 7.4)."""

from datetime import timedelta
from typing import Any, Final

from gerbang.ports.simulator import Outcome
from gerbang.providers.nicepay.simulator import emv
from gerbang.providers.nicepay.simulator.orders import QRIS, Order, Registered
from gerbang.providers.nicepay.simulator.partners import PARTNERS
from gerbang.providers.nicepay.simulator.snap import authentication, registry, statuses
from gerbang.providers.nicepay.simulator.snap.authentication import Call
from gerbang.providers.nicepay.simulator.snap.refusals import malformed
from gerbang.providers.nicepay.simulator.snap.wallets import unknown
from gerbang.providers.nicepay.simulator.world import World

_HALF_AN_HOUR: Final = timedelta(minutes=30)
_NEEDED: Final = (
    "goodsNm",
    "billingNm",
    "billingPhone",
    "billingEmail",
    "billingCity",
    "billingState",
    "billingPostCd",
    "billingCountry",
    "userIP",
    "callBackUrl",
    "dbProcessUrl",
)


def generate(world: World, call: Call) -> Outcome:
    registry.check_active(call, QRIS)
    registry.check_merchant(call)
    reference, amount = (
        authentication.needed(call.fields, "partnerReferenceNo", 40),
        authentication.amount(call.fields, "amount"),
    )
    authentication.needed(call.fields, "storeId", 40)
    more, now = authentication.info(call.fields), call.now
    partner = authentication.needed(more, "mitraCd", 4)
    if partner not in PARTNERS[QRIS]:
        raise malformed("mitraCd")
    given = {name: authentication.needed(more, name, 255) for name in _NEEDED}
    registry.check_new(world, call, reference)
    said = registry.until(authentication.told(call.fields, "validityPeriod"), "validityPeriod", now)
    until = said or now.replace(microsecond=0) + _HALF_AN_HOUR
    txid = world.numbers.txid(call.merchant.imid, QRIS, now)
    order = Order(
        txid=txid,
        imid=call.merchant.imid,
        method=QRIS,
        reference=reference,
        amount=amount,
        currency="IDR",
        goods=given["goodsNm"],
        buyer=given["billingNm"],
        description="",
        notify_url=given["dbProcessUrl"],
        return_url=given["callBackUrl"],
        registered_at=now,
        number=emv.content(txid, partner, call.merchant.name, amount),
        partner=partner,
        phone=given["billingPhone"],
        valid_until=until,
        snap=True,
    )
    world.book.apply(registered := Registered(txid, reference, amount, order))
    answer = {
        "referenceNo": txid,
        "partnerReferenceNo": reference,
        "qrContent": order.number,
        "qrUrl": f"{call.base_url}/api/generateQrisImage/{txid}",
        "additionalInfo": {"validityPeriod": registry.iso(until)},
    }
    return Outcome(authentication.done(call.service, answer), (registered,))


def query(world: World, call: Call) -> Outcome:
    registry.check_merchant(call)
    wanted = world.quirks.snap_qris_service_code
    if authentication.needed(call.fields, "serviceCode", 2) not in ({"47", "51"} if wanted == "either" else {wanted}):
        raise malformed("serviceCode")
    order = registry.original(world, call, QRIS)
    if order is None:
        return unknown(world, call)
    code, words = statuses.status(order, world.quirks)
    answer: dict[str, Any] = {
        "latestTransactionStatus": code,
        "transactionStatusDesc": words,
        "paidTime": registry.iso(order.paid_at) if order.paid_at else "",
        "amount": authentication.money(order.paid_amount or order.amount),
        "additionalInfo": {},
    }
    if world.quirks.snap_status_names == "told":
        answer |= {"originalReferenceNo": order.txid, "originalPartnerReferenceNo": order.reference}
    return Outcome(authentication.done(call.service, answer))
