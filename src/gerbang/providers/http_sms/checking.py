"""What is wrong with a description before it is saved. Nothing is asked: a text is the only question that a gateway understands."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from gerbang.base.errors import FieldError
from gerbang.ports.messenger import Why
from gerbang.providers.http_sms import description

_POINTERS: Final = ("success_at", "id_at")


def problems(settings: Mapping[str, str], credentials: Collection[str]) -> Sequence[FieldError]:
    """Fields that cannot be read, placeholders that stand for nothing, secrets that are not there, patterns that are none."""
    return [*_of_fields(settings, credentials), *_of_answers(settings)]


def _of_fields(settings: Mapping[str, str], credentials: Collection[str]) -> list[FieldError]:
    template, found = settings.get("fields", ""), list[FieldError]()
    if settings.get("format") == "json" and template and not isinstance(_read(template), dict):
        found.append(FieldError("/settings/fields", 'Must be one JSON object, as {"to": "{to}", "text": "{text}"}.'))
    if template and ("{to}" not in template or "{text}" not in template):
        found.append(FieldError("/settings/fields", "Must say {to} and {text}."))
    for name in ("fields", "headers"):
        said = settings.get(name, "")
        if unknown := description.unknown_placeholders(said):
            found.append(FieldError(f"/settings/{name}", f"{{{unknown[0]}}} stands for nothing."))
        missing = [one for one in description.SECRETS if f"{{{one}}}" in said and one not in credentials]
        found += [FieldError(f"/secrets/{one}", f"{{{one}}} stands in the description.") for one in missing]
    if settings.get("method") == "GET" and settings.get("format") in ("form", "json", None, ""):
        found.append(FieldError("/settings/format", "With GET the fields travel as query."))
    return found


def _of_answers(settings: Mapping[str, str]) -> list[FieldError]:
    found = [
        FieldError(f"/settings/{name}", "A JSON Pointer begins with a slash: /messages/0/status.")
        for name in _POINTERS
        if settings.get(name) and not settings[name].startswith("/")
    ]
    try:
        re.compile(settings.get("success_match", ""))
    except re.error:
        found.append(FieldError("/settings/success_match", "This is no regular expression."))
    known = {one.value for one in Why}
    for one in settings.get("errors", "").split():
        if one.partition("=")[2] not in known:
            found.append(FieldError("/settings/errors", f"Each is CODE=WHY, with one of {', '.join(sorted(known))}."))
            break
    return found


def _read(template: str) -> Any:
    try:
        return msgspec.json.decode(template)
    except msgspec.DecodeError:
        return None
