"""Reservations end by themselves: a loop of the workers gives up those whose time is over."""

import asyncio
from typing import Final

from gerbang.base.polling import poll
from gerbang.core.catalogue.reservations import Reservations

EVERY_S: Final = 1.0


async def run(reservations: Reservations, stop: asyncio.Event) -> None:
    """Look once a second until `stop` is set; several processes may."""
    await poll(stop, EVERY_S, reservations.end_due, failed="reservations.not_ended")
