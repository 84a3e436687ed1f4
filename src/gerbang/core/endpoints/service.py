"""The use cases of endpoints and deliveries: made, changed, disabled, signed anew, sent again. Who may do what is decided at the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gerbang.base import ids, web_address
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError
from gerbang.base.http import Http, TargetRefused
from gerbang.base.keyset import LAST_MOMENT, Place
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.endpoints import delivery_store, store
from gerbang.core.endpoints.model import (
    ENDPOINT,
    MOST_PATTERNS,
    BadEndpoint,
    Delivery,
    DeliveryNotFound,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
    EndpointDisabled,
    EndpointNotFound,
    Profile,
    Signing,
    is_pattern,
)
from gerbang.core.endpoints.queueing import Payloads, Queueing, trial_message
from gerbang.core.endpoints.sender import Sender
from gerbang.core.endpoints.signing_keys import Revealed, SigningKeys
from gerbang.core.identity.model import Caller
from gerbang.core.secrets.service import Secrets

OVERLAP_S: Final = 86_400
MOST_OVERLAP_S: Final = 7 * 86_400
MOST_ATTEMPTS: Final = 40
_BULK_AFTER: Final = timedelta(hours=24)
_NOBODY: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What somebody asks for."""

    url: str
    events: Sequence[str] = ("*",)
    description: str = ""
    signing: Signing = Signing.HMAC
    ordered: bool = False
    rate_per_s: int | None = None
    profile: Profile = Profile.STANDARD


