"""Buyers' claims with a real marketplace behind them: seen by push and by the walk, answered once whatever is lost, received, refunded, and put to stock where it is said."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from gerbang.base import ids
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.catalogue.model import NewProduct
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.orders import claim_decision_store
from gerbang.core.orders.claim_calls import DECIDING
from gerbang.core.orders.claim_decision_model import DECISION_PREFIX
from gerbang.core.orders.claim_intake import DUE
from gerbang.core.orders.claim_model import (
    CLAIM,
    CLAIM_PREFIX,
    Answer,
    BadAnswer,
    BuyerClaim,
    ClaimHeld,
    ClaimNotFound,
    ClaimNotOpen,
    ClaimNotOurs,
    ClaimTooLate,
)
from gerbang.core.orders.claims import Answered, Claimed, Claims, WantedAnswer
from gerbang.core.orders.model import OrderDetails
from gerbang.core.orders.operation_calls import LOST
from gerbang.core.orders.operation_model import ItemsNotAllowed, OperationKind, OperationStatus
from gerbang.core.orders.operations import Wanted
from gerbang.ports.marketplace_orders import ClaimKind, ClaimStatus, ItemStatus
from gerbang.web.views.claims import claim_payloads
from tests.core.orders.test_operations import fault, statuses
from tests.core.orders.world import ID, OPERATOR, SG, World
from tests.providers.lazada.simulator.test_cancellation import decide, reverse_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
_S, _K = ClaimStatus, ClaimKind
RETURN_PATH, CANCEL_PATH = "/order/reverse/return/update", "/order/reverse/cancel/seller/decide"
SHOPS = {ID: "toko-id", SG: "toko-sg"}


def claims(world: World) -> Claims:
    return world.core.service(Claims)


async def until(
    world: World, order: OrderDetails, holds: Callable[[BuyerClaim], bool] = lambda _: True, seconds: float = 10
) -> BuyerClaim:
    """The order's only claim, once it is here and stands so."""
    ends = time.monotonic() + seconds
    while True:
        found = await claims(world).of_order(order.order.id)
        assert len(found) <= 1, "one claim of the marketplace is one here"
        if found and holds(found[0].claim):
            return found[0].claim
        assert time.monotonic() < ends, f"its claim is {found}"
        await asyncio.sleep(0.02)


async def delivered(world: World, shop: str = ID, quantity: int = 1) -> OrderDetails:
    number = await world.market.delivered(SHOPS[shop].removeprefix("toko-"), quantity=quantity)
    return await world.until(number, shop, status=ItemStatus.DELIVERED)


async def sent_from_stock(world: World) -> OrderDetails:
    """One whose way is heard of step by step, so that it leaves our stock."""
    one = await world.bought()
    for kind in (OperationKind.PACK, OperationKind.SHIP):
        await world.orders.operations.ask(OPERATOR, one.order.id, Wanted(kind), world.key())
    for step in ("shipped", "delivered"):
        await world.market.control("scan", shop=SHOPS[ID], order=one.order.external_id, kind=step)
    return await world.until(one.order.external_id, status=ItemStatus.DELIVERED)


async def claimed(world: World, one: OrderDetails, act: str = "return", **more: Any) -> BuyerClaim:
    """The buyer asks, and the push brings it here."""
    shop = SHOPS[one.order.connection or ""]
    await world.market.control(act, shop=shop, order=one.order.external_id, **more)
    return await until(world, one)


async def answered(world: World, one: BuyerClaim, answer: Answer, key: str = "", **more: Any) -> Answered:
    return await claims(world).answer(OPERATOR, one.id, WantedAnswer(answer, **more), world.key(key))


async def hurried(world: World, begun: Answered) -> tuple[Claimed, OperationStatus]:
    """What a job goes on with is done now, until its end is known."""
    for _ in range(8):
        async with world.core.db.transaction() as tx:
            await tx.execute("UPDATE claim_decisions SET claimed_until = NULL WHERE id = $1", begun.decision.id)
        if await claims(world).deciding.carry_out(begun.decision.id) is None:
            break
        await asyncio.sleep(0.3)  # a ban lasts a second
    now = await claims(world).get(begun.now.claim.id)
    assert now.last is not None
    return now, now.last.status


