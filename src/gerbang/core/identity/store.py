"""Every SQL statement on users, sessions, refresh tokens and owner links, and on the changes that every process polls.

API keys stand in key_store.py, login counters in throttle_store.py.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.base.keyset import LAST_ID
from gerbang.base.unreadable_rows import unreadable
from gerbang.core.identity.model import Role

_OWNER_LOCK = 0x6F77_6E72  # one owner at a time is made


def role_of(kind: str, id_: UUID, stored: str) -> Role:
    """The role of a user (`usr`) or an API key (`key`); raises RowUnreadable for one that this version does not have."""
    try:
        return Role(stored)
    except ValueError as error:
        raise unreadable(kind, id_, error) from error


# ── users ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def add_user(tx: Tx, id_: UUID, email: str, name: str, locale: str, role: str, password_hash: str) -> Row | None:
    """Add a user; None when the e-mail address is taken."""
    return await tx.fetchrow(
        """
        INSERT INTO users (id, email, name, locale, role, password_hash) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (lower(email)) DO NOTHING
        RETURNING id, email, name, locale, role, disabled_at, created_at
        """,
        id_,
        email,
        name,
        locale,
        role,
        password_hash,
    )


async def user_to_log_in(tx: Tx, email: str, client: str) -> Row | None:
    """A user by e-mail, and whether this client (keyed digest) has signed in as this user before."""
    return await tx.fetchrow(
        """
        SELECT id, role, locale, password_hash, disabled_at IS NOT NULL AS disabled, EXISTS (
            SELECT FROM session_families f JOIN refresh_tokens t ON t.family_id = f.id
            WHERE f.user_id = users.id AND t.client = $2) AS known_client
        FROM users WHERE lower(email) = lower($1)
        """,
        email,
        client,
    )


async def user(tx: Tx, id_: UUID) -> Row | None:
    """A user by id."""
    return await tx.fetchrow(
        "SELECT id, email, name, locale, role, disabled_at, created_at FROM users WHERE id = $1", id_
    )


async def password_of(tx: Tx, id_: UUID) -> Row | None:
    """The password's hash of a user, and the language to refuse in."""
    return await tx.fetchrow("SELECT password_hash, locale FROM users WHERE id = $1 AND disabled_at IS NULL", id_)


async def has_email(tx: Tx, email: str) -> bool:
    """Whether a user has this address."""
    return bool(await tx.fetchval("SELECT EXISTS (SELECT FROM users WHERE lower(email) = lower($1))", email))


async def of_email(tx: Tx, email: str) -> UUID | None:
    """The user who has this address."""
    found: UUID | None = await tx.fetchval("SELECT id FROM users WHERE lower(email) = lower($1)", email)
    return found


async def shopper_of_email(tx: Tx, email: str) -> UUID | None:
    """The user who has this address and does not work here."""
    found: UUID | None = await tx.fetchval(
        "SELECT id FROM users WHERE lower(email) = lower($1) AND role = 'customer'", email
    )
    return found


async def person(tx: Tx, id_: UUID) -> Row | None:
    """What is kept about a user, locked."""
    return await tx.fetchrow(
        "SELECT id, email, name, phone, locale, role, created_at FROM users WHERE id = $1 FOR NO KEY UPDATE", id_
    )


async def erase_person(tx: Tx, id_: UUID, email: str) -> None:
    """Make a user nobody: an address that cannot be, no name, no phone, a password that nothing matches, and no way in."""
    await tx.execute(
        """
        UPDATE users SET email = $2, name = '', phone = '', password_hash = '', disabled_at = coalesce(disabled_at, now()) WHERE id = $1
        """,
        id_,
        email,
    )


async def users_of(tx: Tx, ids: Sequence[UUID]) -> list[Row]:
    """Users by id."""
    return await tx.fetch(
        "SELECT id, email, name, locale, role, disabled_at, created_at FROM users WHERE id = ANY($1)", list(ids)
    )


async def lock_user(tx: Tx, id_: UUID) -> Row | None:
    """A user by id with the password's hash, locked."""
    return await tx.fetchrow(
        """
        SELECT id, email, name, locale, role, disabled_at, created_at, password_hash FROM users
        WHERE id = $1 FOR NO KEY UPDATE
        """,
        id_,
    )


async def users(tx: Tx, after: UUID | None, limit: int) -> list[Row]:
    """A page of users, newest first."""
    return await tx.fetch(
        """
        SELECT id, email, name, locale, role, disabled_at, created_at FROM users
        WHERE id < $1 ORDER BY id DESC LIMIT $2
        """,
        after or LAST_ID,
        limit,
    )


