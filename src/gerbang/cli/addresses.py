"""`gerbang addresses`: where crypto was asked to go, and by which path the owner's own wallet finds it. Sweeping is the wallet's work."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings


def addresses(
    *, as_json: Annotated[bool, Parameter("--json")] = False, connection: str | None = None, data: Path | None = None
) -> None:
    """Deposit addresses with their derivation paths, oldest first, as CSV.

    Parameters
    ----------
    as_json
        One JSON object a line.
    connection
        Only those of one connection.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang import app
    from gerbang.core.payments.watching import Deposit

    found: list[Deposit] = []

    async def story(settings: Settings) -> None:
        async with app.core(settings, "addresses") as core:
            found.extend(await core.watcher.deposits(connection))

    run(story, settings_here(data))
    if as_json:
        for one in found:
            print(msgspec.json.encode(one).decode())
        return
    table = csv.writer(sys.stdout)
    table.writerow(Deposit.__struct_fields__)
    table.writerows(msgspec.structs.astuple(one) for one in found)
