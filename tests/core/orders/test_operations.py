"""What is done to orders at their marketplace: packed, shipped and cancelled once, whatever is lost on the way, and said to whoever asks what cannot be."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from gerbang.base import ids
from gerbang.core.idempotency.model import IdempotencyKey, IdempotencyKeyReused
from gerbang.core.orders import operation_store
from gerbang.core.orders.model import ITEM_PREFIX, OrderDetails, OrderNotFound
from gerbang.core.orders.operation_calls import LOST, OPERATE
from gerbang.core.orders.operation_model import (
    OPERATION_PREFIX,
    DocumentNotThere,
    ItemsNotAllowed,
    OperationKind,
    OperationStatus,
    OrderBusy,
    UnknownItems,
)
from gerbang.core.orders.operations import Begun, Wanted
from gerbang.ports.marketplace_orders import ItemStatus
from tests.core.orders.world import ID, OPERATOR, SG, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
_S, _K = ItemStatus, OperationKind
PACK_PATH, SHIP_PATH = "/order/fulfill/pack", "/order/package/rts"


async def asked(world: World, one: OrderDetails, kind: OperationKind, key: str = "", **more: Any) -> Begun:
    return await world.orders.operations.ask(OPERATOR, one.order.id, Wanted(kind, **more), world.key(key))


async def fault(world: World, kind: str, route: str, count: int = 1) -> None:
    answer = await world.market.http.put("/control/lazada/faults", json={"kind": kind, "count": count, "route": route})
    assert answer.status_code == 200, answer.text


def statuses(one: OrderDetails) -> list[str]:
    return [item.status.value for item in one.items]


def faults(error: Any) -> Sequence[str]:
    return [one.pointer for one in error.errors]


async def hurried(world: World, begun: Begun, pause_s: float = 0) -> Begun:
    """What a job goes on with is done now, until its end is known."""
    for _ in range(8):
        async with world.core.db.transaction() as tx:
            await tx.execute("UPDATE order_operations SET claimed_until = NULL WHERE id = $1", begun.operation.id)
        if await world.orders.operating.carry_out(begun.operation.id) is None:
            break
        await asyncio.sleep(pause_s)
    async with world.core.db.reading() as tx:
        operation = await operation_store.one(tx, begun.operation.id)
    return Begun(await world.orders.get(begun.order.order.id), operation, False)


@pytest.mark.parametrize("shop", [ID, SG])
async def test_an_order_is_packed_shipped_and_delivered_and_the_marketplace_agrees(world: World, shop: str) -> None:
    country = "id" if shop == ID else "sg"
    one = await world.bought(shop, quantity=2)
    packed = await asked(world, one, _K.PACK)
    assert packed.operation.status is OperationStatus.DONE
    assert statuses(packed.order) == ["packed", "packed"]
    assert await world.market.statuses(one.order.external_id, country) == ["packed", "packed"]
    (parcel,) = packed.order.packages
    document = await world.orders.documents.label(OPERATOR, one.order.id, None)
    assert document.body.startswith(b"%PDF")
    shipped = await asked(world, one, _K.SHIP, packages=[parcel])
    assert statuses(shipped.order) == ["ready_to_ship", "ready_to_ship"]
    assert await world.market.statuses(one.order.external_id, country) == ["ready_to_ship", "ready_to_ship"]
    invoiced = await asked(world, one, _K.INVOICE_NUMBER, number="INV-1")
    assert [item.detail.invoice_number for item in invoiced.order.items] == ["INV-1", "INV-1"]
    for kind in ("shipped", "delivered"):
        await world.market.control("scan", shop=f"toko-{country}", order=one.order.external_id, kind=kind)
        await world.until(one.order.external_id, shop, status=ItemStatus(kind))
    told = [type_ for type_, _ in await world.told(one)]
    assert [told.count(f"order.{word}") for word in ("packed", "ready_to_ship", "shipped", "delivered")] == [1] * 4


async def test_a_part_is_packed_and_the_rest_stays(world: World) -> None:
    one = await world.bought(quantity=3)
    begun = await asked(world, one, _K.PACK, items=[one.items[1].id])
    assert statuses(begun.order) == ["pending", "packed", "pending"]
    assert begun.order.order.status is _S.PENDING
    rest = await asked(world, one, _K.PACK)
    assert statuses(rest.order) == ["packed"] * 3
    assert len(rest.order.packages) == 2


async def test_the_same_key_packs_once_and_another_request_under_it_is_refused(world: World) -> None:
    one = await world.bought()
    before, key = await world.sent(PACK_PATH), ids.new().hex
    first = await asked(world, one, _K.PACK, key)
    again = await asked(world, one, _K.PACK, key)
    assert (again.operation.id, again.is_replayed) == (first.operation.id, True)
    assert await world.sent(PACK_PATH) == before + 1
    other = await world.bought()
    with pytest.raises(IdempotencyKeyReused):
        await world.orders.operations.ask(
            OPERATOR, other.order.id, Wanted(_K.PACK), IdempotencyKey("user:usr_test", key, b"another")
        )


async def test_two_who_pack_at_once_pack_once(world: World) -> None:
    one = await world.bought()
    before = await world.sent(PACK_PATH)
    done = await asyncio.gather(*(asked(world, one, _K.PACK) for _ in range(5)), return_exceptions=True)
    made = [each for each in done if isinstance(each, Begun)]
    assert [each.operation.status for each in made] == [OperationStatus.DONE]
    assert all(isinstance(each, OrderBusy | ItemsNotAllowed) for each in done if not isinstance(each, Begun))
    assert await world.sent(PACK_PATH) == before + 1


async def test_what_cannot_be_is_refused_beside_what_was_sent_and_nothing_leaves(world: World) -> None:
    one, other = await world.bought(quantity=2), await world.bought()
    before = await world.sent(PACK_PATH) + await world.sent(SHIP_PATH)
    with pytest.raises(UnknownItems) as unknown:
        await asked(world, one, _K.PACK, items=[one.items[0].id, other.items[0].id, ids.new()])
    assert faults(unknown.value) == ["/items/1", "/items/2"]
    with pytest.raises(ItemsNotAllowed) as unpacked:
        await asked(world, one, _K.SHIP)
    assert "pack it first" in unpacked.value.errors[0].detail
    with pytest.raises(UnknownItems) as parcel:
        await asked(world, one, _K.SHIP, packages=["FP000"])
    assert faults(parcel.value) == ["/packages/0"]
    with pytest.raises(OrderNotFound):
        await world.orders.operations.ask(OPERATOR, ids.new(), Wanted(_K.PACK), world.key())
    assert await world.sent(PACK_PATH) + await world.sent(SHIP_PATH) == before
    await asked(world, one, _K.PACK, items=[one.items[0].id])
    with pytest.raises(ItemsNotAllowed) as twice:
        await asked(world, one, _K.PACK, items=[one.items[1].id, one.items[0].id])
    assert faults(twice.value) == ["/items/1"]
    assert "packed already, in FP" in twice.value.errors[0].detail
    await world.market.control("cancel", shop="toko-id", order=other.order.external_id, kind="now")
    gone = await world.until(other.order.external_id, status=_S.CANCELLED)
    for kind in (_K.PACK, _K.SHIP, _K.CANCEL):
        with pytest.raises(ItemsNotAllowed, match="No item"):
            await asked(world, gone, kind, reason="1")
    with pytest.raises(DocumentNotThere):
        await world.orders.documents.label(OPERATOR, gone.order.id, None)


async def test_what_is_not_packed_here_says_so(world: World) -> None:
    one = await world.bought(sku="PULSA-50")
    with pytest.raises(ItemsNotAllowed) as refused:
        await asked(world, one, _K.PACK)
    assert "digital" in refused.value.errors[0].detail or "delivered" in refused.value.errors[0].detail


async def test_an_answer_lost_after_its_effect_is_found_by_looking_and_never_sent_again(world: World) -> None:
    for kind, path, done in ((_K.PACK, PACK_PATH, "packed"), (_K.SHIP, SHIP_PATH, "ready_to_ship")):
        one = await world.bought()
        if kind is _K.SHIP:
            await asked(world, one, _K.PACK)
        before = await world.sent(path)
        await fault(world, "reset_after_effect", path)
        begun = await asked(world, one, kind)
        assert begun.operation.status is OperationStatus.DONE
        assert statuses(begun.order) == [done]
        assert await world.sent(path) == before + 1


async def test_an_answer_lost_without_its_effect_is_looked_for_some_time_and_then_told(world: World) -> None:
    one = await world.bought()
    before = await world.sent(PACK_PATH)
    await fault(world, "http_500", PACK_PATH)
    begun = await asked(world, one, _K.PACK)
    assert begun.operation.status is OperationStatus.SENDING
    with pytest.raises(OrderBusy):
        await asked(world, one, _K.PACK)
    ended = await hurried(world, begun)
    assert ended.operation.status is OperationStatus.NOT_DONE
    assert [outcome.code for outcome in ended.operation.outcomes] == [LOST]
    assert await world.sent(PACK_PATH) == before + 1
    again = await asked(world, one, _K.PACK)
    assert again.operation.status is OperationStatus.DONE


async def test_who_died_before_sending_is_gone_on_for_and_who_died_after_is_looked_up(world: World) -> None:
    for is_sent in (False, True):
        one = await world.bought()
        before = await world.sent(PACK_PATH)
        async with world.core.db.transaction() as tx:  # as a request leaves it that dies right after its commit
            id_, _ = await world.orders.operations._write(tx, OPERATOR, one.order.id, Wanted(_K.PACK), world.key())
        if is_sent:  # it died between the request and the answer: the marketplace has it
            async with world.core.db.transaction() as tx:
                claimed = await operation_store.claim(tx, id_, 0.0)
                assert claimed is not None
                assert await operation_store.sending(tx, claimed)
            await world.market.pack(one.order.external_id)
        async with world.core.db.transaction() as tx:
            named = ids.show(OPERATION_PREFIX, id_)
            await tx.execute("UPDATE jobs SET run_at = business_now() WHERE kind = $1 AND key = $2", OPERATE, named)
        world.core.wake()
        done = await world.until(one.order.external_id, status=_S.PACKED)
        async with world.core.db.reading() as tx:
            await _eventually_done(tx, id_)
        assert len(done.packages) == 1
        assert await world.sent(PACK_PATH) == before + 1


async def test_what_did_not_leave_is_sent_when_the_line_is_back(world: World) -> None:
    one = await world.bought()
    await fault(world, "ApiCallLimit", PACK_PATH)
    begun = await asked(world, one, _K.PACK)
    assert begun.operation.status is OperationStatus.REQUESTED
    ended = await hurried(world, begun, 0.3)  # a ban lasts a second
    assert ended.operation.status is OperationStatus.DONE
    assert statuses(ended.order) == ["packed"]


async def test_success_that_hides_an_item_that_was_not_done_is_told_item_by_item(world: World) -> None:
    one = await world.bought(quantity=2)
    await fault(world, "item_busy", PACK_PATH)
    begun = await asked(world, one, _K.PACK)
    assert begun.operation.status is OperationStatus.PARTLY_DONE
    assert [(outcome.is_done, outcome.code) for outcome in begun.operation.outcomes] == [(True, ""), (False, "700024")]
    assert statuses(begun.order) == ["packed", "pending"]


async def test_a_dead_token_is_told_and_nothing_is_done(world: World) -> None:
    one = await world.bought()
    await fault(world, "IllegalAccessToken", PACK_PATH)
    begun = await asked(world, one, _K.PACK)
    assert begun.operation.status is OperationStatus.NOT_DONE
    assert begun.operation.outcomes[0].code == "connection_unauthorized"
    assert statuses(await world.orders.get(one.order.id)) == ["pending"]


async def test_a_cancel_says_first_what_goes_and_takes_a_reason_of_this_order_only(world: World) -> None:
    one = await world.bought(quantity=3)
    await asked(world, one, _K.PACK, items=[item.id for item in one.items[:2]])
    items, options, _ = await world.orders.cancel_options(one.order.id, [one.items[0].id])
    assert [item.id for item in items] == [item.id for item in one.items[:2]], "its parcel goes with it"
    assert options.reasons
    wrong = await asked(world, one, _K.CANCEL, items=[one.items[2].id], reason="0")
    assert wrong.operation.outcomes[0].code == "unknown_reason"
    assert statuses(await world.orders.get(one.order.id)) == ["packed", "packed", "pending"]
    _, options, _ = await world.orders.cancel_options(one.order.id, [one.items[2].id])
    begun = await asked(world, one, _K.CANCEL, items=[one.items[2].id], reason=options.reasons[-1].id)
    assert begun.operation.status is OperationStatus.DONE
    last = await world.until(one.order.external_id, holds=lambda now: statuses(now)[2] == "cancelled")
    assert last.order.status is _S.PACKED


async def test_a_lost_answer_to_a_cancel_is_read_back(world: World) -> None:
    one = await world.bought()
    _, options, _ = await world.orders.cancel_options(one.order.id, None)
    path = "/order/reverse/cancel/create"
    before = await world.sent(path)
    await fault(world, "reset_after_effect", path)
    begun = await asked(world, one, _K.CANCEL, reason=options.reasons[-1].id)
    assert begun.operation.status is OperationStatus.DONE
    assert await world.sent(path) == before + 1


async def test_a_carrier_that_the_marketplace_chooses_cannot_be_named(world: World) -> None:
    one = await world.bought()
    begun = await asked(world, one, _K.PACK, carrier="JNE")
    assert begun.operation.outcomes[0].code == "carrier_not_chosen"
    assert statuses(await world.orders.get(one.order.id)) == ["pending"]


async def test_a_label_is_asked_for_once_and_printed_again_from_here(world: World) -> None:
    one = await world.bought()
    await asked(world, one, _K.PACK)
    first = await world.orders.documents.label(OPERATOR, one.order.id, None)
    before = await world.sent("/order/package/document/get")
    await fault(world, "http_500", "/order/package/document/get", 5)
    assert await world.orders.documents.label(OPERATOR, one.order.id, None) == first
    assert await world.sent("/order/package/document/get") == before
    with pytest.raises(UnknownItems):
        await world.orders.documents.label(OPERATOR, one.order.id, ["FP000"])


async def test_what_was_asked_and_what_came_of_it_stand_in_the_timeline(world: World) -> None:
    one = await world.bought()
    begun = await asked(world, one, _K.PACK)
    steps = await world.orders.timeline(one.order.id, 20)
    (wish,) = [step for step in steps if step.action == "order.asked_for"]
    (end,) = [step for step in steps if step.action == "order.asked_for_ended"]
    assert (wish.actor, wish.detail["kind"]) == (OPERATOR.label, "pack")
    assert end.detail["status"] == "done"
    assert [operation.id for operation in await world.orders.operations.of_order(one.order.id)] == [begun.operation.id]
    assert begun.operation.outcomes[0].item == ids.show(ITEM_PREFIX, one.items[0].id)


async def _eventually_done(tx: Any, id_: Any) -> None:
    for _ in range(400):
        if (await operation_store.one(tx, id_)).status is OperationStatus.DONE:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("its end is not known")


async def test_a_parcel_is_undone_and_one_of_its_items_cancelled_alone(world: World) -> None:
    one = await world.bought(quantity=2)
    packed = await asked(world, one, _K.PACK)
    undone = await asked(world, one, _K.REPACK, packages=list(packed.order.packages))
    assert (statuses(undone.order), undone.order.packages) == (["repacked", "repacked"], {})
    _, options, _ = await world.orders.cancel_options(one.order.id, [one.items[1].id])
    await asked(world, one, _K.CANCEL, items=[one.items[1].id], reason=options.reasons[-1].id)
    await world.until(one.order.external_id, holds=lambda now: statuses(now) == ["repacked", "cancelled"])
    assert statuses((await asked(world, one, _K.PACK)).order) == ["packed", "cancelled"]


async def test_a_lost_answer_to_a_repack_is_looked_up_and_not_sent_again(world: World) -> None:
    one = await world.bought()
    await asked(world, one, _K.PACK)
    before = await world.sent("/order/package/repack")
    await fault(world, "reset_after_effect", "/order/package/repack")
    begun = await asked(world, one, _K.REPACK)
    assert begun.operation.status is OperationStatus.DONE
    assert (statuses(begun.order), await world.sent("/order/package/repack")) == (["repacked"], before + 1)


@pytest.mark.parametrize(("kind", "ends"), [(_K.DELIVERED, "delivered"), (_K.FAILED_DELIVERY, "failed")])
async def test_the_sellers_own_fleet_says_what_became_of_a_parcel(world: World, kind: OperationKind, ends: str) -> None:
    one = await world.bought(sku="LEMARI")
    for before in (_K.PACK, _K.SHIP):
        await asked(world, one, before)
    begun = await asked(world, one, kind)
    assert begun.operation.status is OperationStatus.DONE, begun.operation.outcomes
    assert statuses(begun.order) == [ends]
    by_carrier = await world.bought()
    for before in (_K.PACK, _K.SHIP):
        await asked(world, by_carrier, before)
    with pytest.raises(ItemsNotAllowed):
        await asked(world, by_carrier, kind)


async def test_what_is_digital_is_delivered_and_never_packed(world: World) -> None:
    one = await world.bought(sku="PULSA-50", quantity=2)
    with pytest.raises(ItemsNotAllowed):
        await asked(world, one, _K.PACK)
    begun = await asked(world, one, _K.DIGITAL_DELIVERED, items=[one.items[0].id])
    assert statuses(begun.order) == ["delivered", "pending"]
    parcel = await world.bought()
    for kind in (_K.DIGITAL_DELIVERED, _K.RETURNED):
        with pytest.raises(ItemsNotAllowed):
            await asked(world, parcel, kind)


async def test_a_marketplaces_invoice_is_asked_for_once_and_not_before_it_is_packed(world: World) -> None:
    one, path = await world.bought(), "/order/document/get"
    with pytest.raises(DocumentNotThere):
        await world.orders.documents.invoice(OPERATOR, one.order.id)
    await asked(world, one, _K.PACK)
    before = await world.sent(path)
    first = await world.orders.documents.invoice(OPERATOR, one.order.id)
    assert first.body.startswith(b"%PDF")
    assert await world.orders.documents.invoice(OPERATOR, one.order.id) == first
    assert await world.sent(path) == before + 1
