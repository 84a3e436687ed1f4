"""When to ask the provider next, and which job does it. Pure.

An open attempt is asked about at growing distances until its deadline, at the deadline, and one hour, one day and three days after it:
money that comes late is found even when no webhook ever arrives.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from gerbang.base import ids
from gerbang.core.payments.machine import CLOSED, OPEN
from gerbang.core.payments.model import Attempt, AttemptStatus, Refund
from gerbang.core.queue.model import NewJob

SUBMIT: Final = "payment.submit"
INQUIRE: Final = "payment.inquire"
CLOSE: Final = "payment.close_attempt"
EXPIRE: Final = "payment.expire"
REFUND: Final = "refund.submit"
SUBMIT_DEADLINE: Final = timedelta(seconds=25)  # longer than any provider call may take
_WHILE_OPEN: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
_AFTER_DEADLINE: Final = (timedelta(seconds=5), timedelta(hours=1), timedelta(days=1), timedelta(days=3))
_DAILY: Final = timedelta(days=1)


def submission(attempt: Attempt, run_at: datetime) -> NewJob:
    """Register the attempt at the provider, or take over from a request that did not come back."""
    return NewJob(SUBMIT, ids.show("att", attempt.id), {}, run_at, most_tries=60)


def expiry(payment_key: str, at: datetime) -> NewJob:
    """Look at a payment at its deadline."""
    return NewJob(EXPIRE, payment_key, {}, at)


def close(attempt: Attempt) -> NewJob:
    """Close an attempt at the provider because the payer chose another way."""
    return NewJob(CLOSE, ids.show("att", attempt.id))


def refund(of: Refund) -> NewJob:
    """Ask the provider to give money back; a look-up a minute, so that a provider may be away for most of a day."""
    return NewJob(REFUND, ids.show("ref", of.id), most_tries=1_000)


def next_jobs(attempt: Attempt, now: datetime) -> Sequence[NewJob]:
    """The next question about an attempt, if one is due at all."""
    at = next_inquiry(attempt, now)
    return [NewJob(INQUIRE, ids.show("att", attempt.id), {}, at, most_tries=60)] if at else []


def next_inquiry(attempt: Attempt, now: datetime) -> datetime | None:
    """When to ask next: None when nothing can be asked or nothing more is to be learnt."""
    if attempt.provider_reference is None or attempt.status is AttemptStatus.CAPTURED:
        return None
    if attempt.status is AttemptStatus.UNKNOWN:
        return now + timedelta(seconds=10)
    times = [attempt.expires_at + wait for wait in _AFTER_DEADLINE]
    if attempt.status in OPEN:
        times += [attempt.created_at + wait for wait in _WHILE_OPEN if attempt.created_at + wait < attempt.expires_at]
    coming = min((at for at in times if at > now), default=None)
    if coming is None and attempt.status in OPEN and attempt.status not in CLOSED:
        return now + _DAILY
    return coming
