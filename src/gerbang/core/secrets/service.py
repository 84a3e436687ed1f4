"""Reading and writing secrets: a purpose for every read, values cached for at most 60 s, reads audited, values never.

A read from the cache costs no I/O. The store is a port; where values live is not known here.
"""

import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

import structlog

from gerbang.base.batching import Shared
from gerbang.base.crypto import new_key
from gerbang.base.db import Database
from gerbang.base.errors import NotFound, Unavailable
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.secrets import store
from gerbang.core.secrets.model import OWN_KEYS, BadSecretValue, Purpose, Secret, Version, family_of
from gerbang.ports.secrets import SecretStore, SecretValue

log = structlog.get_logger()
CACHE_S: Final = 60.0
AUDIT_EVERY_S: Final = 60.0
_AUDIT_AGAIN_S: Final = 5.0
VALUE_LIMIT_BYTES: Final = 65_536
# What this service does with keys of its own to show something or to see who asks: such reads are counted at once and written when that
# is possible, so that looking goes on where nothing can be written (R53). Whatever acts waits for its audit.
_WRITTEN_LATER: Final = frozenset({Purpose.VERIFY_TOKEN, Purpose.SIGN_LINK, Purpose.DIGEST_PERSONAL_DATA})


class Secrets:
    """The secrets manager as core sees it. `monotonic` is a clock in seconds that only moves forward."""

    def __init__(self, db: Database, values: SecretStore, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._values = values
        self._monotonic = monotonic
        self._cache: dict[str, tuple[float, tuple[SecretValue, ...]]] = {}
        self._audited: dict[tuple[str, Purpose], float] = {}
        self._reads: dict[tuple[str, Purpose], int] = {}
        self._loads: Shared[tuple[str, int], tuple[SecretValue, ...]] = Shared()
        self._audits: Shared[tuple[str, Purpose], None] = Shared()
        self._forgotten = 0

    async def get(self, name: str, purpose: Purpose) -> Sequence[SecretValue]:
        """Every valid version, newest first. Raises NotFound, Unavailable (the store), AuditUnavailable."""
        read = (name, purpose)
        self._reads[read] = self._reads.get(read, 0) + 1
        now = self._monotonic()
        if now - self._audited.get(read, -AUDIT_EVERY_S) >= AUDIT_EVERY_S:
            await self._audit(read)
        cached = self._cache.get(name)
        if cached is not None and now < cached[0]:
            return cached[1]
        return await self._loads.run((name, self._forgotten), lambda: self._load(name))

    async def newest(self, name: str, purpose: Purpose) -> SecretValue:
        """The version to sign or call with."""
        return (await self.get(name, purpose))[0]

    async def put(self, name: str, value: bytes, *, overlap_s: int, actor: str, first_only: bool = False) -> int:
        """A new version; older ones stay valid for `overlap_s` seconds (0: at once no more). Returns its number.

        The intent is audited before the value is written, the outcome after. Raises BadSecretName, BadSecretValue.
        """
        family = family_of(name)
        if not 0 < len(value) <= VALUE_LIMIT_BYTES:
            raise BadSecretValue(f"A value has 1 to {VALUE_LIMIT_BYTES} bytes; this one has {len(value)}.")
        subject = f"secret:{name}"
        async with self._db.transaction() as tx:
            await record(tx, [Entry(actor, "secret.put", subject, {"family": family, "overlap_s": overlap_s})])
        version = await self._values.write(name, value, overlap_s=overlap_s, first_only=first_only)
        self.forget(name)
        async with self._db.transaction() as tx:
            await record(tx, [Entry(actor, "secret.written", subject, {"version": version})])
            await store.tell_changed(tx, name)
        log.info("secret.written", name=name, version=version)
        return version

    async def remove(self, name: str, *, actor: str) -> None:
        """Every version, for good, with what it was for; audited before."""
        async with self._db.transaction() as tx:
            await record(tx, [Entry(actor, "secret.removed", f"secret:{name}", {"family": family_of(name)})])
        await self._values.remove(name)
        self.forget(name)
        async with self._db.transaction() as tx:
            await store.tell_changed(tx, name)
        log.info("secret.removed", name=name)

    async def ensure(self, name: str, make: Callable[[], bytes], purpose: Purpose) -> Sequence[SecretValue]:
        """What `get` answers, after making a first version if there is none."""
        try:
            return await self.get(name, purpose)
        except NotFound:
            await self.put(name, make(), overlap_s=0, actor=SYSTEM, first_only=True)
            return await self.get(name, purpose)

    async def ensure_own(self) -> None:
        """Make the keys of this service that are missing: looking at a list later must not have to write anything."""
        for name, purpose in OWN_KEYS.items():
            await self.ensure(name, new_key, purpose)

    async def names(self) -> Sequence[Secret]:
        """Every secret with its versions, by name; never a value."""
        versions = sorted(await self._values.versions(), key=lambda v: (v.name, -v.version))
        return [
            Secret(name, family_of(name), [Version(v.version, v.created_at, v.retired_at) for v in group])
            for name, group in groupby(versions, key=lambda v: v.name)
        ]

    def forget(self, name: str) -> None:
        """Drop what is cached of this name; the next read asks the store."""
        self._forgotten += 1
        self._cache.pop(name, None)

    async def _load(self, name: str) -> tuple[SecretValue, ...]:
        now, forgotten = self._monotonic(), self._forgotten
        values = tuple(await self._values.read(name))
        if forgotten == self._forgotten:  # else what was read may already be old
            self._cache[name] = (now + _cache_s(values), values)
        return values

    async def _audit(self, read: tuple[str, Purpose]) -> None:
        """Who comes while a read is being audited waits for the same row."""
        try:
            await self._audits.run(read, lambda: self._audit_read(*read))
        except Unavailable:
            if read[1] not in _WRITTEN_LATER:
                raise
            self._audited[read] = self._monotonic() - AUDIT_EVERY_S + _AUDIT_AGAIN_S

    async def _audit_read(self, name: str, purpose: Purpose) -> None:
        """One row per name and purpose in a minute, which counts the reads since the last one."""
        read = (name, purpose)
        now, reads = self._monotonic(), self._reads.get(read, 0)
        async with self._db.transaction() as tx:
            await record(tx, [Entry(SYSTEM, "secret.read", f"secret:{name}", {"purpose": purpose, "reads": reads})])
        self._audited[read] = now
        self._reads[read] -= reads


def _cache_s(values: Sequence[SecretValue]) -> float:
    """Seconds for which these values may be kept: until the first of them retires, at most 60."""
    return min(CACHE_S, *(max(v.valid_for_s, 0.0) for v in values if v.valid_for_s is not None), CACHE_S)
