"""The use cases of endpoints and deliveries: made, changed, disabled, signed anew, sent again. Who may do what is decided at the edge."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from gerbang.base import ids, web_address
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Row, Tx, tell_when_committed
from gerbang.base.http import Http, TargetRefused
from gerbang.base.keyset import FIRST_ID, LAST_MOMENT, Place
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.endpoints import delivery_store, store
from gerbang.core.endpoints.checking import bad, check_disclosure, read_include, read_patterns, read_rate
from gerbang.core.endpoints.model import (
    DISCLOSE,
    ENDPOINT,
    PERSONAL,
    Delivery,
    DeliveryExpired,
    DeliveryNotFound,
    DeliveryOutcome,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
    EndpointDisabled,
    EndpointNotFound,
    EndpointTooYoung,
    Profile,
    Resent,
    Signing,
    host_of,
    told_of,
)
from gerbang.core.endpoints.overview import Overview
from gerbang.core.endpoints.owner_access import OwnerAccess, OwnerTokens
from gerbang.core.endpoints.queueing import Payloads, Queueing, trial_message
from gerbang.core.endpoints.retention import Retention
from gerbang.core.endpoints.sender import TOPIC, Sender
from gerbang.core.endpoints.signing_keys import Revealed, SigningKeys
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller
from gerbang.core.secrets.service import Secrets

OVERLAP_S: Final = 86_400
MOST_OVERLAP_S: Final = 7 * 86_400
MOST_ATTEMPTS: Final = 40
MOST_RESENT: Final = 10_000
LOT: Final = 1_000
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
    include: Sequence[str] = ()


class Endpoints:
    """Endpoints, and what is on its way to them. `http` calls permitted addresses only; `payloads` show objects by their type, `types` are the events
    that can be sent. Bodies are dropped `keep_for` after they were made, in business time.
    """

    def __init__(
        self,
        db: Database,
        http: Http,
        secrets: Secrets,
        clock: BusinessClock,
        payloads: Mapping[str, Payloads],
        keep_for: timedelta = timedelta(days=30),
        *,
        types: Collection[str],
    ) -> None:
        self._db = db
        self._types = types
        self._http = http
        self._clock = clock
        self._keys = SigningKeys(secrets)
        self.overview = Overview(db)
        self.owners = OwnerAccess(db, OwnerTokens(secrets), clock, self._keys)
        self.sender = Sender(db, http, self._keys)
        self.queueing = Queueing(payloads, self.sender)
        self.retention = Retention(db, keep_for)

    async def create(
        self, caller: Caller, asked: NewEndpoint, key: IdempotencyKey | None = None
    ) -> tuple[Endpoint, Revealed]:
        """A new endpoint and its keys, which are told once; with the same `key` what was made before is told again. Raises BadEndpoint for one that
        could not work, Forbidden for one that may not hear of people.
        """
        if asked.include:
            caller.require(DISCLOSE)
        draft = Endpoint(
            id=ids.new(),
            url=await self._vetted(asked.url),
            description=asked.description,
            events=read_patterns(asked.events, self._types),
            signing=asked.signing,
            ordered=asked.ordered,
            rate_per_s=read_rate(asked.rate_per_s),
            profile=asked.profile,
            include=read_include(asked.include),
            disabled=None,
            failing_since=None,
            created_at=_NOBODY,
            updated_at=_NOBODY,
        )
        keys = await self._keys.replace(draft.id, draft.signing, overlap_s=0, actor=caller.label)
        async with self._db.transaction() as tx:
            first = await claim(tx, key, ENDPOINT, draft.id) if key is not None else None
            made = await store.add(tx, draft, caller.label) if first is None else None
            if made is not None:
                detail = await _at_host(tx, made) | ({"include": list(made.include)} if made.include else {})
                await _note(tx, caller, "endpoint.created", made, detail, self._clock.now())
        if made is not None:
            return made, keys
        assert first is not None, "either it was made now, or before"
        await self._keys.remove(draft.id, actor=caller.label)
        made = await self.get(first)
        return made, await self._keys.told_again(first, made.signing)

    async def change(self, caller: Caller, id_: UUID, changes: Mapping[str, Any]) -> tuple[Endpoint, Revealed]:
        """Change what `changes` names (fields of Endpoint); keys that it now needs are told. One that hears of people is sent elsewhere only by who
        may let it. Raises EndpointNotFound, BadEndpoint, Forbidden.
        """
        checked = dict(changes)
        if "url" in checked:
            checked["url"] = await self._vetted(checked["url"])
        if "events" in checked:
            checked["events"] = read_patterns(checked["events"], self._types)
        if "rate_per_s" in checked:
            checked["rate_per_s"] = read_rate(checked["rate_per_s"])
        if "include" in checked:
            checked["include"] = read_include(checked["include"])
        before = await self.get(id_)
        check_disclosure(caller, before, checked)
        if before.disabled is not None and checked.get("disabled", before.disabled) is None:
            await self._cancel_rest(id_)
        keys = await self._keys.add(id_, before.signing, checked.get("signing", before.signing), actor=caller.label)
        async with self._db.transaction() as tx:
            locked = await store.lock(tx, id_)
            if locked is None:
                raise EndpointNotFound
            check_disclosure(caller, locked, checked)
            saved = await store.save(tx, replace(locked, **checked))
            if saved.disabled is not None and locked.disabled is None:
                await self._cancel(tx, id_)
            if set(saved.include) - set(locked.include):
                shown, include = ids.show("ep", id_), {"include": list(saved.include)}
                await record(tx, [Entry(caller.label, "endpoint.disclosed", shown, include)])
            detail = {"changed": sorted(checked)} | (await _at_host(tx, saved) if saved.url != locked.url else {})
            await _note(tx, caller, "endpoint.changed", saved, detail, self._clock.now())
            tell_when_committed(TOPIC)
        return saved, keys

    async def delete(self, caller: Caller, id_: UUID) -> None:
        """It takes nothing any more, what was on its way to it is cancelled, and its keys are gone. Raises EndpointNotFound."""
        async with self._db.transaction() as tx:
            endpoint = await store.lock(tx, id_)
            if endpoint is None:
                raise EndpointNotFound
            await store.delete(tx, id_)
            await self._cancel(tx, id_)
            await _note(tx, caller, "endpoint.deleted", endpoint, {}, self._clock.now())
        await self._keys.remove(id_, actor=caller.label)

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

    async def find(self, states: Collection[str], text: str, after: UUID | None, limit: int) -> Sequence[Endpoint]:
        """Newest first, of these states (`on`, `failing`, `off`), whose address or description holds the text."""
        async with self._db.reading() as tx:
            return await store.find(tx, states, text, after, limit)

    async def rotate(self, caller: Caller, id_: UUID, overlap_s: int = OVERLAP_S) -> Revealed:
        """New keys, told once; the old ones sign beside them for the overlap. Raises EndpointNotFound, BadEndpoint."""
        if not 0 <= overlap_s <= MOST_OVERLAP_S:
            raise bad("/overlap_s", f"0 to {MOST_OVERLAP_S} seconds.")
        endpoint = await self.get(id_)
        keys = await self._keys.replace(id_, endpoint.signing, overlap_s=overlap_s, actor=caller.label)
        async with self._db.transaction() as tx:
            detail = {"overlap_s": overlap_s, "host": host_of(endpoint.url)}
            await _note(tx, caller, "endpoint.secret_rotated", endpoint, detail, self._clock.now())
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
            await record(tx, [Entry(caller.label, "endpoint.tested", ids.show("ep", endpoint.id))])
            made = await delivery_store.one(tx, delivery, MOST_ATTEMPTS)
            tell_when_committed(TOPIC)
        assert made is not None, "it was written a moment ago"
        return made

    async def deliveries(
        self, id_: UUID, status: DeliveryStatus | None, after: Place | None, limit: int
    ) -> Sequence[Delivery]:
        """What is or was on its way to an endpoint, newest first, with the attempts but for what was sent and answered. Raises EndpointNotFound."""
        await self.get(id_)
        async with self._db.reading() as tx:
            return await delivery_store.page(tx, id_, status.value if status else None, after, limit, MOST_ATTEMPTS)

    async def deliveries_of(self, object_id: UUID, after: Place | None, limit: int) -> Sequence[Delivery]:
        """What any endpoint was or is told of one object, newest first, with the attempts but for what was sent and answered."""
        async with self._db.reading() as tx:
            return await delivery_store.of_object(tx, object_id, after, limit, MOST_ATTEMPTS)

    async def delivery(self, id_: UUID) -> Delivery:
        """One delivery with its attempts. Raises DeliveryNotFound."""
        async with self._db.reading() as tx:
            found = await delivery_store.one(tx, id_, MOST_ATTEMPTS)
        if found is None:
            raise DeliveryNotFound
        return found

    async def resend(self, caller: Caller, id_: UUID) -> Delivery:
        """Send one again now, whatever became of it, under the same event id. Raises DeliveryNotFound, EndpointDisabled, DeliveryExpired."""
        async with self._db.transaction() as tx:
            row = await delivery_store.lock_body(tx, id_)
            if row is None:
                raise DeliveryNotFound
            if row["disabled"] is not None:
                raise EndpointDisabled
            if row["kept"] is None:
                raise DeliveryExpired("What it said is kept no longer.", hint="Read the object itself.")
            await delivery_store.resend(tx, [id_])
            shown = ids.show("ep", row["endpoint_id"])
            await record(tx, [Entry(caller.label, "delivery.resent", shown, {"delivery": ids.show("dlv", id_)})])
            tell_when_committed(TOPIC)
        return await self.delivery(id_)

    async def cancel(self, caller: Caller, id_: UUID) -> None:
        """Try one no more; one that arrived or was given up stays as it is."""
        async with self._db.transaction() as tx:
            if (endpoint := await delivery_store.cancel(tx, id_)) is not None:
                detail = {"delivery": ids.show("dlv", id_)}
                await record(tx, [Entry(caller.label, "delivery.cancelled", ids.show("ep", endpoint), detail)])

    async def body(self, delivery: Delivery, *, personal: bool) -> bytes | None:
        """What is sent with a delivery, with people's names where its endpoint hears them and the reader may (`personal`); None once it is kept no more."""
        endpoint = await self.get(delivery.endpoint_id)
        async with self._db.reading() as tx:
            named = personal and PERSONAL in endpoint.include
            return await delivery_store.body(tx, delivery.event_id, personal=named)

    async def resend_range(
        self,
        caller: Caller,
        id_: UUID,
        since: datetime,
        until: datetime | None,
        status: DeliveryOutcome | None,
        after: Place | None = None,
    ) -> Resent:
        """Send again what was made in a range of time and ended so (None: that failed or was cancelled), oldest first, in lots that are a transaction each
        and some thousands in all: whoever wants more goes on `after` the last. What is kept no longer is passed over. A new endpoint must wait a day,
        for it could be a tap. Raises EndpointNotFound, EndpointDisabled, EndpointTooYoung.
        """
        wanted = [status.value] if status else [DeliveryOutcome.FAILED.value, DeliveryOutcome.CANCELLED.value]
        count, place = 0, after or (since, FIRST_ID)
        while count < MOST_RESENT:
            rows = await self._resend_lot(caller, id_, place, until or LAST_MOMENT, wanted)
            count += len(rows)
            if len(rows) < LOT:
                return Resent(count, None)
            place = (rows[-1]["made_at"], rows[-1]["id"])
        return Resent(count, place)

    async def _resend_lot(
        self, caller: Caller, id_: UUID, after: Place, until: datetime, wanted: Sequence[str]
    ) -> Sequence[Row]:
        async with self._db.transaction() as tx:
            endpoint = await store.lock(tx, id_)
            if endpoint is None:
                raise EndpointNotFound
            if endpoint.disabled is not None:
                raise EndpointDisabled
            if await store.is_younger_than(tx, id_, _BULK_AFTER):
                raise EndpointTooYoung(
                    "Many at once are sent again 24 hours after the endpoint was made.",
                    hint="Send single ones again: POST /v1/deliveries/{id}/resend.",
                )
            rows = await delivery_store.to_resend(tx, id_, after, until, wanted, LOT)
            await delivery_store.resend(tx, [row["id"] for row in rows])
            detail = {"count": len(rows), "status": wanted}
            await record(tx, [Entry(caller.label, "endpoint.resent", ids.show("ep", id_), detail)])
            tell_when_committed(TOPIC)
        return rows

    async def _cancel(self, tx: Tx, id_: UUID) -> None:
        """Cancel what is on its way; of very much the rest by the worker."""
        if await delivery_store.cancel_pending(tx, [id_], LOT) == LOT:
            await store.note_clearing(tx, [id_], clearing=True)

    async def _cancel_rest(self, id_: UUID) -> None:
        """Before it is switched on again nothing of before may be left."""
        while True:
            async with self._db.transaction() as tx:
                locked = await store.lock(tx, id_)
                if locked is None or locked.disabled is None:
                    return
                if await delivery_store.cancel_pending(tx, [id_], LOT) < LOT:
                    await store.note_clearing(tx, [id_], clearing=False)
                    return

    async def _vetted(self, url: str) -> str:
        """The address in its one form, which may be called. Raises BadEndpoint."""
        try:
            read = web_address.read(url)
        except web_address.BadAddress as error:
            raise bad("/url", f"The address {error}.") from error
        try:
            await self._http.vet(read)
        except TargetRefused as error:
            raise bad("/url", error.detail, error.hint) from error
        return read


async def _at_host(tx: Tx, endpoint: Endpoint) -> dict[str, Any]:
    """Where an endpoint is, and whether no other is there: its owners hear of that."""
    host = host_of(endpoint.url)
    is_new = not await store.is_known_host(tx, host, endpoint.id)
    return told_of(endpoint.url, endpoint.description) | ({"new_host": True} if is_new else {})


async def load_endpoints(tx: Tx, wanted: Sequence[UUID]) -> Sequence[Endpoint]:
    """These endpoints, deleted ones too: something may still be told of them."""
    return await store.several(tx, wanted)


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
