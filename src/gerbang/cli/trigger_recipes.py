"""How each event of the catalogue is made to happen. A recipe answers the id of what its event is about, or nothing where that is nothing in particular."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import Any, Final

from gerbang.base import ids
from gerbang.cli.instance import Refused
from gerbang.cli.trigger_stage import HOOK, CannotTrigger, Stage

Recipe = Callable[[Stage], Awaitable[str]]
_JAKARTA: Final = timezone(timedelta(hours=7))
_MORNING: Final = 9
_GUESSES: Final = 25
_HALF_HOUR_S: Final = 2_000
_LOOKS: Final = 14  # that are made in vain before a person is told
_A_LOOK_S: Final = 0.7
_HEARD_S: Final = 30.0
_ANVIL: Final = "The local chain needs anvil: `make` fetches it with npm."
_DAY_S: Final = 86_400 + 3_600
_LARGE: Final = 12_000_000  # above what one person may give back under `up`
_ACCOUNT: Final = {"bank": "BCA", "account": "1234567890", "name": "Sari Wulandari"}


async def _pending(stage: Stage) -> str:
    """The payer chooses a method of a payment that had none."""
    payment = await stage.link()
    await stage.choose(str(payment["id"]))
    return str(payment["id"])


async def _instructions(stage: Stage) -> str:
    return str((await stage.payment())["id"])


async def _created(stage: Stage) -> str:
    """A processor cancels its own page: the payment is open again."""
    async for payment in _by_crypto(stage):
        for provider in await stage.providers_of("crypto"):
            try:
                await stage.control("POST", f"/control/{provider}/cancel", {"payment": payment["id"]})
            except Refused:
                continue
            await stage.ask("POST", f"/v1/payments/{payment['id']}/refresh")
            return str(payment["id"])
        await stage.ask("POST", f"/v1/payments/{payment['id']}/cancel")
    raise CannotTrigger("No connection here takes crypto by a processor.", hint=_ANVIL)


async def _cancelled(stage: Stage) -> str:
    payment = await stage.payment()
    await stage.ask("POST", f"/v1/payments/{payment['id']}/cancel")
    return str(payment["id"])


async def _by_crypto(stage: Stage) -> AsyncIterator[Any]:
    """A payment by each test connection that takes crypto."""
    for one in (await stage.instance.ask("GET", "/v1/connections"))["data"]:
        if one["livemode"] or not one["enabled"]:
            continue
        try:
            payment = await stage.payment("crypto", connection=one["id"])
        except Refused:
            continue
        yield payment


async def _confirming(stage: Stage) -> str:
    """By a wallet of our own: there the demo's node sees the transfer before it is final."""
    async for payment in _by_crypto(stage):
        if (payment["next_action"] or {}).get("page") == "":
            await stage.control("POST", "/control/chain/pay", {"payment": payment["id"]})
            return str(payment["id"])
        await stage.ask("POST", f"/v1/payments/{payment['id']}/cancel")
    raise CannotTrigger("No connection here takes crypto into a wallet of its own.", hint=_ANVIL)


async def _link(stage: Stage) -> str:
    payment = await stage.link()
    await stage.ask("POST", f"/v1/payments/{payment['id']}/send-link")
    return str(payment["id"])


async def _opened(stage: Stage) -> str:
    payment = await stage.link()
    await stage.open_link(payment)
    return str(payment["id"])


async def _given_back(stage: Stage, amount: int | None) -> str:
    payment = await stage.paid("card")
    await stage.refund(payment, amount)
    return payment


async def _refund_in_doubt(stage: Stage) -> str:
    """Its provider answers nothing for two days, by the sandbox's clock."""
    payment = await stage.paid("card")
    providers = await stage.providers_of("card")
    for provider in providers:
        await stage.control("PUT", f"/control/{provider}/faults", {"kind": "http_500", "count": 1_000})
    try:
        await stage.refund(payment, 50_000)
        for wait_s in (*[_HALF_HOUR_S] * _LOOKS, _DAY_S, _HALF_HOUR_S):
            await asyncio.sleep(_A_LOOK_S)
            await stage.control("POST", "/control/clock", {"advance_s": wait_s})
        await asyncio.sleep(_A_LOOK_S)
    finally:
        for provider in providers:
            await stage.control("DELETE", f"/control/{provider}/faults")
    return payment


