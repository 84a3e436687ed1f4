"""Who, of the people here, may do a thing, and who stands behind a label of the audit: a key acts for whoever made it."""

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import NotFound
from gerbang.core.identity import key_store, store
from gerbang.core.identity.model import PERMISSIONS


async def who_may(tx: Tx, permission: str) -> frozenset[str]:
    """Labels of the active users who hold a permission; of very many only the first hundred."""
    roles = [role.value for role, held in PERMISSIONS.items() if permission in held]
    return frozenset(f"user:{ids.show('usr', id_)}" for id_ in await store.active_with_role(tx, roles))


async def behind(tx: Tx, label: str) -> frozenset[str]:
    """The label itself, and of an API key the person who made it; one that came from the command line stands for itself."""
    kind, _, id_ = label.partition(":")
    if kind != "key":
        return frozenset({label})
    try:
        maker = await key_store.made_by(tx, ids.read("key", id_))
    except NotFound:
        maker = None
    return frozenset({label, maker} if maker and maker.startswith("user:") else {label})
