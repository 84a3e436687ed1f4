"""What one process sees of connections that another one makes."""

import asyncio
from pathlib import Path

import pytest

from gerbang import app, settings
from gerbang.core.connections.model import ConnectionNotFound
from gerbang.core.secrets.model import Purpose
from gerbang.providers.sealed import ensure_root_key
from tests import demo_accounts
from tests.conftest import FreshDatabase


async def test_a_connection_made_by_another_process_is_found_though_the_list_was_just_read(
    database: FreshDatabase, tmp_path: Path
) -> None:
    configured = settings.load(data=tmp_path, database_url=database.app_dsn, sandbox=True)
    ensure_root_key(configured.root_key_path, create=True)
    async with app.core(configured, "reader") as reader, app.core(configured, "maker") as maker:
        assert await reader.connections.all() == []
        await demo_accounts.connect(demo_accounts.NICEPAY, maker.connections, maker.secrets, configured)
        await asyncio.sleep(0.1)  # an unknown name is looked for anew no more often than every 50 ms
        assert (await reader.connections.get(demo_accounts.NICEPAY)).provider == "nicepay"
        with pytest.raises(ConnectionNotFound):
            await reader.connections.get("nobody")


async def test_a_key_that_is_made_here_is_made_with_its_connection_and_stays_when_the_connection_changes(
    database: FreshDatabase, tmp_path: Path
) -> None:
    configured = settings.load(data=tmp_path, database_url=database.app_dsn, sandbox=True)
    ensure_root_key(configured.root_key_path, create=True)
    contact = {"contact": "mailto:ops@toko.example"}
    async with app.core(configured, "maker") as core:
        made = await core.connections.create("test", "push", "webpush", livemode=False, settings=contact, secrets={})
        assert made.secrets == {"vapid_key": "service/push/vapid_key"}
        (key,) = (await core.connections.account_of(made, Purpose.SEND_MESSAGE)).secrets["vapid_key"]
        assert len(key) == 32
        changed = await core.connections.update("test", "push", settings=contact, secrets={}, enabled=True)
        assert (await core.connections.account_of(changed, Purpose.SEND_MESSAGE)).secrets["vapid_key"] == [key]
