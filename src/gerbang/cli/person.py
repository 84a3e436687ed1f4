"""`gerbang person`: what is kept about one person, as JSON, and erasing it. Whoever may run this on the machine acts as the system does."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from gerbang.base.errors import Conflict
from gerbang.cli.process import run, settings_here
from gerbang.core.identity.model import Caller, system_caller
from gerbang.core.personal_data.model import Erased
from gerbang.settings import Settings

person = App(name="person", help="What is kept about one person: show it, erase it.")


class NotConfirmed(Conflict):
    """Erasing cannot be undone, and was not confirmed."""

    code = "not_confirmed"
    title = "Erasing a person cannot be undone"


@person.command
def export(who: str, /, *, data: Path | None = None) -> None:
    """Everything that is kept about a person, as one JSON object on standard output, with a list for each noun.

    Parameters
    ----------
    who
        A customer id (`cus_…`), a user id (`usr_…`), an e-mail address or a phone number.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang import app

    async def story(settings: Settings) -> None:
        async with app.core(settings, "person") as core:
            found = await app.export_person(core, _caller(), who)
            print(msgspec.json.format(msgspec.json.encode(found)).decode())

    run(story, settings_here(data))


@person.command
def erase(
    who: str, /, *, yes: Annotated[bool, Parameter("--yes", negative=())] = False, data: Path | None = None
) -> None:
    """Erase a person from every table that names them; payments, refunds, ledger and audit stay. A run that was interrupted is run again.

    The exit status is 1 when nothing of that person was found.

    Parameters
    ----------
    who
        A customer id (`cus_…`), a user id (`usr_…`), an e-mail address or a phone number.
    yes
        Really do it.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang import app

    done: dict[str, Erased] = {}

    async def story(settings: Settings) -> None:
        async with app.core(settings, "person") as core:
            done.update(await app.erase_person(core, _caller(), who))

    if not yes:
        raise NotConfirmed(
            "Nothing was erased.", hint="Look at `gerbang person export` first, then add --yes to this command."
        )
    run(story, settings_here(data))
    if not any(one.rows or one.kept for one in done.values()):
        print(f"gerbang: Nothing is kept under {who}: nobody was there, or they were erased before.", file=sys.stderr)
        print(
            "gerbang: Look whether it is written right; /console/audit tells when people were erased.", file=sys.stderr
        )
        sys.exit(1)
    for noun, one in done.items():
        kept = f", {one.kept} stay until they are settled: run this again then" if one.kept else ""
        print(f"{noun}: {one.rows} erased{kept}")


def _caller() -> Caller:
    return system_caller("cli")