async def _by_transfer(stage: Stage) -> tuple[str, str]:
    """A refund that a person has to transfer: payment and refund."""
    payment = await stage.paid()
    return payment, str((await stage.refund(payment, 50_000))["id"])


async def _awaiting(stage: Stage) -> str:
    return (await _by_transfer(stage))[0]


async def _refund_link(stage: Stage, path: str) -> str:
    payment, refund = await _by_transfer(stage)
    operator = (await stage.log_in("operator"))["access_token"]
    await stage.ask("POST", f"/v1/refunds/{refund}/{path}", token=operator)
    return payment


async def _named(stage: Stage, *accounts: str) -> str:
    payment, refund = await _by_transfer(stage)
    operator = (await stage.log_in("operator"))["access_token"]
    for version, account in enumerate(accounts):
        asked = {**_ACCOUNT, "account": account, "version": version}
        await stage.ask("PUT", f"/v1/refunds/{refund}/destination", asked, token=operator)
    return payment


async def _approval(stage: Stage) -> str:
    payment = await stage.paid(amount=_LARGE)
    await stage.refund(payment)
    return payment


async def _endpoint(stage: Stage, method: str, path: str, body: Any = None) -> str:
    """Something is done with a new endpoint, and it goes again."""
    endpoint = await stage.endpoint()
    if method:
        await stage.ask(method, f"/v1/endpoints/{endpoint}{path}", body)
    if method != "DELETE":
        await stage.ask("DELETE", f"/v1/endpoints/{endpoint}")
    return endpoint


async def _endpoint_disabled(stage: Stage) -> str:
    endpoint = await stage.endpoint()
    await stage.control("PUT", f"/control/hooks/{HOOK}", {"status": 410})
    await stage.ask("POST", f"/v1/endpoints/{endpoint}/test")
    return endpoint


async def _endpoint_failing(stage: Stage) -> str:
    """A day of failures of what happens, by the sandbox's clock: a test event tells nothing of how an endpoint stands."""
    endpoint = await stage.endpoint(["customer.created"])
    await stage.control("PUT", f"/control/hooks/{HOOK}", {"status": 500})
    await _customer(stage)
    await _tried(stage, endpoint)
    await stage.control("POST", "/control/clock", {"advance_s": _DAY_S})
    await _customer(stage)
    return endpoint


async def _tried(stage: Stage, endpoint: str) -> None:
    """Until the newest delivery was tried once."""
    for _ in range(100):
        found = (await stage.instance.ask("GET", f"/v1/endpoints/{endpoint}/deliveries", limit=1))["data"]
        if found and found[0]["attempts"]:
            return
        await asyncio.sleep(0.1)


async def _endpoint_tested(stage: Stage) -> str:
    endpoint = await stage.endpoint()
    await stage.ask("POST", f"/v1/endpoints/{endpoint}/test")
    await _tried(stage, endpoint)
    await stage.ask("DELETE", f"/v1/endpoints/{endpoint}")
    return endpoint


async def _customer(stage: Stage, method: str = "", path: str = "", body: Any = None, who: str = "") -> str:
    """Something is done with a new customer, who is none of the demo's people: one who is erased takes whoever has their address along."""
    made = (await stage.ask("POST", "/v1/customers", {"name": "Wayan Sudarma", "email": "wayan@pembeli.example"}))["id"]
    if method:
        token = (await stage.log_in(who))["access_token"] if who else ""
        await stage.ask(method, f"/v1/customers/{made}{path}", body, token=token)
    return str(made)


async def _product(stage: Stage, path: str = "", method: str = "", body: Any = None) -> str:
    """Something is done with a new product."""
    new = {"sku": f"KOPI-{ids.new().hex[-8:].upper()}", "name": "Kopi Gayo 250 g", "amount": 85_000, "currency": "IDR"}
    made = await stage.ask("POST", "/v1/products", new)
    if method:
        await stage.ask(method, f"/v1/products/{made['sku']}{path}", body)
    return str(made["id"])


