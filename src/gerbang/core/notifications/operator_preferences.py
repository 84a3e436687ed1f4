"""What somebody at the business chooses to be told: read, and changed by themselves, or for the team by whoever may. What is told is operator_messages.py's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gerbang.base import ids, quiet_hours
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError, Invalid, NotFound
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.notifications import operator_store
from gerbang.core.notifications.operator_events import (
    OPERATOR_CHANNELS,
    RULES,
    EventGroup,
    Frequency,
    choices_for,
)
from gerbang.core.notifications.operators import TEAM, Operator, Operators
from gerbang.core.personal_data.model import Erased, Exported, Person
from gerbang.ports.messenger import Channel

LANGUAGES: Final = ("", "id", "en")
MANAGE: Final = "notifications:manage"  # the team's
READ: Final = "notifications:read"
Choices = Mapping[tuple[EventGroup, Channel], Frequency]


class NoOperator(NotFound):
    code = "no_operator"
    title = "Only people who see what is told choose what they are told"


class BadOperatorPreferences(Invalid):
    """Something that nobody can be told like this."""

    code = "invalid_operator_preferences"
    title = "Nobody can be told like this"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody has chosen, and the chats that are nobody else's: what happens is told once in each."""

    operator: Operator
    chats: Sequence[str]

    def choices(self) -> Mapping[EventGroup, Mapping[Channel, tuple[Frequency, Sequence[Frequency]]]]:
        """By group and channel what holds now, and what may be chosen."""
        who = self.operator
        return {
            group: {
                channel: (who.frequency(group, channel), allowed)
                for channel in OPERATOR_CHANNELS
                if (allowed := choices_for(group, channel, is_team=who.is_team))
            }
            for group in RULES
        }


@dataclass(frozen=True, slots=True)
class PreferencesChange:
    """What to change; what is None or not named stays."""

    choices: Choices
    quiet_hours: str | None = None
    time_zone: str | None = None
    language: str | None = None
    chat: str | None = None


class OperatorPreferences:
    """The use cases, each for one person by their id or for TEAM."""

    def __init__(self, db: Database, operators: Operators) -> None:
        self._db = db
        self._operators = operators

    async def read(self, who: UUID) -> Preferences:
        """Raises NoOperator for somebody who is told nothing."""
        async with self._db.reading() as tx:
            return await self._known(tx, who)

    async def change(self, who: UUID, change: PreferencesChange, actor: str, request_id: str | None = None) -> None:
        """From the next event on. What waits for a digest is told by it all the same. Raises NoOperator, BadOperatorPreferences."""
        async with self._db.transaction() as tx:
            before = await self._known(tx, who)
            if wrong := problems(before, change):
                raise BadOperatorPreferences(wrong[0].detail, errors=wrong)
            known = next(iter(await operator_store.settings(tx, [who])), None)
            settings = {
                name: (known[name] if known is not None else "") if said is None else said
                for name in ("quiet_hours", "time_zone", "language", "chat")
                for said in (getattr(change, name),)
            }
            await operator_store.save(tx, who, settings, change.choices)
            about = "installation:operators" if who == TEAM else ids.show("usr", who)
            told = {f"{group}/{channel}": frequency.value for (group, channel), frequency in change.choices.items()}
            entry = Entry(actor, "operator_preferences.changed", about, {**settings, **told}, request_id=request_id)
            await record(tx, [entry])

    async def _known(self, tx: Tx, who: UUID) -> Preferences:
        everybody = await self._operators.all(tx)
        found = next((one for one in everybody if one.id == who), None)
        if found is None:
            raise NoOperator
        others = {one.chat for one in everybody if one.id != who}
        return Preferences(found, [one for one in await self._operators.chats() if one not in others])


def problems(before: Preferences, change: PreferencesChange) -> list[FieldError]:
    """What cannot be chosen, by the place where it stands. Pure."""
    is_team, found = before.operator.is_team, list[FieldError]()
    for (group, channel), frequency in change.choices.items():
        allowed = choices_for(group, channel, is_team=is_team)
        if frequency not in allowed:
            why = "it must not wait" if RULES[group].must_not_wait else "nobody is told there like this"
            said = f"Must be one of: {', '.join(allowed)}; {why}." if allowed else "The team is not told there."
            found.append(FieldError(f"/choices/{group}/{channel}", said))
        elif channel is Channel.CHAT and _lacks_a_room(before, change, group, frequency):
            said = "No room is chosen: name one of `chats` as `chat`; where there is none, connect one first (provider apprise)."
            found.append(FieldError(f"/choices/{group}/{channel}", said))
    for name, read in (("quiet_hours", quiet_hours.read), ("time_zone", quiet_hours.read_zone)):
        said = getattr(change, name)
        try:
            read(said) if said else None
        except ValueError as error:
            found.append(FieldError(f"/{name}", f"This {error}."))
    if change.language is not None and change.language not in (LANGUAGES if is_team else ("",)):
        found.append(
            FieldError("/language", "Must be id or en." if is_team else "A person's language is the account's.")
        )
    if change.chat and change.chat not in before.chats:
        found.append(FieldError("/chat", "Must be the id of an enabled connection to a chat that nobody else has."))
    return found


def _lacks_a_room(before: Preferences, change: PreferencesChange, group: EventGroup, frequency: Frequency) -> bool:
    """Whether something is newly wanted in a chat that is none. A form sends what stood there already too."""
    room = before.operator.chat if change.chat is None else change.chat
    if before.operator.is_team:
        room = room or next(iter(before.chats), "")
    return not room and frequency not in (Frequency.NEVER, before.operator.frequency(group, Channel.CHAT))


async def export_choices(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Exported:
    """What somebody who works here chose to be told, and how much waits for their digests: bounded, as all that is kept of them."""
    if person.user is None:
        return Exported([], None)
    rows = [dict(row) for row in await operator_store.settings(tx, [person.user])]
    for row in rows:
        row["recipient"] = ids.show("usr", person.user)
    chosen = (await operator_store.choices(tx, [person.user])).get(person.user, {})
    rows += [{"event_group": g.value, "channel": c.value, "frequency": f.value} for (g, c), f in chosen.items()]
    waiting = await operator_store.waiting(tx, person.user)
    return Exported([*rows, {"waiting_for_digests": waiting}] if waiting else rows, None)


async def erase_choices(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Erased:
    """Forget it; what waited for them is told to nobody."""
    return Erased(await operator_store.forget(tx, person.user) if person.user else 0, 0, None)
