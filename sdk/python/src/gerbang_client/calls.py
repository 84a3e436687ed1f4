"""One call of the API before it is sent, and whether it may be sent twice. Pure but for `new_key`."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote


def new_key() -> str:
    """An Idempotency-Key that nobody else has."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Call:
    """`parts` fill the names in `path`. `idempotency_key` is None where the operation takes none."""

    method: str
    path: str
    parts: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    idempotency_key: str | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it again does it once, however the first time ended."""
        return self.method == "GET" or self.idempotency_key is not None

    @property
    def address(self) -> str:
        """The path with its parts filled in. Raises ValueError for a part that would lead to another address."""
        path = self.path
        for name, value in self.parts.items():
            if not isinstance(value, str) or not value or any(one in (".", "..", "") for one in value.split("/")):
                raise ValueError(f"{name} must be an id as Gerbang gave it, not {value!r}")
            path = path.replace(f"{{{name}}}", quote(value, safe="/" if name == "name" else ""))
        return path

    @property
    def parameters(self) -> Mapping[str, str]:
        """The query without what was left out, as it is written in an address."""
        return {name: _text(value) for name, value in self.query.items() if value is not None}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