async def _token_reuse(stage: Stage) -> str:
    first = (await stage.log_in("customer"))["refresh_token"]
    second = (await stage.ask("POST", "/v1/auth/refresh", {"refresh_token": first}))["refresh_token"]
    await stage.ask("POST", "/v1/auth/refresh", {"refresh_token": second})
    try:
        await stage.ask("POST", "/v1/auth/refresh", {"refresh_token": first})
    except Refused:
        return ""
    return ""


async def _login_storm(stage: Stage) -> str:
    guess = {"email": f"nobody-{len(stage.calls)}@lumbung.example", "password": "guessed by gerbang trigger"}
    for _ in range(_GUESSES):
        try:
            await stage.ask("POST", "/v1/auth/login", guess)
        except Refused as error:
            if error.status == 429:
                break
    return ""


async def _work_waiting(stage: Stage) -> str:
    """The reminder of the morning: something waits, and the sandbox's clock is moved to the next one."""
    await _by_transfer(stage)
    now = datetime.fromisoformat((await stage.instance.control("GET", "/control/clock"))["now"]).astimezone(_JAKARTA)
    morning = now.replace(hour=_MORNING, minute=1, second=0, microsecond=0)
    morning += timedelta(days=1 if morning <= now else 0)
    await stage.control("POST", "/control/clock", {"advance_s": int((morning - now).total_seconds())})
    return ""


async def _order(stage: Stage, *acts: str, kind: str = "") -> str:
    """A buyer in a simulated shop orders, and then does more, once the order is here: one that is first heard of when it is cancelled was never announced as anything else."""
    made = await stage.control("POST", "/control/lazada/order", {"kind": kind})
    ends = monotonic() + _HEARD_S
    while acts and not (await stage.instance.ask("GET", "/v1/orders", external_id=made["order_id"]))["data"]:
        if monotonic() > ends:
            raise CannotTrigger("The order did not come here.", hint="`gerbang doctor` says whether the worker runs.")
        await asyncio.sleep(0.1)
    for act in acts:
        await stage.control("POST", f"/control/lazada/{act}", {"order": made["order_id"]})
    return ""


async def _resent(stage: Stage) -> str:
    place = (await stage.instance.ask("GET", "/v1/event-log"))["next"]
    await stage.payment()
    page = await stage.instance.ask("GET", "/v1/event-log", timeout_s=30, after=place, events="payment.*", wait_s=10)
    await stage.ask("POST", f"/v1/events/{page['data'][0]['event']['id']}/resend")
    return ""


