"""What may stand behind the question mark of an API address: what the route documents, once each, and never empty (R40)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from gerbang.base.errors import FieldError, Invalid
from gerbang.web.policy import Row
from gerbang.web.problems import invalid_field

A_TIME: Final = {"format": "date-time"}
Known = Mapping[str, frozenset[str]]
_LINK_TOKEN: Final = "t"  # noqa: S105  the name of a parameter, which is no advice to whoever has an account


def known_parameters(schema: Mapping[str, Any], table: Sequence[Row]) -> Known:
    """The parameters that each documented route takes, by the route's name; routes of pages and hooks are not among them."""
    known: dict[str, frozenset[str]] = {}
    for row in table:
        operation = schema["paths"].get(row.path.replace(":path}", "}"), {}).get(row.method.lower())
        if operation is None or not row.path.startswith("/v1/"):
            continue
        names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        known[row.route] = frozenset(names)
    return known


def read_time(name: str, text: str | None) -> datetime | None:
    """The time of the parameter of this name, in UTC, as which it is taken where it names no zone; raises Invalid with a pointer."""
    if text is None:
        return None
    try:
        at = msgspec.convert(text, datetime)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError) as error:
        raise invalid_field(f"/{name}", "Write a time like 2026-11-29T10:00:00Z.") from error


def check(query: bytes, known: frozenset[str]) -> None:
    """Raises Invalid for a parameter that the route does not take, that stands twice, or that says nothing."""
    given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    names = [name for name, _ in given]
    wrong = [_wrong(name, value, names, known) for name, value in given]
    if errors := [one for one in wrong if one is not None]:
        raise Invalid("The address asks for something that this route does not know.", errors=errors)


def _wrong(name: str, value: str, names: Sequence[str], known: frozenset[str]) -> FieldError | None:
    if name not in known:
        takes = f"It takes {', '.join(sorted(known - {_LINK_TOKEN}))}." if known - {_LINK_TOKEN} else "It takes none."
        return FieldError(f"/{name}", f"There is no such parameter here. {takes}")
    if not value.strip():
        return FieldError(f"/{name}", "Give it a value, or leave it out.")
    return FieldError(f"/{name}", "Give it once.") if names.count(name) > 1 else None
