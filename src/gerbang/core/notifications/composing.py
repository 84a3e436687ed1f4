"""What a notification says when it is sent: read and rendered anew for each sending, so that nothing erased or overtaken is told from memory."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.notifications import conversation_store, store
from gerbang.core.notifications.approved_wording import wordings
from gerbang.core.notifications.audiences import TO_OPERATORS, TO_PAYERS, channels_before
from gerbang.core.notifications.contacts import contacts_of, is_unwanted
from gerbang.core.notifications.holding import QUIET_CHANNELS, Hold, ShopHours
from gerbang.core.notifications.message_data import still_stands, still_true
from gerbang.core.notifications.model import ASKS, PUSH_KEEPS, Contact, Notification, Template
from gerbang.core.notifications.operator_events import rule_of
from gerbang.core.notifications.operators import NOBODY, Operator, Operators, operator_of
from gerbang.core.notifications.push_messages import push_message
from gerbang.core.notifications.push_store import Device
from gerbang.core.notifications.rendering import Letterhead, OwnWords, render, render_text
from gerbang.core.payments.model import PAYMENT, PaymentDetail
from gerbang.ports.messenger import Channel, ChatMessage, Mail, Message, TemplateMessage, TextMessage

ReadPayments = Callable[[Tx, Sequence[UUID]], Awaitable[Mapping[UUID, PaymentDetail]]]
ReadPeople = Callable[[Tx, Sequence[UUID]], Awaitable[Mapping[UUID, Contact]]]
MakeLink = Callable[[Template, Notification], Awaitable[str]]
MakeCode = Callable[[Notification], Awaitable[str]]
# Where whoever gets this mail unsubscribes from its kind; empty for what has no such link.
FindExit = Callable[[Notification], Awaitable[str]]
# What the shop says itself in this message, to this name, with this link; None where ours is said.
FindWords = Callable[[Notification, str, str], Awaitable[OwnWords | None]]


async def ours(_known: Notification, _name: str, _link: str) -> OwnWords | None:
    """Where no shop has texts of its own."""
    return None


async def no_exit(_known: Notification) -> str:
    """Where nobody unsubscribes."""
    return ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody may be written to by a connection that needs approved templates: which of them are paused, by name and language, and how long ago the
    person wrote last; None: never.
    """

    paused: frozenset[tuple[str, str]] = frozenset()
    last_wrote_s: float | None = None


STRANGER: Final = Standing()
ALL_DAY: Final = ShopHours()


async def standing_of(tx: Tx, connection: str, recipient: str) -> Standing:
    """How this person may be written to by this connection now."""
    paused = await conversation_store.pauses(tx, connection)
    last = await conversation_store.last_wrote_s(tx, connection, recipient)
    return Standing(frozenset((row["template"], row["language"]) for row in paused), last)


