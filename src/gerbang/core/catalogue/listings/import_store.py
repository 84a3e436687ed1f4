"""Every SQL statement on `listing_imports`; rows ⇄ model."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.core.catalogue.listings.model import Import, ImportStatus

_IMPORTS: Final = """
    SELECT id, connection, status, makes_products, place, variants, added, mapped, made, unreadable, is_cut, said, created_at, finished_at FROM listing_imports
    """


async def add(tx: Tx, id_: UUID, connection: str, actor: str, *, makes_products: bool) -> bool:
    """A new import; False where one of the shop is under way."""
    tag = await tx.execute(
        """
        INSERT INTO listing_imports (id, connection, status, makes_products, created_by, created_at) VALUES ($1, $2, 'running', $3, $4, business_now())
        ON CONFLICT (connection) WHERE finished_at IS NULL DO NOTHING
        """,
        id_,
        connection,
        makes_products,
        actor,
    )
    return tag == "INSERT 0 1"


async def of_id(tx: Tx, id_: UUID) -> Import | None:
    """One."""
    row = await tx.fetchrow(_IMPORTS + "WHERE id = $1", id_)
    return _import(row) if row is not None else None


async def running(tx: Tx, connection: str) -> Import | None:
    """The shop's that is under way."""
    row = await tx.fetchrow(_IMPORTS + "WHERE connection = $1 AND finished_at IS NULL", connection)
    return _import(row) if row is not None else None


async def advance(tx: Tx, id_: UUID, place: str, counts: Sequence[int]) -> None:
    """A page was read, and the list goes on at `place`: so many variants, added, mapped, made and unreadable more."""
    await tx.execute(
        """
        UPDATE listing_imports SET place = $2, variants = variants + $3, added = added + $4, mapped = mapped + $5, made = made + $6, unreadable = unreadable + $7
        WHERE id = $1
        """,
        id_,
        place,
        *counts,
    )


async def finish(tx: Tx, id_: UUID, status: ImportStatus, *, is_cut: bool = False, said: str = "") -> None:
    """It is over."""
    await tx.execute(
        "UPDATE listing_imports SET status = $2, is_cut = $3, said = $4, finished_at = business_now() WHERE id = $1 AND finished_at IS NULL",
        id_,
        status.value,
        is_cut,
        said,
    )


def _import(row: Row) -> Import:
    return Import(**{**row, "status": ImportStatus(row["status"])})
