"""`gerbang verify`: the sweep of all invariants. Looks only; the exit status is 1 when one does not hold."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gerbang.base.db import Database
from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings


def verify(*, as_json: Annotated[bool, Parameter("--json")] = False, data: Path | None = None) -> None:
    """Read everything back and compare: totals, ledger, refunds, statuses, jobs, inbox.

    Parameters
    ----------
    as_json
        One JSON object with the number of payments and the violations.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang.core.payments import verifying

    looked, found = 0, list[verifying.Violation]()

    async def story(settings: Settings) -> None:
        nonlocal looked, found
        db = Database(settings.database_dsn(), size=2, name="gerbang verify")
        await db.open()
        try:
            looked, found = await verifying.verify(db)
        finally:
            await db.close()

    run(story, settings_here(data))
    if as_json:
        rows = [{"invariant": v.invariant, "object": v.object, "is": v.is_, "should_be": v.should_be} for v in found]
        print(json.dumps({"payments": looked, "violations": rows}))
    else:
        for v in found:
            print(f"WRONG  {v.invariant}: {v.object} is {v.is_}, should be {v.should_be}")
        print(f"{looked} payments looked at, {len(found)} violations")
    sys.exit(1 if found else 0)
