"""Every SQL statement on `sealed_secrets` and `root_keys`. Sealed bytes pass through; nothing is opened here."""

from gerbang.base.db import Row, Tx

_REGISTER_LOCK = 0x6772_6B65  # one process at a time registers the first root key


async def lock_registration(tx: Tx) -> None:
    """Let one transaction at a time decide which root key this database belongs to."""
    await tx.execute("SELECT pg_advisory_xact_lock($1)", _REGISTER_LOCK)


async def is_made(tx: Tx) -> bool:
    """Whether this database was migrated so far that it has root keys."""
    return await tx.fetchval("SELECT to_regclass('public.root_keys')") is not None


async def fingerprints(tx: Tx) -> set[str]:
    """The root keys that this database knows."""
    return {row["fingerprint"] for row in await tx.fetch("SELECT fingerprint FROM root_keys")}


async def add_fingerprint(tx: Tx, fingerprint: str) -> None:
    """From now on the database belongs to this root key too."""
    await tx.execute("INSERT INTO root_keys (fingerprint) VALUES ($1) ON CONFLICT DO NOTHING", fingerprint)


async def valid(tx: Tx, name: str) -> list[Row]:
    """Every version of a secret that is valid now, newest first."""
    return await tx.fetch(
        """
        SELECT version, root_fingerprint, wrapped_key, sealed_value,
            extract(epoch FROM retired_at - clock_timestamp())::float8 AS valid_for_s
        FROM sealed_secrets WHERE name = $1 AND (retired_at IS NULL OR retired_at > clock_timestamp()) ORDER BY version DESC
        """,
        name,
    )


async def next_version(tx: Tx, name: str) -> int:
    """The number of the next version; other writers of the same name wait until this transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)
    return int(await tx.fetchval("SELECT coalesce(max(version), 0) + 1 FROM sealed_secrets WHERE name = $1", name))


async def retire(tx: Tx, name: str, overlap_s: int) -> None:
    """End every version of a name after `overlap_s` seconds; one that ends earlier keeps its end."""
    await tx.execute(
        """
        UPDATE sealed_secrets SET retired_at = clock_timestamp() + make_interval(secs => $2)
        WHERE name = $1 AND (retired_at IS NULL OR retired_at > clock_timestamp() + make_interval(secs => $2))
        """,
        name,
        overlap_s,
    )


async def add(tx: Tx, name: str, version: int, fingerprint: str, wrapped_key: bytes, sealed_value: bytes) -> None:
    """Add a version."""
    await tx.execute(
        """
        INSERT INTO sealed_secrets (name, version, root_fingerprint, wrapped_key, sealed_value)
        VALUES ($1, $2, $3, $4, $5)
        """,
        name,
        version,
        fingerprint,
        wrapped_key,
        sealed_value,
    )


async def remove(tx: Tx, name: str) -> None:
    """Drop every version of a name."""
    await tx.execute("DELETE FROM sealed_secrets WHERE name = $1", name)


async def all_versions(tx: Tx) -> list[Row]:
    """Names, versions and times."""
    return await tx.fetch(
        "SELECT name, version, created_at, retired_at FROM sealed_secrets ORDER BY name, version DESC"
    )


async def wrapped_by_others(tx: Tx, fingerprint: str, limit: int) -> list[Row]:
    """Some rows whose keys are not yet wrapped by this root key, locked."""
    return await tx.fetch(
        """
        SELECT name, version, root_fingerprint, wrapped_key, sealed_value FROM sealed_secrets
        WHERE root_fingerprint <> $1 ORDER BY name, version LIMIT $2 FOR UPDATE
        """,
        fingerprint,
        limit,
    )


async def rewrap(tx: Tx, name: str, version: int, fingerprint: str, wrapped_key: bytes) -> None:
    """Put a key wrapped by another root key in place of the old one."""
    await tx.execute(
        "UPDATE sealed_secrets SET root_fingerprint = $3, wrapped_key = $4 WHERE name = $1 AND version = $2",
        name,
        version,
        fingerprint,
        wrapped_key,
    )
