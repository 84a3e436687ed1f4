"""By which connection a mail leaves, and who the people are that it may go to."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog

from gerbang.base.db import Tx
from gerbang.base.errors import GerbangError
from gerbang.core.connections.outbound_calls import MESSAGES, OutboundCalls
from gerbang.core.identity import accounts
from gerbang.core.notifications.jobs import MailRoute
from gerbang.core.notifications.model import Contact
from gerbang.ports.payment import Account
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.settings import Settings

log = structlog.get_logger()


async def mail_route(settings: Settings, outbound: OutboundCalls) -> MailRoute | None:
    """The mail connection of the moment: the settings' own server, else the first enabled connection that sends mail."""
    if settings.smtp_url is not None:
        provider = mail_provider()
        assert provider.messenger is not None, f"{provider.name} reads an address and sends nothing"
        return MailRoute(provider.messenger(outbound.http), mail_account(settings))
    for connection in await outbound.connections.all():
        messenger = outbound.adapter(connection, MESSAGES)
        if connection.enabled and messenger is not None:
            try:
                account = await outbound.connections.account_for(connection, MESSAGES.purpose)
            except GerbangError as error:  # the next connection may be able to send
                log.warning("mail.connection_unusable", connection=connection.id, code=error.code, why=error.detail)
                continue
            return MailRoute(messenger, account)
    return None


def mail_provider() -> Provider:
    """Whose account an address in the settings (GERBANG_SMTP_URL) makes."""
    return next(one for one in PROVIDERS.values() if one.account_of_url is not None)


def mail_account(settings: Settings) -> Account:
    """The settings' own mail host, as an account of that provider."""
    read = mail_provider().account_of_url
    assert settings.smtp_url is not None
    assert read is not None
    return read(settings.smtp_url.get_secret_value(), settings.mail_from, not settings.sandbox)


async def people(tx: Tx, users: Sequence[UUID]) -> Mapping[UUID, Contact]:
    """Names and addresses of users."""
    return {id_: Contact(user.name, user.email, user.locale) for id_, user in (await accounts.by_id(tx, users)).items()}
