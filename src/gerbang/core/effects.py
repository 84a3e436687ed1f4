"""What a change of objects entails beside the objects themselves, saved with them as one statement: ledger lines, audit rows, jobs, announcements.

A noun whose objects are changed by facts is built on this: lock the objects of a batch in id order, load what decides about them in sets, apply the
facts in memory, fold, save. How, and why no more than this is shared, stands in docs/decisions/0013-effects-are-shared.md.
"""

from dataclasses import dataclass, field

from gerbang.base.db import Tx
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import no_audit_no_action, record
from gerbang.core.ledger import service as ledger
from gerbang.core.ledger.model import Posting
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import NewJob


@dataclass(slots=True)
class Effects:
    """Of one batch, not of one object: each list in the order in which things happened."""

    postings: list[Posting] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    jobs: list[NewJob] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)

    async def save(self, tx: Tx, changes: StatementBatch) -> None:
        """Write the objects' own `changes` and all effects in one round trip: each of them, or none.

        Raises AuditUnavailable where the audit rows cannot be written, and whatever any of the statements raises.
        """
        await ledger.post(changes, self.postings)
        await record(changes, self.entries)
        await announce(changes, self.announcements)
        await queue.enqueue(changes, self.jobs)
        with no_audit_no_action():
            await changes.send(tx)
