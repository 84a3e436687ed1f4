"""Finding connections, and making them ready for a call: settings and secrets together, for this once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import structlog

from gerbang.base.crypto import new_key
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections import shop_store, store
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

log = structlog.get_logger()
_FRESH_S: Final = 5.0
_UNKNOWN_FRESH_S: Final = 0.05  # an unknown id is looked for anew, but a flood of them reads no more than this often
_ACCOUNT_S: Final = 1.0  # a rotated secret is used within a second of being heard of


class Connections:
    """The connections of this deployment. The list is cached for at most five seconds in each process."""

    def __init__(self, db: Database, secrets: Secrets, providers: Mapping[str, Provider], public_url: str) -> None:
        self._db = db
        self._secrets = secrets
        self._providers = providers
        self._of_shops = {name: one.of_shop() for name, one in providers.items() if one.shops is not None}
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
        """The provider that a connection speaks to, with a shop's fields for a shop; one that does nothing at all where this installation has none
        of that name.
        """
        known = self._providers if connection.parent is None else self._of_shops
        return known.get(connection.provider) or _absent(connection.provider)

    async def shops_of(self, app: str) -> Sequence[Connection]:
        """The shops below an app, oldest first."""
        return [one for one in await self.all() if one.parent == app]

    async def shop_of(self, app: str, site: str, seller: str) -> Connection | None:
        """The shop of a seller below an app, by the seller's id and country; None for a seller whom nobody knows here."""
        wanted = (app, site, seller)
        for known in (await self._fresh(), await self._fresh(_UNKNOWN_FRESH_S)):
            for one in known.values():
                if (one.parent, *_seller(one.settings)) == wanted:
                    return one
        return None

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

    async def newer_account(self, connection: Connection, purpose: Purpose, refused: Account) -> Account | None:
        """A shop's account with tokens that another process has stored since; None where there are none, and then they are refreshed at once, or it is told that a new one is refused too."""
        if connection.parent is None:
            return None
        for name in connection.secrets.values():
            self._secrets.forget(name)
        account = await self.account_of(connection, purpose)
        if account.secrets != refused.secrets:
            return account
        async with self._db.transaction() as tx:
            if not await shop_store.hasten(tx, connection.id) and await shop_store.note_refused_when_new(
                tx, connection.id
            ):
                told = {"connection": connection.id, "livemode": connection.livemode}
                await announce(tx, [Announcement("shop.refresh_failing", None, told, datetime.now(UTC))])
                alert = "A new token is refused too: connect the shop again from its app's page."
                log.error("shop.refresh_failing", connection=connection.id, alert=alert)
        return None

    async def account_of(self, connection: Connection, purpose: Purpose) -> Account:
        """The same, read anew, also of a connection that is not stored yet."""
        app = await self.get(connection.parent) if connection.parent is not None else connection
        secrets = {
            name: [version.value for version in await self._secrets.get(secret, purpose)]
            for name, secret in {**app.secrets, **connection.secrets}.items()
        }
        settings = connection.settings if app is connection else {**app.settings, **connection.settings}
        return Account(connection.id, connection.livemode, settings, secrets, self.hook_url(connection))

    def hook_url(self, connection: Connection) -> str:
        """Where its provider tells us of it: a shop's events come by its app."""
        return f"{self._public_url}/hooks/{connection.parent or connection.id}"

    async def draft(
        self,
        id_: str,
        provider: str,
        *,
        livemode: bool,
        settings: Mapping[str, str],
        secrets: Mapping[str, str],
        parent: str | None = None,
    ) -> Connection:
        """A connection as it would be made, checked and not stored; a live one to a retired provider is disabled until somebody enables it.
        With a `parent` it is a shop below that app.

        Raises BadConnection with a pointer for each fault, ConnectionExists.
        """
        if provider not in self._providers:
            known = ", ".join(sorted(self._providers))
            raise BadConnection(errors=[FieldError("/provider", f"Must be one of: {known}.")])
        if id_ in await self._fresh(_UNKNOWN_FRESH_S):
            raise ConnectionExists(f"{id_} exists already.")
        if parent is not None:
            await self._check_parent(parent, provider, settings, livemode=livemode)
        await self._check(provider, settings, secrets, parent)
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
            parent=parent,
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
        parent: str | None = None,
    ) -> Connection:
        """A new connection. Raises BadConnection with a pointer for each fault, ConnectionExists."""
        made = await self.draft(id_, provider, livemode=livemode, settings=settings, secrets=secrets, parent=parent)
        secrets = await self._with_own_keys(made, secrets)
        async with self._db.transaction() as tx:
            await self.add(tx, actor, replace(made, secrets=secrets))
            if parent is not None:  # the lives of its tokens are learnt by refreshing them
                await shop_store.add_unknown(tx, id_)
        self.forget()
        return await self.get(id_)

    async def add(self, tx: Tx, actor: str, made: Connection) -> None:
        """Store a draft. Raises ConnectionExists, and BadConnection when its app was deleted meanwhile."""
        if made.parent is not None and not await store.lock(tx, made.parent):
            raise BadConnection(errors=[FieldError("/parent", "There is no such connection.")])
        given = (made.id, made.provider, made.livemode, made.settings, made.secrets, made.enabled, made.parent)
        if not await store.add(tx, *given):
            raise ConnectionExists(f"{made.id}, or a connection of this seller below the app, exists already.")
        detail = {"provider": made.provider, "enabled": made.enabled}
        if made.parent is not None:
            detail["parent"] = made.parent
        await record(tx, [Entry(actor, "connection.created", f"connection:{made.id}", detail)])
        await store.tell(tx, made.id)

    async def changed(
        self, id_: str, *, settings: Mapping[str, str], secrets: Mapping[str, str], enabled: bool
    ) -> Connection:
        """A connection as it would be after a change, checked and not stored. Raises ConnectionNotFound, BadConnection."""
        known = await self.get(id_)
        if known.parent is not None and _seller(settings) != _seller(known.settings):
            raise BadConnection(
                errors=[
                    FieldError("/settings/seller_id", "A shop stays its seller's: connect the other one beside it.")
                ]
            )
        if (dict(settings), dict(secrets), enabled) != (dict(known.settings), dict(known.secrets), False):
            await self._check(
                known.provider, settings, secrets, known.parent
            )  # whatever is wrong with it, it can be disabled
        return replace(known, settings=dict(settings), secrets=dict(secrets), enabled=enabled)

    async def update(
        self, actor: str, id_: str, *, settings: Mapping[str, str], secrets: Mapping[str, str], enabled: bool
    ) -> Connection:
        """Change settings, references to secrets, or whether it is used. Raises ConnectionNotFound, BadConnection."""
        changed = await self.changed(id_, settings=settings, secrets=secrets, enabled=enabled)
        secrets = await self._with_own_keys(changed, secrets)
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
            await store.lock(tx, id_)
            if await store.has_shops(tx, id_):
                raise ConnectionInUse(f"Shops stand below {id_}.", hint="Delete its shops first.")
            if await store.has_attempts(tx, id_):
                raise ConnectionInUse(
                    f"Payments were begun by {id_}, paid or not.",
                    hint="Leave it disabled: late money is asked for by it.",
                )
            if await store.has_statements(tx, id_):
                raise ConnectionInUse(
                    f"Statements of {id_} stand in the ledger.",
                    hint="Leave it disabled: its payouts are explained by it.",
                )
            if await store.has_orders(tx, id_):
                raise ConnectionInUse(
                    f"Orders were bought in {id_}.", hint="Leave it disabled: they are shown with the shop they are of."
                )
            await store.remove(tx, id_)
            detail = {"provider": known.provider}
            await record(tx, [Entry(actor, "connection.deleted", f"connection:{id_}", detail)])
            await store.tell(tx, id_)
        self.forget()

    def forget(self) -> None:
        """Read the list anew next time."""
        self._read_at = float("-inf")

    async def _check_parent(self, parent: str, provider: str, settings: Mapping[str, str], *, livemode: bool) -> None:
        """A shop stands below an app of the same provider and mode, once."""
        app = (await self._fresh()).get(parent)
        if provider not in self._of_shops:
            raise _bad_parent(f"{provider} has no connections below another.")
        if app is None or app.parent is not None or app.provider != provider:
            raise _bad_parent(f"Must be a connection to {provider} that stands below none.")
        if app.livemode is not livemode:
            raise _bad_parent("A shop moves real money if its app does, and only then.")
        if await self.shop_of(parent, settings.get("site", ""), settings.get("seller_id", "")) is not None:
            raise ConnectionExists("A connection of this seller below the app exists already.")

    async def _check(
        self, provider: str, settings: Mapping[str, str], secrets: Mapping[str, str], parent: str | None
    ) -> None:
        if provider not in self._providers:
            raise BadConnection(
                errors=[FieldError("/provider", f"Must be one of: {', '.join(sorted(self._providers))}.")]
            )
        terms = (self._providers if parent is None else self._of_shops)[provider]
        problems = list(terms.problems(settings, secrets))
        stored = {one.name for one in await self._secrets.names()} if secrets else set()
        problems += [
            FieldError(f"/secrets/{credential}", _missing_secret(name))
            for credential, name in secrets.items()
            if name not in stored
        ]
        if problems:
            raise BadConnection("Some settings or credentials are missing or wrong.", errors=problems)

    async def _with_own_keys(self, made: Connection, secrets: Mapping[str, str]) -> Mapping[str, str]:
        """The names of its secrets, those too that are made here where nobody brought one."""
        wanted = self.provider_of(made).credentials
        own = {one.name: f"service/{made.id}/{one.name}" for one in wanted if one.made_here and one.name not in secrets}
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


def _seller(settings: Mapping[str, str]) -> tuple[str | None, str | None]:
    return settings.get("site"), settings.get("seller_id")


def _bad_parent(detail: str) -> BadConnection:
    return BadConnection(errors=[FieldError("/parent", detail)])


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
