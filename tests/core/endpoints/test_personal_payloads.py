"""People are named only to endpoints that may hear of them, and not after they were erased. Real database, real sockets."""

import pytest

from gerbang.base.errors import Forbidden
from gerbang.core.endpoints import delivery_store
from gerbang.core.endpoints.model import DISCLOSE, BadEndpoint
from gerbang.core.endpoints.service import NewEndpoint
from gerbang.core.identity.model import Caller
from tests.core.endpoints.receiver import Receiver, receiving
from tests.core.endpoints.world import BY, PARCEL, World

DEVELOPER = Caller("api_key", "key:developer", permissions=frozenset({"endpoints:manage"}))
ADMIN = Caller("api_key", "key:admin", permissions=frozenset({"endpoints:manage", DISCLOSE}))


async def test_people_are_named_only_to_an_endpoint_that_includes_them(world: World, shop: Receiver) -> None:
    async with receiving() as other:
        await world.endpoint(shop.url)
        await world.endpoint(other.url, include=["personal"])
        world.start()
        await world.say("parcel.sent")
        await world.until(lambda: _both(shop, other))
        assert b"Sari" not in shop.came[0].body
        assert b"Sari" in other.came[0].body
        assert shop.came[0].id == other.came[0].id


async def test_no_body_that_names_people_is_made_where_nobody_asked_for_it(world: World, shop: Receiver) -> None:
    await world.endpoint(shop.url)
    await world.say("parcel.sent")
    assert await world.rows("SELECT 1 FROM personal_bodies") == []


async def test_who_was_erased_is_not_named_by_what_is_still_to_be_sent(world: World, shop: Receiver) -> None:
    await world.endpoint(shop.url, include=["personal"])
    parcel = await world.say("parcel.sent")
    async with world.db.transaction() as tx:
        assert len(await delivery_store.personal_events(tx, PARCEL, [parcel])) == 1
        assert await delivery_store.erase_personal(tx, PARCEL, [parcel]) == 1
    world.start()
    await world.until(lambda: _came(shop))
    assert b"Sari" not in shop.came[0].body


async def test_only_who_may_let_people_be_named_makes_such_an_endpoint_or_sends_it_elsewhere(
    world: World, shop: Receiver
) -> None:
    async with receiving() as other:
        with pytest.raises(Forbidden):
            await world.endpoints.create(DEVELOPER, NewEndpoint(shop.url, include=["personal"]))
        endpoint, _ = await world.endpoints.create(DEVELOPER, NewEndpoint(shop.url))
        with pytest.raises(Forbidden):
            await world.endpoints.change(DEVELOPER, endpoint.id, {"include": ["personal"]})
        await world.endpoints.change(ADMIN, endpoint.id, {"include": ["personal"]})
        with pytest.raises(Forbidden):
            await world.endpoints.change(DEVELOPER, endpoint.id, {"url": other.url})
        await world.endpoints.change(DEVELOPER, endpoint.id, {"url": other.url, "include": []})
    told = await world.rows("SELECT actor, detail FROM audit WHERE action = 'endpoint.disclosed'")
    assert [(row["actor"], row["detail"]) for row in told] == [("key:admin", {"include": ["personal"]})]


async def test_what_nobody_knows_cannot_be_included(world: World, shop: Receiver) -> None:
    with pytest.raises(BadEndpoint) as refused:
        await world.endpoints.create(BY, NewEndpoint(shop.url, include=["secrets"]))
    assert [one.pointer for one in refused.value.errors] == ["/include/0"]


async def _both(*shops: Receiver) -> bool:
    return all(shop.came for shop in shops)


async def _came(shop: Receiver) -> bool:
    return bool(shop.came)


async def test_an_endpoint_at_a_host_that_no_other_is_at_is_announced_as_such(world: World, shop: Receiver) -> None:
    async with receiving() as other:
        first, _ = await world.endpoint(shop.url)
        await world.endpoint(shop.url + "/second")
        await world.endpoints.change(BY, first.id, {"url": other.url})
        await world.endpoints.change(BY, first.id, {"description": "the same"})
    told = await world.rows("SELECT type, data FROM announcements WHERE type LIKE 'endpoint.%' ORDER BY id")
    assert [(row["type"], row["data"].get("new_host", False)) for row in told] == [
        ("endpoint.created", True),
        ("endpoint.created", False),
        ("endpoint.changed", True),
        ("endpoint.changed", False),
    ]
