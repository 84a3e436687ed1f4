"""Twilio's words mapped to core's. Texts and retries are core's matter."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

import structlog

from gerbang.base.http import Http
from gerbang.base.text_segments import segments
from gerbang.ports.messenger import (
    Abilities,
    Channel,
    Message,
    Progress,
    Receipt,
    Sent,
    Sought,
    TextMessage,
    text_digest,
)
from gerbang.ports.payment import Account
from gerbang.providers.twilio import wire
from gerbang.providers.twilio.account import endpoint_of
from gerbang.providers.twilio.client import Client
from gerbang.providers.twilio.codes import CODES, UNKNOWN

log = structlog.get_logger(__name__)
_TRIAL: Final = "Sent from your Twilio trial account - "  # stands before every text of one that has not paid yet
PROGRESS: Final = {
    "accepted": Progress.ACCEPTED,
    "scheduled": Progress.ACCEPTED,
    "queued": Progress.ACCEPTED,
    "sending": Progress.ACCEPTED,
    "sent": Progress.SENT,
    "delivered": Progress.DELIVERED,
    "partially_delivered": Progress.DELIVERED,
    "read": Progress.READ,
    "undelivered": Progress.FAILED,
    "failed": Progress.FAILED,
    "canceled": Progress.FAILED,
}


class TwilioMessenger:
    """Implements ports.messenger.Messenger. Twilio has no key against doubles, so what may have been taken is looked for in its list."""

    channel: Final = Channel.SMS

    def __init__(self, http: Http) -> None:
        self._client = Client(http)
        self.abilities: Final = Abilities(look_up=self.find, tells=Progress.SENT, ask=self.ask)

    async def send(self, account: Account, message: Message) -> Sent:
        """Hand one text over. Raises Refused, TurnedAway, Unreachable, OutcomeUnknown."""
        assert isinstance(message, TextMessage), f"no text: {type(message).__name__}"
        sender = account.settings["sender"]
        by = "MessagingServiceSid" if sender.startswith("MG") and len(sender) == 34 else "From"
        fields = [("To", message.to), (by, sender), ("Body", message.text), ("StatusCallback", account.hook_url)]
        fields.append(("ValidityPeriod", account.settings.get("validity_s") or "14400"))
        return _sent(await self._client.create(endpoint_of(account), fields))

    async def find(self, account: Account, sought: Sought) -> Sent | None:
        """The oldest message to this number that says what was tried and is no other one. What Twilio has not sent yet has no date of sending, so it is
        asked by number and the dates are compared here.
        """
        listed = await self._client.messages_to(endpoint_of(account), sought.to)
        ours = [
            one
            for one in listed
            if one.direction in ("", "outbound-api")
            and one.sid not in sought.others
            and text_digest(one.body.removeprefix(_TRIAL)) in sought.digests
            and _is_since(one.date_created, sought.since)
        ]
        return _sent(ours[-1]) if ours else None

    async def ask(self, account: Account, provider_id: str) -> Receipt:
        """How far a message is, where no receipt said so."""
        message = await self._client.message(endpoint_of(account), provider_id)
        return receipt_of(message.sid, message.status, message.error_code or 0)


def receipt_of(sid: str, status: str, code: int) -> Receipt:
    """A status that is known here, as a fact; `code` says why one failed."""
    progress = PROGRESS.get(status, Progress.ACCEPTED)
    if progress is not Progress.FAILED:
        return Receipt(sid, progress)
    meaning = CODES.get(code, UNKNOWN)
    return Receipt(sid, progress, meaning.why, f"{code}: {meaning.words}" if code else status, meaning.gone)


def _sent(message: wire.Message) -> Sent:
    progress = PROGRESS.get(message.status)
    if progress is None:
        log.warning(
            "twilio.unknown_status", status=message.status[:40], alert="Twilio said a word that is not known here."
        )
    told = int(message.num_segments) if message.num_segments.isdigit() else 0
    return Sent(message.sid, progress or Progress.ACCEPTED, told or segments(message.body).parts)


def _is_since(date: str | None, since: datetime) -> bool:
    try:
        return date is None or parsedate_to_datetime(date) >= since
    except ValueError:
        return True
