"""The console's bell: what needs a person at the business, as it is mailed to the operators, whether or not anybody is mailed; each person reads it for themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Database, Row, Tx
from gerbang.base.errors import NotFound
from gerbang.core.announcements.model import ObjectRef, object_of
from gerbang.core.notifications import notice_store, operator_store
from gerbang.core.notifications.operator_events import GROUPS, Frequency
from gerbang.core.notifications.operators import Operator
from gerbang.core.personal_data.model import Erased, Exported, Person
from gerbang.ports.messenger import Channel


@dataclass(frozen=True, slots=True)
class Notice:
    """One line: what was announced, about which object; `detail` is the connection that it concerns, where it is about none."""

    id: UUID
    position: int
    type: str
    object: ObjectRef | None
    detail: str
    created_at: datetime
    is_unread: bool


class OperatorNotices:
    """The use cases. `objects` are the types of objects that the reader may see: what is about another is not shown, nor counted, nor
    is what they chose never to be told here.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(
        self,
        reader: UUID,
        objects: Collection[str],
        before: tuple[datetime, UUID] | None,
        limit: int,
        *,
        type_: str | None = None,
        unread: bool = False,
    ) -> Sequence[Notice]:
        """Newest first, from a keyset place (time, id) on."""
        async with self._db.reading() as tx:
            rows = await notice_store.page(
                tx, reader, objects, await _muted(tx, reader), before, limit, type_=type_, unread=unread
            )
        return [_notice(row) for row in rows]

    async def unread(self, reader: UUID, objects: Collection[str]) -> int:
        """How many wait for this reader."""
        async with self._db.reading() as tx:
            return await notice_store.count_unread(tx, reader, objects, await _muted(tx, reader))

    async def newest(self) -> int:
        """The position of the newest, whoever may see it."""
        async with self._db.reading() as tx:
            return await notice_store.newest(tx)

    async def read(self, reader: UUID, id_: UUID) -> None:
        """They have read this one. Raises NotFound."""
        async with self._db.transaction() as tx:
            if not await notice_store.mark(tx, reader, id_):
                raise NotFound

    async def read_upto(self, reader: UUID, position: int) -> None:
        """They have read all that there was at this position: what came since stays unread."""
        async with self._db.transaction() as tx:
            await notice_store.mark_upto(tx, reader, position)


async def export_reads(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Exported:
    """Which lines they have read: bounded, as all that is kept of a reader."""
    known = await notice_store.marks_of(tx, person.user) if person.user else []
    return Exported([{"read_notice": str(one)} for one in known], None)


async def erase_reads(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Erased:
    """Forget what they have read."""
    return Erased(await notice_store.forget(tx, person.user) if person.user else 0, 0, None)


async def _muted(tx: Tx, reader: UUID) -> list[str]:
    """The types of events that this person chose never to be told here."""
    me = Operator(reader, "", "", choices=(await operator_store.choices(tx, [reader])).get(reader))
    off = [one for one in GROUPS if me.frequency(one.group, Channel.IN_APP) is Frequency.NEVER]
    return [type_ for one in off for type_ in one.events]


def _notice(row: Row) -> Notice:
    about = object_of(row["object_type"], row["object_id"])
    return Notice(row["id"], row["position"], row["type"], about, row["detail"], row["created_at"], row["is_unread"])
