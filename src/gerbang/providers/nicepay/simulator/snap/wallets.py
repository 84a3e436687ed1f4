"""SNAP's e-wallets: pay and status (notes 7.3). OVO asks on the phone at once; the others have a page, the one that V2 has."""

from typing import Any

from gerbang.ports.simulator import Outcome
from gerbang.providers.nicepay.simulator.orders import EWALLET, Order, Registered, Started
from gerbang.providers.nicepay.simulator.partners import LINKAJA, OVO, PARTNERS
from gerbang.providers.nicepay.simulator.snap import authentication, registry, statuses
from gerbang.providers.nicepay.simulator.snap.authentication import Call
from gerbang.providers.nicepay.simulator.snap.refusals import malformed, missing
from gerbang.providers.nicepay.simulator.world import World


def pay(world: World, call: Call) -> Outcome:
    registry.check_active(call, EWALLET)
    registry.check_merchant(call)
    reference, amount = (
        authentication.needed(call.fields, "partnerReferenceNo", 40),
        authentication.amount(call.fields, "amount"),
    )
    more, now = authentication.info(call.fields), call.now
    partner = authentication.needed(more, "mitraCd", 4)
    if partner not in PARTNERS[EWALLET]:
        raise malformed("mitraCd")
    urls = _urls(call)
    registry.check_new(world, call, reference)
    order = Order(
        txid=world.numbers.txid(call.merchant.imid, EWALLET, now),
        imid=call.merchant.imid,
        method=EWALLET,
        reference=reference,
        amount=amount,
        currency="IDR",
        goods=authentication.needed(more, "goodsNm", 200),
        buyer=authentication.needed(more, "billingNm", 100),
        description="",
        notify_url=urls["PAY_NOTIFY"],
        return_url=urls["PAY_RETURN"],
        registered_at=now,
        partner=partner,
        phone=authentication.needed(more, "billingPhone", 15),
        valid_until=registry.until(authentication.told(call.fields, "validUpTo"), "validUpTo", now),
        snap=True,
    )
    effects: list[Registered | Started] = [Registered(order.txid, reference, amount, order)]
    if partner == OVO:
        effects.append(Started(order.txid, reference, amount, now))
    for effect in effects:
        world.book.apply(effect)
    page = "" if partner == OVO else f"{call.base_url}/redirect/v2/payment?tXid={order.txid}"
    answer: dict[str, Any] = {
        "referenceNo": order.txid,
        "partnerReferenceNo": reference,
        "webRedirectUrl": page,
        "appRedirectUrl": page,
        "additionalInfo": {"redirectToken": order.txid[::-1]} if partner == LINKAJA else {},
    }
    return Outcome(authentication.done(call.service, answer), tuple(effects))


def status(world: World, call: Call) -> Outcome:
    registry.check_merchant(call)
    if authentication.needed(call.fields, "serviceCode", 2) != "54":
        raise malformed("serviceCode")
    amount = authentication.amount(call.fields, "amount")
    order = registry.original(world, call, EWALLET)
    if order is None or (order.amount != amount and world.quirks.snap_mismatch != "accepted"):
        return unknown(world, call)
    code, words = statuses.status(order, world.quirks)
    answer = {
        "originalReferenceNo": order.txid,
        "originalPartnerReferenceNo": order.reference,
        "serviceCode": "54",
        "latestTransactionStatus": code,
        "transactionStatusDesc": words,
        "transAmount": authentication.money(order.paid_amount or order.amount),
        "additionalInfo": {},
    }
    return Outcome(authentication.done(call.service, answer))


def unknown(world: World, call: Call) -> Outcome:
    """Not found: a refusal by the standard, or a success that says so."""
    if world.quirks.snap_unknown == "refused":
        raise registry.not_found()
    named = {
        "originalPartnerReferenceNo": authentication.told(call.fields, "originalPartnerReferenceNo"),
        "latestTransactionStatus": "07",
        "transactionStatusDesc": "Not Found",
    }
    return Outcome(authentication.done(call.service, named))


def _urls(call: Call) -> dict[str, str]:
    given = call.fields.get("urlParam")
    if not isinstance(given, list):
        raise missing("urlParam")
    found = {
        authentication.told(one, "type"): authentication.told(one, "url") for one in given if isinstance(one, dict)
    }
    for kind in ("PAY_NOTIFY", "PAY_RETURN"):
        if not found.get(kind):
            raise missing(f"urlParam {kind}")
    return found
