"""By which connection a message leaves, and who the people are that it may go to."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import GerbangError
from gerbang.core.connections.outbound_calls import MESSAGES, OutboundCalls
from gerbang.core.endpoints.owner_access import LINK_PREFIX, OwnerTokens, mailboxes
from gerbang.core.identity import accounts
from gerbang.core.identity.model import Role
from gerbang.core.notifications.action_links import button_link
from gerbang.core.notifications.model import Contact, Notification, Template
from gerbang.core.notifications.operators import Operator, ReadStaff
from gerbang.core.notifications.routes import Route
from gerbang.core.payments.service import Payments
from gerbang.noun import Nouns
from gerbang.ports.messenger import Channel
from gerbang.ports.payment import Account
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.settings import Settings

log = structlog.get_logger()
_SEE: Final = "notifications:read"


async def message_route(
    settings: Settings, outbound: OutboundCalls, channel: Channel, last: str | None = None
) -> Route | None:
    """The connection of the moment for a channel: the settings' own server for mail, else the first enabled connection that sends on it. `last` is the one
    that may have sent the message already, and is asked about it as long as it is there; of a push it is the one for which somebody subscribed, and of a
    chat the one that leads to it.
    """
    if channel is Channel.EMAIL and settings.smtp_url is not None:
        provider = mail_provider()
        assert provider.messenger is not None, f"{provider.name} reads an address and sends nothing"
        return Route(provider.messenger(outbound.http), mail_account(settings))
    connections = await outbound.connections.all()
    if channel in (Channel.PUSH, Channel.CHAT):  # they are reached by that connection alone
        connections = [one for one in connections if one.id == last and one.enabled]
    for connection in sorted(connections, key=lambda one: one.id != last):
        messenger = outbound.adapter(connection, MESSAGES)
        is_wanted = messenger is not None and messenger.channel is channel
        if messenger is not None and is_wanted and (connection.enabled or connection.id == last):
            try:
                account = await outbound.connections.account_for(connection, MESSAGES.purpose)
            except GerbangError as error:  # the next connection may be able to send
                log.warning("message.connection_unusable", connection=connection.id, code=error.code, why=error.detail)
                continue
            return Route(messenger, account)
    return None


async def connected(outbound: OutboundCalls) -> frozenset[Channel]:
    """The channels on which anybody is reached now. Mail always: it waits until a server is set up."""
    found = [outbound.adapter(one, MESSAGES) for one in await outbound.connections.all() if one.enabled]
    return frozenset({Channel.EMAIL, *(one.channel for one in found if one is not None)})


def mail_provider() -> Provider:
    """Whose account an address in the settings (GERBANG_SMTP_URL) makes."""
    return next(one for one in PROVIDERS.values() if one.account_of_url is not None)


def mail_account(settings: Settings) -> Account:
    """The settings' own mail host, as an account of that provider."""
    read = mail_provider().account_of_url
    assert settings.smtp_url is not None
    assert read is not None
    return read(settings.smtp_url.get_secret_value(), settings.mail_from, not settings.sandbox)


async def chats(outbound: OutboundCalls) -> Sequence[str]:
    """The enabled connections by which a chat is written to."""
    found = [(one.id, outbound.adapter(one, MESSAGES)) for one in await outbound.connections.all() if one.enabled]
    return [id_ for id_, messenger in found if messenger is not None and messenger.channel is Channel.CHAT]


def read_staff(nouns: Nouns) -> ReadStaff:
    """Everybody who may see what people are told, with the types of objects that each may see."""
    roles, objects = nouns.roles(), nouns.objects
    held = {role: roles.of(role) for role in Role}
    wanted = [role for role, may in held.items() if _SEE in may]

    async def read(tx: Tx) -> Sequence[Operator]:
        users = await accounts.active(tx, wanted)
        return [
            Operator(
                one.id,
                one.email,
                one.locale,
                frozenset(name for name, kind in objects.items() if kind.permission in held[one.role]),
            )
            for one in users
        ]

    return read


async def people(tx: Tx, wanted: Sequence[UUID]) -> Mapping[UUID, Contact]:
    """Names and addresses of users, and of the mailboxes to which links to an endpoint's page go."""
    users = {
        id_: Contact(user.name, user.email, user.locale) for id_, user in (await accounts.by_id(tx, wanted)).items()
    }
    rest = [one for one in wanted if one not in users]
    boxes = await mailboxes(tx, rest) if rest else {}
    return users | {id_: Contact("", email, locale) for id_, (email, locale) in boxes.items()}


async def message_link(
    payments: Payments, owners: OwnerTokens, base: str, template: Template, about: Notification
) -> str:
    """The address behind a message's button; empty for none."""
    if template is Template.ENDPOINT_OWNER_LINK:
        link = str(about.data["owner_link"])
        return f"{base}/owner/endpoint/{link}?t={await owners.link(ids.read(LINK_PREFIX, link))}"
    return await button_link(payments, base, template, about)


async def owner_code(owners: OwnerTokens, about: Notification) -> str:
    """The code that a message to an endpoint's owner tells."""
    return await owners.code(ids.read(LINK_PREFIX, str(about.data["owner_link"])), int(about.data["number"]))
