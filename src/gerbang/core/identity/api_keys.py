"""API keys of machines: made, listed, ended, and recognised. A key is told once; we keep its digest and first characters (R36)."""

import re
import secrets
import string
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from gerbang.base import ids
from gerbang.base.crypto import digest
from gerbang.base.db import Database, Row
from gerbang.base.errors import FieldError, Forbidden
from gerbang.base.unreadable_rows import readable
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity import key_store, store
from gerbang.core.identity.changes import Changes, tell
from gerbang.core.identity.model import (
    ApiKey,
    ApiKeyNotFound,
    Caller,
    Environment,
    InvalidProfile,
    KeyInQuery,
    Role,
)
from gerbang.core.identity.permissions import Permissions

SHOWN: Final = 8
_HIDDEN: Final = 40  # base 62: 238 bits
_ALPHABET: Final = string.ascii_letters + string.digits
_FORM: Final = re.compile(rf"grb_(test|live)_[A-Za-z0-9]{{{SHOWN + _HIDDEN}}}", re.ASCII)
_IN_QUERY: Final = re.compile(
    r"(?:^|&)(?:access_token|api_key)=|grb_(?:test|live)_[A-Za-z0-9]{8}|grr_[A-Za-z0-9_-]{20}|eyJ[A-Za-z0-9_-]+\.eyJ",
    re.ASCII,
)


class ApiKeys:
    """Use cases around API keys; each is one transaction, audited in it."""

    def __init__(self, db: Database, *, permissions: Permissions, environment: Environment, changes: Changes) -> None:
        self._db = db
        self._permissions = permissions
        self._environment = environment
        self._changes = changes

    async def create(self, caller: Caller, name: str, role: Role) -> tuple[ApiKey, str]:
        """A key and its text, which is never told again. Raises Forbidden when it could do more than its maker."""
        if role is Role.CUSTOMER or not 1 <= len(name.strip()) <= 100 or not name.isprintable():
            field, cure = (
                ("/role", "A key is for a machine.") if role is Role.CUSTOMER else ("/name", "1 to 100 characters.")
            )
            raise InvalidProfile(cure, errors=[FieldError(field, cure)])
        if not all(caller.may(permission) for permission in self._permissions.of(role)):
            raise Forbidden("A key cannot do more than the one who makes it.")
        id_ = ids.new()
        key = f"grb_{self._environment}_" + "".join(secrets.choice(_ALPHABET) for _ in range(SHOWN + _HIDDEN))
        async with self._db.transaction() as tx:
            row = await key_store.add(tx, id_, key[:-_HIDDEN], digest(key), name.strip(), role, caller.label)
            await record(tx, [Entry(caller.label, "api_key.created", ids.show("key", id_), {"role": role})])
        assert row is not None, "INSERT … RETURNING gives the row"
        return _api_key(row), key

    async def page(self, after: UUID | None, limit: int) -> Sequence[ApiKey]:
        """Keys newest first, those made before `after`."""
        async with self._db.reading() as tx:
            return readable(await key_store.page(tx, after, limit), _api_key)

    async def revoke(self, caller: Caller, key_id: UUID) -> ApiKey:
        """End a key; every process refuses it within five seconds. Raises ApiKeyNotFound."""
        async with self._db.transaction() as tx:
            row = await key_store.revoke(tx, key_id)
            if row is None:
                raise ApiKeyNotFound
            await record(tx, [Entry(caller.label, "api_key.revoked", ids.show("key", key_id))])
            await tell(tx, "api_key", str(key_id))
        self._changes.apply("api_key", str(key_id))
        return _api_key(row)

    def digest_of(self, key: str) -> bytes | None:
        """The digest of a text that has the form of a key of this environment, else None."""
        form = _FORM.fullmatch(key)
        return digest(key) if form is not None and form[1] == self._environment else None


def refuse_credentials_in_query(query: str) -> None:
    """Raise KeyInQuery when an address's query holds a key or token: logs and histories keep addresses (R36)."""
    if _IN_QUERY.search(unquote(query)) is not None:
        raise KeyInQuery(
            "A key or token stands in the address, where logs and histories keep it.",
            hint="Send it as the header Authorization: Bearer …, and replace this one: it has been exposed.",
        )


def _api_key(row: Row) -> ApiKey:
    return ApiKey(
        id=row["id"],
        prefix=row["prefix"],
        name=row["name"],
        role=store.role_of("key", row["id"], row["role"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
