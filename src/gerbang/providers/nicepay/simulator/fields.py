"""A V2 body as text fields, and the checks that every request shares. What a field means is decided elsewhere."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from gerbang.ports.simulator import Request
from gerbang.providers.nicepay.simulator.orders import JAKARTA
from gerbang.providers.nicepay.simulator.quirks import Quirks
from gerbang.providers.nicepay.simulator.refusals import Refused

_AMOUNT_DIGITS: Final = 12
_TOLERANCE: Final = timedelta(minutes=5)
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode

Fields = Mapping[str, Any]


def read(request: Request, form_for: str = "") -> Fields:
    """The body of a JSON request, or of a form where its payMethod is `form_for`; raises Refused 9001 for anything else."""
    if not is_json(request):
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        if not form_for or form.get("payMethod") != form_for:
            raise Refused("9001")
        return form
    try:
        return _decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("9001") from error


def is_json(request: Request) -> bool:
    """By the content type, whose case does not matter."""
    return request.headers.get("content-type", "").lower().startswith("application/json")


def text(fields: Fields, name: str) -> str:
    """A field as text: absent and null are empty, a whole number is its digits; raises Refused 9001 for a nested value."""
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise Refused("9001")


def amount(fields: Fields, quirks: Quirks) -> int:
    """`amt` in rupiah: 1 to 12 digits and nothing else; raises Refused 9007 or 9008."""
    digits = text(fields, "amt")
    if not digits:
        raise Refused("9007")
    if not isinstance(fields["amt"], str) and quirks.amount_number == "refused":
        raise Refused("9008")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _AMOUNT_DIGITS:
        raise Refused("9008")
    return int(digits)


def moment(date: str, time: str) -> datetime | None:
    """A date yyyyMMdd and a time HHmmss of Jakarta as UTC; None when they are no time."""
    if len(date) != 8 or len(time) != 6 or not (date + time).isdigit() or not (date + time).isascii():
        return None
    try:
        return datetime.strptime(date + time, "%Y%m%d%H%M%S").replace(tzinfo=JAKARTA).astimezone(UTC)
    except ValueError:
        return None


def check_time_stamp(fields: Fields, now: datetime, quirks: Quirks) -> str:
    """The request's own timeStamp; raises Refused 9031 when it is no time, or too far off where that is looked at."""
    stamp = text(fields, "timeStamp")
    said = moment(stamp[:8], stamp[8:])
    if said is None:
        raise Refused("9031")
    if quirks.timestamp_tolerance == "five_minutes" and abs(said - now) > _TOLERANCE:
        raise Refused("9031")
    return stamp


def day(value: datetime | None) -> str | None:
    return f"{value.astimezone(JAKARTA):%Y%m%d}" if value else None


def clock(value: datetime | None) -> str | None:
    return f"{value.astimezone(JAKARTA):%H%M%S}" if value else None
