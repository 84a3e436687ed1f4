"""The sandbox, as one process, and the people and connections of its demo."""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any, Final

import structlog

from gerbang import demo
from gerbang.app.parts import core
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.errors import GerbangError
from gerbang.base.http import Http
from gerbang.base.watchdog import Watchdog
from gerbang.core.endpoints.service import Endpoints
from gerbang.core.payments import amount_due
from gerbang.core.payments.provider_calls import load_readable
from gerbang.core.queue import business_time
from gerbang.ports.provider import Provider
from gerbang.providers import PROVIDERS
from gerbang.sandbox.app import ChainConfig, SandboxConfig, create
from gerbang.sandbox.chain import anvil
from gerbang.sandbox.chain.calls import Instructions
from gerbang.sandbox.chain.local import LocalChain
from gerbang.sandbox.shop import Shop
from gerbang.settings import Settings

log = structlog.get_logger()
_LOOK_S: Final = 0.5


async def sandbox(settings: Settings, dog: Watchdog, providers: Mapping[str, Provider] = PROVIDERS) -> None:
    """Every simulator behind one port, a local chain where there is one, and a clock that may be moved, until SIGTERM or Ctrl-C."""
    owner = Database(settings.owner_dsn(), size=2, name="gerbang sandbox", setting="GERBANG_DATABASE_OWNER_URL")
    await owner.open()

    advance, asked = partial(business_time.advance, owner), partial(_crypto_of, owner)
    program = anvil.find(settings.anvil)
    config = SandboxConfig(
        str(settings.data / "sandbox"),
        demo.simulators(providers, demo.place(settings)),
        port=settings.sandbox_port,
        smtp_port=settings.sandbox_mail_port,
        public_url=settings.sandbox_url,
        beside=settings.base_url,
        chain=None if program is None else ChainConfig(program, settings.sandbox_chain_port),
    )
    http = Http()
    shop = Shop(http, settings.base_url, lambda: demo.api_key(settings.data), demo.played(providers))
    box = create(config, advance, asked, shop)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_connect_demo(settings, providers, group.create_task(box.start_chain())))
        await box.open()
        dog.ready()
        opening = asyncio.create_task(_open_shop(settings, providers))
        await dog.stop.wait()
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
    finally:
        await box.close()
        await http.close()
        await owner.close()


async def _connect_demo(
    settings: Settings, providers: Mapping[str, Provider], starting: Awaitable[LocalChain | None]
) -> None:
    """The demo's connections, made or brought up to this run's addresses while the chain starts."""
    async with core(settings, "sandbox", providers) as parts:
        here, has_chain = demo.place(settings), False
        for one in demo.planned(providers):
            if one.connection.needs_chain and not has_chain:
                if (chain := await starting) is None:
                    return
                here, has_chain = demo.place(settings, chain), True
            await connect(one.connection.id, demo.connect(parts.connections, parts.secrets, here, one))


async def _open_shop(settings: Settings, providers: Mapping[str, Provider]) -> None:
    """The demo shop's webhook endpoint, once `up` has made the demo's people. The mail that tells operators of it finds the sandbox's mailbox open."""
    while not demo.api_key(settings.data):
        await asyncio.sleep(_LOOK_S)
    async with core(settings, "sandbox", providers) as parts:
        endpoints = parts.services[Endpoints]
        assert isinstance(endpoints, Endpoints)
        await connect("shop", demo.open_shop(endpoints, settings))


async def connect(name: str, connecting: Awaitable[object]) -> None:
    """Make one connection of the demo. One that fails, because its secret does not open for example, is logged, and the others are still made."""
    try:
        await connecting
    except GerbangError as error:
        log.warning("sandbox.not_connected", connection=name, code=error.code, why=error.detail, cure="gerbang doctor")


async def _crypto_of(db: Database, payment: str) -> Instructions | None:
    """What a payment asks its payer to send, by its newest attempt that asks for crypto."""
    id_ = ids.read("pay", payment)
    async with db.reading() as tx:
        details_by_id = await load_readable(tx, [id_])
    shown = amount_due.asked_in_coins(details_by_id[id_]) if id_ in details_by_id else None
    return Instructions(shown.network, shown.asset, shown.address, shown.amount) if shown else None


async def seed_demo(settings: Settings) -> dict[str, Any]:
    """The demo users and their API key, with passwords made at random; only `up` with the sandbox calls this."""
    assert settings.sandbox, "demo users exist only in a sandbox"
    async with core(settings, "seed") as parts:
        return await demo.make_people(parts.identity)
