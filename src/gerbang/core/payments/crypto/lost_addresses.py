"""Money at addresses that were shown and whose payments are gone, because the database was restored from an older backup.

Nobody knows any more what was asked for there. Balances are looked at, at growing distances until 180 days after; what came is a payment of
its own that is held, and a person decides.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import GerbangError
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, no_audit_no_action, record
from gerbang.core.payments import attempt_store, store
from gerbang.core.payments.applying_facts import FactReport, apply_facts
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto import lost_address_store
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.chain_connections import ChainConnection, ChainConnections
from gerbang.core.payments.crypto.lost_address_store import LostNumber
from gerbang.core.payments.crypto.transfers import facts, is_foreign
from gerbang.core.payments.model import Attempt, AttemptStatus, DisputeState, Payment, PaymentStatus
from gerbang.core.payments.open_work import decision_store
from gerbang.ports.chain import Asset
from gerbang.ports.facts import Accepted, Captured, Fact, Mismatched
from gerbang.ports.payment import Lookup, Method, Payer, Quote, SubmissionEffect

log = structlog.get_logger()
_AT_ONCE: Final = 200
_COMPARE_EVERY_S: Final = 60.0
_TITLE: Final = "Money at an address of a lost payment"
_WHY: Final = (
    "Money came to an address that was shown before the database was restored. What it was for is in no payment here."
)


class LostAddresses:
    """Looks at the balances of lost numbers; `everyone` tells which connections look at chains now, `sweep` finds an attempt's transfers."""

    def __init__(
        self,
        ctx: Context,
        everyone: Callable[[], Awaitable[ChainConnections]],
        sweep: Callable[[Sequence[UUID]], Awaitable[None]],
    ) -> None:
        self._ctx = ctx
        self._everyone = everyone
        self._sweep = sweep
        self._compared_at = float("-inf")

    async def look(self) -> int:
        """Look at the addresses that are due, some hundred at once; returns how many there were. Several processes may."""
        if time.monotonic() - self._compared_at > _COMPARE_EVERY_S:
            wallets = {one.wallet for one in (await self._everyone()).all}
            await self._ctx.calls.deposits.compare(sorted(wallets))
            self._compared_at = time.monotonic()
        async with self._ctx.db.transaction() as tx:
            due = await lost_address_store.take(tx, _AT_ONCE)
        if due:
            await self._look_at(due)
        return len(due)

    async def _look_at(self, due: Sequence[LostNumber]) -> None:
        """On every chain on which a connection has the wallet. Where one does not answer, its numbers stay due."""
        everyone, done, failed = await self._everyone(), set[LostNumber](), set[LostNumber]()
        for one in everyone.all:
            mine = [number for number in due if number.wallet == one.wallet]
            if not mine:
                continue
            try:
                await self._find(one, mine)
                done |= {*mine}
            except GerbangError as error:
                log.warning("chain.not_swept", connection=one.id, code=error.code, why=error.detail)
                failed |= {*mine}
        async with self._ctx.db.transaction() as tx:
            await lost_address_store.swept(tx, sorted(done - failed, key=lambda number: (number.wallet, number.number)))

    async def _find(self, one: ChainConnection, numbers: Sequence[LostNumber]) -> None:
        places = {one.chain.deposit(one.account, each.number)[0].lower(): each for each in numbers}
        balances = await one.chain.balances(one.account, places.keys())
        came: dict[str, list[tuple[Asset, int]]] = {}
        for (address, contract), units in balances.items():
            asset = one.network.asset(contract)
            if units and asset is not None:
                came.setdefault(address, []).append((asset, units))
        for address, what in sorted(came.items()):
            await self._hold(one, places[address], address, what)

    async def _hold(
        self, one: ChainConnection, number: LostNumber, address: str, what: Sequence[tuple[Asset, int]]
    ) -> None:
        """Make what came a payment that is held, once, and look for the transfers that brought it."""
        stands = {asset.symbol: str(units) for asset, units in what}
        detail = {"wallet": number.wallet, "number": number.number, "address": address, "stands": stands}
        async with self._ctx.db.transaction() as tx:
            if not await lost_address_store.lock(tx, number):
                return
            payment, attempt = _payment(one, number, what[0], await store.business_now(tx))
            await _add(tx, payment, attempt)
            await lost_address_store.found(tx, number, payment.id)
            await apply_facts(
                tx, [FactReport(attempt.id, [Accepted(address), Mismatched(_WHY)], "chain", detail=detail)]
            )
        shown = ids.show("pay", payment.id)
        log.error("addresses.money_at_a_lost_one", payment=shown, **detail, alert=_WHY)
        await self._sweep([attempt.id])


