"""A worker's sender as a process of its own, to be killed: DSN and root key as arguments; it sends until it dies."""

import asyncio
import sys

from gerbang.base.db import Database
from gerbang.base.http import Http
from gerbang.base.target_policy import TargetPolicy, read_private_targets
from gerbang.core.endpoints.sender import Sender
from gerbang.core.endpoints.signing_keys import SigningKeys
from gerbang.core.secrets.service import Secrets
from gerbang.providers.sealed import SealedStore, root_key


async def main(dsn: str, key: str) -> None:
    db, http = Database(dsn, size=4), Http(policy=TargetPolicy(read_private_targets(["127.0.0.0/8"])))
    await db.open()
    store = SealedStore(db, root_key(bytes.fromhex(key)))
    await store.prepare()
    keys = SigningKeys(Secrets(db, store))
    await Sender(db, http, keys, timeout_s=1.0, lease_s=1.5).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
