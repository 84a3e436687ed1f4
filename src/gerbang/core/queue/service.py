"""Enqueueing in the cause's transaction, and finishing in the effect's."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from gerbang.base.db import Tx, columns, tell_when_committed
from gerbang.base.statement_batch import Writer
from gerbang.core.queue import store
from gerbang.core.queue.model import Job, LeaseLost, NewJob, Note

TOPIC: Final = "jobs"


async def enqueue(tx: Writer, jobs: Sequence[NewJob]) -> None:
    """Add jobs with their cause; the same (kind, key) twice in one call keeps the first. Workers hear of those that are due at once when it has
    committed: whoever looked before would find nothing, and look again only a tenth of a second later.
    """
    if jobs:
        unique = {(job.kind, job.key): job for job in reversed(jobs)}
        rows = [
            (j.kind, j.key, dict(j.payload), j.run_at, j.most_tries, j.concurrency_key or j.kind)
            for j in unique.values()
        ]
        await store.add(tx, columns(rows, 6))
        if any(job.run_at is None for job in unique.values()):
            tell_when_committed(TOPIC)


async def finish(tx: Tx, jobs: Sequence[Job]) -> None:
    """End jobs in the transaction of their effect; raises LeaseLost when another worker has taken one over."""
    if jobs and await store.finish(tx, [job.id for job in jobs], [job.tries for job in jobs]) != len(jobs):
        raise LeaseLost(f"Of {len(jobs)} jobs some are no longer held.")


async def still_held(tx: Tx, job: Job) -> None:
    """Make sure, until this transaction ends, that nobody has taken the job over; raises LeaseLost."""
    if not await store.hold(tx, job.id, job.tries):
        raise LeaseLost(f"{job.kind} {job.key} is no longer held.")


async def waiting(tx: Tx, kind: str, most: int) -> Counter[str]:
    """How many jobs of a kind wait, by concurrency key; of many, `most` are counted."""
    return Counter(await store.waiting(tx, kind, most))


async def is_under_way(tx: Tx, kind: str) -> bool:
    """Whether a job of a kind waits or runs; one that is parked does not count."""
    return await store.is_under_way(tx, kind)


async def notes(tx: Tx, kind: str, concurrency_key: str, most: int) -> list[Note]:
    """What waits now of a kind and concurrency key, as `drop` takes it."""
    return [Note(**row) for row in await store.notes(tx, kind, concurrency_key, most)]


async def drop(tx: Tx, kind: str, noted: Sequence[Note]) -> None:
    """End jobs without a run: what they were asked for has been done. One that runs, or was asked for anew with another payload since, stays."""
    if noted:
        await store.drop(tx, kind, columns([(one.key, dict(one.payload)) for one in noted], 2))


async def known_keys(tx: Tx, kind: str, keys: Sequence[str]) -> set[str]:
    """Of which of these there is a job, parked ones too."""
    return await store.known_keys(tx, kind, keys)


async def cancel(tx: Tx, kind: str, keys: Sequence[str]) -> None:
    """Drop jobs that have become needless; one that is running ends by itself."""
    if keys:
        await store.cancel(tx, kind, keys)
