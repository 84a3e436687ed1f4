"""When somebody must look at an attempt again, and which job does it. Pure; sweeps.py sees to it.

An open attempt is asked about at growing distances until its deadline, at the deadline, and one hour, one day and three days after it:
money that comes late is found even when no webhook ever arrives.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.core.payments.machine import OPEN
from gerbang.core.payments.model import Attempt, AttemptStatus, Refund
from gerbang.core.queue.model import NewJob

SUBMIT: Final = "payment.submit"
INQUIRE: Final = "payment.inquire"
CLOSE: Final = "payment.close_attempt"
REFUND: Final = "refund.submit"
CONFIRM: Final = "payment.confirm"
CONFIRM_SOURCE: Final = "confirm"  # what a confirmation, and its look, calls itself in a report
SUBMIT_DEADLINE: Final = timedelta(seconds=25)  # longer than any provider call may take
_WHILE_OPEN: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
_AFTER_DEADLINE: Final = (timedelta(seconds=5), timedelta(hours=1), timedelta(days=1), timedelta(days=3))
_DAILY: Final = timedelta(days=1)
_AT_ONCE_AGAIN: Final = 3  # a payer may be at the page: what was lost by chance is there in a moment
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=1)


def submission(attempt: Attempt, run_at: datetime | None = None) -> NewJob:
    """Register the attempt at the provider, or take over from a request that did not come back."""
    return NewJob(
        kind=SUBMIT,
        key=ids.show("att", attempt.id),
        payload={},
        run_at=run_at,
        most_tries=60,
        concurrency_key=attempt.connection,
    )


def resubmission_wait(abandoned: int) -> timedelta:
    """How long to wait with the next attempt, after so many of a payment whose answers were lost: three go at once, the others ever later,
    for a provider that is down is down for minutes, or a day.
    """
    doublings = abandoned - _AT_ONCE_AGAIN - 1
    return min(_FIRST_WAIT * 2 ** min(doublings, 7), _LONGEST_WAIT) if doublings >= 0 else timedelta(0)


def waits_for_provider(attempts: Sequence[Attempt]) -> bool:
    """Whether the newest attempt has not been sent, and is not for a while, because too many before it had no answer."""
    newest = max(attempts, key=lambda a: a.number, default=None)
    abandoned = sum(1 for a in attempts if a.status is AttemptStatus.ABANDONED)
    is_unsent = newest is not None and newest.unsent and newest.status is AttemptStatus.SUBMITTING
    return is_unsent and resubmission_wait(abandoned) > timedelta(0)


def close(attempt: Attempt) -> NewJob:
    """Close an attempt at the provider that nobody should pay any more."""
    return NewJob(CLOSE, ids.show("att", attempt.id), concurrency_key=attempt.connection)


def refund(of: Refund, attempt: Attempt) -> NewJob:
    """Ask the provider of the attempt to give money back; looked up until a provider that takes its time must long be done."""
    return NewJob(REFUND, ids.show("ref", of.id), most_tries=1_000, concurrency_key=attempt.connection)


def confirm(attempt: Attempt) -> NewJob:
    """Take what the payer agreed to."""
    return NewJob(CONFIRM, ids.show("att", attempt.id), most_tries=1_000, concurrency_key=attempt.connection)


def ask(attempt: Attempt) -> NewJob:
    """Ask the provider about an attempt whatever it stands at: it may know more than the money that came in."""
    return hinted(attempt.id, attempt.connection, attempt.provider_reference or "")


def hinted(attempt: UUID, connection: str, reference: str) -> NewJob:
    """Ask about an attempt because of a hint, by the reference that it named, if it did."""
    payload = {"reference": reference} if reference else {}
    return NewJob(
        kind=INQUIRE,
        key=ids.show("att", attempt),
        payload=payload,
        run_at=None,
        most_tries=60,
        concurrency_key=connection,
    )


def due(attempt: UUID, status: AttemptStatus | None, connection: str) -> NewJob:
    """What there is to do about an attempt whose time has come."""
    kind = SUBMIT if status in (AttemptStatus.CREATED, AttemptStatus.SUBMITTING) else INQUIRE
    return NewJob(
        kind=kind, key=ids.show("att", attempt), payload={}, run_at=None, most_tries=60, concurrency_key=connection
    )


def next_look(attempt: Attempt, now: datetime) -> datetime | None:
    """When somebody must look at the attempt again: None when nothing can be asked or nothing more is to be learnt."""
    if attempt.status in (AttemptStatus.CREATED, AttemptStatus.SUBMITTING):
        return attempt.look_at
    if not attempt.askable or attempt.status is AttemptStatus.CAPTURED:
        return None
    if attempt.status is AttemptStatus.UNKNOWN:
        return now + timedelta(seconds=10)
    if attempt.status in OPEN:
        for wait in _WHILE_OPEN:
            at = attempt.created_at + wait
            if now < at < attempt.expires_at:
                return at
    for wait in _AFTER_DEADLINE:
        if attempt.expires_at + wait > now:
            return attempt.expires_at + wait
    return now + _DAILY if attempt.status in OPEN else None
