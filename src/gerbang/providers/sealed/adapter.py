"""The sealed secret store: AES-256-GCM envelopes in PostgreSQL under a root key that the database never sees.

It does not decide who may read or for how long a value is cached; that is core's business.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gerbang.base import crypto
from gerbang.base.crypto import Envelope, SealBroken
from gerbang.base.db import Database, Row, Tx
from gerbang.base.errors import NotFound, Unavailable
from gerbang.ports.secrets import SecretValue, SecretVersion
from gerbang.providers.sealed import store
from gerbang.providers.sealed.root_key import RootKey, RootKeyUnusable

_REWRAP_AT_ONCE: Final = 100


class SecretUnreadable(Unavailable):
    """A stored secret does not open under its name and version: the row was changed, swapped or damaged."""

    code = "secret_unreadable"
    title = "A stored secret cannot be opened"


async def refuse_second_key(db: Database, missing: Path) -> None:
    """Raise RootKeyUnusable where this database was sealed with a key already: another one would open nothing of it."""
    async with db.reading() as tx:
        known = await store.fingerprints(tx) if await store.is_made(tx) else set()
    if known:
        raise RootKeyUnusable(
            f"The database is sealed with the root key {' or '.join(sorted(known))}, which is not at {missing}.",
            hint="Put that file back from your backup. Without it the secrets are lost: a new database needs a new key.",
        )


class SealedStore:
    """A SecretStore (ports/secrets). `older` are root keys that still open what was wrapped before a rotation of the root key."""

    def __init__(self, db: Database, root: RootKey, *, older: Sequence[RootKey] = ()) -> None:
        self._db = db
        self._root = root
        self._keys = {known.fingerprint: known.key for known in (root, *older)}

    async def prepare(self) -> None:
        """Register the root key with an empty database; raises RootKeyUnusable when the database belongs to another one."""
        async with self._db.transaction() as tx:
            await store.lock_registration(tx)
            known = await store.fingerprints(tx)
            if known and not known & self._keys.keys():
                raise RootKeyUnusable(
                    f"This root key ({self._root.fingerprint}) is not the one that this database was sealed with.",
                    hint=f"Start with the file whose fingerprint is {' or '.join(sorted(known))}.",
                )
            await store.add_fingerprint(tx, self._root.fingerprint)

    async def read(self, name: str) -> Sequence[SecretValue]:
        """See SecretStore. Raises SecretUnreadable when a row does not open."""
        async with self._db.reading() as tx:
            rows = await store.valid(tx, name)
        if not rows:
            raise NotFound(f"There is no secret named {name}.")
        return [SecretValue(name, row["version"], self._open(name, row), row["valid_for_s"]) for row in rows]

    async def write(self, name: str, value: bytes, *, overlap_s: int, first_only: bool = False) -> int:
        """See SecretStore."""
        async with self._db.transaction() as tx:
            version = await store.next_version(tx, name)
            if first_only and version > 1:
                return version - 1
            await store.retire(tx, name, overlap_s)
            envelope = crypto.seal_envelope(self._root.key, value, _bound(name, version))
            await store.add(tx, name, version, self._root.fingerprint, envelope.wrapped_key, envelope.sealed_value)
        return version

    async def remove(self, name: str) -> None:
        """See SecretStore."""
        async with self._db.transaction() as tx:
            await store.remove(tx, name)

    async def versions(self) -> Sequence[SecretVersion]:
        """See SecretStore."""
        async with self._db.reading() as tx:
            rows = await store.all_versions(tx)
        return [SecretVersion(row["name"], row["version"], row["created_at"], row["retired_at"]) for row in rows]

    async def rewrap(self) -> int:
        """Wrap every key anew under the current root key, a batch per transaction; returns how many were left to do.

        May be killed and run again at any point: each row is under the old or the new root key, and both are known here.
        """
        done = 0
        while True:
            async with self._db.transaction() as tx:
                rows = await store.wrapped_by_others(tx, self._root.fingerprint, _REWRAP_AT_ONCE)
                for row in rows:
                    await self._rewrap_row(tx, row)
            done += len(rows)
            if len(rows) < _REWRAP_AT_ONCE:
                return done

    async def _rewrap_row(self, tx: Tx, row: Row) -> None:
        name, version = row["name"], row["version"]
        try:
            envelope = crypto.rewrap_envelope(
                self._key_of(name, row), self._root.key, _envelope(row), _bound(name, version)
            )
        except SealBroken:
            raise _unreadable(name, version) from None
        await store.rewrap(tx, name, version, self._root.fingerprint, envelope.wrapped_key)

    def _open(self, name: str, row: Row) -> bytes:
        try:
            return crypto.open_envelope(self._key_of(name, row), _envelope(row), _bound(name, row["version"]))
        except SealBroken:
            raise _unreadable(name, row["version"]) from None

    def _key_of(self, name: str, row: Row) -> bytes:
        key = self._keys.get(row["root_fingerprint"])
        if key is None:
            raise RootKeyUnusable(f"{name} is sealed under another root key ({row['root_fingerprint']}).")
        return key


def _bound(name: str, version: int) -> bytes:
    """What a sealed value is bound to: in another row it does not open."""
    return crypto.joined("gerbang sealed secret 1", name, str(version))


def _envelope(row: Row) -> Envelope:
    return Envelope(row["wrapped_key"], row["sealed_value"])


def _unreadable(name: str, version: int) -> SecretUnreadable:
    return SecretUnreadable(
        f"{name} version {version} does not open: its row was changed outside Gerbang.",
        hint="Restore it from a backup, or put a new value.",
    )
