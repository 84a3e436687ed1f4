"""Who, of the people here, may do a thing, and who stands behind a label of the audit: by name, and a key for whoever made it."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import NotFound
from gerbang.core.identity import key_store, store
from gerbang.core.identity.model import Actor, Role

_MOST_KEYS: Final = 100


async def with_role(tx: Tx, roles: Collection[Role]) -> frozenset[str]:
    """Labels of the active users who have one of these roles; of very many only the first hundred."""
    found = await store.active_with_role(tx, [role.value for role in roles])
    return frozenset(f"user:{ids.show('usr', id_)}" for id_ in found)


async def staff(tx: Tx) -> dict[str, Actor]:
    """The active people who are no customers, and the newest API keys, by their labels."""
    labels = sorted(await with_role(tx, [role for role in Role if role is not Role.CUSTOMER]))
    keys = [f"key:{ids.show('key', row['id'])}" for row in await key_store.page(tx, None, _MOST_KEYS)]
    return await named(tx, [*labels, *keys])


async def still_has_role(tx: Tx, label: str, roles: Collection[Role]) -> bool:
    """Whether whoever stands behind a label is here, was neither disabled nor revoked, and has one of these roles now."""
    kind, _, id_ = label.partition(":")
    known = _read("usr" if kind == "user" else "key", id_)
    if known is None:
        return False
    rows = await (store.users_of(tx, [known]) if kind == "user" else key_store.of(tx, [known]))
    over = "disabled_at" if kind == "user" else "revoked_at"
    return any(row[over] is None and Role(row["role"]) in roles for row in rows)


async def behind(tx: Tx, label: str) -> frozenset[str]:
    """The label itself, and of an API key whoever made it: the keys by which it was made, and the person who made the first of them. One that came
    from the command line stands for itself.
    """
    found = {label}
    while (maker := await _maker(tx, label)) is not None and maker not in found:
        found.add(maker)
        label = maker
    return frozenset(found)


async def _maker(tx: Tx, label: str) -> str | None:
    """Who made an API key: a person, or another key."""
    kind, _, id_ = label.partition(":")
    known = _read("key", id_) if kind == "key" else None
    maker = await key_store.made_by(tx, known) if known is not None else None
    return maker if maker is not None and maker.startswith(("user:", "key:")) else None


async def named(tx: Tx, labels: Iterable[str]) -> dict[str, Actor]:
    """The people and API keys among these labels; whoever is not known here, or is neither, is left out."""
    users, keys = {}, {}
    for label in labels:
        match label.partition(":"):
            case "user", _, id_ if (known := _read("usr", id_)) is not None:
                users[known] = label
            case "key", _, id_ if (known := _read("key", id_)) is not None:
                keys[known] = label
            case _:
                pass
    found = [(users, row) for row in await store.users_of(tx, list(users))] if users else []
    found += [(keys, row) for row in await key_store.of(tx, list(keys))] if keys else []
    return {labels_of[row["id"]]: Actor(row["name"], Role(row["role"])) for labels_of, row in found}


def _read(kind: str, id_: str) -> UUID | None:
    try:
        return ids.read(kind, id_)
    except NotFound:
        return None
