"""How a gateway is described: placeholders filled in, numbers in its form, and what its answer means. Pure.

Placeholders are filled into values that are taken apart first, so that no text of a bill can add a field or end a string.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from gerbang.base import phone
from gerbang.base.text_segments import segments
from gerbang.ports.messenger import TextMessage, Why
from gerbang.ports.payment import Account

SECRETS: Final = ("key", "secret", "token")
_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")
PLACEHOLDERS: Final = frozenset({"to", "text", "sender", "reference", "type", *SECRETS})


def values_of(account: Account, message: TextMessage) -> Mapping[str, str]:
    """What each placeholder stands for."""
    settings = account.settings
    plain, other = [*(settings.get("types") or "text,unicode").split(","), ""][:2]
    secrets = {name: next(iter(account.secrets.get(name, ())), b"").decode() for name in SECRETS}
    return {
        "to": number_of(message.to, settings.get("number") or "e164"),
        "text": message.text,
        "sender": settings.get("sender", ""),
        "reference": message.reference,
        "type": plain if segments(message.text).alphabet == "GSM-7" else other,
        **secrets,
    }


def number_of(number: str, form: str) -> str:
    """An E.164 number in the form that a gateway wants."""
    match form:
        case "digits":
            return number.removeprefix("+")
        case "national":
            return phone.national(number) or number
        case _:
            return number


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder's value; what stands in a value is not looked at again."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_placeholders(text: str) -> list[str]:
    """Names in braces that stand for nothing."""
    return sorted({name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS})


def fields(template: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields of a form or query."""
    return [(name, filled(value, values)) for name, value in parse_qsl(template, keep_blank_values=True)]


def json_body(template: str, values: Mapping[str, str]) -> bytes:
    """The object with every text in it filled in."""
    return msgspec.json.encode(_filled_in(msgspec.json.decode(template), values))


def _filled_in(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case str():
            return filled(value, values)
        case list():
            return [_filled_in(one, values) for one in value]
        case dict():
            return {name: _filled_in(one, values) for name, one in value.items()}
        case _:
            return value


def headers(template: str, values: Mapping[str, str]) -> dict[str, str]:
    """Headers by name, in small letters."""
    pairs = (one.partition(":") for one in template.split("|") if one.strip())
    return {name.strip().lower(): filled(value.strip(), values) for name, _, value in pairs}


def at(value: Any, pointer: str) -> Iterator[Any]:
    """What stands at an RFC 6901 pointer, in which * is every item of a list; nothing where nothing does."""
    if not pointer:
        yield value
        return
    step, slash, rest = pointer[1:].partition("/")
    name = step.replace("~1", "/").replace("~0", "~")
    items = value if name == "*" and isinstance(value, list) else [_step(value, name)]
    for one in items:
        if one is not None:
            yield from at(one, slash + rest)


def _step(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return value[int(name)] if name.isdigit() and int(name) < len(value) else None
    return value.get(name) if isinstance(value, dict) else None


def is_good_status(status: int, wanted: str) -> bool:
    """Whether the HTTP status is one of those that say yes."""
    listed = [one.strip() for one in (wanted or "2xx").split(",")]
    return str(status) in listed or ("2xx" in listed and 200 <= status < 300)


def why_of(code: str, errors: str) -> Why:
    """What a gateway's own code means."""
    named = dict(one.split("=", 1) for one in errors.split() if "=" in one)
    return Why(named.get(code, Why.PERMANENT.value))
