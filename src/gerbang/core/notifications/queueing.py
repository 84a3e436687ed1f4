"""The jobs of notifications: their kinds, and the one that sends."""

from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.core.queue.model import NewJob

SEND: Final = "notification.send"
REMIND: Final = "notification.remind"
UNHEARD: Final = "notification.unheard"
JOB_TRIES: Final = 100_000  # a notification counts its own tries, a reminder has a deadline; waiting for a sender to be set up is neither


def send_job(notification: UUID) -> NewJob:
    """Send it as soon as somebody can."""
    return NewJob(SEND, ids.show("ntf", notification), most_tries=JOB_TRIES)
