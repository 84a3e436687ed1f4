"""Finding connections, and making them ready for a call: settings and secrets together, for this once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from gerbang.base.crypto import new_key
from gerbang.base.db import Database
from gerbang.base.errors import FieldError
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections import store
from gerbang.core.connections.model import (
    BadConnection,
    Connection,
    ConnectionExists,
    ConnectionInUse,
    ConnectionNotFound,
)
from gerbang.core.inbox.routing import Unhandled
from gerbang.core.secrets.model import Purpose, is_name
from gerbang.core.secrets.service import Secrets
from gerbang.ports.kinds import Kind
from gerbang.ports.payment import Account
from gerbang.ports.provider import Provider

_FRESH_S: Final = 5.0
_UNKNOWN_FRESH_S: Final = 0.05  # an unknown id is looked for anew, but a flood of them reads no more than this often
_ACCOUNT_S: Final = 1.0  # a rotated secret is used within a second of being heard of


class Connections:
    """The connections of this deployment. The list is cached for at most five seconds in each process."""

    def __init__(self, db: Database, secrets: Secrets, providers: Mapping[str, Provider], public_url: str) -> None:
        self._db = db
        self._secrets = secrets
        self._providers = providers
        self._public_url = public_url.rstrip("/")
        self._known: dict[str, Connection] = {}
        self._read_at = float("-inf")
        self._accounts: dict[tuple[str, Purpose], tuple[Connection, float, Account]] = {}

    async def all(self) -> Sequence[Connection]:
        """Every connection, oldest first."""
        return list((await self._fresh()).values())

    async def get(self, connection_id: str) -> Connection:
        """One connection, one that another process has just made too; raises ConnectionNotFound."""
        found = (await self._fresh()).get(connection_id) or (await self._fresh(_UNKNOWN_FRESH_S)).get(connection_id)
        if found is None:
            raise ConnectionNotFound(f"There is no connection {connection_id[:40]!r}.")
        return found

    def provider_of(self, connection: Connection) -> Provider:
        """The provider that a connection speaks to; one that does nothing at all where this installation has none of that name."""
        return self._providers.get(connection.provider) or _absent(connection.provider)

    def unusable(self, connection: Connection) -> str:
        """Why a connection cannot be used, whatever its settings are; empty when it can."""
        if connection.provider in self._providers:
            return ""
        return f"This installation has no provider {connection.provider[:40]!r}; disable the connection, or install what brings it."

    async def kind_of(self, connection_id: str) -> Kind | Unhandled:
        """Whose business the events of a connection are; or why nobody's."""
        try:
            connection = await self.get(connection_id)
        except ConnectionNotFound as error:
            return Unhandled(error.detail)
        why = self.unusable(connection)
        return Unhandled(why) if why else self.provider_of(connection).kind

    async def account_for(self, connection: Connection, purpose: Purpose) -> Account:
        """What an adapter needs for one call, kept for a second. Raises NotFound for a missing secret, Unavailable when the store does
        not answer.
        """
        known = self._accounts.get((connection.id, purpose))
        if known is not None and known[0] is connection and time.monotonic() - known[1] < _ACCOUNT_S:
            return known[2]
        account = await self.account_of(connection, purpose)
        self._accounts[connection.id, purpose] = (connection, time.monotonic(), account)
        return account

    async def account_of(self, connection: Connection, purpose: Purpose) -> Account:
        """The same, read anew, also of a connection that is not stored yet."""
        secrets = {
            name: [version.value for version in await self._secrets.get(secret, purpose)]
            for name, secret in connection.secrets.items()
        }
        hook = f"{self._public_url}/hooks/{connection.id}"
        return Account(connection.id, connection.livemode, connection.settings, secrets, hook)

    async def draft(
        self,
        id_: str,
        provider: str,
        *,
        livemode: bool,
        settings: Mapping[str, str],
        secrets: Mapping[str, str],
    ) -> Connection:
        """A connection as it would be made, checked and not stored; a live one to a retired provider is disabled until somebody enables it.

        Raises BadConnection with a pointer for each fault, ConnectionExists.
        """
        if provider not in self._providers:
            known = ", ".join(sorted(self._providers))
            raise BadConnection(errors=[FieldError("/provider", f"Must be one of: {known}.")])
        if id_ in await self._fresh(_UNKNOWN_FRESH_S):
            raise ConnectionExists(f"{id_} exists already.")
        await self._check(provider, settings, secrets)
        enabled, now = not (livemode and self._providers[provider].retired), datetime.now(UTC)
        return Connection(
            id=id_,
            provider=provider,
            livemode=livemode,
            settings=dict(settings),
            secrets=dict(secrets),
            enabled=enabled,
            created_at=now,
            updated_at=now,
        )

    async def create(
        self,
        actor: str,
        id_: str,
        provider: str,
        *,
        livemode: bool,
        settings: Mapping[str, str],
        secrets: Mapping[str, str],
    ) -> Connection:
        """A new connection. Raises BadConnection with a pointer for each fault, ConnectionExists."""
        made = await self.draft(id_, provider, livemode=livemode, settings=settings, secrets=secrets)
        secrets = await self._with_own_keys(provider, id_, secrets)
        async with self._db.transaction() as tx:
            if not await store.add(tx, id_, provider, livemode, settings, secrets, made.enabled):
                raise ConnectionExists(f"{id_} exists already.")
            detail = {"provider": provider, "enabled": made.enabled}
            await record(tx, [Entry(actor, "connection.created", f"connection:{id_}", detail)])
            await store.tell(tx, id_)
        self.forget()
        return await self.get(id_)

    async def changed(
        self, id_: str, *, settings: Mapping[str, str], secrets: Mapping[str, str], enabled: bool
    ) -> Connection:
        """A connection as it would be after a change, checked and not stored. Raises ConnectionNotFound, BadConnection."""
        known = await self.get(id_)
        if (dict(settings), dict(secrets), enabled) != (dict(known.settings), dict(known.secrets), False):
            await self._check(known.provider, settings, secrets)  # whatever is wrong with it, it can be disabled
        return replace(known, settings=dict(settings), secrets=dict(secrets), enabled=enabled)

    async def update(
        self, actor: str, id_: str, *, settings: Mapping[str, str], secrets: Mapping[str, str], enabled: bool
    ) -> Connection:
        """Change settings, references to secrets, or whether it is used. Raises ConnectionNotFound, BadConnection."""
        changed = await self.changed(id_, settings=settings, secrets=secrets, enabled=enabled)
        secrets = await self._with_own_keys(changed.provider, id_, secrets)
        async with self._db.transaction() as tx:
            await store.save(tx, id_, settings, secrets, enabled)
            await record(tx, [Entry(actor, "connection.updated", f"connection:{id_}", {"enabled": enabled})])
            await store.tell(tx, id_)
        self.forget()
        return await self.get(id_)

    async def switch(self, actor: str, id_: str, *, enabled: bool) -> Connection:
        """Use it, or use it no more for new payments; what was begun by it goes on. Raises ConnectionNotFound, BadConnection."""
        known = await self.get(id_)
        if not enabled:  # also one that could not be saved today can be switched off
            async with self._db.transaction() as tx:
                await store.save(tx, id_, known.settings, known.secrets, enabled=False)
                await record(tx, [Entry(actor, "connection.updated", f"connection:{id_}", {"enabled": False})])
                await store.tell(tx, id_)
            self.forget()
            return await self.get(id_)
        return await self.update(actor, id_, settings=known.settings, secrets=known.secrets, enabled=True)

    async def note_probed(self, actor: str, id_: str, *, usable: bool | None) -> None:
        """Write down that the provider was asked, and what came of it."""
        async with self._db.transaction() as tx:
            await record(tx, [Entry(actor, "connection.probed", f"connection:{id_}", {"usable": usable})])

    async def delete(self, actor: str, id_: str) -> None:
        """Forget a connection that is switched off and by which nothing was ever tried. Its secrets stay. Raises ConnectionNotFound,
        ConnectionInUse.
        """
        known = await self.get(id_)
        if known.enabled:
            raise ConnectionInUse(f"{id_} is enabled: a request may be choosing it now.", hint="Disable it first.")
        async with self._db.transaction() as tx:
            if await store.has_attempts(tx, id_):
                raise ConnectionInUse(
                    f"Payments were begun by {id_}, paid or not.",
                    hint="Leave it disabled: late money is asked for by it.",
                )
            await store.remove(tx, id_)
            detail = {"provider": known.provider}
            await record(tx, [Entry(actor, "connection.deleted", f"connection:{id_}", detail)])
            await store.tell(tx, id_)
        self.forget()

    def forget(self) -> None:
        """Read the list anew next time."""
        self._read_at = float("-inf")

    async def _check(self, provider: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        if provider not in self._providers:
            raise BadConnection(
                errors=[FieldError("/provider", f"Must be one of: {', '.join(sorted(self._providers))}.")]
            )
        problems = list(self._providers[provider].problems(settings, secrets))
        stored = {one.name for one in await self._secrets.names()} if secrets else set()
        problems += [
            FieldError(f"/secrets/{credential}", _missing_secret(name))
            for credential, name in secrets.items()
            if name not in stored
        ]
        if problems:
            raise BadConnection("Some settings or credentials are missing or wrong.", errors=problems)

    async def _with_own_keys(self, provider: str, id_: str, secrets: Mapping[str, str]) -> Mapping[str, str]:
        """The names of its secrets, those too that are made here where nobody brought one."""
        wanted = self._providers[provider].credentials if provider in self._providers else ()
        own = {one.name: f"service/{id_}/{one.name}" for one in wanted if one.made_here and one.name not in secrets}
        for name in own.values():
            await self._secrets.ensure(name, new_key, Purpose.SEND_MESSAGE)
        return {**own, **secrets}

    async def _fresh(self, within_s: float = _FRESH_S) -> dict[str, Connection]:
        if time.monotonic() - self._read_at > within_s:
            now = time.monotonic()
            async with self._db.reading() as tx:
                self._known = {connection.id: connection for connection in await store.all_(tx)}
            self._read_at = now
        return self._known


def _missing_secret(name: str) -> str:
    """What to do about a name that no secret has; one that can be no name is not repeated, for it may be the secret itself."""
    if not is_name(name):
        return "Not the name of a secret: put the value under PUT /v1/secrets/service/…, and write that name here, never the value."
    return f"There is no secret named {name}. Put it first: PUT /v1/secrets/{name}."


def _absent(name: str) -> Provider:
    """A provider that is not here: its connections stay as they are, and do nothing."""
    return Provider(
        name=name,
        title=f"{name} (not installed)",
        kinds=(),
        credentials=(),
        settings=(),
        documentation="",
        retired="This installation has no such provider.",
    )
