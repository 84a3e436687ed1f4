"""The one statement of this package: telling other processes that a secret changed. Values live in the configured store."""

from gerbang.base.db import Tx


async def tell_changed(tx: Tx, name: str) -> None:
    """Every process drops its cached values of this name within five seconds."""
    await tx.execute("INSERT INTO changes (kind, subject) VALUES ('secret', $1)", name)
