"""One-click unsubscribe (RFC 8058): the address that stands in a mail, one for each recipient and message, and what is done by it.

It names the message and the digest of the recipient's address, and is signed: nobody unsubscribes another, nothing is stored for it, and it holds after the
person was erased. Whether a message has one, the table says (audiences.py).
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Final

from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.base.errors import NotFound
from gerbang.core.customers import unsubscribes
from gerbang.core.notifications.audiences import TO_PAYERS, MayStop, may_stop
from gerbang.core.notifications.model import Notification, Template
from gerbang.core.notifications.suppression_store import digest_of
from gerbang.core.secrets.model import LINK_KEY, Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.ports.messenger import Channel

_DIGEST_BYTES: Final = 32
_MARK_BYTES: Final = 22  # with the digest they fill base64 without padding
ACTOR: Final = "recipient"


class UnsubscribeLinkInvalid(NotFound):
    """Not an address of ours, or one that was cut short."""

    code = "unsubscribe_link_invalid"
    title = "There is no such link to unsubscribe"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One message to one address, of which only the digest is known."""

    template: Template
    digest: bytes


class Unsubscribing:
    """Makes such addresses below `base`, and does what they ask."""

    def __init__(self, db: Database, secrets: Secrets, clock: BusinessClock, *, base: str) -> None:
        self._db = db
        self._secrets = secrets
        self._clock = clock
        self._base = base

    async def address(self, known: Notification) -> str:
        """Where the recipient of this mail unsubscribes from its kind; empty for what is not told by mail or cannot be stopped so. `l` is the language."""
        if known.channel is not Channel.EMAIL or known.is_erased or not _has_link(known.template):
            return ""
        keys = await self._secrets.get(LINK_KEY, Purpose.SIGN_LINK)
        token = _token(keys[0].value, Subscription(known.template, digest_of(known.recipient)))
        return f"{self._base}/unsubscribe/{known.template.value}/{token}?l={known.locale}"

    async def read(self, template: str, token: str) -> Subscription:
        """What an address stands for. Raises UnsubscribeLinkInvalid."""
        try:
            given = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
            found = Subscription(Template(template), given[:_DIGEST_BYTES])
        except (ValueError, binascii.Error) as error:
            raise UnsubscribeLinkInvalid from error
        keys = await self._secrets.get(LINK_KEY, Purpose.SIGN_LINK)
        matches = [hmac.compare_digest(_token(key.value, found).encode(), token.encode()) for key in keys]
        if not any(matches) or not _has_link(found.template):
            raise UnsubscribeLinkInvalid
        return found

    async def is_unsubscribed(self, one: Subscription) -> bool:
        """Whether it is wanted no more."""
        async with self._db.reading() as tx:
            return await unsubscribes.is_unsubscribed(tx, one.digest, one.template.value)

    async def unsubscribe(self, one: Subscription) -> None:
        """No more of it; mails that wait are not sent."""
        async with self._db.transaction() as tx:
            await unsubscribes.unsubscribe(tx, ACTOR, one.digest, one.template.value, self._clock.now())

    async def subscribe(self, one: Subscription) -> None:
        """It is wanted again."""
        async with self._db.transaction() as tx:
            await unsubscribes.subscribe(tx, ACTOR, one.digest, one.template.value, self._clock.now())


def _has_link(template: Template) -> bool:
    return template in TO_PAYERS and may_stop(template) is MayStop.UNSUBSCRIBE


def _token(key: bytes, one: Subscription) -> str:
    mark = hmac.digest(key, b"unsubscribe\0" + one.template.value.encode() + b"\0" + one.digest, "sha256")
    return base64.urlsafe_b64encode(one.digest + mark[:_MARK_BYTES]).decode()
