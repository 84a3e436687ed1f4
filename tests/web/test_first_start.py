"""R37: a new installation has no account, says so, and serves nothing but the way to own it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx

from gerbang import app, settings
from gerbang.providers.sealed import ensure_root_key
from gerbang.web.assembly import assemble
from gerbang.web.transport.server import serve
from tests.conftest import FreshDatabase


async def test_until_it_is_owned_an_installation_serves_only_the_owners_link(
    database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    chosen = settings.load(data=tmp_path, database_url=database.app_dsn, port=port)
    ensure_root_key(chosen.root_key_path, create=True)
    stop, ready = asyncio.Event(), asyncio.Event()
    async with app.core(chosen, "test") as core, asyncio.TaskGroup() as group:
        await core.changes.poll()
        made = assemble(app.services(core))
        group.create_task(serve(made, "127.0.0.1", port, stop=stop, ready=lambda _: ready.set()))
        await ready.wait()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            refused = [await client.get(path) for path in ("/shop", "/login", "/v1/me", "/docs")]
            refused.append(await client.post("/hooks/nicepay", content=b"x"))
            assert {answer.status_code for answer in refused} == {503}
            assert refused[2].json()["code"] == "no_owner_yet"
            assert (await client.get("/healthz")).status_code == 200

            token = await core.identity.accounts.make_owner_link()
            person = {
                "email": "made@lumbung.example",
                "password": "gudeg manggar tanpa krecek",
                "name": "Made",
                "locale": "id",
            }
            owned = await client.post("/v1/auth/owner", json={"token": token, **person})
            assert owned.status_code == 201, owned.text
            assert (await client.get("/login")).status_code == 200
            assert (await client.post("/v1/auth/owner", json={"token": token, **person})).status_code in (
                401,
                403,
                409,
                422,
            )
        stop.set()
