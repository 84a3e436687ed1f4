"""A view that is read again and again: who waits on purpose between two looks is not stuck."""

import asyncio

from gerbang.base.polling import poll
from gerbang.base.watchdog import Watchdog, watched


async def test_a_pause_longer_than_the_watchdog_waits_is_no_standstill_and_ends_when_it_is_told_to() -> None:
    dog, stop, looks = Watchdog(), asyncio.Event(), list[float]()

    async def look() -> None:
        looks.append(dog.ages()["hourly"])

    with dog.watching():
        waiting = asyncio.create_task(watched("hourly", lambda: poll(stop, 3_600, look, failed="never", beat_s=0.05)))
        await asyncio.sleep(0.5)
        assert dog.ages()["hourly"] < 0.4
        stop.set()
        await asyncio.wait_for(waiting, 1)
    assert len(looks) == 1
