"""What clients may send about customers, and the customer that a payment names."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gerbang.base import ids, quiet_hours
from gerbang.base.formats import one_line
from gerbang.core.customers.consent_model import Agreement
from gerbang.core.customers.model import Customer, CustomerNotFound, NewCustomer, muted_message, switched
from gerbang.core.customers.service import Customers
from gerbang.core.notifications.audiences import CHANNELS_OF, MayStop, may_stop
from gerbang.ports.payment import Payer
from gerbang.web.input.bodies import (
    CustomerBody,
    Email,
    ExternalId,
    Line,
    Phone,
    customer_id,
    read_email,
    read_phone,
)
from gerbang.web.input.body_errors import all_at_once
from gerbang.web.input.consents import CHANNEL_OF, ConsentBody, read_consents
from gerbang.web.problems import invalid_field

Language = Annotated[
    Literal["id", "en"] | None, msgspec.Meta(description="The language to write to them in; null: not known.")
]


Hours = Annotated[
    Annotated[str, msgspec.Meta(max_length=11)] | None,
    msgspec.Meta(
        description="When their phone is left alone, by the clock of `time_zone`: `21:00-07:00`, or `none`; null: the shop's hours.",
    ),
]
Zone = Annotated[
    Annotated[str, msgspec.Meta(max_length=64)] | None,
    msgspec.Meta(description="Where they are, as `Asia/Jakarta`; null: the shop's zone."),
]


class ChannelsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On which channels they are written to; what is left out stays as it is, and is on for a new customer. A text goes only to who agreed to texts."""

    email: bool | UnsetType = UNSET
    sms: bool | UnsetType = UNSET
    whatsapp: bool | UnsetType = UNSET
    push: bool | UnsetType = UNSET


Messages = Annotated[
    Mapping[str, ChannelsBody],
    msgspec.Meta(
        max_length=len(CHANNELS_OF),
        description='By message, on which channels they want it: `{"payment_reminder": {"email": false}}`. What is left out stays as it is, and is on for a new customer.',
    ),
]
_SWITCHED: Final = ChannelsBody.__struct_fields__


class PreferencesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the customer wants to be written to. `messages` counts on channels that are on, and `stopped` is on no channel, whatever both say. What guards
    their money (`refund_destination`) is told whatever they want.
    """

    channels: ChannelsBody = ChannelsBody()
    messages: Messages | UnsetType = UNSET
    stopped: bool | UnsetType = UNSET
    quiet_hours: Hours | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET

    @property
    def of_messages(self) -> Mapping[str, ChannelsBody]:
        """What was said of single messages."""
        return {} if self.messages is UNSET else self.messages

    def switches(self) -> dict[str, bool]:
        """Of each channel, and of each message on one, that was named: whether it is wanted."""
        of_messages = (
            (muted_message(name, on), is_on) for name, one in self.of_messages.items() for on, is_on in _switched(one)
        )
        return dict((*_switched(self.channels), *of_messages))

    def hours(self) -> dict[str, str]:
        """What was said of quiet hours, as core takes it. Raises Invalid with a pointer for each fault."""
        all_at_once(
            *(partial(_check_message, name, said) for name, said in self.of_messages.items()),
            lambda: _read_as(quiet_hours.read, self.quiet_hours, "/preferences/quiet_hours"),
            lambda: _read_as(quiet_hours.read_zone, self.time_zone, "/preferences/time_zone"),
        )
        said = {"quiet_hours": self.quiet_hours, "time_zone": self.time_zone}
        return {name: value or "" for name, value in said.items() if value is not UNSET}


class NewCustomerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A customer of yours. `external_id` is your own id for them; a payment may name them by it."""

    external_id: ExternalId | None = None
    name: Line = ""
    email: Email = ""
    phone: Phone = ""
    locale: Language = None
    preferences: PreferencesBody = PreferencesBody()
    sms_consent: ConsentBody | None = None
    whatsapp_consent: ConsentBody | None = None

    def read(self, region: str) -> NewCustomer:
        """As core takes it; a number without a country code is of this region. Raises Invalid with a pointer for each fault."""
        all_at_once(
            lambda: read_email(self.email, "/email"),
            lambda: read_phone(self.phone, region, "/phone"),
            self.preferences.hours,
            lambda: self._agreed(region),
        )
        if not any((self.external_id, self.name, self.email, self.phone)):
            raise invalid_field("", "Give external_id, name, email or phone: nobody is found by nothing.")
        return NewCustomer(
            id=ids.new(),
            external_id=one_line(self.external_id) if self.external_id else None,
            name=one_line(self.name),
            email=read_email(self.email, "/email"),
            phone=read_phone(self.phone, region, "/phone"),
            locale=self.locale or "",
            muted=switched(frozenset(), self.preferences.switches()),
            wanted=frozenset(what for what, is_on in self.preferences.switches().items() if is_on),
            is_stopped=self.preferences.stopped is True,
            agreed=self._agreed(region),
            **self.preferences.hours(),
        )

    def _agreed(self, region: str) -> tuple[Agreement, ...]:
        return read_consents(
            {name: getattr(self, name) for name in CHANNEL_OF}, read_phone(self.phone, region, "/phone"), ""
        )


class CustomerChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is. `sms_consent` and `whatsapp_consent` say that the customer agreed to be written to at their number, null that they took it back,
    which counts for whatever was agreed to for that number.
    """

    external_id: ExternalId | UnsetType | None = UNSET
    name: Line | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    locale: Language | UnsetType = UNSET
    preferences: PreferencesBody | UnsetType = UNSET
    sms_consent: ConsentBody | UnsetType | None = UNSET
    whatsapp_consent: ConsentBody | UnsetType | None = UNSET

    def check(self, region: str) -> None:
        """What can be said of it whoever it is about. Raises Invalid with a pointer for each fault."""
        all_at_once(
            lambda: read_email(self.email or "", "/email"),
            lambda: read_phone(self.phone or "", region, "/phone"),
            lambda: None if self.preferences is UNSET else self.preferences.hours(),
        )

    def read(self, before: Customer, region: str) -> dict[str, Any]:
        """The fields that core is to change. Raises Invalid with a pointer."""
        said: dict[str, Any] = {}
        if self.external_id is not UNSET:
            said["external_id"] = one_line(self.external_id) if self.external_id else None
        if self.name is not UNSET:
            said["name"] = one_line(self.name)
        if self.email is not UNSET:
            said["email"] = read_email(self.email, "/email")
        if self.phone is not UNSET:
            said["phone"] = read_phone(self.phone, region, "/phone")
        if self.locale is not UNSET:
            said["locale"] = self.locale or ""
        if self.preferences is not UNSET:
            said["switched"] = self.preferences.switches()
            if self.preferences.stopped is not UNSET:
                said["stopped"] = self.preferences.stopped
            said |= self.preferences.hours()
        told = {name: value for name in CHANNEL_OF if (value := getattr(self, name)) is not UNSET}
        if told:
            given = read_consents(told, said.get("phone", before.phone), "")
            said["agreed"] = {CHANNEL_OF[name].value: None for name in told} | {one.channel.value: one for one in given}
        return said


def _read_as(read: Callable[[str], object], text: str | UnsetType | None, pointer: str) -> None:
    if text is UNSET or text is None:
        return
    try:
        read(text)
    except ValueError as error:
        raise invalid_field(pointer, f"It {error}.") from error


def _check_message(name: str, said: ChannelsBody) -> None:
    """Raises Invalid with a pointer for a message that there is not, that is not told there, or that may not be switched off."""
    at = f"/preferences/messages/{name}"
    template = next((one for one in CHANNELS_OF if one.value == name), None)
    if template is None:
        raise invalid_field(at, f"There is no such message. There are: {', '.join(CHANNELS_OF)}.")
    for channel, is_on in _switched(said):
        if channel not in CHANNELS_OF[template]:
            told = ", ".join(CHANNELS_OF[template])
            raise invalid_field(f"{at}/{channel}", f"It is not told on this channel, but by: {told}.")
        if not is_on and may_stop(template) is MayStop.NEVER:
            raise invalid_field(
                f"{at}/{channel}",
                "It cannot be switched off: it warns them when somebody names or changes where their money goes.",
            )


def _switched(said: ChannelsBody) -> list[tuple[str, bool]]:
    return [(name, value) for name in _SWITCHED if (value := getattr(said, name)) is not UNSET]


async def named_customer(customers: Customers, said: CustomerBody) -> Customer | None:
    """The customer whom a payment names and who is known; None where it names none, or one who is made with it. Raises Invalid with a pointer."""
    if said.external_id is not None:
        return await customers.with_external_id(one_line(said.external_id))
    id_ = customer_id(said)
    if id_ is None:
        return None
    try:
        found = await customers.get(id_)
    except CustomerNotFound as error:
        raise invalid_field("/customer/id", "There is no such customer.") from error
    if found.erased_at is not None:
        raise invalid_field("/customer/id", "This customer was erased.")
    return found


def new_customer(said: CustomerBody, payer: Payer) -> NewCustomer | None:
    """The customer who is made with a payment that names one by an external id that nobody has."""
    if said.external_id is None:
        return None
    return NewCustomer(
        id=ids.new(),
        external_id=one_line(said.external_id),
        name=payer.name,
        email=payer.email,
        phone=payer.phone,
        locale=payer.locale,
    )


MEMBERS: Final = CustomerChangeBody.__struct_fields__