@pytest.mark.parametrize("shop", [ID, SG])
async def test_a_return_is_seen_accepted_received_and_refunded_and_the_marketplace_agrees(
    world: World, shop: str
) -> None:
    one = await delivered(world, shop)
    claim = await claimed(world, one, reason="It is torn")
    assert (claim.kind, claim.status, claim.waits, claim.to_seller) == (_K.RETURN, _S.REQUESTED, True, True)
    assert claim.lines[0].item == one.items[0].id
    assert claim.lines[0].refund == one.items[0].paid
    assert claim.decide_by is not None
    agreed = await answered(world, claim, "accept")
    assert (agreed.decision.status, agreed.now.claim.status) == (OperationStatus.DONE, _S.COMING_BACK)
    for _ in range(2):
        await world.market.control("scan", shop=SHOPS[shop], order=one.order.external_id, kind="returned")
    received = await answered(world, claim, "receive")
    assert received.now.claim.status is _S.RECEIVED
    ended = await answered(world, claim, "accept")
    assert (ended.now.claim.status, ended.now.claim.waits) == (_S.REFUNDED, False)
    country = "id" if shop == ID else "sg"
    assert await world.market.statuses(one.order.external_id, country) == ["returned"]
    await world.until(one.order.external_id, shop, status=ItemStatus.RETURNED)
    async with world.core.db.reading() as tx:
        rows = await tx.fetch(
            "SELECT type, sequence, data FROM announcements WHERE object_type = $1 AND object_id = $2 ORDER BY sequence",
            *ObjectRef(CLAIM, claim.id),
        )
        told = (await claim_payloads(tx, [claim.id]))[claim.id].data
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["type"] == "order.claim_opened"
    assert rows[-1]["data"]["status"] == "refunded"
    assert (told["object"], told["status"], told["refund"]) == ("claim", "refunded", one.items[0].paid)
    actions = [step.action for step in await world.orders.timeline(one.order.id, 100)]
    assert actions.count("order.claim_answered") == actions.count("order.claim_answer_ended") == 3


async def test_a_cancel_is_accepted_or_refused_and_the_items_follow(world: World) -> None:
    cases: list[tuple[Answer, str, ClaimStatus]] = [
        ("accept", "cancelled", _S.DONE),
        ("refuse", "pending", _S.REFUSED),
    ]
    for answer, status, ends in cases:
        one = await world.bought()
        claim = await claimed(world, one, "cancel")
        assert (claim.kind, claim.waits) == (_K.CANCEL, True)
        await world.until(one.order.external_id, holds=lambda now: bool(now.items[0].detail.cancel_claim))
        with pytest.raises(ItemsNotAllowed) as held:  # at the station and in waves too
            await world.orders.operations.ask(OPERATOR, one.order.id, Wanted(OperationKind.PACK), world.key())
        assert "asks to cancel it" in held.value.errors[0].detail
        done = await answered(world, claim, answer)
        assert (done.decision.status, done.now.claim.status) == (OperationStatus.DONE, ends)

        def has_followed(now: OrderDetails, status: str = status) -> bool:
            return statuses(now) == [status] and not now.items[0].detail.cancel_claim

        await world.until(one.order.external_id, holds=has_followed)
        if answer == "refuse":
            begun = await world.orders.operations.ask(OPERATOR, one.order.id, Wanted(OperationKind.PACK), world.key())
            assert begun.operation.status is OperationStatus.DONE


async def test_a_refusal_takes_a_reason_that_is_offered_and_goes_line_by_line(world: World) -> None:
    one = await delivered(world, quantity=2)
    claim = await claimed(world, one)
    before = await world.sent(RETURN_PATH)
    with pytest.raises(BadAnswer) as bare:
        await answered(world, claim, "refuse")
    assert [each.pointer for each in bare.value.errors] == ["/reason", "/comment"]
    wrong = await answered(world, claim, "refuse", reason="0", comment="It is whole")
    assert wrong.decision.outcomes[0].code == "unknown_reason"
    assert await world.sent(RETURN_PATH) == before
    (first, *_) = await claims(world).refusal_reasons(claim.id)
    done = await answered(world, claim, "refuse", reason=first.id, comment="It is whole")
    assert (done.decision.status, done.now.claim.status) == (OperationStatus.DONE, _S.REFUSED)
    assert await world.sent(RETURN_PATH) == before + 2
    with pytest.raises(ClaimNotOpen):
        await answered(world, claim, "accept")
    assert await claims(world).refusal_reasons(claim.id) == ()


