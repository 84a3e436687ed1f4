"""What the provider's own book says, read from the sandbox's journal: nothing of ours is asked. For tests about money."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from gerbang.base import ids
from gerbang.core.payments.model import PaymentDetail

from .conftest import World


@dataclass(slots=True)
class Book:
    """Totals of one payment's attempts at the provider, in minor units, and how often each thing was done."""

    paid: int = 0
    refunded: int = 0
    registered: int = 0
    refunds: list[int] = field(default_factory=list)


async def book_of(world: World, details: PaymentDetail) -> Book:
    """What the provider did for the attempts of a payment."""
    ours = {ids.show("att", attempt.id) for attempt in details.attempts}
    book = Book()
    journal = await world.control("journal?provider=nicepay&limit=1000", "GET")
    for entry in journal["data"]:
        effect = entry.get("effect") or {}
        if effect.get("reference") not in ours:
            continue
        match effect["kind"]:
            case "registered":
                book.registered += 1
            case "paid":
                book.paid += effect["amount"]
            case "refunded":
                book.refunded += effect["amount"]
                book.refunds.append(effect["amount"])
    return book


async def agrees(world: World, payment: UUID) -> PaymentDetail:
    """Assert that our totals are the provider's (O2); returns the payment."""
    details = await world.core.payments.get(payment)
    book = await book_of(world, details)
    ours = details.payment.amount_captured, sum(attempt.refunded for attempt in details.attempts)
    assert ours == (book.paid, book.refunded), f"captured and refunded {ours}, the provider says {book}"
    return details


async def quick(world: World, timeout_s: int = 1) -> None:
    """Let the connection give up on the provider after a second, so that a silence is a short one."""
    known = await world.core.connections.get("nicepay-uji")
    settings = {**known.settings, "timeout_s": str(timeout_s)}
    await world.core.connections.update("test", known.id, settings=settings, secrets=known.secrets, enabled=True)


async def fault(world: World, kind: str, route: str, count: int = 1, delay_s: float = 1.5) -> None:
    """Let the provider fail, `count` times."""
    await world.control("nicepay/faults", "PUT", kind=kind, route=route, count=count, delay_s=delay_s)
    if kind == "refuse":
        await asyncio.sleep(0.3)  # the door shuts when its own answer is out
