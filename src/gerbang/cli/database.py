"""The database of `gerbang up`: its own PostgreSQL, kept running, or the one that GERBANG_DATABASE_URL names."""

import asyncio
from collections.abc import Callable
from typing import Final

from gerbang import settings as all_settings
from gerbang.base.pg_programs import PostgresUnusable
from gerbang.base.postgres import Postgres, ServerHandle
from gerbang.settings import Settings

_LONGEST_PAUSE_S: Final = 10.0


class EmbeddedDatabase:
    """Starts PostgreSQL on the data folder and starts it again when it dies; does nothing when the settings name another."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._server: ServerHandle | None = None

    async def start(self) -> Settings:
        """Start it and return the settings with its addresses; raises PostgresUnusable."""
        if self._settings.database_url is not None:
            return self._settings
        self._server = await Postgres(self._settings.data).start()
        known = self._server.addresses
        given = {name: getattr(self._settings, name) for name in self._settings.model_fields_set}
        given |= {"database_url": known.app_dsn, "database_owner_url": known.owner_dsn}
        return all_settings.load(**given)

    async def keep(self) -> None:
        """Start it again on the same port whenever it dies; runs until cancelled."""
        if self._server is None:
            await asyncio.Event().wait()
        while self._server is not None:
            status = await self._server.wait()
            self._say(f"PostgreSQL ended with status {status}; starting it again")
            await self._restart(self._server)

    async def _restart(self, dead: ServerHandle) -> None:
        await dead.stop()  # lets go of the folder's lock
        pause_s = 0.1
        while True:
            try:
                self._server = await Postgres(self._settings.data).start(dead.port)
            except PostgresUnusable as error:
                self._say(f"{error.detail} Trying again in {pause_s:.1f} s")
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            else:
                return

    async def stop(self) -> None:
        """Stop it in order, when it is ours."""
        if self._server is not None:
            await self._server.stop()
