"""A provider that does not answer: its connection's calls are held back, no other's are, and all that waited goes on by itself."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from gerbang.base.http import Unreachable
from gerbang.core.connections import probes
from gerbang.core.connections.breaker import BreakerRules
from gerbang.core.connections.outbound_calls import Operation
from gerbang.core.payments.model import AttemptStatus, MethodChoice, PaymentDetail
from gerbang.ports.payment import Method
from tests.chaos.proxy import Proxy
from tests.core.payments.provider_book import book_of, fault

from .conftest import VA, World

DOWN = MethodChoice(Method.VIRTUAL_ACCOUNT, {"bank": "BCA"}, "nicepay-down")


async def connect_down(world: World, port: int) -> None:
    """A second connection to the same provider, by an address where nobody listens."""
    known = await world.core.connections.get("nicepay-uji")
    settings = {**known.settings, "base_url": known.settings["base_url"].replace(str(_port(world)), str(port))}
    await world.core.connections.create(
        "test", "nicepay-down", "nicepay", livemode=False, settings=settings, secrets=known.secrets
    )


def _port(world: World) -> int:
    port = urlsplit(world.sandbox.url).port
    assert port is not None
    return port


async def create(world: World, choice: MethodChoice) -> PaymentDetail:
    return (await world.create(choice=choice)).details


async def opened(world: World) -> bool:
    return list(world.core.outbound.open_breakers()) == ["nicepay-down"]


async def instructed(world: World, made: list[PaymentDetail]) -> bool:
    """Whether each has been registered, the jobs' waits passing at once."""
    await world.advance(60)
    found = [await world.core.payments.get(one.payment.id) for one in made]
    return all(one.attempts[-1].next_action is not None for one in found)


async def test_a_provider_that_is_down_holds_up_its_own_connection_only_and_what_waited_goes_on_by_itself(
    world: World, free_port: Callable[[], int]
) -> None:
    world.core.outbound._rules = BreakerRules(failures=5, pause_s=0.5, longest_pause_s=1)
    port = free_port()
    await connect_down(world, port)

    opening = [asyncio.create_task(create(world, DOWN)) for _ in range(5)]
    await world.eventually(lambda: opened(world))
    held_back, other = await asyncio.gather(create(world, DOWN), create(world, VA))
    made = [*await asyncio.gather(*opening), held_back]
    assert other.attempts[0].next_action is not None
    assert {one.attempts[0].status for one in made} == {AttemptStatus.SUBMITTING}

    proxy = Proxy(_port(world))
    await proxy.open(port)
    await world.eventually(lambda: instructed(world, made))
    assert not await opened(world)
    for one in made:
        details = await world.core.payments.get(one.payment.id)
        assert ([a.status for a in details.attempts], (await book_of(world, details)).registered) == (
            [AttemptStatus.PENDING],
            1,
        )
    told = (await world.core.payments.timeline(held_back.payment.id))[-1].detail
    assert (told["operation"], told["outcome"]) == ("submit", "answered")
    await proxy.close()


async def test_after_an_outage_a_breaker_that_nobody_calls_closes_by_a_probe_and_not_before(world: World) -> None:
    outbound = world.core.outbound
    outbound._rules = BreakerRules(failures=1, pause_s=0.2, longest_pause_s=0.2)
    await fault(world, "http_500", "", count=1_000)
    await probes.try_quiet(outbound, 0)
    assert not outbound.open_breakers(), "what was never open is not asked"
    connection = await world.core.connections.get("nicepay-uji")
    silent = Operation("inquiry", repeatable=True)
    await outbound.send(connection.id, silent, _nobody_answers)
    await asyncio.sleep(0.3)
    await probes.probe(outbound, connection)
    assert list(outbound.open_breakers()) == [connection.id], "a person's probe that failed"
    await probes.try_quiet(outbound, 0)
    assert list(outbound.open_breakers()) == [connection.id], "a probe of its own that failed"

    await world.control("nicepay/faults", "DELETE")
    await asyncio.sleep(0.3)
    await probes.try_quiet(outbound, 60)
    assert list(outbound.open_breakers()) == [connection.id], "real calls come first"
    await probes.try_quiet(outbound, 0)
    assert outbound.open_breakers() == {}


async def _nobody_answers() -> str:
    raise Unreachable("Could not connect")
