"""A whole identity on a fresh database: sealed secrets, cheap password hashes, and two processes that share the database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from gerbang.base.crypto import new_key
from gerbang.base.db import Database
from gerbang.core.identity.changes import Changes
from gerbang.core.identity.model import Client, Environment, Role, TokenPair, User
from gerbang.core.identity.passwords import Passwords
from gerbang.core.identity.service import Identity
from gerbang.core.secrets.service import Secrets
from gerbang.nouns import NOUNS
from gerbang.providers.sealed import RootKey, SealedStore, root_key

PASSWORD = "nasi uduk tanpa sambal"
HOME = Client("192.0.2.7", "Firefox")
AWAY = Client("198.51.100.9", "curl")


@dataclass(frozen=True, slots=True)
class Process:
    """What one process holds."""

    secrets: Secrets
    changes: Changes
    identity: Identity

    async def add_user(self, email: str = "sari@example.com", role: Role = Role.CUSTOMER) -> User:
        """A user with PASSWORD."""
        return await self.identity.accounts.create("system:test", email, PASSWORD, "Sari", "id", role)

    async def login(self, email: str = "sari@example.com", client: Client = HOME) -> TokenPair:
        """A session of a user with PASSWORD."""
        return await self.identity.sessions.login(email, PASSWORD, client)


@pytest.fixture
def cheap() -> Iterator[Passwords]:
    """Hashes that cost nearly nothing; what they cost in production is tested apart."""
    passwords = Passwords(memory_kib=8, time_cost=1)
    yield passwords
    passwords.close()


@pytest.fixture
def the_root_key() -> RootKey:
    return root_key(new_key())


@pytest.fixture
def start(db: Database, the_root_key: RootKey, cheap: Passwords) -> Callable[..., Process]:
    """Another process on the same database, as far as anything but the database is shared."""

    def started(environment: Environment = "test", **more: object) -> Process:
        sealed = SealedStore(db, the_root_key)
        secrets, changes = Secrets(db, sealed), Changes(db)
        settings: dict[str, object] = {
            "permissions": NOUNS.roles(),
            "environment": environment,
            "passwords": cheap,
            **more,
        }
        return Process(secrets, changes, Identity(db, secrets, changes, **settings))  # type: ignore[arg-type]  # as given

    return started


@pytest.fixture
async def process(db: Database, the_root_key: RootKey, start: Callable[..., Process]) -> Process:
    """The first process, which has just heard of all changes."""
    await SealedStore(db, the_root_key).prepare()
    first = start()
    await first.changes.poll()
    return first


@pytest.fixture
async def audited(db: Database) -> Callable[[], object]:
    """The audit's actions so far."""

    async def actions() -> list[str]:
        async with db.reading() as tx:
            rows = await tx.fetch("SELECT action FROM audit WHERE action NOT LIKE 'secret.%' ORDER BY happened_at")
        return [row["action"] for row in rows]

    return actions