async def test_money_without_a_return_is_given_and_a_return_to_the_marketplace_is_not_ours(world: World) -> None:
    one, other = await delivered(world), await delivered(world, SG)
    alone = await claimed(world, one, kind="ONLY_REFUND")
    assert alone.kind is _K.REFUND
    assert (await answered(world, alone, "accept")).now.claim.status is _S.REFUNDED
    theirs = await claimed(world, other, kind="RTW")
    assert theirs.waits is False
    with pytest.raises(ClaimNotOurs):
        await answered(world, theirs, "accept")


@pytest.mark.parametrize("kind", ["http_500", "reset_after_effect"])
async def test_a_lost_answer_is_looked_up_on_both_sides_of_its_effect_and_never_sent_twice(
    world: World, kind: str
) -> None:
    one = await delivered(world)
    claim = await claimed(world, one)
    before = await world.sent(RETURN_PATH)
    await fault(world, kind, RETURN_PATH)
    key = ids.new().hex
    begun = await answered(world, claim, "accept", key)
    now, status = await hurried(world, begun)
    again = await answered(world, claim, "accept", key)
    assert (again.decision.id, again.is_replayed) == (begun.decision.id, True)
    assert await world.sent(RETURN_PATH) == before + 1
    if kind == "reset_after_effect":
        assert (status, now.claim.status) == (OperationStatus.DONE, _S.COMING_BACK)
        return
    assert (status, now.claim.status) == (OperationStatus.NOT_DONE, _S.REQUESTED)
    assert now.last is not None
    assert now.last.outcomes[0].code == LOST
    assert (await answered(world, claim, "accept")).now.claim.status is _S.COMING_BACK


async def test_who_died_before_sending_is_gone_on_for_and_who_died_after_is_looked_up(world: World) -> None:
    for has_left in (True, False):
        one = await world.bought()
        claim = await claimed(world, one, "cancel")
        before = await world.sent(CANCEL_PATH)
        service = claims(world)
        async with world.core.db.transaction() as tx:  # what a request has written that died
            id_, _ = await service._write(tx, OPERATOR, claim.id, None, WantedAnswer("accept"), world.key())
        if has_left:  # it died between the request and the answer: the marketplace has it
            async with world.core.db.transaction() as tx:
                known = await claim_decision_store.claim(tx, id_, 0)
                assert known is not None
                assert await claim_decision_store.sending(tx, known)
            await service.deciding._ask(known, claim, known.asked.lines)
        async with world.core.db.transaction() as tx:
            named = ids.show(DECISION_PREFIX, id_)
            await tx.execute("UPDATE jobs SET run_at = business_now() WHERE kind = $1 AND key = $2", DECIDING, named)
        world.core.wake()
        await world.until(one.order.external_id, status=ItemStatus.CANCELLED)
        async with world.core.db.reading() as tx:
            decision = await claim_decision_store.one(tx, id_)
            while decision.status is not OperationStatus.DONE:
                await asyncio.sleep(0.02)
                decision = await claim_decision_store.one(tx, id_)
        assert await world.sent(CANCEL_PATH) == before + 1


async def test_two_who_answer_at_once_answer_once(world: World) -> None:
    one = await delivered(world)
    claim = await claimed(world, one)
    before = await world.sent(RETURN_PATH)
    done = await asyncio.gather(*(answered(world, claim, "accept") for _ in range(4)), return_exceptions=True)
    assert [each.decision.status for each in done if isinstance(each, Answered)] == [OperationStatus.DONE]
    assert await world.sent(RETURN_PATH) == before + 1


async def test_the_walk_finds_what_pushes_lost_in_both_shops(world: World) -> None:
    here, there = await delivered(world), await delivered(world, SG)
    await claims(world).reading.run_once()
    await world.push(on=False)
    for one in (here, there):
        shop = SHOPS[one.order.connection or ""]
        await world.market.control("return", shop=shop, order=one.order.external_id)
    async with world.core.db.transaction() as tx:
        await tx.execute("UPDATE claim_polls SET next_at = business_now()")
    assert await claims(world).reading.run_once() == 2
    world.core.wake()
    for one in (here, there):
        claim = await until(world, one)
        assert (claim.connection, claim.status) == (one.order.connection, _S.REQUESTED)
    waiting = await claims(world).page(SG, None, 100, waiting=True)
    assert there.order.id in [each.one.claim.order_id for each in waiting]
    assert {each.one.claim.connection for each in waiting} == {SG}


