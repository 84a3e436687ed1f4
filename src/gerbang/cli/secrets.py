"""`gerbang secrets`: the root key, and values by name. Values go in and never come out."""

import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from gerbang.base.db import Database
from gerbang.base.errors import Invalid
from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings

if TYPE_CHECKING:
    from gerbang.app import Core

secrets = App(name="secrets", help="The root key, and values by name: make, list, put.")
_ACTOR = "cli"


@secrets.command
def init(*, data: Path | None = None) -> None:
    """Make the root key of a new installation (GERBANG_ROOT_KEY_FILE, or root.key in the data folder); one that is there stays.

    Keep a copy of the file apart from the database's backups: without it nothing that is sealed can be read.

    Parameters
    ----------
    data
        The data folder.
    """
    from gerbang.providers.sealed import ensure_root_key, refuse_second_key

    async def story(settings: Settings) -> None:
        path = settings.root_key_path
        if settings.database_url is not None and not path.exists():
            db = Database(settings.database_dsn(), size=2, name="gerbang secrets")
            await db.open()
            try:
                await refuse_second_key(db, path)
            finally:
                await db.close()
        print(f"{path}: the root key with the fingerprint {ensure_root_key(path, create=True).fingerprint}")

    run(story, settings_here(data))


@secrets.command(name="list")
def list_(*, as_json: Annotated[bool, Parameter("--json")] = False, data: Path | None = None) -> None:
    """Every secret by name, with its family and the number of its newest version; never a value.

    Parameters
    ----------
    as_json
        One JSON object a line.
    data
        Data folder of a running `gerbang up`.
    """

    async def story(core: "Core") -> None:
        for one in await core.secrets.names():
            newest = one.versions[0]
            shown = {
                "name": one.name,
                "family": one.family,
                "version": newest.version,
                "created_at": newest.created_at.isoformat(),
                "store": "sealed",
            }
            print(json.dumps(shown) if as_json else f"{one.name:<48} {one.family:<20} version {newest.version}")

    _in_core(story, data)


@secrets.command
def put(name: str, *, stdin: bool = False, overlap_s: int = 0, data: Path | None = None) -> None:
    """Write a new version of a secret, read from standard input, or asked for where a person sits at the terminal.

    Parameters
    ----------
    name
        Its family and one to four more parts: service/nicepay/merchant_key.
    stdin
        Read it from standard input, without the line's end.
    overlap_s
        So many seconds older versions stay valid beside it.
    data
        Data folder of a running `gerbang up`.
    """
    if overlap_s < 0:
        raise Invalid("--overlap-s cannot be negative.")
    asks = sys.stdin.isatty() and not stdin
    value = getpass.getpass(f"Value of {name}: ") if asks else sys.stdin.read().rstrip("\r\n")

    async def story(core: "Core") -> None:
        version = await core.secrets.put(name, value.encode(), overlap_s=overlap_s, actor=_ACTOR)
        print(f"{name} is now in version {version}")

    _in_core(story, data)


def _in_core(story: Callable[["Core"], Awaitable[None]], data: Path | None) -> None:
    from gerbang import app

    async def main(settings: Settings) -> None:
        async with app.core(settings, "secrets") as core:
            await story(core)

    run(main, settings_here(data))
