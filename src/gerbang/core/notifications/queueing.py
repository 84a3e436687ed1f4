"""The jobs of notifications: their kinds, the one that sends, and the one that makes a digest."""

from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.core.notifications.operator_events import Frequency
from gerbang.core.queue.model import NewJob
from gerbang.ports.messenger import Channel

SEND: Final = "notification.send"
REMIND: Final = "notification.remind"
DIGEST: Final = "notification.digest"
UNHEARD: Final = "notification.unheard"
JOB_TRIES: Final = 100_000  # a notification counts its own tries, a reminder has a deadline; waiting for a sender to be set up is neither


def send_job(notification: UUID) -> NewJob:
    """Send it as soon as somebody can."""
    return NewJob(SEND, ids.show("ntf", notification), most_tries=JOB_TRIES)


def digest_job(recipient: UUID, channel: Channel, frequency: Frequency, at: datetime) -> NewJob:
    """Make a recipient's digest then: one job, however much happens until it is due. The team, which is nobody, has no id."""
    who = ids.show("usr", recipient) if recipient.int else ""
    return NewJob(DIGEST, f"{who}/{channel.value}/{frequency.value}", {}, at, most_tries=JOB_TRIES)
