"""Whether a payer would be told something now: the table's channels without those that the sender refuses, and what the others lack."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from gerbang.base.db import Tx
from gerbang.core.notifications import suppression_store
from gerbang.core.notifications.audiences import CHANNELS_OF, channels_for, is_reached
from gerbang.core.notifications.contacts import contacts_of
from gerbang.core.notifications.model import PHONE, Contact, Template
from gerbang.core.payments.model import PaymentDetail
from gerbang.core.payments.reach import Lack, Missing, Place, Reach
from gerbang.ports.messenger import Channel


async def reach_of(tx: Tx, details: PaymentDetail, template: Template, connected: Collection[Channel]) -> Reach:
    """Where this message would go by the rules by which it is made and sent (audiences.py, jobs.py)."""
    contact = (await contacts_of(tx, [details]))[details.payment.id]
    numbers = [(one, details.payer.phone) for one in PHONE]
    refused = await suppression_store.suppressed(tx, [(Channel.EMAIL, contact.email), *numbers])
    why = {channel: said for (channel, _), said in refused.items()}
    told = channels_for(template, contact, [one for one in connected if one not in why])
    if told:
        return Reach(tuple(Place(one, contact.address(one)) for one in told))
    return Reach((), tuple(_missing(template, contact, details.payer.phone, connected, why)))


async def stopped_of(tx: Tx, phones: Sequence[str]) -> frozenset[str]:
    """Those of these numbers that answered STOP."""
    why = await suppression_store.suppressed(tx, [(channel, one) for one in phones for channel in PHONE])
    return frozenset(phone for (_, phone), said in why.items() if said == suppression_store.SAID_STOP)


def _missing(
    template: Template, contact: Contact, phone: str, connected: Collection[Channel], why: Mapping[Channel, str]
) -> Iterator[Missing]:
    """What each of the message's channels lacks, mail first. A sender that is not connected counts where no other is, or where all else is there."""
    wanted = CHANNELS_OF[template]
    if Channel.EMAIL in wanted:
        yield Missing(_lack(template, contact, Channel.EMAIL, why), (Channel.EMAIL,))
    phones = [one for one in PHONE if one in wanted]
    if phones and not phone:
        yield Missing(Lack.NO_PHONE, tuple(phones))
        return
    senders = [one for one in phones if one in connected]
    lacks = {one: _lack(template, contact, one, why) for one in phones}
    for lack in dict.fromkeys(lacks.values()):
        channels = [
            one for one in phones if lacks[one] is lack and (lack is Lack.NO_SENDER or one in (senders or phones))
        ]
        if channels:
            yield Missing(lack, tuple(channels))
    if phones and not senders and Lack.NO_SENDER not in lacks.values():
        yield Missing(Lack.NO_SENDER, tuple(phones))


def _lack(template: Template, contact: Contact, channel: Channel, why: Mapping[Channel, str]) -> Lack:
    """The first that is missing; where nothing of the payer's is, it is the sender."""
    if channel in why:
        return Lack.SAID_STOP if why[channel] == suppression_store.SAID_STOP else Lack.GONE
    if not contact.address(channel):
        return Lack.NO_EMAIL if channel is Channel.EMAIL else Lack.NO_CONSENT
    return Lack.NO_SENDER if is_reached(template, contact, channel) else Lack.UNWANTED
