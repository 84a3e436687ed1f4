"""What may be allowed here, as each noun declares it, and what that makes of every role. Pure.

Nothing here knows a noun: the declarations are gathered in nouns.py and handed to identity.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from gerbang.core.identity.model import Role

STAFF: Final = frozenset({Role.SUPPORT, Role.FINANCE, Role.DEVELOPER, Role.ADMIN})
MONEY: Final = frozenset({Role.FINANCE, Role.ADMIN})
BUILDERS: Final = frozenset({Role.DEVELOPER, Role.ADMIN})
MAKERS: Final = MONEY | BUILDERS
ADMINS: Final = frozenset({Role.ADMIN})
CUSTOMERS: Final = frozenset({Role.CUSTOMER})


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that somebody may do. `name` is `noun:verb`, a word of the outer contract; `allows` ends the sentence "whoever holds it may …";
    `reserved` says for what, where no route asks for it yet.
    """

    name: str
    roles: frozenset[Role]
    allows: str
    reserved: str = ""


class Permissions:
    """What each role may do. Raises ValueError for a permission that is declared twice. `customers_also`: what a setting lets customers do."""

    def __init__(self, declared: Iterable[Permission], customers_also: Collection[str] = ()) -> None:
        self.declared = tuple(declared)
        names = [one.name for one in self.declared]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"declared twice: {', '.join(doubled)}")
        self._held = {role: frozenset(one.name for one in self.declared if role in one.roles) for role in Role}
        self._held[Role.CUSTOMER] |= frozenset(customers_also)

    def of(self, role: Role) -> frozenset[str]:
        """The names of what a role may do."""
        return self._held[role]
