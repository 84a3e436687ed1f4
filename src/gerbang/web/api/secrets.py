"""/v1/secrets: names, versions and times. Values go in and never come out."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import unquote

import msgspec
from litestar import Request, get, post, put

from gerbang.base.crypto import new_key
from gerbang.core.secrets.model import Secret
from gerbang.web.cursors import Page, Part
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.problems import RouteNotFound
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["secrets"]
_PLACE: Final = "/v1/secrets/"
_ROTATE: Final = "/rotate"
_DAY_S: Final = 86_400
Overlap = Annotated[int, msgspec.Meta(ge=0, le=30 * _DAY_S)]
Value = Annotated[str, msgspec.Meta(min_length=1, max_length=65_536)]


class VersionView(msgspec.Struct, frozen=True):
    version: int
    created_at: datetime
    retired_at: datetime | None


class SecretView(msgspec.Struct, frozen=True):
    name: str
    family: str
    versions: Sequence[VersionView]


class SecretBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new value; older versions stay valid for `overlap_s` seconds."""

    value: Value
    overlap_s: Overlap = 0

    def __repr__(self) -> str:
        return "SecretBody(…)"


class RotationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`value` of the new version, or none: then 32 random bytes are made, which nobody sees."""

    value: Value | None = None
    overlap_s: Overlap = _DAY_S

    def __repr__(self) -> str:
        return "RotationBody(…)"


class WrittenView(msgspec.Struct, frozen=True):
    name: str
    version: int


@get("/v1/secrets", summary="Secrets by name", tags=_TAGS)
async def list_secrets(services: Services, part: Part) -> Page[SecretView]:
    """Never a value."""
    return await part.of("secrets", [_view(secret) for secret in await services.secrets.names()])


@put("/v1/secrets/{name:path}", summary="Write a secret", tags=_TAGS)
async def put_secret(request: AnyRequest, services: Services, name: str, data: SecretBody) -> WrittenView:
    """The name's first part is its family, as in service/nicepay-uji/merchant_key."""
    plain = _written(request, name)
    version = await services.secrets.put(
        plain, data.value.encode(), overlap_s=data.overlap_s, actor=caller_of(request).label
    )
    return WrittenView(plain, version)


@post("/v1/secrets/{name:path}", summary="Rotate a secret (…/rotate)", tags=_TAGS, status_code=200)
async def rotate_secret(request: AnyRequest, services: Services, name: str, data: RotationBody) -> WrittenView:
    """A new version beside the old one, which stays valid for the overlap."""
    plain = _written(request, name)
    if not plain.endswith(_ROTATE):
        raise RouteNotFound("POST …/rotate rotates a secret.")
    plain = plain.removesuffix(_ROTATE)
    value = data.value.encode() if data.value is not None else base64.b64encode(new_key())
    version = await services.secrets.put(plain, value, overlap_s=data.overlap_s, actor=caller_of(request).label)
    return WrittenView(plain, version)


def _written(request: AnyRequest, name: str) -> str:
    """The name as the address has it: the router reads two slashes as one, and would write another secret than was named."""
    written = unquote(request.scope["raw_path"].decode("latin-1")).removeprefix(_PLACE)
    return written if written.strip("/") else str(name).lstrip("/")


def _view(secret: Secret) -> SecretView:
    versions = [VersionView(one.version, one.created_at, one.retired_at) for one in secret.versions]
    return SecretView(secret.name, secret.family.value, versions)


HANDLERS: Final = [list_secrets, put_secret, rotate_secret]
