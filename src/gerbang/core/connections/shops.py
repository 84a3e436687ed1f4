"""Shops below an app of a marketplace: a seller lets the app in, and what becomes of that authorisation. `token_refresh.py` keeps the tokens alive.

`state` opens one authorisation, once, for ten minutes, in the session that began it. Nothing is stored of an authorisation for another seller or country than expected.
"""

import hashlib
import secrets as chance
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from gerbang.base.db import Database, Tx
from gerbang.base.errors import NotFound
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections import shop_store, store
from gerbang.core.connections.model import (
    AuthorisationRefused,
    Connection,
    ConnectionExists,
    ShopTokens,
    refresh_in_s,
)
from gerbang.core.connections.outbound_calls import AUTHORISATIONS, Operation, OutboundCalls, Outcome
from gerbang.core.connections.service import Connections
from gerbang.core.connections.token_refresh import TokenRefresh, about
from gerbang.core.identity.model import Caller
from gerbang.core.secrets.service import Secrets
from gerbang.ports.marketplace import SellerStatus, TokenExpiring, Tokens
from gerbang.ports.payment import Account

log = structlog.get_logger()
STATE_LIFE_S: Final = 600
_STORING_S: Final = 60
_CREATE: Final = Operation("token_create", repeatable=False)
_MOST_IDS: Final = 1_000
_LONGEST_ID: Final = 40


