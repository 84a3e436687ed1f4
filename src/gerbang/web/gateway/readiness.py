"""Whether this process can do its work now (R55, R59): asked of the database itself, and answered in time whatever the database does."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

from gerbang.base import database_safety, migrations
from gerbang.base.batching import Shared
from gerbang.base.errors import DatabaseBusy, DatabaseRefuses, GerbangError
from gerbang.core.limits.model import NotCounted, NotWritten
from gerbang.web.gateway.request_context import Reply, RequestContext
from gerbang.web.services import Check, Services

log = structlog.get_logger()
_FRESH_S: Final = 1.0
_WRITTEN_FRESH_S: Final = 3.0
_CHECK_S: Final = 1.7  # all together, so that the answer is there within two seconds
_SILENT: Final = "No answer in time"
_DATABASE: Final = "database"
_NOTICE: Final = "notice "


class ReadyView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`causes` names what is wrong; empty when ready. `notices`, where there are any, is what somebody must look at all the same."""

    status: str
    causes: dict[str, str]
    notices: dict[str, str] = {}


class Readiness:
    """The database answers, takes a write, and lacks no migration; and whatever `checks` ask. All are asked at once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known = ReadyView("starting", {})
        self._asked_at = self._written_at = float("-inf")
        self._asking: Shared[None, None] = Shared()

    async def reply(self, _exchange: RequestContext) -> Reply:
        """200 or 503; asked at most once a second, however many ask us."""
        known = await self._now()
        return Reply(503 if known.causes else 200, msgspec.json.encode(known))

    async def options(self, context: RequestContext) -> Reply:
        """The same to a load balancer that asks by OPTIONS, as HAProxy's plain check does."""
        if (await self._now()).causes:
            return await self.reply(context)
        return Reply(204, b"", headers=((b"allow", b"GET, HEAD, OPTIONS"),))

    async def _now(self) -> ReadyView:
        if time.monotonic() - self._asked_at > _FRESH_S:
            await self._asking.run(None, self._ask)
        return self._known

    async def _ask(self) -> None:
        checks = {_DATABASE: self._readable, "writes": self._writable, **self._services.checks}
        notices = {f"{_NOTICE}{name}": check for name, check in self._services.notices.items()}
        found = await _causes({**checks, **notices})
        causes = {name: cause for name, cause in found.items() if name not in notices}
        unwritable = causes.pop("writes", None)
        if _DATABASE in causes:  # then nothing that asks it can answer either
            causes = {name: cause for name, cause in causes.items() if name == _DATABASE or cause != _SILENT}
        elif unwritable is not None:
            causes = {_DATABASE: unwritable, **causes}
        noticed = {name.removeprefix(_NOTICE): found[name] for name in notices if found.get(name, _SILENT) != _SILENT}
        self._known = ReadyView("not ready" if causes else "ready", causes, noticed)
        self._asked_at = time.monotonic()

    async def _readable(self) -> str | None:
        try:
            if missing := await migrations.pending(self._services.db):
                return f"{len(missing)} migrations are pending"
            async with self._services.db.reading() as tx:
                is_behind = await database_safety.is_behind(tx)
        except DatabaseBusy:  # a table is locked: `checks` tell of those that a payment needs, and this asks others
            return None
        return "Restored from another server's dump: run gerbang migrate" if is_behind else None

    async def _writable(self) -> str | None:
        """A real write, at most every three seconds while they succeed."""
        if time.monotonic() - self._written_at > _WRITTEN_FRESH_S:
            try:
                await self._services.limits.try_to_write()
            except NotWritten as error:
                return error.title if error.detail == error.title else f"{error.title}. {error.detail}"
            except DatabaseBusy:  # the counters are locked: most have permits left, and whoever has none is refused
                return NotCounted.title if self._services.limits.refuses() else None
            except GerbangError:
                return NotWritten.title
            self._written_at = time.monotonic()
        return None


async def _causes(checks: Mapping[str, Check]) -> dict[str, str]:
    """What is wrong, by check; one that does not answer in time is wrong too."""
    tasks = {name: asyncio.create_task(_cause(check)) for name, check in checks.items()}
    await asyncio.wait(tasks.values(), timeout=_CHECK_S)
    causes = {}
    for name, task in tasks.items():
        cause = task.result() if task.done() else _SILENT
        task.cancel()
        if cause is not None:
            causes[name] = cause
    return causes


async def _cause(check: Check) -> str | None:
    try:
        return await check()
    except DatabaseRefuses as error:
        return error.kind
    except GerbangError as error:
        return error.title
    except Exception as error:  # what cannot even be asked is not well, and the other checks still are
        log.exception("readiness.check_failed", error=type(error).__name__)
        return "The check itself failed"
