"""WhatsApp's words mapped to core's. Texts and retries are core's matter; which of them may go when is decided here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from gerbang.base.http import Http
from gerbang.ports.messenger import (
    Abilities,
    Channel,
    Message,
    Progress,
    Refused,
    Sent,
    TemplateMessage,
    TemplateNews,
    TemplateState,
    Why,
    Wording,
)
from gerbang.ports.payment import Account
from gerbang.providers.whatsapp import wire
from gerbang.providers.whatsapp.account import Endpoint, endpoint_of
from gerbang.providers.whatsapp.client import Client, NotTaken
from gerbang.providers.whatsapp.codes import NEITHER, NO_TEMPLATE, PAUSED, USABLE, WINDOW

WINDOW_S: Final = 24 * 3_600 - 300  # five minutes for our clock and theirs, and for the way


class WhatsAppMessenger:
    """Implements ports.messenger.Messenger. There is no key against doubles and nothing to look up: what may have left is named by our reference in what
    Meta tells, or it is never sent again.
    """

    channel: Final = Channel.WHATSAPP

    def __init__(self, http: Http) -> None:
        self._client = Client(http)
        self.abilities: Final = Abilities(echoes=True, tells=Progress.DELIVERED, templates=self._templates)

    async def _templates(self, account: Account) -> Sequence[TemplateNews]:
        """Ours that are approved, and those that are not; what is still looked at says nothing yet."""
        page = await self._client.templates(endpoint_of(account))
        return [
            TemplateNews(one.name, one.language, TemplateState.USABLE, "approved")
            if one.status in USABLE
            else TemplateNews(one.name, one.language, TemplateState.UNUSABLE, f"WhatsApp says {one.status[:40]}")
            for one in page.data
            if one.name.startswith("gerbang_") and one.status not in NEITHER
        ]

    async def send(self, account: Account, message: Message) -> Sent:
        """Hand one message over: freely within the window, else by the first template that is approved. Raises Refused, TurnedAway, Unreachable, OutcomeUnknown."""
        assert isinstance(message, TemplateMessage), f"not for WhatsApp: {type(message).__name__}"
        endpoint = endpoint_of(account)
        if message.last_wrote_s is not None and message.last_wrote_s < WINDOW_S:
            try:
                return _sent(await self._client.send(endpoint, _free(message)))
            except NotTaken as refused:
                if refused.error_code != WINDOW:
                    raise
        return await self._by_template(endpoint, message)

    async def _by_template(self, endpoint: Endpoint, message: TemplateMessage) -> Sent:
        """In the person's language, else in another one that is approved: what was refused for want of a template did certainly not leave."""
        missing: Refused = Refused(
            "Every language of the template is paused: a person decides whether it is used.", Why.CONFIGURATION
        )
        for wording in message.wordings:
            if wording.is_paused:
                continue
            try:
                return _sent(await self._client.send(endpoint, _templated(message, wording)))
            except NotTaken as refused:
                if refused.error_code != NO_TEMPLATE and refused.error_code not in PAUSED:
                    raise
                missing = refused
        raise missing


def _sent(taken: wire.Taken) -> Sent:
    return Sent(taken.messages[0].id if taken.messages else "", Progress.ACCEPTED)


def _free(message: TemplateMessage) -> Mapping[str, Any]:
    return {**_head(message), "type": "text", "text": {"body": message.wordings[0].text, "preview_url": False}}


def _templated(message: TemplateMessage, wording: Wording) -> Mapping[str, Any]:
    """The values of the places in their order, and what stands behind the fixed part of the button's address."""
    components: list[Mapping[str, Any]] = [
        {"type": "body", "parameters": [{"type": "text", "text": one} for one in wording.values]}
    ]
    if message.link:
        button = {"type": "text", "text": _behind_origin(message.link)}
        components.append({"type": "button", "sub_type": "url", "index": "0", "parameters": [button]})
    template = {"name": wording.template, "language": {"code": wording.language}, "components": components}
    return {**_head(message), "type": "template", "template": template}


def _head(message: TemplateMessage) -> Mapping[str, Any]:
    """Whom it is to, without the plus; and our reference, which comes back with every status."""
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.to.removeprefix("+"),
        "biz_opaque_callback_data": message.reference,
    }


def _behind_origin(link: str) -> str:
    parts = urlsplit(link)
    return parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