async def active_with_role(tx: Tx, roles: Sequence[str]) -> list[UUID]:
    """Staff with one of these roles who can sign in, at most a hundred; customers are looked past without being read."""
    rows = await tx.fetch(
        "SELECT id FROM users WHERE role = ANY($1) AND role <> 'customer' AND disabled_at IS NULL ORDER BY id LIMIT 100",
        list(roles),
    )
    return [row["id"] for row in rows]


async def set_password(tx: Tx, id_: UUID, password_hash: str) -> None:
    """Put a new hash."""
    await tx.execute("UPDATE users SET password_hash = $2 WHERE id = $1", id_, password_hash)


async def set_role_and_state(tx: Tx, id_: UUID, role: str, disabled: bool) -> Row | None:
    """Change what a user is, and whether they may sign in."""
    return await tx.fetchrow(
        """
        UPDATE users SET role = $2, disabled_at = CASE WHEN $3 THEN coalesce(disabled_at, now()) END WHERE id = $1
        RETURNING id, email, name, locale, role, disabled_at, created_at
        """,
        id_,
        role,
        disabled,
    )


async def lock_admins(tx: Tx) -> set[UUID]:
    """The admins who may sign in, locked against each other's removal."""
    rows = await tx.fetch(
        "SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR NO KEY UPDATE"
    )
    return {row["id"] for row in rows}


# ── the owner's link ────────────────────────────────────────────────────────────────────────────────────────────────


async def lock_ownership(tx: Tx) -> None:
    """Let one transaction at a time make the owner."""
    await tx.execute("SELECT pg_advisory_xact_lock($1)", _OWNER_LOCK)


async def has_admin(tx: Tx) -> bool:
    """Whether somebody can manage users."""
    return bool(await tx.fetchval("SELECT EXISTS (SELECT FROM users WHERE role = 'admin')"))


async def replace_owner_link(tx: Tx, digest: bytes, valid_s: int) -> None:
    """A new link; those not used before are void."""
    await tx.execute("DELETE FROM owner_links WHERE used_at IS NULL")
    await tx.execute(
        "INSERT INTO owner_links (digest, expires_at) VALUES ($1, clock_timestamp() + make_interval(secs => $2))",
        digest,
        valid_s,
    )


async def use_owner_link(tx: Tx, digest: bytes) -> bool:
    """Use a link up; no, when it is unknown, used or too old."""
    return (
        await tx.fetchval(
            """
            UPDATE owner_links SET used_at = clock_timestamp()
            WHERE digest = $1 AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING true
            """,
            digest,
        )
        is not None
    )


# ── sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def add_family(tx: Tx, id_: UUID, user_id: UUID) -> None:
    """A session: the family of refresh tokens that descend from one login."""
    await tx.execute("INSERT INTO session_families (id, user_id) VALUES ($1, $2)", id_, user_id)


async def add_refresh_token(tx: Tx, digest: bytes, family: UUID, generation: int, client: str, valid_s: int) -> None:
    """A refresh token, by its digest."""
    await tx.execute(
        """
        INSERT INTO refresh_tokens (digest, family_id, generation, client, expires_at)
        VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
        """,
        digest,
        family,
        generation,
        client,
        valid_s,
    )


async def lock_family_of(tx: Tx, digest: bytes) -> UUID | None:
    """The family of a refresh token, locked, so that its tokens are read and turned over by one at a time."""
    family: UUID | None = await tx.fetchval(
        """
        SELECT id FROM session_families WHERE id = (SELECT family_id FROM refresh_tokens WHERE digest = $1)
        FOR NO KEY UPDATE
        """,
        digest,
    )
    return family


async def refresh_token(tx: Tx, digest: bytes, retry_s: int, family_s: int) -> Row | None:
    """A refresh token with its session, its user and its successor; call lock_family_of first."""
    return await tx.fetchrow(
        """
        SELECT t.family_id, t.generation, f.user_id, u.role,
            f.revoked_at IS NULL AND u.disabled_at IS NULL AS live,
            t.expires_at <= clock_timestamp() OR f.created_at + make_interval(secs => $3) <= clock_timestamp() AS expired,
            t.rotated_at IS NOT NULL AS rotated,
            t.rotated_at > clock_timestamp() - make_interval(secs => $2) AS just_rotated,
            s.digest AS successor_digest, s.client AS successor_client, s.rotated_at IS NOT NULL AS successor_rotated
        FROM refresh_tokens t JOIN session_families f ON f.id = t.family_id JOIN users u ON u.id = f.user_id
        LEFT JOIN refresh_tokens s ON s.family_id = t.family_id AND s.generation = t.generation + 1
        WHERE t.digest = $1
        """,
        digest,
        retry_s,
        family_s,
    )