class Shops:
    """The use cases. `outbound` asks the marketplace, `secrets` keeps the tokens."""

    def __init__(self, db: Database, connections: Connections, secrets: Secrets, outbound: OutboundCalls) -> None:
        self._db = db
        self.connections = connections
        self._secrets = secrets
        self._outbound = outbound
        self.refresh = TokenRefresh(db, secrets, outbound)

    async def tokens(self, shops: Sequence[str]) -> dict[str, ShopTokens]:
        """What is known of these shops' tokens; never the tokens."""
        async with self._db.reading() as tx:
            return await shop_store.known(tx, shops)

    async def begin(self, caller: Caller, connection: str, callback: str) -> str:
        """Where the browser goes so that a seller lets the app in; of a shop, so that the same seller does again. Raises NotFound."""
        known, state = await self.connections.get(connection), chance.token_urlsafe(32)
        app, address = await self._address(known, callback, state)
        if not address or caller.session_id is None:
            raise NotFound(f"{connection} has no shops.")
        shop = known.id if known.parent is not None else None
        async with self._db.transaction() as tx:
            await shop_store.begin(tx, _digest(state), app.id, shop, caller.session_id, STATE_LIFE_S)
            await record(tx, [Entry(caller.label, "shop.authorisation_begun", _subject(known.id))])
        return address

    async def place(self, connection: Connection) -> str:
        """Where `begin` would lead; empty where there are no shops."""
        return (await self._address(connection, "", ""))[1]

    async def finish(self, caller: Caller, state: str, code: str) -> Connection:
        """A seller came back: the shop, made or authorised again. Raises AuthorisationRefused; nothing is stored then."""
        async with self._db.transaction() as tx:
            begun = await shop_store.use(tx, _digest(state), caller.session_id) if caller.session_id else None
        if begun is None:
            await self._note_refused(caller, None, "state")
            raise AuthorisationRefused(
                "This authorisation was not begun in this session, was used, or is older than ten minutes.",
                hint="Press “Connect a shop” once more.",
            )
        app, shop = await self.connections.get(begun["app"]), begun["shop"]
        tokens = await self._exchanged(caller, app, code)
        seller = tokens.sellers.get(tokens.site, "")
        known = await self.connections.shop_of(app.id, tokens.site, seller)
        if not seller or not tokens.refresh or (shop is not None and (known is None or known.id != shop)):
            await self._note_refused(caller, shop or app.id, "another seller" if seller else "no single seller", tokens)
            raise AuthorisationRefused(
                "Another seller or country let the app in than this shop's: nothing was changed."
                if shop is not None and seller
                else "This account is not the seller of one country: nothing was stored.",
                hint="Sign out at the marketplace, and connect the shop once more as its own seller.",
            )
        return await self._keep(caller, app, known, tokens, begun["at"])

    async def take(self, tx: Tx, shop: Connection, said: TokenExpiring | SellerStatus, now: datetime) -> str:
        """What the marketplace pushed of a shop itself; returns what it came to, for the event's own line. Said twice it changes nothing."""
        match said:
            case TokenExpiring():
                if await shop_store.hasten(tx, shop.id):
                    return "the tokens are refreshed now"
                if await shop_store.note_warned(tx, shop.id, 2):
                    await announce(tx, [Announcement("shop.authorisation_ending", None, about(shop, days=2), now)])
                return "the authorisation ends soon"
            case SellerStatus(is_active=is_active):
                if await shop_store.note_closed(tx, shop.id, not is_active):
                    about_it, detail = about(shop), {"said": said.said}
                    entry, told = (
                        (
                            Entry(SYSTEM, "shop.opened", _subject(shop.id), detail),
                            Announcement("shop.opened", None, about_it, now),
                        )
                        if is_active
                        else (
                            Entry(SYSTEM, "shop.closed", _subject(shop.id), detail),
                            Announcement("shop.closed", None, about_it, now),
                        )
                    )
                    await record(tx, [entry])
                    await announce(tx, [told])
                return "the shop is open" if is_active else "the shop is closed"

    async def _address(self, known: Connection, callback: str, state: str) -> tuple[Connection, str]:
        """The app, and the marketplace's page for it: made of settings alone."""
        app = known if known.parent is None else await self.connections.get(known.parent)
        adapter = self._outbound.adapter(app, AUTHORISATIONS)
        account = Account(app.id, app.livemode, app.settings, {})
        return app, adapter.address(account, callback, state) if adapter is not None else ""

    async def _exchanged(self, caller: Caller, app: Connection, code: str) -> Tokens:
        """The tokens for a code, which works once: whatever comes instead, the seller authorises again."""
        result = await self._outbound.ask(
            app.id, AUTHORISATIONS, _CREATE, lambda adapter, account: adapter.create(account, code)
        )
        if result.outcome is Outcome.ANSWERED and result.answer is not None:
            return result.answer
        await self._note_refused(caller, app.id, result.outcome.value, journal=result.journal())
        raise AuthorisationRefused(f"The marketplace gave no tokens: {result.why}", hint="Connect the shop once more.")

    async def _keep(
        self, caller: Caller, app: Connection, known: Connection | None, tokens: Tokens, at: datetime
    ) -> Connection:
        """Both tokens into the secrets manager before anything uses them; then the connection, with what is known of their lives."""
        names = _names(app, known, tokens)
        if known is not None:
            async with self._db.transaction() as tx:
                await shop_store.take_over(tx, known.id, _STORING_S)
        await self._secrets.put(names["refresh_token"], tokens.refresh, overlap_s=0, actor=caller.label)
        await self._secrets.put(names["access_token"], tokens.access, overlap_s=0, actor=caller.label)
        lives = (tokens.access_s, tokens.refresh_s, refresh_in_s(tokens.access_s, tokens.refresh_s))
        settings = {"site": tokens.site, "seller_id": tokens.sellers[tokens.site], "account": tokens.account}
        if known is not None:
            async with self._db.transaction() as tx:
                await store.save(
                    tx, known.id, {**known.settings, **settings}, {**known.secrets, **names}, known.enabled
                )
                await shop_store.put(tx, known.id, at, *lives)
                await record(tx, [Entry(caller.label, "shop.authorised_again", _subject(known.id), settings)])
                await store.tell(tx, known.id)
            self.connections.forget()
            return await self.connections.get(known.id)
        for number in range(1, _MOST_IDS):
            id_ = f"{app.id[: _LONGEST_ID - 4]}-{number}"
            try:
                made = await self.connections.draft(
                    id_, app.provider, livemode=app.livemode, settings=settings, secrets=names, parent=app.id
                )
                async with self._db.transaction() as tx:
                    await self.connections.add(tx, caller.label, made)
                    await shop_store.put(tx, id_, at, *lives)
                    await record(tx, [Entry(caller.label, "shop.connected", _subject(id_), settings)])
            except ConnectionExists:
                self.connections.forget()
                if (found := await self.connections.shop_of(app.id, tokens.site, settings["seller_id"])) is not None:
                    return found  # by another authorisation of the same moment, with the same names of secrets
                continue
            self.connections.forget()
            return await self.connections.get(id_)
        raise AuthorisationRefused("There is no name left for this shop.")

    async def _note_refused(
        self,
        caller: Caller,
        connection: str | None,
        why: str,
        tokens: Tokens | None = None,
        journal: dict[str, Any] | None = None,
    ) -> None:
        told = {"site": tokens.site, "seller": tokens.sellers.get(tokens.site, "")} if tokens is not None else {}
        subject = _subject(connection) if connection is not None else caller.label
        async with self._db.transaction() as tx:
            entry = Entry(caller.label, "shop.authorisation_refused", subject, {"why": why, **told, **(journal or {})})
            await record(tx, [entry])
        log.warning("shop.authorisation_refused", connection=connection, why=why)


def _names(app: Connection, known: Connection | None, tokens: Tokens) -> dict[str, str]:
    """Where the tokens are kept: by seller, so that two authorisations of one never mix with another's."""
    if known is not None:
        return dict(known.secrets)
    place = f"service/{app.id}/{tokens.site}-{tokens.sellers[tokens.site]}"
    return {name: f"{place}/{name}" for name in ("access_token", "refresh_token")}


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


def _subject(connection: str) -> str:
    return f"connection:{connection}"