RECIPES: Final[Mapping[str, Recipe]] = {
    "payment.created": _created,
    "payment.pending": _pending,
    "payment.instructions": _instructions,
    "payment.part_paid": lambda on: on.ended("under"),
    "payment.paid": lambda on: on.ended("paid"),
    "payment.overpaid": lambda on: on.ended("over"),
    "payment.partially_refunded": lambda on: _given_back(on, 50_000),
    "payment.refunded": lambda on: _given_back(on, None),
    "payment.failed": lambda on: on.ended("declined", "card"),
    "payment.expired": lambda on: on.ended("expired"),
    "payment.cancelled": _cancelled,
    "payment.unknown": lambda on: on.own_ending("unknown", "ewallet"),
    "payment.held": lambda on: on.own_ending("held", "virtual_account"),
    "payment.confirming": _confirming,
    "payment.retracted": lambda on: on.ended("taken_back"),
    "payment.link": _link,
    "payment.opened": _opened,
    "refund.approval_requested": _approval,
    "refund.requested": lambda on: _given_back(on, 50_000),
    "refund.succeeded": lambda on: _given_back(on, 50_000),
    "refund.failed": lambda on: on.ended("refund_refused", "card"),
    "refund.unknown": _refund_in_doubt,
    "refund.awaiting_transfer": _awaiting,
    "refund.link": lambda on: _refund_link(on, "send-link"),
    "refund.link_issued": lambda on: _refund_link(on, "link"),
    "refund.destination_named": lambda on: _named(on, "1234567890"),
    "refund.destination_changed": lambda on: _named(on, "1234567890", "9876543210"),
    "customer.created": _customer,
    "customer.updated": lambda on: _customer(on, "PATCH", body={"locale": "en"}),
    "customer.erased": lambda on: _customer(on, "POST", "/erase", who="admin"),
    "product.created": _product,
    "product.updated": lambda on: _product(on, "", "PATCH", {"name": "Kopi Gayo 250 g, giling halus"}),
    "product.price_changed": lambda on: _product(on, "/price", "PUT", {"amount": 88_000, "currency": "IDR"}),
    "product.stock_changed": lambda on: _product(on, "/stock", "PUT", {"quantity": 64}),
    "order.created": _order,
    "order.cancelled": lambda on: _order(on, "cancel", kind="unpaid"),
    "order.claim_opened": lambda on: _order(on, "cancel"),
    "endpoint.test": _endpoint_tested,
    "endpoint.created": lambda on: _endpoint(on, "", ""),
    "endpoint.changed": lambda on: _endpoint(on, "PATCH", "", {"description": "gerbang trigger, changed"}),
    "endpoint.deleted": lambda on: _endpoint(on, "DELETE", ""),
    "endpoint.secret_rotated": lambda on: _endpoint(on, "POST", "/rotate-secret", {"overlap_s": 60}),
    "endpoint.failing": _endpoint_failing,
    "endpoint.disabled": _endpoint_disabled,
    "security.token_reuse": _token_reuse,
    "security.login_storm": _login_storm,
    "work.waiting": _work_waiting,
    "event.resent": _resent,
}
IMPOSSIBLE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("product.oversold", "product.shortage_covered"),
        "A marketplace sells what is not there: have a buyer of the sandbox's Lazada order more than is free.",
    ),
    **dict.fromkeys(
        (
            "order.updated",
            "order.packed",
            "order.ready_to_ship",
            "order.shipped",
            "order.oversold",
            "order.delivered",
            "order.returning",
            "order.returned",
            "order.failed",
            "order.lost",
            "order.damaged",
            "order.scrapped",
            "order.unknown",
        ),
        "A marketplace's order goes its way there: make one by `order.created`, and play its carrier at `/control/lazada/scan`.",
    ),
    **dict.fromkeys(
        ("order.claim_updated", "order.claim_held", "order.claim_due"),
        "A claim comes on by its answer and by time: make one by `order.claim_opened`, then answer it, or let its deadline come near.",
    ),
    "payment.disputed": "No provider of this version tells of disputes, so its simulators cannot either.",
    "message_template.paused": "WhatsApp tells of it: have the sandbox recategorise a template at `/control/whatsapp`.",
    "endpoint.owner_link_sent": "Somebody is written to: send a link from the endpoint's page in the console.",
    "endpoint.owner_code_sent": "Somebody is written to: ask for a code on the page that an owner's link opens.",
    **dict.fromkeys(
        ("shop.authorisation_ending", "shop.authorisation_ended", "shop.refresh_failing"),
        "It is about a shop's tokens, whose lives are real time: connect a shop from its app's page in the console.",
    ),
    **dict.fromkeys(("shop.closed", "shop.opened"), "A marketplace says so of a shop by its push."),
    **dict.fromkeys(
        ("payout.received", "settlement.held", "settlement.kind_unknown", "settlement.changed"),
        "A marketplace says so in a shop's statements: have the sandbox pay out at `/control/lazada/pay-out`, and let an hour pass on its clock.",
    ),
    "shop.stock_refused": "A marketplace refuses: map a listing of the sandbox's Lazada that a campaign has locked, and lower its stock.",
    "chain.stalled": "It takes minutes in which the local chain makes no block: end the process `anvil` while a crypto payment is pending.",
    "chain.recovered": "It follows chain.stalled once the chain makes blocks again.",
}
