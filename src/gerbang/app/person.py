"""Showing and erasing a person in every noun of an installation, for whoever manages users."""

from collections.abc import Mapping
from typing import Any, Final

from gerbang.core.identity import personal_data as users
from gerbang.core.identity.digests import Digests
from gerbang.core.identity.model import Caller
from gerbang.core.personal_data.model import Erased
from gerbang.core.personal_data.service import People
from gerbang.noun import Core

_MANAGE: Final = "users:manage"


async def export_person(core: Core, caller: Caller, who: str) -> dict[str, list[Mapping[str, Any]]]:
    """What is kept about whom a user id, an address or a number names. Raises Forbidden, UserNotFound, and what reading it raises."""
    caller.require(_MANAGE)
    return await _people(core).export_person(caller.label, await users.read_person(core.db, who))


async def erase_person(core: Core, caller: Caller, who: str) -> dict[str, Erased]:
    """Erase them. Raises Forbidden, UserNotFound, LastAdmin, and what reading it raises."""
    caller.require(_MANAGE)
    return await _people(core).erase_person(caller.label, await users.read_person(core.db, who))


def _people(core: Core) -> People:
    return People(core.db, core.nouns.personal_data, Digests(core.secrets).person)