class Endpoints:
    """Endpoints, and what is on its way to them. `http` calls permitted addresses only; `payloads` show objects by their type."""

    def __init__(
        self, db: Database, http: Http, secrets: Secrets, clock: BusinessClock, payloads: Mapping[str, Payloads]
    ) -> None:
        self._db = db
        self._http = http
        self._clock = clock
        self._keys = SigningKeys(secrets)
        self.queueing = Queueing(payloads)
        self.sender = Sender(db, http, self._keys, clock)

    async def create(self, caller: Caller, asked: NewEndpoint) -> tuple[Endpoint, Revealed]:
        """A new endpoint and its keys, which are told once. Raises BadEndpoint for one that could not work."""
        draft = Endpoint(
            id=ids.new(),
            url=await self._vetted(asked.url),
            description=asked.description,
            events=_checked(asked.events),
            signing=asked.signing,
            ordered=asked.ordered,
            rate_per_s=asked.rate_per_s,
            profile=asked.profile,
            disabled=None,
            failing_since=None,
            created_at=_NOBODY,
            updated_at=_NOBODY,
        )
        keys = await self._keys.replace(draft.id, draft.signing, overlap_s=0, actor=caller.label)
        async with self._db.transaction() as tx:
            made = await store.add(tx, draft, caller.label)
            await _note(tx, caller, "endpoint.created", made, {"host": _host(made.url)}, self._clock.now())
        return made, keys

    async def change(self, caller: Caller, id_: UUID, changes: Mapping[str, Any]) -> tuple[Endpoint, Revealed]:
        """Change what `changes` names (fields of Endpoint); keys that it now needs are told. Raises EndpointNotFound, BadEndpoint."""
        checked = dict(changes)
        if "url" in checked:
            checked["url"] = await self._vetted(checked["url"])
        if "events" in checked:
            checked["events"] = _checked(checked["events"])
        before = await self.get(id_)
        keys = await self._keys.add(id_, before.signing, checked.get("signing", before.signing), actor=caller.label)
        async with self._db.transaction() as tx:
            locked = await store.lock(tx, id_)
            if locked is None:
                raise EndpointNotFound
            saved = await store.save(tx, replace(locked, **checked))
            if saved.disabled is not None and locked.disabled is None:
                await delivery_store.cancel_pending(tx, [id_])
            detail = {"changed": sorted(checked)} | ({"host": _host(saved.url)} if saved.url != locked.url else {})
            await _note(tx, caller, "endpoint.changed", saved, detail, self._clock.now())
        self.sender.wake()
        return saved, keys

    async def delete(self, caller: Caller, id_: UUID) -> None:
        """It takes nothing any more, and what was on its way to it is cancelled. Raises EndpointNotFound."""
        async with self._db.transaction() as tx:
            endpoint = await store.lock(tx, id_)
            if endpoint is None:
                raise EndpointNotFound
            await store.delete(tx, id_)
            await delivery_store.cancel_pending(tx, [id_])
            await _note(tx, caller, "endpoint.deleted", endpoint, {}, self._clock.now())

    async def get(self, id_: UUID) -> Endpoint:
        """One endpoint. Raises EndpointNotFound."""
        async with self._db.reading() as tx:
            found = await store.one(tx, id_)
        if found is None:
            raise EndpointNotFound
        return found

    async def page(self, after: UUID | None, limit: int) -> Sequence[Endpoint]:
        """Newest first."""
        async with self._db.reading() as tx:
            return await store.page(tx, after, limit)

    async def rotate(self, caller: Caller, id_: UUID, overlap_s: int = OVERLAP_S) -> Revealed:
        """New keys, told once; the old ones sign beside them for the overlap. Raises EndpointNotFound, BadEndpoint."""
        if not 0 <= overlap_s <= MOST_OVERLAP_S:
            raise _bad("/overlap_s", f"0 to {MOST_OVERLAP_S} seconds.")
        endpoint = await self.get(id_)
        keys = await self._keys.replace(id_, endpoint.signing, overlap_s=overlap_s, actor=caller.label)
        async with self._db.transaction() as tx:
            await _note(tx, caller, "endpoint.secret_rotated", endpoint, {"overlap_s": overlap_s}, self._clock.now())
        return keys

    async def test(self, caller: Caller, id_: UUID) -> Delivery:
        """Send it an event that is about itself. Raises EndpointNotFound, EndpointDisabled."""
        async with self._db.transaction() as tx:
            endpoint = await store.lock(tx, id_)
            if endpoint is None:
                raise EndpointNotFound
            if endpoint.disabled is not None:
                raise EndpointDisabled
            trial, delivery = trial_message(id_, self._clock.now()), ids.new()
            await delivery_store.add(tx, [trial], [(delivery, id_, trial)])
            await _note(tx, caller, "endpoint.tested", endpoint, {}, self._clock.now())
            made = await delivery_store.one(tx, delivery, MOST_ATTEMPTS)
        assert made is not None, "it was written a moment ago"
        self.sender.wake()
        return made

    async def deliveries(
        self, id_: UUID, status: DeliveryStatus | None, after: Place | None, limit: int
    ) -> Sequence[Delivery]:
        """What is or was on its way to an endpoint, newest first, with the attempts but for what was sent and answered. Raises EndpointNotFound."""
        await self.get(id_)
        async with self._db.reading() as tx:
            return await delivery_store.page(tx, id_, status.value if status else None, after, limit, MOST_ATTEMPTS)

    async def delivery(self, id_: UUID) -> Delivery:
        """One delivery with its attempts. Raises DeliveryNotFound."""
        async with self._db.reading() as tx:
            found = await delivery_store.one(tx, id_, MOST_ATTEMPTS)
        if found is None:
            raise DeliveryNotFound
        return found

    async def resend(self, caller: Caller, id_: UUID) -> Delivery:
        """Send one again now, whatever became of it, under the same event id. Raises DeliveryNotFound, EndpointDisabled."""
        async with self._db.transaction() as tx:
            row = await delivery_store.resend(tx, id_)
            if row is None:
                raise DeliveryNotFound
            if row["disabled"] is not None:
                raise EndpointDisabled
            shown = ids.show("ep", row["endpoint_id"])
            await record(tx, [Entry(caller.label, "delivery.resent", shown, {"delivery": ids.show("dlv", id_)})])
        self.sender.wake()
        return await self.delivery(id_)

    async def resend_range(
        self, caller: Caller, id_: UUID, since: datetime, until: datetime | None, status: DeliveryStatus | None
    ) -> int:
        """Send again all of a range of time that ended so (None: that failed or was cancelled). Returns how many. A new endpoint must wait a day,
        for it could be a tap. Raises EndpointNotFound, EndpointDisabled.
        """
        wanted = [status.value] if status else [DeliveryStatus.FAILED.value, DeliveryStatus.CANCELLED.value]
        async with self._db.transaction() as tx:
            endpoint = await store.lock(tx, id_)
            if endpoint is None:
                raise EndpointNotFound
            if endpoint.disabled is not None:
                raise EndpointDisabled
            if await store.is_younger_than(tx, id_, _BULK_AFTER):
                raise EndpointDisabled(
                    "Many at once are sent again 24 hours after the endpoint was made.",
                    hint="Send single ones again: POST /v1/deliveries/{id}/resend.",
                )
            count = await delivery_store.resend_range(tx, id_, since, until or LAST_MOMENT, wanted)
            await _note(tx, caller, "endpoint.resent", endpoint, {"count": count, "status": wanted}, self._clock.now())
        self.sender.wake()
        return count

    async def _vetted(self, url: str) -> str:
        """The address in its one form, which may be called. Raises BadEndpoint."""
        try:
            read = web_address.read(url)
        except web_address.BadAddress as error:
            raise _bad("/url", f"The address {error}.") from error
        try:
            await self._http.vet(read)
        except TargetRefused as error:
            raise _bad("/url", error.detail, error.hint) from error
        return read


def switched(*, enabled: bool) -> DisabledReason | None:
    """What a person's switch makes of an endpoint."""
    return None if enabled else DisabledReason.BY_HAND


async def _note(
    tx: Tx, caller: Caller, action: str, endpoint: Endpoint, detail: Mapping[str, Any], now: datetime
) -> None:
    """In the audit trail, and told: a new host that hears of payments is no small thing."""
    shown = ids.show("ep", endpoint.id)
    await record(tx, [Entry(caller.label, action, shown, detail)])
    about = {"endpoint": shown, "by": caller.label, **detail}
    await announce(tx, [Announcement(action, ObjectRef(ENDPOINT, endpoint.id), about, now)])


def _checked(patterns: Sequence[str]) -> Sequence[str]:
    """The patterns, each once. Raises BadEndpoint."""
    if not 0 < len(patterns) <= MOST_PATTERNS:
        raise _bad("/events", f"1 to {MOST_PATTERNS} patterns.")
    for number, one in enumerate(patterns):
        if not is_pattern(one):
            raise _bad(f"/events/{number}", "A type as payment.paid, all that begin so as payment.*, or * for all.")
    return tuple(dict.fromkeys(patterns))


def _bad(pointer: str, detail: str, hint: str | None = None) -> BadEndpoint:
    return BadEndpoint(detail, hint=hint, errors=[FieldError(pointer, detail)])


def _host(url: str) -> str:
    return url.split("/")[2]
