"""Which approved templates may be used, asked of their provider: what it pushed and nobody heard, or what looked like a repeat, would stay wrong for ever.

Not here: what a template is charged for. That follows what is pushed, for a person who said that it is used all the same would be asked every hour.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from gerbang.base.db import Database, Tx
from gerbang.base.polling import poll
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections.outbound_calls import MESSAGES, Operation, OutboundCalls, Outcome
from gerbang.core.notifications import conversation_store, store
from gerbang.ports.messenger import TemplateNews, TemplateState

log = structlog.get_logger()
EVERY_S: Final = 3600.0
_READ: Final = Operation("templates", repeatable=True)
Key = tuple[str, str]


class TemplateStates:
    """Looks at the templates of every connection that has some."""

    def __init__(self, db: Database, outbound: OutboundCalls) -> None:
        self._db = db
        self._outbound = outbound

    async def run(self, stop: asyncio.Event) -> None:
        """Look now and every hour, until `stop` is set."""
        await poll(stop, EVERY_S, self.look, failed="message_templates.not_read")

    async def look(self) -> None:
        """At those of every enabled connection."""
        for connection in await self._outbound.connections.all():
            if connection.enabled:
                await self.look_at(connection.id)

    async def look_at(self, connection: str) -> None:
        """At those of one connection; nothing is changed where its provider does not say."""
        known = await self._outbound.connections.get(connection)
        messenger = self._outbound.adapter(known, MESSAGES)
        ask = messenger.abilities.templates if messenger is not None else None
        if ask is None:
            return
        async with self._db.reading() as tx:
            before = await paused(tx, connection)
        result = await self._outbound.ask(connection, MESSAGES, _READ, lambda _, account: ask(account))
        if result.outcome is not Outcome.ANSWERED:
            log.warning("message_templates.not_read", connection=connection, why=result.why)
            return
        async with self._db.transaction() as tx:
            await apply(tx, connection, result.value(), before)


async def paused(tx: Tx, connection: str) -> Mapping[Key, datetime]:
    """The templates of a connection that are not used, and since when."""
    return {(one["template"], one["language"]): one["since"] for one in await conversation_store.pauses(tx, connection)}


async def apply(tx: Tx, connection: str, found: Sequence[TemplateNews], before: Mapping[Key, datetime]) -> None:
    """What the provider shows. `before` was paused before it was asked: what was paused while it answered, and looks usable in an older answer, stays."""
    now = await paused(tx, connection)
    for news in found:
        key = (news.template, news.language)
        if news.state is not TemplateState.USABLE or (key in now and now[key] == before.get(key)):
            await change(tx, SYSTEM, connection, news, {})


async def change(tx: Tx, actor: str, connection: str, news: TemplateNews, said_by: Mapping[str, Any]) -> bool:
    """A template that is no longer what was approved is not used; one that is charged for otherwise waits for a person. Whether it may be used."""
    detail = {"template": news.template, "language": news.language, "why": news.why, **said_by}
    about = f"connection:{connection}"
    if news.state is TemplateState.USABLE:
        if await conversation_store.resume(tx, connection, news.template, news.language, by_person=False):
            await record(tx, [Entry(actor, "message_template.resumed", about, detail)])
        return True
    if await conversation_store.pause(tx, connection, news):
        await record(tx, [Entry(actor, "message_template.paused", about, detail)])
        told = {"connection": connection, **{name: detail[name] for name in ("template", "language", "why")}}
        await announce(tx, [Announcement("message_template.paused", None, told, await store.business_now(tx))])
        log.error(
            "message_template.paused",
            connection=connection,
            template=news.template,
            language=news.language,
            why=news.why,
            alert="A template may not be used as it is: what it tells goes by another language or channel until a person decides.",
        )
    return False