async def mark_rotated(tx: Tx, digest: bytes) -> None:
    """This refresh token has a successor now."""
    await tx.execute("UPDATE refresh_tokens SET rotated_at = clock_timestamp() WHERE digest = $1", digest)


async def revoke_families(tx: Tx, families: Sequence[UUID], why: str) -> list[UUID]:
    """End sessions; returns those that were not ended before."""
    rows = await tx.fetch(
        """
        UPDATE session_families SET revoked_at = clock_timestamp(), revoked_for = $2
        WHERE id = ANY($1) AND revoked_at IS NULL RETURNING id
        """,
        list(families),
        why,
    )
    return [row["id"] for row in rows]


async def families_of(tx: Tx, user_id: UUID) -> list[UUID]:
    """The sessions of a user that have not ended, locked in order."""
    rows = await tx.fetch(
        "SELECT id FROM session_families WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE",
        user_id,
    )
    return [row["id"] for row in rows]


async def live_sessions(tx: Tx, families: Sequence[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """User and role of those sessions that have not ended and whose user may sign in."""
    rows = await tx.fetch(
        """
        SELECT f.id, f.user_id, u.role FROM session_families f JOIN users u ON u.id = f.user_id
        WHERE f.id = ANY($1) AND f.revoked_at IS NULL AND u.disabled_at IS NULL
        """,
        list(families),
    )
    return {row["id"]: (row["user_id"], row["role"]) for row in rows}


async def prove_family(tx: Tx, id_: UUID) -> None:
    """The person of this session has just given the password."""
    await tx.execute("UPDATE session_families SET proven_at = clock_timestamp() WHERE id = $1", id_)


async def is_proven(tx: Tx, id_: UUID, within_s: int) -> bool:
    """Whether the person of this session gave the password within so many seconds: at its beginning, or since."""
    return bool(
        await tx.fetchval(
            """
            SELECT coalesce(proven_at, created_at) > clock_timestamp() - make_interval(secs => $2)
            FROM session_families WHERE id = $1 AND revoked_at IS NULL
            """,
            id_,
            within_s,
        )
    )


# ── changes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def add_change(tx: Tx, kind: str, subject: str) -> None:
    """Tell every process."""
    await tx.execute("INSERT INTO changes (kind, subject) VALUES ($1, $2)", kind, subject)


async def changes_since(tx: Tx, since: datetime | None, window_s: int) -> tuple[datetime, list[Row]]:
    """The database's time before looking, and the changes made after `since` (None: now) less the window."""
    now: datetime = await tx.fetchval("SELECT clock_timestamp()")
    rows = await tx.fetch(
        "SELECT id, kind, subject, made_at FROM changes WHERE made_at > $1::timestamptz - make_interval(secs => $2) ORDER BY id",
        since or now,
        window_s,
    )
    return now, rows


async def prune_changes(tx: Tx, limit: int) -> int:
    """Remove some of the changes that are older than a day: nobody looks for them any more. Returns how many."""
    gone = await tx.fetch(
        """
        DELETE FROM changes WHERE id = ANY (ARRAY (
            SELECT id FROM changes WHERE made_at < clock_timestamp() - interval '1 day' ORDER BY made_at LIMIT $1)) RETURNING id
        """,
        limit,
    )
    return len(gone)


async def prune_tokens(tx: Tx, limit: int) -> int:
    """Remove some of the refresh tokens that ended a month ago, and the sessions that have none left. Returns how many tokens."""
    gone = await tx.fetch(
        """
        DELETE FROM refresh_tokens WHERE digest = ANY (ARRAY (
            SELECT digest FROM refresh_tokens WHERE expires_at < clock_timestamp() - interval '30 days' ORDER BY expires_at LIMIT $1))
        RETURNING family_id
        """,
        limit,
    )
    await tx.execute(
        """
        DELETE FROM session_families f WHERE f.id = ANY ($1::uuid[])
          AND NOT EXISTS (SELECT FROM refresh_tokens t WHERE t.family_id = f.id)
        """,
        list({row["family_id"] for row in gone}),
    )
    return len(gone)


async def business_now(tx: Tx) -> datetime:
    """Business time, for announcements."""
    now: datetime = await tx.fetchval("SELECT business_now()")
    return now
