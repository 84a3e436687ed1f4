"""/v1/me/notification-preferences and that of the team: what people who work here are told, how often and where."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, get, patch
from msgspec import UNSET, UnsetType

from gerbang.base import ids
from gerbang.core.notifications.operator_events import RULES, EventGroup, Frequency
from gerbang.core.notifications.operator_preferences import (
    NoOperator,
    OperatorPreferences,
    Preferences,
    PreferencesChange,
)
from gerbang.core.notifications.operators import TEAM
from gerbang.ports.messenger import Channel
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.customers import Hours, Zone
from gerbang.web.input.validation import refuse_no_change
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["notifications"]
_MEMBERS: Final = ("choices", "quiet_hours", "time_zone", "language", "chat")


class ChannelPreferenceView(msgspec.Struct, frozen=True):
    """How often they are told there, and what may be chosen."""

    frequency: Frequency
    allowed: Sequence[Frequency]


class PreferenceGroupView(msgspec.Struct, frozen=True):
    """Events that are chosen for together. What must not wait has no digest, and is kept out of no bell, nor from the operators' address."""

    group: EventGroup
    events: Sequence[str]
    must_not_wait: bool
    channels: Mapping[str, ChannelPreferenceView]


class NotificationPreferencesView(msgspec.Struct, frozen=True):
    """What somebody who works here is told: `recipient` is `usr_…` or `team`. `chat` is the connection that reaches them, of those in `chats`; null hours and
    zone are the shop's.
    """

    recipient: str
    groups: Sequence[PreferenceGroupView]
    quiet_hours: str | None
    time_zone: str | None
    language: str
    chat: str | None
    chats: Sequence[str]


class NotificationPreferencesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. `choices` is by group and channel, as `{"refunds": {"email": "daily"}}`; a null `chat` is none, of the
    team the first that is connected. The `language` is chosen for the team alone: a person's is the account's.
    """

    choices: dict[EventGroup, dict[Channel, Frequency]] | UnsetType = UNSET
    quiet_hours: Hours | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    language: Annotated[str, msgspec.Meta(max_length=2)] | UnsetType = UNSET
    chat: Annotated[str, msgspec.Meta(max_length=64)] | UnsetType | None = UNSET

    def read(self) -> PreferencesChange:
        """As core takes it."""
        choices = self.choices if self.choices is not UNSET else {}
        said = {name: value or "" for name in _MEMBERS[1:] for value in (getattr(self, name),) if value is not UNSET}
        chosen = {(group, channel): one for group, channels in choices.items() for channel, one in channels.items()}
        return PreferencesChange(chosen, **said)


@get("/v1/me/notification-preferences", summary="What I am told", tags=_TAGS)
async def read_my_notification_preferences(request: AnyRequest, services: Services) -> NotificationPreferencesView:
    """For people who work here. 404 for an API key, which is told nothing."""
    return _view(await services.service(OperatorPreferences).read(_me(request)))


@patch("/v1/me/notification-preferences", summary="Change what I am told", tags=_TAGS)
async def change_my_notification_preferences(
    request: AnyRequest, services: Services, data: NotificationPreferencesBody
) -> NotificationPreferencesView:
    """From the next event on; what waits for a digest is told by it all the same."""
    return await _changed(request, services, _me(request), data)


@get("/v1/team/notification-preferences", summary="What the team is told", tags=_TAGS)
async def read_team_notification_preferences(services: Services) -> NotificationPreferencesView:
    """By the operators' address (`GERBANG_OPERATOR_EMAIL`) and by chat."""
    return _view(await services.service(OperatorPreferences).read(TEAM))


@patch("/v1/team/notification-preferences", summary="Change what the team is told", tags=_TAGS)
async def change_team_notification_preferences(
    request: AnyRequest, services: Services, data: NotificationPreferencesBody
) -> NotificationPreferencesView:
    """From the next event on; what waits for a digest is told by it all the same."""
    return await _changed(request, services, TEAM, data)


async def _changed(
    request: AnyRequest, services: Services, who: UUID, data: NotificationPreferencesBody
) -> NotificationPreferencesView:
    refuse_no_change(**{name: name if getattr(data, name) is not UNSET else None for name in _MEMBERS})
    core = services.service(OperatorPreferences)
    await core.change(who, data.read(), caller_of(request).label, context_of(request).request_id)
    return _view(await core.read(who))


def _me(request: AnyRequest) -> UUID:
    caller = caller_of(request)
    if caller.kind != "user" or caller.id is None:
        raise NoOperator
    return caller.id


def _view(known: Preferences) -> NotificationPreferencesView:
    who = known.operator
    groups = [
        PreferenceGroupView(
            group,
            list(RULES[group].events),
            RULES[group].must_not_wait,
            {
                channel.value: ChannelPreferenceView(frequency, list(allowed))
                for channel, (frequency, allowed) in chosen.items()
            },
        )
        for group, chosen in known.choices().items()
    ]
    return NotificationPreferencesView(
        "team" if who.is_team else ids.show("usr", who.id),
        groups,
        who.quiet_hours or None,
        who.time_zone or None,
        who.locale,
        who.chat or None,
        list(known.chats),
    )


HANDLERS: Final = [
    read_my_notification_preferences,
    change_my_notification_preferences,
    read_team_notification_preferences,
    change_team_notification_preferences,
]
