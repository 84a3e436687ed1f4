"""Who calls: the access token call, and headers and signature of every other (notes 6). The order of the checks is ours."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from gerbang.ports.simulator import Answer, Outcome, Request
from gerbang.providers.nicepay.simulator.snap import signing
from gerbang.providers.nicepay.simulator.snap.refusals import Refused, malformed, missing, unauthorized
from gerbang.providers.nicepay.simulator.world import Merchant, World

_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00")
_TOLERANCE: Final = timedelta(minutes=5)
_VALUE: Final = re.compile(r"(\d{1,9})\.(\d\d)")
_NO_CENTS: Final = "00"


class Call(NamedTuple):
    """A call that is authenticated: its body, of whom, which service."""

    merchant: Merchant
    fields: Mapping[str, Any]
    service: str
    base_url: str
    now: datetime


def token(world: World, request: Request, now: datetime) -> Outcome:
    """POST /v1.0/access-token/b2b; the body is not signed."""
    client_id, stamp = request.headers.get("x-client-key", ""), _stamp(world, request, now)
    client = _client(world, client_id)
    assert client.snap is not None, "_client gives those only that have it"
    if not signing.is_by(client.snap.public_key, client_id, stamp, request.headers.get("x-signature", "")):
        raise unauthorized("Signature")
    if _body(request).get("grantType") != "client_credentials":
        raise malformed("grantType")
    issued = world.desk.issue(client_id, now, alone=world.quirks.snap_new_token == "revokes")  # noqa: S105  a switch
    answer = {"accessToken": issued, "tokenType": "Bearer", "expiresIn": "900"}
    return Outcome(done("73", answer))


def check(world: World, request: Request, service: str, now: datetime) -> Call:
    """Raises Refused."""
    headers, client_id = request.headers, request.headers.get("x-partner-id", "")
    merchant = _client(world, client_id)
    assert merchant.snap is not None, "_client gives those only that have it"
    kind, _, access = headers.get("authorization", "").partition(" ")
    if kind != "Bearer" or not world.desk.knows(access, client_id, now):
        raise Refused("40101", "Access Token Invalid")
    parts = (merchant.snap.secret, request.method, request.path, access, request.body, _stamp(world, request, now))
    if not signing.same(signing.call_signature(*parts), headers.get("x-signature", "")):
        raise unauthorized("Signature")
    if not headers.get("channel-id", ""):
        raise missing("CHANNEL-ID")
    external_id = headers.get("x-external-id", "")
    if not external_id:
        raise missing("X-EXTERNAL-ID")
    if len(external_id) > 40 or (world.quirks.snap_external_id == "numeric" and not external_id.isdigit()):
        raise malformed("X-EXTERNAL-ID")
    if not world.desk.is_new(client_id, external_id, now) and world.quirks.snap_external_id != "unchecked":
        raise Refused("40900", "Conflict")
    return Call(merchant, _body(request), service, request.base_url, now)


def done(service: str, values: Mapping[str, Any]) -> Answer:
    return Answer(
        200,
        msgspec.json.encode({"responseCode": f"200{service}00", "responseMessage": "Successful", **values}),
    )


def told(fields: Mapping[str, Any], name: str) -> str:
    """A field as text; absent is empty. Raises Refused for anything but text."""
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise malformed(name)
    return value


def needed(fields: Mapping[str, Any], name: str, most: int) -> str:
    value = told(fields, name)
    if not value:
        raise missing(name)
    if len(value) > most:
        raise malformed(name)
    return value


def info(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    value = fields.get("additionalInfo")
    if not isinstance(value, dict):
        raise missing("additionalInfo")
    return value


def amount(fields: Mapping[str, Any], name: str) -> int:
    """Rupiah of an object of value and currency: two decimals, and both zero. Raises Refused."""
    said = fields.get(name)
    if not isinstance(said, dict):
        raise missing(name)
    value = _VALUE.fullmatch(told(said, "value"))
    if value is None or value[2] != _NO_CENTS or int(value[1]) < 1:
        raise malformed(f"{name}.value")
    if told(said, "currency") != "IDR":
        raise malformed(f"{name}.currency")
    return int(value[1])


def money(whole: int) -> dict[str, str]:
    return {"value": f"{whole}.00", "currency": "IDR"}


def _client(world: World, client_id: str) -> Merchant:
    merchant = world.merchants.get(client_id)
    if merchant is None or merchant.snap is None:
        raise unauthorized("Unknown client")
    return merchant


def _stamp(world: World, request: Request, now: datetime) -> str:
    stamp = request.headers.get("x-timestamp", "")
    if _STAMP.fullmatch(stamp) is None:
        raise malformed("X-TIMESTAMP")
    if world.quirks.timestamp_tolerance == "five_minutes" and abs(datetime.fromisoformat(stamp) - now) > _TOLERANCE:
        raise unauthorized("X-TIMESTAMP")
    return stamp


def _body(request: Request) -> Mapping[str, Any]:
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise Refused("40000", "Bad Request")
    try:
        body: dict[str, Any] = msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("40000", "Bad Request") from error
    return body
