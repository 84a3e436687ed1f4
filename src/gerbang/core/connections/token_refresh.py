"""Keeping the tokens of shops alive: a loop in every worker, one of which refreshes a shop at a time; and telling operators in time when a seller must let the app in again.

A refresh makes both tokens anew, and the old ones may die with it. So the one who holds the row's claim asks; both are stored, the refresh token first, before anything uses them. Whoever dies between has
stored one, both or none: the claim runs out, and the newest refresh token that is stored is tried. An answer that is lost may have killed it: it is tried once more, and then the operator is told.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from gerbang.base.db import Database, Row
from gerbang.base.errors import NotFound
from gerbang.base.polling import poll
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections import shop_store, store
from gerbang.core.connections.model import FURTHEST_WARNING, Connection, refresh_in_s, warning
from gerbang.core.connections.outbound_calls import AUTHORISATIONS, CallResult, Operation, OutboundCalls, Outcome
from gerbang.core.secrets.model import Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.ports.marketplace import Refused, Tokens, Why

log = structlog.get_logger()
EVERY_S: Final = 5.0
_LEASE_S: Final = 180  # longer than a call may take, with the writing of both tokens
_BATCH: Final = 20
_REFRESH: Final = Operation("token_refresh", repeatable=False)
_FIRST_WAIT_S: Final = 60
_LONGEST_WAIT_S: Final = 1_800
_TOLD_AFTER: Final = 2  # failures in a row


class TokenRefresh:
    """The loop."""

    def __init__(self, db: Database, secrets: Secrets, outbound: OutboundCalls) -> None:
        self._db = db
        self._secrets = secrets
        self._outbound = outbound
        self._connections = outbound.connections

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await poll(stop, EVERY_S, self.run_once, failed="shops.not_refreshed")

    async def run_once(self) -> int:
        """Refresh what is due, and tell what ends soon; returns how many were refreshed or tried."""
        async with self._db.reading() as tx:
            due, ending = await shop_store.due(tx, _BATCH), await shop_store.ending(tx, FURTHEST_WARNING)
        tried = 0
        for id_ in due:
            tried += await self.refresh(id_)
        for row in ending:
            await self._warn(row)
        return tried

    async def refresh(self, id_: str) -> bool:
        """One shop, if nobody else is at it and it is due; returns whether the marketplace was to be asked."""
        shop = await self._connections.get(id_)
        async with self._db.transaction() as tx:
            claimed = await shop_store.claim(tx, id_, _LEASE_S)
        if claimed is None or shop.parent is None:
            return False
        name = shop.secrets.get("refresh_token", "")
        self._secrets.forget(name)  # another process may have stored a newer one
        try:
            token = (await self._secrets.newest(name, Purpose.CALL_PROVIDER)).value
        except NotFound:
            await self._end(shop, claimed, "no_token", {})
            return True
        result = await self._outbound.ask(
            shop.parent, AUTHORISATIONS, _REFRESH, lambda adapter, account: adapter.refresh(account, token), about=id_
        )
        if result.outcome is Outcome.ANSWERED and result.answer is not None:
            await self._take(shop, claimed, result.answer, result.journal())
        elif isinstance(result.error, Refused) and result.error.why is Why.AUTHORISE_AGAIN:
            await self._end(shop, claimed, "refused", result.journal())
        else:
            await self._try_later(shop, claimed, result)
        return True

    async def _take(self, shop: Connection, claimed: Row, tokens: Tokens, journal: dict[str, Any]) -> None:
        site, seller = shop.settings["site"], shop.settings["seller_id"]
        if tokens.site != site or (tokens.sellers and tokens.sellers.get(site) != seller):
            await self._end(shop, claimed, "another_seller", journal)
            return
        async with self._db.reading() as tx:
            if not await shop_store.holds(tx, shop.id, claimed["claim"]):
                return
        if tokens.refresh:
            await self._secrets.put(shop.secrets["refresh_token"], tokens.refresh, overlap_s=0, actor=SYSTEM)
        await self._secrets.put(shop.secrets["access_token"], tokens.access, overlap_s=0, actor=SYSTEM)
        lives = (tokens.access_s, tokens.refresh_s, refresh_in_s(tokens.access_s, tokens.refresh_s))
        async with self._db.transaction() as tx:
            await shop_store.refreshed(tx, shop.id, claimed["claim"], claimed["at"], *lives)
            await record(tx, [Entry(SYSTEM, "shop.tokens_refreshed", f"connection:{shop.id}", journal)])
        log.info("shop.tokens_refreshed", connection=shop.id)

    async def _try_later(self, shop: Connection, claimed: Row, result: CallResult[Tokens]) -> None:
        failures = claimed["failures"] + 1
        wait_s = min(_FIRST_WAIT_S * 2 ** min(failures - 1, 10), _LONGEST_WAIT_S)
        async with self._db.transaction() as tx:
            if not await shop_store.fail(tx, shop.id, claimed["claim"], wait_s):
                return
            await record(tx, [Entry(SYSTEM, "shop.refresh_failed", f"connection:{shop.id}", result.journal())])
            if failures == _TOLD_AFTER:
                await announce(tx, [Announcement("shop.refresh_failing", None, about(shop), real_now())])
        log.warning("shop.refresh_failed", connection=shop.id, outcome=result.outcome.value, failures=failures)

    async def _end(self, shop: Connection, claimed: Row, why: str, journal: dict[str, Any]) -> None:
        async with self._db.transaction() as tx:
            if not await shop_store.end(tx, shop.id, claimed["claim"]):
                return  # the seller has let the app in meanwhile
            entry = Entry(SYSTEM, "shop.authorisation_ended", f"connection:{shop.id}", {"why": why, **journal})
            await record(tx, [entry])
            await announce(tx, [Announcement("shop.authorisation_ended", None, about(shop, why=why), real_now())])
            if why == "another_seller":  # nothing of it may go on by itself
                await store.save(tx, shop.id, shop.settings, shop.secrets, enabled=False)
                await store.tell(tx, shop.id)
        self._connections.forget()
        alert = "The seller must let the app in again: connect the shop from its page."
        log.error("shop.authorisation_ended", connection=shop.id, why=why, alert=alert)

    async def _warn(self, row: Row) -> None:
        days = warning(row["days"])
        if row["warned_days"] is not None and row["warned_days"] <= days:
            return
        shop = await self._connections.get(row["connection"])
        async with self._db.transaction() as tx:
            if await shop_store.note_warned(tx, shop.id, days):
                await announce(
                    tx, [Announcement("shop.authorisation_ending", None, about(shop, days=days), real_now())]
                )


def about(shop: Connection, **more: Any) -> dict[str, Any]:
    """What operators are told of a shop."""
    return {"connection": shop.id, "livemode": shop.livemode, **more}


def real_now() -> datetime:
    """Lives of tokens are in real time."""
    return datetime.now(UTC)
