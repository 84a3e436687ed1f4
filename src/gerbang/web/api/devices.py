"""/v1/payments/{payment}/devices: the apps that are told by push what becomes of a payment, as a shop's app asks for its user."""

from contextlib import suppress
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, delete, post

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.notifications.push_devices import PushDevices
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.ownership import seen_by
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["payments"]


class DeviceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`token` is what Firebase gives the app; `connection` is the first that reaches apps unless it is named."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    connection: str | None = None


class DeviceView(msgspec.Struct, frozen=True):
    """An app that is told about a payment, and by which connection."""

    id: str
    payment: str
    connection: str


@post("/v1/payments/{payment:str}/devices", summary="Tell an app by push", tags=_TAGS, status_code=201)
async def register_device(request: AnyRequest, services: Services, payment: str, data: DeviceBody) -> DeviceView:
    """The newest of a payment's devices is told. The same token again is the same device; the oldest of more than five is forgotten."""
    caller = caller_of(request)
    details = await seen_by(caller, services.payments, payment)
    devices = services.service(PushDevices)
    id_, connection = await devices.register(details.payment.id, data.token, data.connection, caller.label)
    return DeviceView(ids.show("dev", id_), payment, connection)


@delete("/v1/payments/{payment:str}/devices/{device:str}", summary="Tell an app no more", tags=_TAGS, status_code=204)
async def remove_device(request: AnyRequest, services: Services, payment: str, device: str) -> None:
    """The same for one that is not told. A push that is on its way may still arrive."""
    caller = caller_of(request)
    details = await seen_by(caller, services.payments, payment)
    with suppress(NotFound):
        await services.service(PushDevices).remove(details.payment.id, ids.read("dev", device), caller.label)


HANDLERS: Final = [register_device, remove_device]
