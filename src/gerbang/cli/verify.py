"""`gerbang verify`: the sweep of all invariants. Looks only; the exit status is 1 when one does not hold."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gerbang.base.db import Database
from gerbang.base.errors import Invalid
from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings


def verify(
    *, since: datetime | None = None, as_json: Annotated[bool, Parameter("--json")] = False, data: Path | None = None
) -> None:
    """Read everything back and compare: totals, ledger, refunds, statuses, jobs, inbox, orders, claims, stock, statements and payouts of marketplaces.

    It goes from slice to slice, so nothing waits for it; a terminal is told how far it has come.

    Parameters
    ----------
    since
        Only payments, orders and claims made, and statements read, from this moment on (UTC): what happened lately, or to go on where an earlier run was broken off.
    as_json
        One JSON object with the number of payments and the violations.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang.core.catalogue import verification as catalogue
    from gerbang.core.orders import verification as orders
    from gerbang.core.payments.verification import service as verification
    from gerbang.core.settlements import verification as settlements

    from_, looked, found = _in_utc(since), 0, list[verification.Violation]()

    def told(count: int, upto: datetime) -> None:
        if sys.stderr.isatty():
            print(
                f"\r{count} payments looked at; to go on from here: --since {upto:%Y-%m-%dT%H:%M:%S}",
                end="",
                file=sys.stderr,
            )

    async def story(settings: Settings) -> None:
        nonlocal looked, found
        db = Database(settings.database_dsn(), size=2, name="gerbang verify")
        await db.open()
        try:
            looked, found = await verification.verify(db, since=from_, told=told)
            for noun in (settlements, catalogue, orders):
                found += [verification.Violation(*one) for one in await noun.verify(db, since=from_)]
        finally:
            await db.close()

    run(story, settings_here(data))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if as_json:
        rows = [{"invariant": v.invariant, "object": v.object, "is": v.is_, "should_be": v.should_be} for v in found]
        print(json.dumps({"payments": looked, "violations": rows}))
    else:
        for v in found:
            print(f"WRONG  {v.invariant}: {v.object} is {v.is_}, should be {v.should_be}")
        print(f"{looked} payments looked at, {len(found)} violations")
    sys.exit(1 if found else 0)


def _in_utc(since: datetime | None) -> datetime | None:
    """Raises Invalid for a moment that UTC has no year for."""
    if since is None or since.tzinfo is None:
        return since and since.replace(tzinfo=UTC)
    try:
        return since.astimezone(UTC)
    except OverflowError as error:
        raise Invalid("--since lies outside of all years.", hint="Write it as 2026-11-30T09:00:00Z.") from error
