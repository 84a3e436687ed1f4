"""Signed places in a list (R46): a client may carry a cursor back, but neither make nor change one."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar.params import Parameter

from gerbang.base.crypto import keyed_digest, new_key
from gerbang.base.errors import Invalid
from gerbang.core.secrets.model import CURSOR_KEY, Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.web.problems import invalid_field

T = TypeVar("T")
MOST: Final = 100
_MAC_BYTES: Final = 16
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ROW: Final = timedelta(microseconds=1)  # a place in a short list is its number, written as a time
_NO_ID: Final = UUID(int=0)
Limit = Annotated[int, Parameter(query="limit", ge=1, description=f"How many; more than {MOST} means {MOST}.")]
Some = Annotated[
    int | None,
    Parameter(query="limit", ge=1, description=f"How many; all of them without it, and {MOST} for more than {MOST}."),
]
Cursor = Annotated[str | None, Parameter(query="cursor", description="`next_cursor` of the page before.")]
Place = tuple[datetime, UUID]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Part of a list, newest first. `next_cursor` leads on; null at the end."""

    data: Sequence[T]
    next_cursor: str | None = None


def capped(limit: int) -> int:
    """The number of rows to read; raises Invalid for less than one."""
    if limit < 1:
        raise invalid_field("/limit", "Must be at least 1.")
    return min(limit, MOST)


class Cursors:
    """Cursors of every list; `list_name` keeps one list's cursors out of another."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def read(self, list_name: str, cursor: str | None) -> Place | None:
        """The place that a cursor stands for; raises Invalid for one that we did not make."""
        if cursor is None:
            return None
        try:
            raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
            mac, micros, id_ = raw[:_MAC_BYTES], int.from_bytes(raw[_MAC_BYTES:-16], "big"), UUID(bytes=raw[-16:])
        except (binascii.Error, ValueError, UnicodeEncodeError) as error:
            raise _unknown() from error
        keys = await self._secrets.ensure(CURSOR_KEY, new_key, Purpose.SIGN_LINK)
        matches = [hmac.compare_digest(mac, _mac(key.value, list_name, raw[_MAC_BYTES:])) for key in keys]
        if not any(matches):
            raise _unknown()
        return _EPOCH + timedelta(microseconds=micros), id_

    async def page(self, list_name: str, rows: Sequence[Any], limit: int, place_of: Any, view: Any) -> Page[Any]:
        """A page of at most `limit` of the rows, which were read with one more than that to see whether there are more."""
        shown = rows[:limit]
        return await self.onward(
            list_name, [view(row) for row in shown], place_of(shown[-1]) if len(rows) > limit else None
        )

    async def onward(self, list_name: str, data: Sequence[Any], place: Place | None) -> Page[Any]:
        """A page from whose end the list goes on at this place; None: it ends there."""
        if place is None:
            return Page(data)
        at, id_ = place
        payload = ((at - _EPOCH) // timedelta(microseconds=1)).to_bytes(8, "big") + id_.bytes
        key = (await self._secrets.ensure(CURSOR_KEY, new_key, Purpose.SIGN_LINK))[0]
        return Page(data, base64.urlsafe_b64encode(_mac(key.value, list_name, payload) + payload).decode())


class Part:
    """What is asked of a list that is short enough to be read whole: so many of it from a place on, or all of it; or of one that is mostly short:
    `place` and `most` say what to read of it.
    """

    def __init__(self, cursors: Cursors, limit: int | None, cursor: str | None) -> None:
        self._cursors = cursors
        self._limit = limit
        self._cursor = cursor

    async def place(self, list_name: str) -> Place | None:
        """After which row to read; raises Invalid for a cursor of another list."""
        return await self._cursors.read(list_name, self._cursor)

    def most(self, unasked: int) -> int:
        """How many rows to show where nobody said `unasked` many; raises Invalid for less than one."""
        return unasked if self._limit is None else capped(self._limit)

    async def of(self, list_name: str, whole: Sequence[T]) -> Page[T]:
        """The part of the list as a page; raises Invalid for a limit below one and a cursor of another list."""
        place = await self._cursors.read(list_name, self._cursor)
        begin = (place[0] - _EPOCH) // _ROW if place else 0
        if self._limit is None:
            return Page(whole[begin:])
        most = capped(self._limit)
        rows = list(enumerate(whole))[begin : begin + most + 1]
        return await self._cursors.page(
            list_name, rows, most, lambda row: (_EPOCH + (row[0] + 1) * _ROW, _NO_ID), lambda row: row[1]
        )


def part_of(cursors: Cursors, limit: Some = None, cursor: Cursor = None) -> Part:
    """The part of a short list that a request asks for; the framework hands it to the routes of such lists."""
    return Part(cursors, limit, cursor)


def _mac(key: bytes, list_name: str, payload: bytes) -> bytes:
    return keyed_digest(key, "cursor", list_name, payload)[:_MAC_BYTES]


def _unknown() -> Invalid:
    return invalid_field("/cursor", "Not a cursor of this list.")
