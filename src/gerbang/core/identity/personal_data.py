"""What identity keeps about people: users. An erased user is nobody, signed out and disabled; their id stays, for what it did stands in the audit."""

from typing import Final
from uuid import UUID

from gerbang.base import email_address, ids, phone
from gerbang.base.db import Database, Tx
from gerbang.core.identity import store
from gerbang.core.identity.changes import tell
from gerbang.core.identity.model import LastAdmin, UserNotFound
from gerbang.core.personal_data.model import Erased, Exported, Person

ERASED_HOST: Final = "erased.invalid"


async def read_person(db: Database, who: str) -> Person:
    """The person that a user id, an e-mail address or a phone number names, with the address of a user and the user of an address.

    Raises UserNotFound for a user id that is nobody's, and what reading an address or a number raises.
    """
    if who.startswith("usr_"):
        async with db.reading() as tx:
            row = next(iter(await store.users_of(tx, [ids.read("usr", who)])), None)
        if row is None:
            raise UserNotFound
        return Person(row["id"], row["email"].lower())
    if "@" in who:
        email = email_address.read(who).lower()
        async with db.reading() as tx:
            return Person(await store.of_email(tx, email), email)
    return Person(phone=phone.read(who))


async def export_users(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Exported:
    """The user, if the person is one."""
    row = await store.person(tx, person.user) if person.user else None
    if row is None:
        return Exported([], None)
    shown = {name: row[name] for name in ("email", "name", "phone", "locale", "role")}
    return Exported([{"user": ids.show("usr", row["id"]), **shown, "created_at": row["created_at"].isoformat()}], None)


async def check_users(tx: Tx, person: Person) -> None:
    """Raises LastAdmin for the one who alone manages this installation."""
    if person.user is not None and await store.lock_admins(tx) == {person.user}:
        raise LastAdmin


async def erase_users(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Erased:
    """Their sessions end in every process within five seconds."""
    await check_users(tx, person)
    row = await store.person(tx, person.user) if person.user else None
    if row is None or row["email"].endswith(f"@{ERASED_HOST}"):
        return Erased(0, 0, None)
    await store.erase_person(tx, row["id"], f"{row['id'].hex}@{ERASED_HOST}")
    for family in await store.revoke_families(tx, await store.families_of(tx, row["id"]), "erased"):
        await tell(tx, "session", str(family))
    await tell(tx, "user", str(row["id"]))
    return Erased(1, 0, None)
