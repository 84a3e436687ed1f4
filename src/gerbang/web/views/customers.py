"""The outer shape of a customer, in the API and in what outgoing webhooks say. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gerbang.base import ids
from gerbang.core.customers.model import CHANNELS, PREFIX, Customer, muted_message
from gerbang.core.notifications.audiences import CHANNELS_OF, MayStop, may_stop
from gerbang.ports.messenger import Channel


class ChannelsView(msgspec.Struct, frozen=True):
    """On which channels they are written to."""

    email: bool
    sms: bool
    whatsapp: bool
    push: bool


class PreferencesView(msgspec.Struct, frozen=True):
    """How the customer wants to be written to, which is no consent to be: `messages` says of each message on which channels they want it, and counts on
    `channels` that are on; nothing is sent where they `stopped` it, but for what guards their money (`refund_destination`). `quiet_hours` as `21:00-07:00`, or `none`, in
    `time_zone`; null: the shop's.
    """

    channels: ChannelsView
    messages: Mapping[str, Mapping[str, bool]]
    stopped: bool
    stopped_at: datetime | None
    quiet_hours: str | None
    time_zone: str | None


class ConsentView(msgspec.Struct, frozen=True):
    """That the customer agreed to be written to at this number: when, in which words, and where they stood."""

    phone: str
    text: str
    where: str
    at: datetime


class CustomerView(msgspec.Struct, frozen=True):
    """A customer. `sms_consent` and `whatsapp_consent` are what they agreed to for their number of now; null where they did not, and then nothing is sent there,
    whatever `preferences` says. `phone_stopped`: their number answered STOP, and until it answers START nothing is sent there either. Of one who was erased nothing is left but the id and the times.
    """

    id: str
    external_id: str | None
    name: str
    email: str
    phone: str
    locale: str | None
    preferences: PreferencesView
    sms_consent: ConsentView | None
    whatsapp_consent: ConsentView | None
    phone_stopped: bool
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None


class CustomerTold(msgspec.Struct, frozen=True):
    """A customer as endpoints hear of it: what names them, only those with `"include": ["personal"]`."""

    object: Literal["customer"]
    url: str
    id: str
    preferences: PreferencesView
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None
    external_id: str | UnsetType | None = UNSET
    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    locale: str | UnsetType | None = UNSET
    sms_consent: ConsentView | UnsetType | None = UNSET
    whatsapp_consent: ConsentView | UnsetType | None = UNSET


def customer_view(one: Customer, stopped: Collection[str]) -> CustomerView:
    """A customer as the API shows it; `stopped`: numbers that answered STOP."""
    return CustomerView(
        id=ids.show(PREFIX, one.id),
        external_id=one.external_id,
        name=one.name,
        email=one.email,
        phone=one.phone,
        locale=one.locale or None,
        preferences=preferences_view(one),
        sms_consent=consent_view(one, Channel.SMS),
        whatsapp_consent=consent_view(one, Channel.WHATSAPP),
        phone_stopped=one.phone in stopped,
        created_at=one.created_at,
        updated_at=one.updated_at,
        erased_at=one.erased_at,
    )


def consent_view(one: Customer, channel: Channel) -> ConsentView | None:
    """What they agreed to on this channel."""
    found = one.consent(channel)
    return ConsentView(found.phone, found.agreed_text, found.agreed_where, found.agreed_at) if found else None


def preferences_view(one: Customer) -> PreferencesView:
    """How they want to be written to."""
    channels = ChannelsView(**{channel.value: channel.value not in one.muted for channel in CHANNELS})
    return PreferencesView(
        channels,
        messages_view(one),
        one.stopped_at is not None,
        one.stopped_at,
        one.quiet_hours or None,
        one.time_zone or None,
    )


def messages_view(one: Customer) -> Mapping[str, Mapping[str, bool]]:
    """By message, on which of its channels they want it."""
    return {
        template.value: {
            channel.value: may_stop(template) is MayStop.NEVER
            or muted_message(template.value, channel.value) not in one.muted
            for channel in channels
        }
        for template, channels in CHANNELS_OF.items()
    }


def customer_payload(one: Customer, *, personal: bool = False) -> Mapping[str, Any]:
    """A customer as endpoints hear of it."""
    shown = ids.show(PREFIX, one.id)
    told = CustomerTold(
        object="customer",
        url=f"/v1/customers/{shown}",
        id=shown,
        preferences=preferences_view(one),
        created_at=one.created_at,
        updated_at=one.updated_at,
        erased_at=one.erased_at,
    )
    if personal:
        told = msgspec.structs.replace(
            told,
            external_id=one.external_id,
            name=one.name,
            email=one.email,
            phone=one.phone,
            locale=one.locale or None,
            sms_consent=consent_view(one, Channel.SMS),
            whatsapp_consent=consent_view(one, Channel.WHATSAPP),
        )
    plain: Mapping[str, Any] = msgspec.to_builtins(told)
    return plain
