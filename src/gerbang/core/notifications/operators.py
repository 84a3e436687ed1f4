"""People at the business as somebody to tell: who they are, what they may see, what they chose, and where they are reached. Read anew for each use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gerbang.base import ids, quiet_hours
from gerbang.base.db import Row, Tx
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.notifications import operator_store, push_store
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.operator_events import EventGroup, Frequency, choices_for, standard
from gerbang.core.notifications.push_store import USER
from gerbang.ports.messenger import Channel

TEAM: Final = UUID(int=0)  # whoever reads the operators' address of the settings, and the team's chat
DAILY_AT: Final = 8  # o'clock, where the recipient lives
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Operator:
    """One of them, or the team as a whole. `objects` are the types of objects that they may see; None: all. `chat` names the connection that leads to
    their room, and `push` the browser in which they asked last; `quiet_hours` and `time_zone` are empty where they have not chosen: the shop's.
    """

    id: UUID
    email: str
    locale: str
    objects: frozenset[str] | None = None
    choices: Mapping[tuple[EventGroup, Channel], Frequency] | None = None
    quiet_hours: str = ""
    time_zone: str = ""
    chat: str = ""
    push: str = ""

    @property
    def is_team(self) -> bool:
        """Whether no one person is meant."""
        return self.id == TEAM

    def address(self, channel: Channel) -> str:
        """Where a message reaches them; empty where none does."""
        return {Channel.EMAIL: self.email, Channel.CHAT: self.chat, Channel.PUSH: self.push}.get(channel, "")

    def may_see(self, about: ObjectRef | None) -> bool:
        """Whether they may see the object that something is about."""
        return about is None or self.objects is None or about.type in self.objects

    def frequency(self, group: EventGroup, channel: Channel) -> Frequency:
        """How often they are told of this there."""
        chosen = (self.choices or {}).get((group, channel), standard(channel, is_team=self.is_team))
        allowed = choices_for(group, channel, is_team=self.is_team)
        if not allowed:
            return Frequency.NEVER
        return (
            chosen if chosen in allowed else Frequency.AT_ONCE
        )  # what may not wait any more is not kept back by an old choice

    def quiet_until(self, hours: ShopHours, now: datetime) -> datetime | None:
        """When the quiet hours end in which they are now; None: in none."""
        theirs = quiet_hours.read(self.quiet_hours or hours.hours)
        return theirs.ends_at(now, quiet_hours.read_zone(self.time_zone or hours.zone)) if theirs else None

    def digest_at(self, frequency: Frequency, hours: ShopHours, now: datetime) -> datetime:
        """When their next digest is due, UTC: at the full hour, or in the morning, by the clock where they live; after their quiet hours."""
        zone = quiet_hours.read_zone(self.time_zone or hours.zone)
        local = now.astimezone(zone)
        if frequency is Frequency.HOURLY:
            # Counted in time and not by the hand of the clock, which stands still or jumps when summer time begins and ends.
            due = now + _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        else:
            morning = quiet_hours.at_oclock(local.date(), DAILY_AT, zone)
            due = morning if morning > now else quiet_hours.at_oclock(local.date() + timedelta(days=1), DAILY_AT, zone)
        return self.quiet_until(hours, due) or due


# Everybody who works here and can sign in now.
ReadStaff = Callable[[Tx], Awaitable[Sequence[Operator]]]
# The connections by which a chat is written to now.
FindChats = Callable[[], Awaitable[Sequence[str]]]


class Operators:
    """Who is told. `email` is the operators' address of the settings, empty where there is none."""

    def __init__(self, staff: ReadStaff, chats: FindChats, email: str = "") -> None:
        self._staff = staff
        self.chats = chats
        self._email = email

    async def all(self, tx: Tx) -> Sequence[Operator]:
        """The team first, then each person."""
        known = [Operator(TEAM, self._email, "id"), *await self._staff(tx)]
        rows = {row["recipient"]: row for row in await operator_store.settings(tx, [one.id for one in known])}
        choices = await operator_store.choices(tx, [one.id for one in known])
        browsers = await push_store.newest(tx, [one.id for one in known], USER)
        rooms = _rooms({one.id: rows[one.id]["chat"] for one in known if one.id in rows}, await self.chats())
        return [
            replace(
                _chosen(one, rows.get(one.id), choices.get(one.id, {}), rooms.get(one.id, "")),
                push=browsers.get(one.id, ""),
            )
            for one in known
        ]

    async def one(self, tx: Tx, id_: UUID) -> Operator | None:
        """One of them; None where they do not work here any more."""
        return next((one for one in await self.all(tx) if one.id == id_), None)


async def _no_staff(_tx: Tx) -> Sequence[Operator]:
    return ()


async def _no_chats() -> Sequence[str]:
    return ()


NOBODY: Final = Operators(_no_staff, _no_chats)


def _rooms(chosen: Mapping[UUID, str], chats: Sequence[str]) -> dict[UUID, str]:
    """Whose each chat is: one recipient's, so that what happens is told there once. The team comes first, and has the first that nobody chose where it chose none."""
    found = {chat: who for who, chat in reversed([*chosen.items()]) if chat in chats}
    if not chosen.get(TEAM):
        free = next((one for one in chats if one not in found), "")
        return {TEAM: free} | {who: chat for chat, who in found.items()}
    return {who: chat for chat, who in found.items()}


def _chosen(
    one: Operator,
    row: Row | None,
    choices: Mapping[tuple[EventGroup, Channel], Frequency],
    chat: str,
) -> Operator:
    """With what they chose."""
    made = replace(one, choices=choices, chat=chat)
    if row is None:
        return made
    return replace(
        made,
        quiet_hours=row["quiet_hours"],
        time_zone=row["time_zone"],
        locale=(row["language"] or one.locale) if one.is_team else one.locale,
    )


def operator_of(shown: str) -> UUID:
    """The operator that a message's data names; the team where it names nobody."""
    return ids.read("usr", shown) if shown else TEAM