async def test_goods_are_received_though_nobody_told_that_they_come_back(world: World) -> None:
    one = await delivered(world)
    claim = await claimed(world, one)
    await world.push(on=False)
    reverse = await reverse_of(world.market, one.order.external_id, "id")
    assert await decide(world.market, reverse, "agreeReturn", "id") == "0"  # in the seller centre
    for _ in range(2):
        await world.market.control("scan", shop=SHOPS[ID], order=one.order.external_id, kind="returned")
    assert (await claims(world).get(claim.id)).claim.status is _S.REQUESTED
    received = await answered(world, claim, "receive")
    assert (received.decision.status, received.now.claim.status) == (OperationStatus.DONE, _S.RECEIVED)


async def test_rupiah_told_in_another_unit_are_read_rightly_or_held(world: World) -> None:
    one, part = await delivered(world), await delivered(world)
    await world.market.http.put("/control/lazada/quirks", json={"rates": "off", "reverse_idr": "rupiah"})
    claim = await claimed(world, one)
    assert claim.lines[0].refund == one.items[0].paid
    await world.market.http.put("/control/lazada/quirks", json={"rates": "off", "reverse_idr": "cents"})
    async with world.core.db.transaction() as tx:  # what was paid is another amount by now
        await tx.execute("UPDATE order_items SET paid = paid * 5000 WHERE order_id = $1", part.order.id)
    held = await claimed(world, part)
    assert (held.held, held.lines[0].refund) == ("hundredfold", None)
    assert "amount in doubt" in str(await claims(world).notice())
    with pytest.raises(ClaimHeld) as doubt:
        await answered(world, held, "accept")
    assert [each.pointer for each in doubt.value.errors] == ["/confirm_amount"]
    assert (await answered(world, held, "accept", confirmed=True)).now.claim.status is _S.COMING_BACK


async def test_what_comes_back_goes_to_stock_only_where_it_is_said(world: World) -> None:
    catalogue = world.core.service(Catalogue)
    await catalogue.create(OPERATOR, NewProduct(id=ids.new(), sku="KOPI-250", name="Kopi Gayo"), world.key())
    await catalogue.set_stock(OPERATOR, "KOPI-250", 10)

    async def there() -> int:
        return sum(place.quantity for place in (await catalogue.get("KOPI-250")).stock)

    for restock, left in ((False, 9), (True, 9)):
        one = await sent_from_stock(world)
        claim = await claimed(world, one)
        for _ in range(200):
            if await there() == left - restock:
                break
            await asyncio.sleep(0.02)
        await answered(world, claim, "accept")
        await world.market.control("scan", shop="toko-id", order=one.order.external_id, kind="returned")
        await until(world, one, lambda now: now.lines[0].said == "BUYER_RETURN_ITEM")
        await answered(world, claim, "receive", restock=restock)
        assert await there() == left


async def test_a_near_deadline_is_told_once_and_one_that_is_over_answers_nothing(world: World) -> None:
    one = await delivered(world)
    claim = await claimed(world, one)

    async def told() -> list[str]:
        async with world.core.db.reading() as tx:
            rows = await tx.fetch("SELECT type FROM announcements WHERE object_id = $1 ORDER BY sequence", claim.id)
        return [row["type"] for row in rows]

    async with world.core.db.reading() as tx:
        run_at = await tx.fetchval(
            "SELECT run_at FROM jobs WHERE kind = $1 AND key = $2", DUE, ids.show(CLAIM_PREFIX, claim.id)
        )
    assert claim.decide_by is not None
    assert (claim.decide_by - run_at).total_seconds() == pytest.approx(6 * 3600, abs=2)
    async with world.core.db.transaction() as tx:
        await tx.execute(
            "UPDATE order_claims SET decide_by = business_now() + interval '1 hour' WHERE id = $1", claim.id
        )
        await tx.execute("UPDATE jobs SET run_at = business_now() WHERE kind = $1", DUE)
    world.core.wake()
    for _ in range(300):
        if "order.claim_due" in await told():
            break
        await asyncio.sleep(0.02)
    assert await told() == ["order.claim_opened", "order.claim_due"]
    async with world.core.db.transaction() as tx:
        await tx.execute(
            """UPDATE order_claims SET lines = jsonb_set(lines, '{0,decide_by}', '"2020-01-01T00:00:00Z"') WHERE id = $1""",
            claim.id,
        )
    with pytest.raises(ClaimTooLate):
        await answered(world, claim, "accept")
    with pytest.raises(ClaimNotFound):
        await claims(world).get(claim.id, ids.new())
