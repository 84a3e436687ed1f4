"""What may stand behind the question mark of an API address: what the route documents, once each, and never empty (R40)."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.errors import FieldError, Invalid, NotFound
from gerbang.web.policy_rows import Row
from gerbang.web.problems import invalid_field

A_TIME: Final = {"format": "date-time"}
Known = Mapping[str, Mapping[str, bool]]  # of each route its parameters, and whether each is true or false
AN_ACTION: Final = {
    "pattern": r"^[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,59}){1,2}$",
    "examples": ["payment.created"],
}
AN_OBJECT: Final = {"pattern": "^[a-z][a-z0-9_]{0,39}[:_][!-~]{1,200}$", "examples": ["connection:nicepay"]}
_MOST_NAMED: Final = 20
_LINK_TOKEN: Final = "t"  # noqa: S105  the name of a parameter, which is no advice to whoever has an account


def known_parameters(schema: Mapping[str, Any], table: Sequence[Row]) -> Known:
    """The parameters that each documented route takes, by the route's name; routes of pages and hooks are not among them."""
    known: dict[str, Mapping[str, bool]] = {}
    for row in table:
        operation = schema["paths"].get(row.path.replace(":path}", "}"), {}).get(row.method.lower())
        if operation is None or not row.path.startswith("/v1/"):
            continue
        taken = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
        known[row.route] = {one["name"]: "'boolean'" in str(one.get("schema")) for one in taken}
    return known


def read_time(name: str, text: str | None) -> datetime | None:
    """The time of the parameter of this name, in UTC; raises Invalid with a pointer, also for one that names no zone: nobody knows whose it is."""
    if text is None:
        return None
    try:
        at = msgspec.convert(text, datetime)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError) as error:
        raise invalid_field(f"/{name}", "Write a time like 2026-11-29T10:00:00Z.") from error
    raise invalid_field(f"/{name}", "Name the zone too: 2026-11-29T10:00:00Z, or 2026-11-29T17:00:00%2B07:00.")


def read_span(after: str | None, before: str | None) -> tuple[datetime | None, datetime | None]:
    """`created_after` and `created_before`; raises Invalid with a pointer, also where nothing can lie between them."""
    begin, end = read_time("created_after", after), read_time("created_before", before)
    if begin is not None and end is not None and begin >= end:
        raise invalid_field("/created_before", "This must be later than created_after.")
    return begin, end


def read_known(name: str, value: str | None, known: Collection[str], *, tell: bool = True) -> str | None:
    """The value of a filter that can only be one of these; raises Invalid with a pointer, and with their names where the caller may read them."""
    if value is None or value in known:
        return value
    names = sorted(known)[:_MOST_NAMED] if tell else []
    more = ", …" if len(known) > len(names) else ""
    said = f" There are: {', '.join(names)}{more}." if names else " There is none." if tell else ""
    raise invalid_field(f"/{name}", f"There is no {value[:40]!r}.{said}")


def read_id(name: str, kind: str, shown: str | None) -> UUID | None:
    """The inner form of the id that a filter names; raises Invalid with a pointer for what is none of this kind."""
    try:
        return None if shown is None else ids.read(kind, shown)
    except NotFound as error:
        raise invalid_field(f"/{name}", error.detail) from error


def read_action(name: str, value: str | None) -> str | None:
    """What the audit calls an action; raises Invalid with a pointer for what can be none."""
    if value is not None and not re.fullmatch(str(AN_ACTION["pattern"]), value):
        raise invalid_field(f"/{name}", "Write an action like payment.created.")
    return value


def read_object(name: str, value: str | None) -> str | None:
    """What an audit entry is about; raises Invalid with a pointer for what can be none, and for an id of ours that is not whole."""
    if value is None:
        return None
    if not re.fullmatch(str(AN_OBJECT["pattern"]), value):
        raise invalid_field(
            f"/{name}", "Write an id like pay_01KC3V9Q2M0000000000000000, or a thing like connection:nicepay."
        )
    if value.partition("_")[0] in ("pay", "att", "ref", "apr", "cus", "usr", "key", "evt", "ntf"):
        read_id(name, value.partition("_")[0], value)
    return value


def check(query: bytes, known: Mapping[str, bool]) -> None:
    """Raises Invalid for a parameter that the route does not take, that stands twice, or that says nothing."""
    given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    names = [name for name, _ in given]
    wrong = [_wrong(name, value, names, known) for name, value in given]
    if errors := [one for one in wrong if one is not None]:
        raise Invalid("The address asks for something that this route does not know.", errors=errors)


def _wrong(name: str, value: str, names: Sequence[str], known: Mapping[str, bool]) -> FieldError | None:
    if name not in known:
        told = sorted(known.keys() - {_LINK_TOKEN})
        takes = f"It takes {', '.join(told)}." if told else "It takes none."
        return FieldError(f"/{name}", f"There is no such parameter here. {takes}")
    if not value.strip():
        return FieldError(f"/{name}", "Give it a value, or leave it out.")
    if value.strip().lower() == "null":
        return FieldError(f"/{name}", "There is no null here: leave it out to ask for everything.")
    if known[name] and value not in ("true", "false"):
        return FieldError(f"/{name}", "Write true or false.")
    return FieldError(f"/{name}", "Give it once.") if names.count(name) > 1 else None
