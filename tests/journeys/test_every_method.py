"""Every way to pay, through everything that can become of it, by HTTP alone, with the books compared line by line.

A row is one way to pay as a merchant asks for it; another dialect of the same provider is one more row. All stories that share no fault
and no clock are told at once, when the first test asks; each test then looks at its own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.journeys.conftest import Running
from tests.journeys.ways_to_pay import BY_NAME, ROWS, Row
from tests.journeys.world import Browser, Json, World, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

AMOUNT: Final = 150_000
PART: Final = 50_000
PATIENCE_S: Final = 60.0
ANOTHER_WAY: Final = {"method": "virtual_account", "method_options": {"bank": "BCA"}, "connection": "nicepay-uji"}
Line = tuple[str, str, int]


class Shop:
    """A merchant with the demo's API key, a payer, and an operator; the books of a payment as full lines."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.one_fault = asyncio.Lock()  # a fault of the sandbox strikes whoever comes first

    async def order(self, row: Row, **more: Any) -> Json:
        body = {
            "amount": AMOUNT,
            "currency": "IDR",
            "description": "Kopi Gayo 1 kg",
            "method": row.method,
            "connection": row.connection,
            "customer": {"name": "Sari Wulandari", "email": "sari@example.com", "phone": "+62 812-3456-7890"},
        }
        if row.options:
            body["method_options"] = dict(row.options)
        made: Json = await self.world.post("/v1/payments", {**body, **more})
        return made

    async def shown(self, row: Row, payment: Json) -> Json:
        """The payment when the payer can see what to do, on one attempt only."""

        async def look() -> Json | None:
            found = await self.world.payment(payment)
            shown = found["next_action"] and found["next_action"]["type"] == row.shows
            return found if shown and found["status"] == "pending" else None

        found = await eventually(look, f"instructions of {payment['id']} by {row.name}", PATIENCE_S)
        open_ones = [one for one in found["attempts"] if one["next_action"] and one["status"] == "pending"]
        assert len(open_ones) == 1, found["attempts"]
        return found

    async def pays(self, row: Row, payment: Json, **more: Any) -> None:
        """The payer pays what is shown: on the provider's pages where it is a page, else by what is typed or scanned."""
        if row.walk and not more:
            async with self.world.browser() as browser:
                await self.walks(browser, row, payment)
            return
        action = payment["next_action"]
        number = action.get("number") or action.get("code") or action.get("content")
        await self.act(row, "pay", payment["attempts"][-1], **({"number": number} if number and not more else more))

    async def walks(self, browser: Browser, row: Row, payment: Json) -> None:
        await browser.open(payment["next_action"]["url"])
        assert "Rp\u00a0150.000" in browser.page
        for form, typed in row.walk:
            await browser.submit(form, **typed)
        assert urlsplit(browser.url).path == f"/pay/{payment['id']}", browser.url

    async def act(self, row: Row, action: str, attempt: Json, **more: Any) -> None:
        where = more if "number" in more else {"reference": attempt["id"], **more}
        await self.world.control(f"{row.provider}/{action}", **where)

    async def becomes(self, payment: Json, status: str) -> Json:
        return await self.world.becomes(payment, status, PATIENCE_S)

    async def refund(self, payment: Json, **more: Any) -> Json:
        asked: Json = await self.world.post(
            f"/v1/payments/{payment['id']}/refunds", {"reason": "Kopi habis", **more}, "operator"
        )
        return asked

    async def books(self, payment: Json) -> list[Line]:
        lines = (await self.world.get("/v1/ledger/postings", "operator", payment=payment["id"], limit=100))["data"]
        assert {line["currency"] for line in lines} <= {"IDR"}
        return [(line["debit"], line["credit"], line["amount"]) for line in lines]

    async def lose_answer(self, row: Row, kind: str, route: str, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Ask while the next request on this route takes effect and is not answered."""
        where = f"{self.world.sandbox}/control/{row.provider}/faults"
        async with self.one_fault:
            fault = {"kind": kind, "route": route, "count": 1, "delay_s": 0.2}
            await self.world.control(f"{row.provider}/faults", method="PUT", **fault)
            told = await ask()

            async def struck() -> bool:
                return all(one["left"] == 0 for one in (await self.world.http.get(where)).json()["data"])

            await eventually(struck, f"{kind} to strike {row.name}", PATIENCE_S)
            await self.world.http.delete(where)
        return told


def sale(row: Row) -> list[Line]:
    return [(row.clearing, "sales", AMOUNT)]


def given_back(row: Row, amount: int, by: str) -> list[Line]:
    """The promise, and then the money itself: out of the provider's hands, or by a transfer out of our bank."""
    source = row.clearing if by == "provider" else "bank"
    return [("refunds", "refunds_payable", amount), ("refunds_payable", source, amount)]


async def is_paid(shop: Shop, row: Row) -> None:
    payment = await shop.order(row)
    assert (payment["status"], payment["next_action"]["type"], len(payment["attempts"])) == ("pending", row.shows, 1)
    await shop.pays(row, payment)
    paid = await shop.becomes(payment, "paid")
    assert (paid["amount_captured"], paid["late"], paid["method"]) == (AMOUNT, False, row.method)
    assert await shop.books(payment) == sale(row)


async def is_refused_or_runs_out(shop: Shop, row: Row) -> None:
    act, status = row.refusal
    payment = await shop.order(row)
    await shop.act(row, act, payment["attempts"][0])
    after = await shop.world.post(f"/v1/payments/{payment['id']}/refresh", who="operator", expect=200)
    assert after["status"] == status
    assert (after["failure"] is not None) == (status == "failed")
    assert await shop.books(payment) == []
    if status != "pending":
        again = await shop.world.post(f"/v1/payments/{payment['id']}/attempts", row.choice)
        await shop.pays(row, again)
        await shop.becomes(payment, "paid")
        assert await shop.books(payment) == sale(row)


async def is_paid_twice(shop: Shop, row: Row) -> None:
    """The payer asks for another way, then for this one anew, and then pays both."""
    payment = await shop.order(row)
    first = payment["attempts"][0]
    await shop.world.post(f"/v1/payments/{payment['id']}/attempts", ANOTHER_WAY)
    both = await shop.world.post(f"/v1/payments/{payment['id']}/attempts", row.choice)
    assert [one["status"] for one in both["attempts"]][-1] == "pending"

    async def first_is_closed() -> bool:
        return bool((await shop.world.payment(payment))["attempts"][0]["status"] != "pending")

    if row.closed_at_provider:
        await eventually(first_is_closed, "the first attempt to be closed", PATIENCE_S)
    await shop.pays(row, both)
    await shop.becomes(payment, "paid")
    await shop.act(row, "pay", first, **({"late": True} if row.closed_at_provider else {}))

    async def surplus() -> Json | None:
        found = await shop.world.payment(payment)
        return found if found["amount_excess"] else None

    twice = await eventually(surplus, f"the surplus of {payment['id']}", PATIENCE_S)
    assert (twice["status"], twice["amount_captured"], twice["amount_excess"]) == ("paid", 2 * AMOUNT, AMOUNT)
    assert await shop.books(payment) == [*sale(row), (row.clearing, "payer_credit", AMOUNT)]


async def is_cancelled_too_late(shop: Shop, row: Row) -> None:
    """The money is in, and its notification was lost: a cancel asks first, and finds it."""
    payment = await shop.order(row)
    await shop.world.control(f"{row.provider}/webhooks", reference=payment["attempts"][0]["id"], drop=True)
    await shop.pays(row, payment, reference=payment["attempts"][0]["id"])
    refused = await shop.world.post(f"/v1/payments/{payment['id']}/cancel", who="operator", expect=409)
    assert refused["code"]
    paid = await shop.becomes(payment, "paid")
    assert (paid["amount_captured"], paid["late"]) == (AMOUNT, False)
    assert await shop.books(payment) == sale(row)


async def is_cancelled(shop: Shop, row: Row) -> None:
    payment = await shop.order(row)
    gone = await shop.world.post(f"/v1/payments/{payment['id']}/cancel", who="operator", expect=200)
    assert gone["status"] == "cancelled"
    assert row.stays_open or gone["attempts"][0]["status"] == "cancelled"
    assert await shop.books(payment) == []


async def is_given_back(shop: Shop, row: Row) -> None:
    payment = await shop.order(row)
    await shop.pays(row, payment)
    await shop.becomes(payment, "paid")
    refund = await shop.refund(payment)
    await settles(shop, row.refund, refund)
    back = await shop.becomes(payment, "refunded")
    assert back["amount_refunded"] == AMOUNT
    assert await shop.books(payment) == [*sale(row), *given_back(row, AMOUNT, row.refund)]
    more = {"amount": 1, "reason": "Once more"}
    await shop.world.post(f"/v1/payments/{payment['id']}/refunds", more, "operator", expect=409)


async def is_given_back_in_part(shop: Shop, row: Row) -> None:
    payment = await shop.order(row)
    await shop.pays(row, payment)
    await shop.becomes(payment, "paid")
    refund = await shop.refund(payment, amount=PART)
    await settles(shop, row.part, refund)
    back = await shop.becomes(payment, "partially_refunded")
    assert back["amount_refunded"] == PART
    assert await shop.books(payment) == [*sale(row), *given_back(row, PART, row.part)]


async def settles(shop: Shop, by: str, refund: Json) -> None:
    if by == "provider":
        assert refund["status"] in {"requested", "submitted", "succeeded"}
        return
    assert refund["status"] == "awaiting_transfer"
    where = f"/v1/refunds/{refund['id']}/settle"
    assert (await shop.world.post(where, {"reference": "TRF-1"}, "admin", expect=200))["status"] == "succeeded"


def registration_is_lost(kind: str) -> Callable[[Shop, Row], Awaitable[None]]:
    async def story(shop: Shop, row: Row) -> None:
        """F6: what was registered and not answered is abandoned, the payer sees one way to pay, and it is counted once."""

        async def ask() -> Json:
            made = await shop.order(row)
            if row.lost:
                return await shop.shown(row, made)
            failed = await shop.becomes(made, "failed")
            again: Json = await shop.world.post(f"/v1/payments/{failed['id']}/attempts", row.choice)
            return again

        payment = await shop.lose_answer(row, kind, row.registration, ask)
        assert tuple(one["status"] for one in payment["attempts"]) == (row.lost or ("failed", "pending"))
        orders = (await shop.world.http.get(f"{shop.world.sandbox}/control/{row.provider}/orders?limit=1000")).json()
        kept = sorted(order["reference"] for order in orders["data"])
        assert [kept.count(one["id"]) for one in payment["attempts"]] == [1] * len(payment["attempts"])
        await shop.pays(row, payment)
        await shop.becomes(payment, "paid")
        assert await shop.books(payment) == sale(row)

    return story


async def refund_is_lost(shop: Shop, row: Row) -> None:
    """The money went back and nobody said so: it is looked up, and goes back once."""
    payment = await shop.order(row)
    await shop.pays(row, payment)
    await shop.becomes(payment, "paid")
    if row.refund == "transfer":
        return  # nothing is asked of the provider, so no answer can be lost

    async def ask() -> None:
        await shop.refund(payment)
        await shop.becomes(payment, "refunded")

    await shop.lose_answer(row, "reset_after_effect", row.refund_call, ask)
    assert await shop.books(payment) == [*sale(row), *given_back(row, AMOUNT, "provider")]


async def is_paid_late(shop: Shop, row: Row, payment: Json) -> None:
    """The clock has gone past the deadline."""
    await shop.becomes(payment, "expired")
    assert await shop.books(payment) == []
    await shop.act(row, "pay", payment["attempts"][0], **({"late": True} if row.ends_at_provider else {}))
    paid = await shop.becomes(payment, "paid")
    assert (paid["late"], paid["amount_captured"]) == (True, AMOUNT)
    assert await shop.books(payment) == sale(row)


TOGETHER: Final[Mapping[str, Callable[[Shop, Row], Awaitable[None]]]] = {
    "paid": is_paid,
    "refused_or_run_out": is_refused_or_runs_out,
    "paid_twice": is_paid_twice,
    "cancelled": is_cancelled,
    "cancelled_too_late": is_cancelled_too_late,
    "given_back": is_given_back,
    "given_back_in_part": is_given_back_in_part,
}
# These share a route with a fault on it, so no other story may be on that route: kind by kind, and within a kind one after the other.
ONE_BY_ONE: Final[Sequence[Mapping[str, Callable[[Shop, Row], Awaitable[None]]]]] = (
    {
        "registration_timed_out": registration_is_lost("timeout_after_effect"),
        "registration_cut_off": registration_is_lost("reset_after_effect"),
    },
    {"refund_cut_off": refund_is_lost},
)
LATE: Final = "late"
FATES: Final = (*TOGETHER, *chain(*ONE_BY_ONE), LATE)
ASKED: Final = [
    (row.name, fate, bool((number + FATES.index(fate)) % 2 and fate != "paid"))
    for number, row in enumerate(ROWS)
    for fate in (FATES if not row.like else ("paid", "given_back"))
]
# Without `full` each way is paid by, and meets every second of the other fates; each fate meets every second way.
CASES: Final = [pytest.param(name, fate, marks=pytest.mark.full if full else ()) for name, fate, full in ASKED]
Outcomes = Mapping[tuple[str, str], BaseException | None]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outcomes(running: Running, request: pytest.FixtureRequest) -> AsyncIterator[Outcomes]:
    """What became of every story that this run asks for."""
    asked = [vars(item).get("callspec") for item in request.session.items if item.path == request.path]
    wanted = {(one.params["fate"], one.params["name"]) for one in asked if one is not None}
    limits = httpx.Limits(
        max_connections=120, max_keepalive_connections=0
    )  # none that the other side may close just now
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:
        shop = Shop(World(running.said, running.data, http))
        for role in ("operator", "api_key"):
            await shop.world.person(role)
        told: dict[tuple[str, str], BaseException | None] = {}
        late = {name: await shop.order(BY_NAME[name], expires_in_s=600) for fate, name in wanted if fate == LATE}
        for stories in (TOGETHER, *ONE_BY_ONE):
            told |= await _told({(f, n): stories[f](shop, BY_NAME[n]) for f, n in sorted(wanted) if f in stories})
        if late:
            await shop.world.control("clock", advance_s=700)
            told |= await _told({(LATE, name): is_paid_late(shop, BY_NAME[name], late[name]) for name in late})
        yield told


async def _told(stories: Mapping[tuple[str, str], Awaitable[None]]) -> dict[tuple[str, str], BaseException | None]:
    ended = await asyncio.gather(*stories.values(), return_exceptions=True)
    return dict(zip(stories, ended, strict=True))


@pytest.mark.parametrize(("name", "fate"), CASES)
async def test_whatever_becomes_of_it_the_books_say_so_once(outcomes: Outcomes, name: str, fate: str) -> None:
    ended = outcomes[fate, name]
    if ended is not None:
        raise ended


async def test_every_method_is_offered_with_its_limits_and_choices(running: Running) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        offers = (
            await World(running.said, running.data, http).get("/v1/payment-methods", amount=AMOUNT, currency="IDR")
        )["data"]
    found = {offer["method"]: offer for offer in offers}
    assert found.keys() >= {row.method for row in ROWS}
    for row in ROWS:
        offer = found[row.method]
        assert offer["available"] is True
        assert 0 < offer["least"] <= AMOUNT <= offer["most"]
        assert set(row.options.values()) <= {option["name"] for option in offer["options"]}