class Composer:
    """Makes messages of notifications. `link` makes the address behind a message's button, empty for none: it holds a token, so it is made for
    each sending and never kept; so is the `code` that a message tells. `words` are the shop's own, and so are the quiet `hours`; `unsubscribe` is a mail's way out.
    `operators` are people at the business.
    """

    def __init__(
        self,
        *,
        payments: ReadPayments,
        people: ReadPeople,
        link: MakeLink,
        code: MakeCode,
        letterhead: Letterhead,
        words: FindWords = ours,
        unsubscribe: FindExit = no_exit,
        hours: ShopHours = ALL_DAY,
        operators: Operators = NOBODY,
    ) -> None:
        self._payments = payments
        self._people = people
        self._link = link
        self._code = code
        self._letterhead = letterhead
        self._words = words
        self._unsubscribe = unsubscribe
        self._hours = hours
        self._operators = operators

    async def name(self, tx: Tx, known: Notification) -> str:
        """Whom to greet; empty for nobody by name."""
        if known.template in TO_OPERATORS:
            return ""
        if (payment := known.id_of(PAYMENT)) is not None:
            details = (await self._payments(tx, [payment])).get(payment)
            return details.payer.name if details else ""
        if "user" not in known.data:  # a mailbox without an account
            return ""
        user = ids.read("usr", known.data["user"])
        contact = (await self._people(tx, [user])).get(user)
        return contact.name if contact else ""

    async def as_due(self, tx: Tx, known: Notification) -> Notification:
        """What asks for money, with what has come in by now: it may have waited, or be sent once more."""
        payment = known.id_of(PAYMENT)
        if known.template not in ASKS or payment is None:
            return known
        details = (await self._payments(tx, [payment])).get(payment)
        return replace(known, data={**known.data, "captured": details.payment.amount_captured}) if details else known

    async def is_behind(self, tx: Tx, known: Notification) -> bool:
        """Whether it is no longer true, no longer news, or came another way: it waited for a worker, a sender or the end of quiet hours.
        Nobody is told how to pay what is paid.
        """
        payment = known.id_of(PAYMENT)
        if known.channel in (Channel.PUSH, Channel.CHAT) and await store.business_now(tx) - known.due_at > PUSH_KEEPS:
            return True
        waited = known.held_until is not None
        if payment is None or not (waited or known.template in ASKS):
            return False
        details = (await self._payments(tx, [payment])).get(payment)
        if details is None or not still_true(known.template, known.data, details, await store.business_now(tx)):
            return True
        before = channels_before(known.template, known.channel)
        return waited and (
            not still_stands(known.template, details)
            or await store.has_arrived(tx, known.announcement_id, known.template, before)
        )

    async def hold(self, tx: Tx, known: Notification) -> Hold | None:
        """How long it waits for the end of the quiet hours of whoever gets it; None: not at all."""
        if known.template in TO_OPERATORS:
            return await self._operator_hold(tx, known)
        payment = known.id_of(PAYMENT)
        if payment is None or known.channel not in QUIET_CHANNELS or known.template not in TO_PAYERS:
            return None
        details = (await self._payments(tx, [payment])).get(payment)
        if details is None:
            return None
        contact = (await contacts_of(tx, [details]))[payment]
        return self._hours.hold(known.template, known.channel, contact, await store.business_now(tx), known.data)

    async def is_unwanted(self, tx: Tx, known: Notification) -> bool:
        """Whether the payer has said meanwhile that they do not want it on this channel, or agreed to nothing there, or an operator is none any more."""
        if known.template in TO_OPERATORS:
            to = await self._operator(tx, known)
            return to is None or not to.may_see(known.object)
        payment = known.id_of(PAYMENT)
        if payment is None or known.template not in TO_PAYERS:
            return False
        details = (await self._payments(tx, [payment])).get(payment)
        return details is not None and await is_unwanted(tx, known, details)

    async def _operator(self, tx: Tx, known: Notification) -> Operator | None:
        return await self._operators.one(tx, operator_of(str(known.data.get("operator", ""))))

    async def _operator_hold(self, tx: Tx, known: Notification) -> Hold | None:
        """A digest was made after them; what must not wait does not."""
        if known.channel not in QUIET_CHANNELS or known.template is Template.OPERATOR_DIGEST:
            return None
        to = None if rule_of(known.data["type"]).must_not_wait else await self._operator(tx, known)
        until = to.quiet_until(self._hours, await store.business_now(tx)) if to is not None else None
        return Hold(until) if until is not None else None

    async def message(
        self, known: Notification, name: str, standing: Standing = STRANGER, device: Device | None = None
    ) -> Message:
        """The message as its channel takes it; `standing` is how the person is written to there, a push goes to `device`."""
        if device is not None:
            return push_message(known, device, self._letterhead)
        link = await self._link(known.template, known)
        if known.channel is Channel.WHATSAPP:
            said = wordings(known.template, known.locale, known.data, link=link, letterhead=self._letterhead)
            marked = tuple(replace(w, is_paused=(w.template, w.language) in standing.paused) for w in said)
            return TemplateMessage(known.recipient, marked, link, known.reference, standing.last_wrote_s)
        if known.channel is Channel.SMS:
            own = await self._words(known, "", link)
            text = render_text(
                known.template, known.locale, known.data, link=link, letterhead=self._letterhead, own=own
            )
            return TextMessage(known.recipient, text, ids.show("ntf", known.id), known.locale)
        data = known.data
        if known.template is Template.ENDPOINT_OWNER_CODE:
            data = {**data, "one_time_code": await self._code(known)}
        own = await self._words(known, name, link)
        unsubscribe = await self._unsubscribe(known)
        words = render(
            known.template,
            known.locale,
            data,
            name=name,
            link=link,
            letterhead=self._letterhead,
            unsubscribe=unsubscribe,
            own=own,
            chat=known.channel is Channel.CHAT,
        )
        if known.channel is Channel.CHAT:
            return ChatMessage(words.subject, words.text, known.locale)
        return Mail(
            to=known.recipient,
            subject=words.subject,
            text=words.text,
            html=words.html,
            message_id=known.message_id,
            locale=known.locale,
            unsubscribe=unsubscribe,
        )
