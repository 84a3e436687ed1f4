"""What the use cases of this package share: constructor arguments, put together once by the service."""

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from gerbang.base.batching import GroupCommit
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.core.connections.service import Connections
from gerbang.core.identity import people
from gerbang.core.payments.crypto.rates import Quotes
from gerbang.core.payments.model import PaymentDetail
from gerbang.core.payments.pending_creation import PendingCreation
from gerbang.core.payments.permissions import SETTLE
from gerbang.core.payments.provider_calls import ProviderCalls
from gerbang.core.payments.reach import Reaches, Reaching
from gerbang.core.payments.refunds.model import STANDARD_RULES, RefundLink, RefundRules
from gerbang.core.secrets.model import LINK_KEY, Purpose
from gerbang.core.secrets.service import Secrets

_TOKEN_BYTES: Final = 24


@dataclass(slots=True)
class Context:
    """`create_wait_s` is how long a request waits for the provider; `wake` tells the queue of this process to look at once; `look` looks
    at the chains now, `begin` notes where a connection's chain stands before its first address is
    shown, `sweep` looks at what stands at the addresses of attempts, however old; `reaching` says whether a payer hears of something.
    """

    db: Database
    connections: Connections
    calls: ProviderCalls
    secrets: Secrets
    clock: BusinessClock
    creations: GroupCommit[PendingCreation, tuple[PaymentDetail, bool]]
    create_wait_s: float
    wake: Callable[[], None]
    quotes: Quotes
    look: Callable[[], Awaitable[object]] | None = None
    begin: Callable[[str], Awaitable[None]] | None = None
    sweep: Callable[[Sequence[UUID]], Awaitable[None]] | None = None
    refund_rules: RefundRules = STANDARD_RULES
    reaching: Reaching | None = None
    tasks: set["asyncio.Task[Any]"] = field(default_factory=set)

    def watch(
        self,
        look: Callable[[], Awaitable[object]],
        begin: Callable[[str], Awaitable[None]],
        sweep: Callable[[Sequence[UUID]], Awaitable[None]],
    ) -> None:
        """Take over what the watcher of the chains can do, which is made after this."""
        self.look, self.begin, self.sweep = look, begin, sweep

    async def reaches(self) -> Reaches:
        """What says on which channels a payer would be told of an event of their payment, or why on none; not inside a transaction."""
        assert self.reaching is not None, "whoever tells people gives it when it is made"
        return await self.reaching()

    def keep(self, task: "asyncio.Task[Any]") -> None:
        """Let a task live on after its request is answered."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Give calls under way their time before the process ends."""
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=seconds)

    async def link_token(self, id_: UUID) -> str:
        """The unguessable part of a link to one payment or refund: a keyed digest of its id, so nothing has to be stored."""
        keys = await self.secrets.get(LINK_KEY, Purpose.SIGN_LINK)
        return _token(keys[0].value, id_)

    async def check_link(self, id_: UUID, token: str) -> bool:
        """Whether a token opens this payment or refund, by any key that is still valid. Constant time."""
        keys = await self.secrets.get(LINK_KEY, Purpose.SIGN_LINK)
        matches = [
            hmac.compare_digest(_token(key.value, id_).encode(), token.encode("utf-8", "replace")) for key in keys
        ]
        return any(matches)

    async def refund_token(self, refund_id: UUID, issued_by: str = "") -> str:
        """The unguessable part of the link to a refund's page; of one that an operator or a key made, it names them."""
        if not issued_by:
            return await self.link_token(refund_id)
        keys = await self.secrets.get(LINK_KEY, Purpose.SIGN_LINK)
        return f"{issued_by.replace(':', '~')}.{_issued(keys[0].value, refund_id, issued_by)}"

    async def check_refund_token(self, refund_id: UUID, token: str) -> RefundLink | None:
        """The link whose token this is, by any key that is still valid; None for no token of this refund, and for a link of somebody who may
        settle no refund any more. Constant time.
        """
        shown, dot, given = token.rpartition(".")
        if not dot:
            return RefundLink() if await self.check_link(refund_id, token) else None
        issued_by = shown.replace("~", ":")
        keys = await self.secrets.get(LINK_KEY, Purpose.SIGN_LINK)
        matches = [
            hmac.compare_digest(_issued(key.value, refund_id, issued_by).encode(), given.encode("utf-8", "replace"))
            for key in keys
        ]
        if not any(matches):
            return None
        async with self.db.reading() as tx:
            return RefundLink(issued_by) if await people.still_has_role(tx, issued_by, SETTLE.roles) else None


@lru_cache(maxsize=20_000)
def _token(key: bytes, id_: UUID) -> str:
    digest = hmac.digest(key, id_.bytes, "sha256")
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode().rstrip("=")


def _issued(key: bytes, refund_id: UUID, issued_by: str) -> str:
    digest = hmac.digest(key, b"refund link\0" + refund_id.bytes + issued_by.encode("utf-8", "replace"), "sha256")
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode().rstrip("=")
