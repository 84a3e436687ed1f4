"""Jobs and what may become of them. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from gerbang.base.errors import Conflict


class LeaseLost(Conflict):
    """Another worker took the job over: this one's effects must not be committed."""

    code = "lease_lost"
    title = "The job now belongs to another worker"


class NewJob(msgspec.Struct, frozen=True):
    """A job to enqueue. At most one per (kind, key) exists: enqueueing it again brings it forward, or re-arms it while it runs.
    `run_at` is business time, None for now. Jobs with one `concurrency_key` never take all slots of a worker: the connection that is asked,
    or the kind where it is empty.
    """

    kind: str
    key: str
    payload: Mapping[str, object] = {}
    run_at: datetime | None = None
    most_tries: int = 20
    concurrency_key: str = ""


class Job(msgspec.Struct, frozen=True):
    """A claimed job. `tries` counts this one and is the fence: whoever finishes it must still hold this very try."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, object]
    tries: int
    most_tries: int
    concurrency_key: str = ""


class Note(msgspec.Struct, frozen=True):
    """By what a job that waits was asked for, and how many seconds ago its row was made."""

    key: str
    payload: Mapping[str, object]
    age_s: float


class Retry(Exception):
    """Raised by a handler: try again in `in_s` seconds of business time (None: the usual back-off)."""

    def __init__(self, why: str, in_s: float | None = None) -> None:
        super().__init__(why)
        self.in_s = in_s


class Park(Exception):
    """Raised by a handler: this job needs a person."""


def backoff(tries: int, chance: float) -> timedelta:
    """The wait before the next try: 2 s doubled each time up to an hour, spread by `chance` in [0, 1) over ±25 %."""
    return timedelta(seconds=min(2.0 * 2 ** min(tries - 1, 12), 3600.0) * (0.75 + chance / 2))
