"""A request's parameters, from query, form or multipart, and its signature (notes 2), made from the notes alone.

A signature is right with the parameters that have no value or without them: the SDKs differ.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from gerbang.ports.simulator import Request
from gerbang.providers.lazada.simulator.refusals import Refused

WINDOW_S: Final = 7_200
_SYSTEM: Final = ("app_key", "timestamp", "sign_method", "sign")


def read(request: Request) -> tuple[dict[str, str], str]:
    """The signed parameters, and the raw body where it is one that is signed as it is; raises Refused."""
    try:
        found = dict(parse_qsl(request.query.decode("ascii"), keep_blank_values=True, errors="strict"))
        kind = request.headers.get("content-type", "").lower()
        if kind.startswith("multipart/form-data"):
            return found | _multipart(request), ""
        if kind.startswith("application/x-www-form-urlencoded") or not request.body:
            form = parse_qsl(request.body.decode("ascii"), keep_blank_values=True, errors="strict")
            return found | dict(form), ""
        return found, request.body.decode()
    except ValueError as error:
        raise Refused("IncompleteSignature") from error


def check(path: str, parameters: Mapping[str, str], body: str, secret: str) -> None:
    """Raises Refused for a signature that is wrong."""
    given = parameters["sign"]
    if parameters["sign_method"] != "sha256":
        raise Refused("IncompleteSignature")
    kept = {name: value for name, value in parameters.items() if name != "sign"}
    filled = {name: value for name, value in kept.items() if name and value}
    bases = {base + more for base in (_base(path, kept), _base(path, filled)) for more in ("", body)}
    if not any(hmac.compare_digest(_sign(base, secret).encode(), given.encode()) for base in bases):
        raise Refused("IncompleteSignature")


def check_system(parameters: Mapping[str, str]) -> None:
    for name in _SYSTEM:
        if not parameters.get(name):
            raise Refused("MissingParameter", name)


def check_time(text: str, at: float) -> None:
    """Milliseconds since 1970, or UTC as 2017-11-11T12:00:00Z; raises Refused for another time than ours."""
    try:
        told = int(text) / 1000 if re.fullmatch("[0-9]{1,15}", text) else _utc(text)
    except (ValueError, OverflowError) as error:
        raise Refused("IllegalTimestamp") from error
    if abs(told - at) > WINDOW_S:
        raise Refused("IllegalTimestamp")


def _utc(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def _base(path: str, parameters: Mapping[str, str]) -> str:
    ordered = sorted(parameters.items(), key=lambda pair: pair[0].encode())
    return path + "".join(name + value for name, value in ordered)


def _sign(base: str, secret: str) -> str:
    return hmac.new(secret.encode(), base.encode(), sha256).hexdigest().upper()


def _multipart(request: Request) -> dict[str, str]:
    """The fields that are no files."""
    head = b"Content-Type: " + request.headers["content-type"].encode("latin-1") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    found: dict[str, str] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and part.get_filename() is None and isinstance(payload, bytes):
            found[name] = payload.decode()
    return found
