"""The OpenAPI document as pages need it: operations in groups, each with its parameters, body, answers and errors. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from gerbang.web.reference.shapes import Field, fields_of

_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
# The groups in the order in which somebody meets them; what is not named stands at the end.
_GROUPS: Final[Mapping[str, str]] = {
    "payments": "Payments",
    "refunds": "Refunds",
    "endpoints": "Webhooks out",
    "events": "Events",
    "orders": "Orders",
    "payouts": "Payouts of marketplaces",
    "customers": "Customers",
    "notifications": "Messages to people",
    "webhook events": "Webhooks in",
    "ledger": "Ledger",
    "approvals": "Approvals",
    "audit": "Audit",
    "connections": "Connections",
    "secrets": "Secrets",
    "people and keys": "People and keys",
    "auth": "Signing in",
    "plumbing": "The service itself",
}
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that the operation answers with when all is well."""

    status: str
    says: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `id` is what clients call it, `slug` its page; `returns` are the fields of its answer."""

    id: str
    slug: str
    verb: str
    path: str
    group: str
    title: str
    says: str
    permissions: Sequence[str]
    is_open: bool
    parameters: Sequence[Field]
    headers: Sequence[Field]
    body: Sequence[Field]
    answers: Sequence[Answer]
    returns: Sequence[Field]

    @property
    def needs_key(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return any(one.name == "Idempotency-Key" for one in self.headers)


class Document:
    """All of it, read once."""

    def __init__(self, openapi: Mapping[str, Any]) -> None:
        self._schemas: Mapping[str, Any] = openapi["components"]["schemas"]
        self.version = str(openapi["info"]["version"])
        self.operations = [
            self._operation(verb, path, told) for path, item in openapi["paths"].items() for verb, told in item.items()
        ]

    @cached_property
    def by_slug(self) -> Mapping[str, Operation]:
        """The operation of each page."""
        return {one.slug: one for one in self.operations}

    @cached_property
    def groups(self) -> Mapping[str, Sequence[Operation]]:
        """Operations by the title of their group."""
        order = [*_GROUPS.values()]
        titles = sorted(
            {one.group for one in self.operations}, key=lambda title: order.index(title) if title in order else 99
        )
        return {title: [one for one in self.operations if one.group == title] for title in titles}

    def values(self, enum: str) -> Sequence[str]:
        """All values of an enum of the document."""
        return [str(one) for one in self._schemas[enum]["enum"]]

    def _operation(self, verb: str, path: str, told: Mapping[str, Any]) -> Operation:
        tag = (told.get("tags") or ("plumbing",))[0]
        parameters = told.get("parameters", ())
        good = {status: one for status, one in told["responses"].items() if status.startswith("2")}
        return Operation(
            id=told["operationId"],
            slug=_CAPITAL.sub("-", told["operationId"]).lower(),
            verb=verb.upper(),
            path=path,
            group=_GROUPS.get(tag, tag.capitalize()),
            title=told.get("summary", path),
            says=" ".join((told.get("description") or "").split()),
            permissions=told.get("x-permissions", ()),
            is_open=not told.get("security"),
            parameters=[self._parameter(one) for one in parameters if one["in"] != "header"],
            headers=[self._parameter(one) for one in parameters if one["in"] == "header"],
            body=self._content(told.get("requestBody", {})),
            answers=[Answer(status, one.get("description", "")) for status, one in good.items()],
            returns=next((found for one in good.values() if (found := self._content(one))), ()),
        )

    def _parameter(self, one: Mapping[str, Any]) -> Field:
        shape: dict[str, Any] = {
            "properties": {one["name"]: {**one["schema"], "description": one.get("description") or ""}}
        }
        if one.get("required"):
            shape["required"] = [one["name"]]
        return fields_of(shape, self._schemas)[0]

    def _content(self, told: Mapping[str, Any]) -> Sequence[Field]:
        """The fields of what is sent or answered; where an answer can be one of several, those of the first, which is the fullest."""
        schema = told.get("content", {}).get(_JSON, {}).get("schema")
        if schema is None:
            return ()
        choices = schema.get("oneOf") or schema.get("anyOf")
        return fields_of(choices[0] if choices else schema, self._schemas)
