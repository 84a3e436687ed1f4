"""A worker in a process of its own, to be killed: `python -m tests.core.queue.worker_process DSN JOURNAL MODE`.

Each job writes a line to the journal, fsynced, before its effect; then MODE `hang` waits for ever (the kill comes here), and MODE
`finish` commits an effect together with the end of the job.
"""

import asyncio
import os
import sys

from gerbang.base.db import Database
from gerbang.core.queue.model import Job
from gerbang.core.queue.service import finish
from gerbang.core.queue.worker import Worker


async def main(dsn: str, journal: str, mode: str) -> None:
    db = Database(dsn)
    await db.open()

    async def handle(job: Job) -> None:
        descriptor = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, f"{job.key} {job.tries}\n".encode())
        os.fsync(descriptor)
        os.close(descriptor)
        if mode == "hang":
            await asyncio.sleep(3600)
        async with db.transaction() as tx:
            await tx.execute("INSERT INTO changes (kind, subject) VALUES ('effect', $1)", job.key)
            await finish(tx, [job])

    await Worker(db, {"test": handle}).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
