"""Showing and erasing a person in every noun of an installation, for whoever manages users."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gerbang.base import ids
from gerbang.core.customers.model import PREFIX
from gerbang.core.customers.personal_data import customers_of
from gerbang.core.customers.service import Customers
from gerbang.core.identity import personal_data as users
from gerbang.core.identity.digests import Digests
from gerbang.core.identity.model import Caller
from gerbang.core.personal_data.model import Erased, Person
from gerbang.core.personal_data.service import People
from gerbang.noun import Core

_MANAGE: Final = "users:manage"


async def export_person(core: Core, caller: Caller, who: str) -> dict[str, list[Mapping[str, Any]]]:
    """What is kept about whom a user or customer id, an address or a number names. Raises Forbidden, UserNotFound, CustomerNotFound, and what reading it
    raises.
    """
    caller.require(_MANAGE)
    return await people_of(core).export_person(caller.label, await _read(core, who))


async def erase_person(core: Core, caller: Caller, who: str) -> dict[str, Erased]:
    """Erase them. Raises Forbidden, UserNotFound, CustomerNotFound, LastAdmin, and what reading it raises."""
    caller.require(_MANAGE)
    return await people_of(core).erase_person(caller.label, await _read(core, who))


def people_of(core: Core) -> People:
    """What finds a person in every noun."""
    return People(core.db, core.nouns.personal_data, Digests(core.secrets).person)


async def _read(core: Core, who: str) -> Person:
    who = who.strip()
    if who.startswith(f"{PREFIX}_"):
        return await core.service(Customers).person(ids.read(PREFIX, who))
    person = await users.read_person(core.db, who)
    async with core.db.reading() as tx:
        return replace(person, customers=await customers_of(tx, person))
