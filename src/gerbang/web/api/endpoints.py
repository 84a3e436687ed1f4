"""/v1/endpoints: where events go, signed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, delete, get, patch, post
from msgspec import UNSET, UnsetType

from gerbang.base import ids
from gerbang.core.endpoints.model import (
    DisabledReason,
    Endpoint,
    Profile,
    Signing,
)
from gerbang.core.endpoints.service import OVERLAP_S, Endpoints, NewEndpoint, switched
from gerbang.core.endpoints.signing_keys import Revealed
from gerbang.web.api.deliveries import DeliveryView, delivery_view, endpoint_id
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.bodies import Text
from gerbang.web.input.validation import refuse_no_change
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["endpoints"]
Url = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=2048,
        description="Where we call you: https, at a public address. Under `gerbang up` also a server of this machine, as http://127.0.0.1:3000/hook.",
    ),
]
Patterns = Annotated[
    Sequence[Annotated[str, msgspec.Meta(max_length=100)]],
    msgspec.Meta(
        max_length=50, description="Types as `payment.paid`, all that begin so as `payment.*`, or `*` for all."
    ),
]
Included = Annotated[
    Sequence[Annotated[str, msgspec.Meta(max_length=20)]],
    msgspec.Meta(max_length=5, description="`personal`: payloads name people. For who holds `endpoints:disclose`."),
]
Rate = Annotated[
    int, msgspec.Meta(ge=1, le=10_000, description="How many messages a second at most, over all workers.")
]
Signed = Annotated[Signing, msgspec.Meta(description="By a shared secret, by a key that only we hold, or by both.")]
Ordered = Annotated[bool, msgspec.Meta(description="An object's later events wait behind one that is still tried.")]
Retries = Annotated[Profile, msgspec.Meta(description="For how long a message is tried: some three days, or thirty.")]


class NewEndpointBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`events` are types (`payment.paid`), all that begin so (`payment.*`) or all (`*`). `ordered` holds an object's later events back behind one that
    is still tried; `rate_per_s` is how much is sent at most; `retries` says for how long: `standard` three days, `long` thirty. `include` may be
    `["personal"]`, by who holds `endpoints:disclose`: payloads then name people.
    """

    url: Url
    events: Patterns = ("*",)
    description: Text = ""
    signing: Signed = Signing.HMAC
    ordered: Ordered = False
    rate_per_s: Rate | None = None
    retries: Retries = Profile.STANDARD
    include: Included = ()


class EndpointChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is. `enabled` false cancels what is on its way."""

    url: Url | UnsetType = UNSET
    events: Patterns | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    signing: Signing | UnsetType = UNSET
    ordered: bool | UnsetType = UNSET
    rate_per_s: Rate | UnsetType | None = UNSET
    retries: Profile | UnsetType = UNSET
    include: Included | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class EndpointView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`disabled_reason`: `by_hand`, `gone` (it answered 410) or `failing` (nothing but failures for five days). `secret` and `public_key` are told
    when they are made, and never again.
    """

    id: str
    url: str
    description: str
    events: Sequence[str]
    signing: Signing
    ordered: bool
    rate_per_s: int | None
    retries: Profile
    include: Sequence[str]
    enabled: bool
    disabled_reason: DisabledReason | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime
    secret: str | UnsetType = UNSET
    public_key: str | UnsetType = UNSET


class RotateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For `overlap_s` seconds both secrets sign, so that the receiver may change over; 0 ends the old one at once."""

    overlap_s: Annotated[int, msgspec.Meta(ge=0, le=604_800)] = OVERLAP_S


class KeysView(msgspec.Struct, frozen=True):
    """What the receiver configures; told only now."""

    secret: str | None
    public_key: str | None


@get("/v1/endpoints", summary="Endpoints, newest first", tags=_TAGS)
async def list_endpoints(
    services: Services, cursors: Cursors, limit: Limit = 25, cursor: Cursor = None
) -> Page[EndpointView]:
    """Never their secrets."""
    most, place = capped(limit), await cursors.read("endpoints", cursor)
    rows = await services.service(Endpoints).page(place[1] if place else None, most + 1)
    return await cursors.page("endpoints", rows, most, lambda one: (one.created_at, one.id), endpoint_view)


@post("/v1/endpoints", summary="Add an endpoint", tags=_TAGS, status_code=201)
async def create_endpoint(request: AnyRequest, services: Services, data: NewEndpointBody) -> Response[EndpointView]:
    """Its secret is told with this answer only, and with the same answer to the same Idempotency-Key."""
    asked = NewEndpoint(
        url=data.url,
        events=data.events,
        description=data.description,
        signing=data.signing,
        ordered=data.ordered,
        rate_per_s=data.rate_per_s,
        profile=data.retries,
        include=data.include,
    )
    key = context_of(request).optional_idempotency_key()
    made, keys = await services.service(Endpoints).create(caller_of(request), asked, key)
    headers = {"idempotent-replayed": "true"} if keys.again else {}
    return Response(endpoint_view(made, keys), status_code=201, headers=headers)


@get("/v1/endpoints/{endpoint:str}", summary="One endpoint", tags=_TAGS)
async def read_endpoint(services: Services, endpoint: str) -> EndpointView:
    """Never its secret."""
    return endpoint_view(await services.service(Endpoints).get(endpoint_id(endpoint)))


@patch("/v1/endpoints/{endpoint:str}", summary="Change an endpoint", tags=_TAGS)
async def change_endpoint(
    request: AnyRequest, services: Services, endpoint: str, data: EndpointChangeBody
) -> EndpointView:
    """A key that another `signing` needs is told with this answer only. Switched on again, an endpoint begins anew."""
    said = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    refuse_no_change(**{name: name if name in said else None for name in data.__struct_fields__})
    if "retries" in said:
        said["profile"] = said.pop("retries")
    if "enabled" in said:
        said["disabled"] = switched(enabled=said.pop("enabled"))
    saved, keys = await services.service(Endpoints).change(caller_of(request), endpoint_id(endpoint), said)
    return endpoint_view(saved, keys)


@delete("/v1/endpoints/{endpoint:str}", summary="Delete an endpoint", tags=_TAGS)
async def delete_endpoint(request: AnyRequest, services: Services, endpoint: str) -> None:
    """What is on its way to it is cancelled."""
    await services.service(Endpoints).delete(caller_of(request), endpoint_id(endpoint))


@post("/v1/endpoints/{endpoint:str}/rotate-secret", summary="Replace an endpoint's keys", tags=_TAGS, status_code=200)
async def rotate_endpoint_secret(request: AnyRequest, services: Services, endpoint: str, data: RotateBody) -> KeysView:
    """Nothing is lost on the way: what is tried again meanwhile is signed anew."""
    keys = await services.service(Endpoints).rotate(caller_of(request), endpoint_id(endpoint), data.overlap_s)
    return KeysView(keys.secret, keys.public_key)


@post("/v1/endpoints/{endpoint:str}/test", summary="Send an endpoint a test event", tags=_TAGS, status_code=202)
async def test_endpoint(request: AnyRequest, services: Services, endpoint: str) -> DeliveryView:
    """Of type `endpoint.test`, whatever its `events` are; read the delivery to see what became of it."""
    return delivery_view(await services.service(Endpoints).test(caller_of(request), endpoint_id(endpoint)))


def endpoint_view(one: Endpoint, keys: Revealed | None = None) -> EndpointView:
    """An endpoint, with its keys where they were just made."""
    return EndpointView(
        id=ids.show("ep", one.id),
        url=one.url,
        description=one.description,
        events=one.events,
        signing=one.signing,
        ordered=one.ordered,
        rate_per_s=one.rate_per_s,
        retries=one.profile,
        include=one.include,
        enabled=one.disabled is None,
        disabled_reason=one.disabled,
        failing_since=one.failing_since,
        created_at=one.created_at,
        updated_at=one.updated_at,
        secret=(keys.secret if keys else None) or UNSET,
        public_key=(keys.public_key if keys else None) or UNSET,
    )


HANDLERS: Final = [
    list_endpoints,
    create_endpoint,
    read_endpoint,
    change_endpoint,
    delete_endpoint,
    rotate_endpoint_secret,
    test_endpoint,
]
