"""From an announcement to the shop's server: what arrives, what is tried again, and what is kept of it. Real database, real sockets."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook

from gerbang.base import ids
from gerbang.core.endpoints import sending_store
from gerbang.core.endpoints.model import (
    BadEndpoint,
    DeliveryNotFound,
    DeliveryOutcome,
    DeliveryStatus,
    DisabledReason,
    EndpointDisabled,
    EndpointTooYoung,
    Profile,
    Signing,
)
from gerbang.core.endpoints.schedule import waits
from gerbang.core.endpoints.sender import TOPIC
from gerbang.core.queue import business_time
from gerbang.nouns import NOUNS
from tests.core.endpoints.receiver import OK, Receiver, status
from tests.core.endpoints.world import BY, World


async def test_what_happens_to_an_object_reaches_the_shops_server_signed_and_whole(
    world: World, shop: Receiver
) -> None:
    endpoint, keys = await world.endpoint(shop.url, signing=Signing.BOTH)
    world.start()
    parcel = await world.say("parcel.sent")
    delivery = await world.until_tried(endpoint, 1)
    (came,) = shop.came
    assert keys.secret is not None
    said = Webhook(keys.secret).verify(came.body, came.headers)
    assert said == msgspec.json.decode(came.body)
    assert said["data"] == {"object": "parcel", "id": ids.show("pcl", parcel)}
    assert (said["id"], said["type"], said["sequence"], said["api_version"]) == (came.id, "parcel.sent", 1, "v1")
    assert [token.partition(",")[0] for token in came.headers["webhook-signature"].split()] == ["v1", "v1a"]
    (tried,) = delivery.attempts
    assert (delivery.status, tried.status_code, tried.error, tried.address) == (
        DeliveryStatus.SUCCEEDED,
        200,
        None,
        "127.0.0.1",
    )
    assert (tried.response_body, tried.request_headers["webhook-id"]) == (b"ok", came.id)
    assert tried.timings["total_ms"] is not None


async def test_an_endpoint_hears_only_of_what_it_asked_for_and_of_nothing_before_it_was_made(
    world: World, shop: Receiver
) -> None:
    await world.say("parcel.sent")
    endpoint, _ = await world.endpoint(shop.url, events=["parcel.sent", "van.*"])
    await world.say("parcel.packed", "parcel.sent", "van.left", "vans.left")
    assert sorted(one.type for one in await world.deliveries(endpoint)) == ["parcel.sent", "van.left"]


async def test_the_whole_table_of_retries_is_kept_and_then_it_is_over(world: World, shop: Receiver) -> None:
    shop.answer = status(500)
    endpoint, _ = await world.endpoint(shop.url)
    world.start()
    await world.say("parcel.sent")
    for tries, wait_s in enumerate(waits(Profile.STANDARD), start=1):
        tried = await world.until_tried(endpoint, tries)
        assert tried.next_attempt_at is not None
        planned_s = (tried.next_attempt_at - tried.attempts[-1].at).total_seconds()
        assert wait_s <= planned_s <= wait_s * 1.1 + 3
        await world.advance(planned_s)
    last = await world.until_tried(endpoint, 10)
    assert (last.status, last.next_attempt_at) == (DeliveryStatus.FAILED, None)
    assert len({came.id for came in shop.came}) == 1
    assert len({came.body for came in shop.came}) == 1


async def test_a_receiver_that_asks_for_time_gets_it(world: World, shop: Receiver) -> None:
    shop.answer = status(429, "Retry-After: 3600")
    endpoint, _ = await world.endpoint(shop.url)
    world.start()
    await world.say("parcel.sent")
    tried = await world.until_tried(endpoint, 1)
    assert tried.next_attempt_at is not None
    assert 3_600 <= (tried.next_attempt_at - tried.attempts[0].at).total_seconds() <= 3_605


async def test_an_attempt_is_dated_by_the_time_that_was_moved_before_every_process_heard_of_it(
    world: World, shop: Receiver
) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await business_time.advance(world.owner, 86_400)
    world.start()
    await world.say("parcel.sent")
    tried = await world.until_tried(endpoint, 1)
    assert tried.attempts[0].at >= tried.created_at


async def test_a_test_event_that_is_refused_says_nothing_of_how_the_endpoint_stands(
    world: World, shop: Receiver
) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    world.start()
    shop.answer = status(500)
    await world.endpoints.test(BY, endpoint.id)
    await world.until_tried(endpoint, 1)
    assert (await world.endpoints.get(endpoint.id)).failing_since is None
    await world.say("parcel.sent")

    async def fails() -> bool:
        return (await world.endpoints.get(endpoint.id)).failing_since is not None

    await world.until(fails)


async def test_what_a_request_makes_due_is_told_to_the_worker_once_it_is_committed(
    world: World, shop: Receiver
) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    told: list[str] = []
    world.db.tell = told.append
    delivery = await world.endpoints.test(BY, endpoint.id)
    await world.endpoints.resend(BY, delivery.id)
    assert told == [TOPIC] * 2
    await world.rows("UPDATE endpoints SET created_at = created_at - interval '2 days' RETURNING id")
    await world.endpoints.resend_range(BY, endpoint.id, endpoint.created_at, None, DeliveryOutcome.SUCCEEDED)
    assert told == [TOPIC] * 3
    with pytest.raises(DeliveryNotFound):
        await world.endpoints.resend(BY, ids.new())
    assert len(told) == 3
    assert [topic for noun in NOUNS.each for topic in noun.wakes] == [TOPIC], "a worker listens to it"


async def test_410_disables_the_endpoint_tells_so_and_what_was_on_its_way_can_be_sent_again(
    world: World, shop: Receiver
) -> None:
    shop.answer = status(410)
    endpoint, _ = await world.endpoint(shop.url)
    world.start()
    await world.say("parcel.sent")

    async def disabled() -> bool:
        return (await world.endpoints.get(endpoint.id)).disabled is DisabledReason.GONE

    await world.until(disabled)
    told = await world.rows("SELECT type, data FROM announcements WHERE type = 'endpoint.disabled'")
    assert [row["data"]["why"] for row in told] == ["gone"]
    delivery = await world.delivery(endpoint)
    assert delivery.status is DeliveryStatus.CANCELLED
    with pytest.raises(EndpointDisabled):
        await world.endpoints.resend(BY, delivery.id)
    shop.answer = lambda _: OK
    await world.endpoints.change(BY, endpoint.id, {"disabled": None})
    await world.endpoints.resend(BY, delivery.id)
    await world.until_tried(endpoint, 2)
    assert [came.id for came in shop.came] == [shop.came[0].id] * 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 307 Go\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "http_307: Redirects are not"),
        (b"", "outcome_unknown: "),
    ],
    ids=["redirect", "nothing"],
)
async def test_only_a_2xx_counts(world: World, shop: Receiver, answer: bytes, said: str) -> None:
    shop.answer = lambda _: answer
    endpoint, _ = await world.endpoint(shop.url)
    sender = world.another_worker(timeout_s=0.5)
    stop = asyncio.Event()
    running = asyncio.create_task(sender.run(stop))
    await world.say("parcel.sent")
    tried = await world.until_tried(endpoint, 1)
    stop.set()
    await running
    assert tried.status is DeliveryStatus.PENDING
    assert str(tried.attempts[0].error).startswith(said)
    assert len(shop.came) == 1


async def test_five_days_of_nothing_but_failures_disable_an_endpoint_which_is_told_after_one(
    world: World, shop: Receiver
) -> None:
    shop.answer = status(500)
    endpoint, _ = await world.endpoint(shop.url, profile=Profile.LONG)
    world.start()
    await world.say("parcel.sent")

    async def told() -> list[str]:
        found = await world.rows(
            "SELECT type FROM announcements WHERE type IN ('endpoint.failing', 'endpoint.disabled') ORDER BY made_at"
        )
        return [row["type"] for row in found]

    said: list[str] = []
    for tries in range(1, 40):
        await world.until_tried(endpoint, tries)
        if len(said := await told()) == 2:
            break
        await world.advance(86_400 * 1.2)
    assert said == ["endpoint.failing", "endpoint.disabled"]
    assert (await world.endpoints.get(endpoint.id)).disabled is DisabledReason.FAILING


async def test_both_secrets_sign_while_one_is_replaced_and_afterwards_the_new_one_alone(
    world: World, shop: Receiver
) -> None:
    endpoint, first = await world.endpoint(shop.url)
    world.start()
    second = await world.endpoints.rotate(BY, endpoint.id, 1)
    await world.say("parcel.sent")
    await world.until_tried(endpoint, 1)
    await asyncio.sleep(1.1)
    await world.say("parcel.lost")
    await world.until(lambda: _as_coroutine(len(shop.came) == 2))
    for secret, came, good in ((first, 0, True), (second, 0, True), (first, 1, False), (second, 1, True)):
        assert secret.secret is not None
        verify = Webhook(secret.secret).verify
        if good:
            verify(shop.came[came].body, shop.came[came].headers)
        else:
            with pytest.raises(Exception, match="signature"):
                verify(shop.came[came].body, shop.came[came].headers)


async def _as_coroutine(value: bool) -> bool:
    return value


async def test_an_ordered_endpoint_holds_an_objects_later_events_back_and_no_other_objects(
    world: World, shop: Receiver
) -> None:
    shop.answer = lambda receiver: (
        status(500)(receiver) if receiver.came[-1].sequence == 1 and len(receiver.came) == 1 else OK
    )
    await world.endpoint(shop.url, ordered=True)
    parcel = await world.say("parcel.packed", "parcel.sent", "parcel.arrived")
    world.start()
    await world.until(lambda: _as_coroutine(len(shop.came) == 1))
    other = await world.say("parcel.packed")
    await world.until(lambda: _as_coroutine(len(shop.came) == 2))
    assert msgspec.json.decode(shop.came[1].body)["data"]["id"] == ids.show("pcl", other)
    await world.advance(7)
    await world.until(lambda: _as_coroutine(len(shop.came) == 5))
    mine = [
        came.sequence for came in shop.came if msgspec.json.decode(came.body)["data"]["id"] == ids.show("pcl", parcel)
    ]
    assert mine == [1, 1, 2, 3]


async def test_a_try_whose_worker_died_is_made_again_under_the_same_id(world: World, shop: Receiver) -> None:
    await world.endpoint(shop.url)
    await world.say("parcel.sent")
    shop.delay_s = 30
    worker = world.another_worker(lease_s=1.0, timeout_s=0.9)
    loop = asyncio.create_task(worker.run(asyncio.Event()))
    await world.until(lambda: _as_coroutine(len(shop.came) == 1))
    dead = [loop, *worker._running]
    for task in dead:
        task.cancel()
    shop.delay_s = 0
    await asyncio.gather(*dead, return_exceptions=True)
    world.start()
    await world.until(lambda: _as_coroutine(len(shop.came) == 2))
    assert shop.came[0].id == shop.came[1].id


async def test_a_try_that_died_with_its_worker_is_none_of_the_ten(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await world.say("parcel.sent")
    tries = 0
    for _ in range(3):  # taken by a worker that dies
        async with world.db.autocommit() as tx:
            (taken,) = await sending_store.claim(tx, {}, 1, 1, lease_s=0.01)
        tries = taken.tries
        await asyncio.sleep(0.02)
    assert tries == 3
    assert (await world.delivery(endpoint)).sending_until is not None
    shop.answer = status(500)
    world.start()
    tried = await world.until_tried(endpoint, 1)
    assert tried.next_attempt_at is not None
    assert tried.sending_until is None
    assert (tried.next_attempt_at - tried.attempts[-1].at).total_seconds() < waits(Profile.STANDARD)[0] * 2


async def test_a_range_is_sent_again_a_day_after_the_endpoint_was_made(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    world.start()
    since = world.clock.now() - timedelta(minutes=1)
    await world.say("parcel.packed", "parcel.sent")
    await world.until(lambda: _as_coroutine(len(shop.came) == 2))
    with pytest.raises(EndpointTooYoung):
        await world.endpoints.resend_range(BY, endpoint.id, since, None, DeliveryOutcome.SUCCEEDED)
    await world.advance(86_401)
    assert (await world.endpoints.resend_range(BY, endpoint.id, since, None, None)).count == 0
    assert (await world.endpoints.resend_range(BY, endpoint.id, since, None, DeliveryOutcome.SUCCEEDED)).count == 2
    await world.until(lambda: _as_coroutine(len(shop.came) == 4))
    assert len({came.id for came in shop.came}) == 2


async def test_what_happens_while_an_endpoint_is_off_is_kept_for_it_and_sent_when_somebody_says_so(
    world: World, shop: Receiver
) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await world.advance(86_400)
    began = world.clock.now()
    await world.endpoints.change(BY, endpoint.id, {"disabled": DisabledReason.BY_HAND})
    world.start()
    await world.say("parcel.sent")
    missed = await world.until(lambda: world.deliveries(endpoint))
    assert [one.status for one in missed] == [DeliveryStatus.CANCELLED]
    await world.endpoints.change(BY, endpoint.id, {"disabled": None})
    assert (await world.endpoints.resend_range(BY, endpoint.id, began, None, None)).count == 1
    await world.until_tried(endpoint, 1)
    assert [one.sequence for one in shop.came] == [1]


async def test_a_test_event_is_sent_whatever_the_endpoint_wants(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url, events=["nothing.ever"])
    world.start()
    made = await world.endpoints.test(BY, endpoint.id)
    await world.until_tried(endpoint, 1)
    said = msgspec.json.decode(shop.came[0].body)
    assert (said["type"], said["id"]) == ("endpoint.test", ids.show("evt", made.event_id))


@pytest.mark.parametrize(
    ("chosen", "pointer"),
    [
        ({"url": "http://169.254.169.254/latest"}, "/url"),
        ({"url": "http://10.0.0.1/"}, "/url"),
        ({"url": "https://user:secret@shop.example/"}, "/url"),
        ({"url": "ftp://shop.example/"}, "/url"),
        ({"events": []}, "/events"),
        ({"events": ["parcel.*", "pay*"]}, "/events/1"),
    ],
)
async def test_an_endpoint_that_cannot_work_is_refused_when_it_is_saved(
    world: World, shop: Receiver, chosen: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(BadEndpoint) as refused:
        await world.endpoint(**({"url": shop.url} | chosen))
    assert [one.pointer for one in refused.value.errors] == [pointer]


async def test_what_is_on_its_way_to_an_endpoint_that_is_deleted_is_never_sent(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await world.say("parcel.sent")
    await world.endpoints.delete(BY, endpoint.id)
    world.start()
    await asyncio.sleep(0.3)
    assert shop.came == []
    (row,) = await world.rows("SELECT status FROM deliveries")
    assert row["status"] == "cancelled"


async def test_a_dead_endpoint_with_a_long_queue_takes_no_turn_of_anothers(
    world: World, shop: Receiver, free_port: Callable[[], int]
) -> None:
    dead, _ = await world.endpoint(f"http://127.0.0.1:{free_port()}/", events=["noise.*"])
    alive, _ = await world.endpoint(shop.url, events=["parcel.*"])
    await world.say(*["noise.made"] * 2_000)
    world.start()
    await asyncio.sleep(0.3)
    for _ in range(5):
        await world.say("parcel.sent")
    await world.until(lambda: _as_coroutine(len(shop.came) == 5))
    tried = await world.rows(
        "SELECT count(*) AS n FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.endpoint_id = $1",
        dead.id,
    )
    assert tried[0]["n"] < 20
    assert {one.status for one in await world.deliveries(alive)} <= {DeliveryStatus.SUCCEEDED, DeliveryStatus.PENDING}


async def test_no_delivery_is_read_as_pending_beside_an_attempt_that_ended_it(world: World, shop: Receiver) -> None:
    endpoint, _ = await world.endpoint(shop.url)
    await world.say(*["parcel.sent"] * 300)
    world.start()
    torn: list[str] = []

    async def all_done() -> bool:
        found = await world.deliveries(endpoint)
        torn.extend(one.status for one in found if one.status is DeliveryStatus.PENDING and one.attempts)
        return all(one.status is DeliveryStatus.SUCCEEDED for one in found)

    await world.until(all_done)
    assert torn == []