def is_unclaimed(attempt: Attempt) -> bool:
    """Whether it stands for a lost address whose money nobody has accepted yet."""
    return attempt.deposit is not None and attempt.quote is not None and not attempt.quote.network


async def adopt(tx: Tx, attempt: Attempt) -> tuple[Attempt, list[Fact]]:
    """The attempt as one that asked for what came first, and what its transfers say now: all that came of it counts, and so does what still
    comes, as at any other address. The caller holds the lock under which looks are written.
    """
    assert attempt.quote is not None
    network = str(attempt.options["network"])
    await lost_address_store.adopt(tx, attempt.id, network, attempt.quote.asset)
    asked = replace(attempt, quote=replace(attempt.quote, network=network))
    came = await chain_store.of_attempts(tx, [attempt.id])
    if any(is_foreign(one) for one in came):
        await decision_store.note_foreign(tx, [attempt.payment_id])
    said = facts(asked, came)
    return asked, [fact for fact in said if isinstance(fact, Captured)]


async def _add(tx: Tx, payment: Payment, attempt: Attempt) -> None:
    writes = StatementBatch()
    await store.add_payments(writes, [payment])
    await store.add_payers(writes, {payment.id: Payer()})
    await attempt_store.add_attempts(writes, [(attempt, payment)])
    pay = ids.show("pay", payment.id)
    await record(writes, [Entry(SYSTEM, "payment.found", pay, {"attempt": ids.show("att", attempt.id)})])
    with no_audit_no_action():
        await writes.send(tx)


def _payment(
    one: ChainConnection, number: LostNumber, first: tuple[Asset, int], now: datetime
) -> tuple[Payment, Attempt]:
    """What came, as a payment of that much, over before it began. It was asked for on no network: so whatever comes there is a person's
    matter, and is credited to nobody by guess, until a person accepts it (`adopt`).
    """
    asset, units = first
    payment = _expired_payment(one, asset, units, now)
    attempt = _expired_attempt(one, number, payment, _quote(one, number, first, now))
    return payment, attempt


def _quote(one: ChainConnection, number: LostNumber, first: tuple[Asset, int], now: datetime) -> Quote:
    asset, units = first
    return Quote(
        asset=asset.symbol,
        network="",
        decimals=asset.decimals,
        amount=str(units),
        rate="1",
        source="restored",
        spread_bp=0,
        tolerance="0",
        holder=f"wallet:{one.network.name}:{asset.symbol}",
        locked_at=number.since,
        expires_at=now,
        wallet=number.wallet,
    )


def _expired_payment(one: ChainConnection, asset: Asset, units: int, now: datetime) -> Payment:
    return Payment(
        id=ids.new(),
        status=PaymentStatus.EXPIRED,
        late=False,
        livemode=one.connection.livemode,
        amount=units,
        currency=asset.symbol,
        amount_captured=0,
        amount_refunded=0,
        amount_excess=0,
        description=_TITLE,
        order_reference=None,
        owner_id=None,
        metadata={},
        items=(),
        return_url=None,
        sequence=1,
        created_at=now,
        updated_at=now,
        expires_at=now,
        paid_at=None,
        cancelled_at=None,
    )


def _expired_attempt(one: ChainConnection, number: LostNumber, payment: Payment, quote: Quote) -> Attempt:
    return Attempt(
        id=ids.new(),
        payment_id=payment.id,
        number=1,
        status=AttemptStatus.EXPIRED,
        method=Method.CRYPTO,
        options={"asset": payment.currency, "network": one.network.name},
        connection=one.id,
        effect=SubmissionEffect.INSTRUCTS,
        lookup=Lookup.NONE,
        amount=payment.amount,
        currency=payment.currency,
        captured=0,
        refunded=0,
        refund_reserved=0,
        dispute=DisputeState.NONE,
        provider_reference=None,
        next_action=None,
        failure=None,
        asked_at=None,
        unsent=False,
        created_at=number.since,
        updated_at=payment.updated_at,
        expires_at=payment.expires_at,
        look_at=None,
        quote=quote,
        received=0,
        deposit=number.number,
    )
