"""What identity keeps about people: users. An erased user is nobody, signed out and disabled; their id stays, for what it did stands in the audit."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from gerbang.base import email_address, ids, phone
from gerbang.base.db import Database, Tx
from gerbang.base.errors import Invalid
from gerbang.core.identity import store
from gerbang.core.identity.changes import tell
from gerbang.core.identity.model import LastAdmin, UserNotFound
from gerbang.core.personal_data.model import Erased, Exported, Person

ERASED_HOST: Final = "erased.invalid"
_WHO: Final = "Name a user id (usr_…), an e-mail address, or a phone number with its country code, as +6281234567890."
_NO_NUMBER: Final[Mapping[phone.Why, str]] = {
    "form": "digits are missing, or are too many",
    "several": "more than one number stands there",
    "extension": "an extension of a switchboard stands behind it",
    "country": "its country code is not known",
    "hidden": "some of its digits are covered",
    "spreadsheet": "a spreadsheet has rounded it",
}


async def read_person(db: Database, who: str) -> Person:
    """The person that a user id, an e-mail address or a phone number names, with the address of a user and the user of an address.

    Raises UserNotFound for a user id that is nobody's, and Invalid for what is none of the three.
    """
    who = who.strip()
    if who.startswith("usr_"):
        async with db.reading() as tx:
            row = next(iter(await store.users_of(tx, [ids.read("usr", who)])), None)
        if row is None:
            raise UserNotFound
        return Person(row["id"], row["email"].lower())
    if "@" in who:
        email = _email(who)
        async with db.reading() as tx:
            return Person(await store.of_email(tx, email), email)
    return Person(phone=_phone(who))


async def shopper_of(tx: Tx, email: str) -> UUID | None:
    """The account of whoever shops under this address. One of somebody who works here is theirs alone, whatever address a customer was given."""
    return await store.shopper_of_email(tx, email)


def _email(who: str) -> str:
    try:
        return email_address.read(who).lower()
    except email_address.BadEmail as error:
        raise Invalid(f"This is no e-mail address that anybody is kept under: {error}", hint=_WHO) from error


def _phone(who: str) -> str:
    """The number; an empty text is a mistake, as of a shell's variable that is not set, and never a person of whom nothing is kept."""
    try:
        number = phone.read(who)
    except phone.BadPhone as error:
        raise Invalid(f"This is no phone number: {_NO_NUMBER[error.why]}.", hint=_WHO) from error
    if not number:
        raise Invalid("Nobody is named: who is meant is empty.", hint=_WHO)
    return number


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
