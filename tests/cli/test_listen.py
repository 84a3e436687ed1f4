"""`gerbang listen`: nothing is missed and nothing comes out of order, whatever happens to the network, to the receiver and to the listener itself."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import standardwebhooks

from gerbang import settings
from gerbang.base import ids
from gerbang.base.errors import Invalid
from gerbang.base.http import Http
from gerbang.cli.event_lines import EventLines
from gerbang.cli.event_source import EventSource
from gerbang.cli.instance import Instance, NoInstance, Refused, instance
from gerbang.cli.listen import Listener
from gerbang.cli.listening_place import AlreadyListening, opened
from gerbang.cli.ports import free_port
from gerbang.cli.replay import run_again
from tests.conftest import FreshDatabase
from tests.core.endpoints.receiver import Came, Receiver, receiving, status
from tests.web.api.test_event_log import say
from tests.web.conftest import Edge, Line, running_edge

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    async for one in running_edge(module_database, tmp_path_factory.mktemp("edge"), free_port()):
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def payment(edge: Edge) -> str:
    return str((await edge.create()).json()["id"])


@asynccontextmanager
async def listening(
    edge: Edge, folder: Path, shop: Receiver, api: str = "", events: str = "payment.*"
) -> AsyncIterator[str]:
    """A listener in this process; the secret that signs."""
    http = Http()
    there = Instance(api or edge.url, edge.tokens["developer"].removeprefix("Bearer "), http)
    with opened(folder, edge.url, shop.url) as place:
        if not place.place:
            place.move((await edge.get("/v1/event-log", "developer")).json()["next"])
        lines = EventLines(as_json=True)
        task = asyncio.create_task(Listener(there, Http(), shop.url, place, lines, events, again_s=(0.05, 0.05)).run())
        yield place.secret.text()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await http.close()


async def came(shop: Receiver, count: int, seconds: float = 30.0) -> list[Came]:
    """What has come, once it is so much."""
    async with asyncio.timeout(seconds):
        while len(shop.came) < count:
            await asyncio.sleep(0.02)
    return shop.came


def sequences(shop: Receiver) -> list[int]:
    return [one.sequence for one in shop.came]


async def test_ten_minutes_of_events_without_network_are_caught_up_in_order_and_none_is_missing(
    edge: Edge, payment: str, tmp_path: Path
) -> None:
    line = Line(free_port(), edge.port)
    await line.mend()
    async with receiving() as shop, listening(edge, tmp_path, shop, f"http://127.0.0.1:{line._port}") as secret:
        await say(edge, payment, "payment.opened")
        await came(shop, 1)
        await line.cut()
        for _ in range(10):
            await say(edge, payment, *["payment.link"] * 30)  # one every two seconds
        assert len(shop.came) == 1
        await line.mend()
        await came(shop, 301)
        await say(edge, payment, "payment.opened")
        await came(shop, 302)
        first = sequences(shop)[0]
        assert sequences(shop) == list(range(first, first + 302))
        verifier = standardwebhooks.Webhook(secret)
        assert all(verifier.verify(one.body, one.headers)["data"]["id"] == payment for one in shop.came)
    await line.cut()


async def test_while_nobody_answers_there_the_event_waits(edge: Edge, payment: str, tmp_path: Path) -> None:
    async with receiving() as shop:
        port = shop.port
        async with listening(edge, tmp_path, shop):
            pass
    silent = Receiver(port=port)
    async with listening(edge, tmp_path, silent):
        await say(edge, payment, "payment.opened", "payment.link", "payment.opened")
        await asyncio.sleep(0.8)
        heard: list[str] = []

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(one.split(b": ")[1]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length")
            )
            heard.append(json.loads(await reader.readexactly(length))["type"])
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", port)
        async with asyncio.timeout(20):
            while len(heard) < 3:
                await asyncio.sleep(0.02)
        server.close()
    assert heard == ["payment.opened", "payment.link", "payment.opened"]


async def test_an_event_that_is_answered_no_comes_three_times_and_then_the_next_one(
    edge: Edge, payment: str, tmp_path: Path
) -> None:
    async with receiving() as shop, listening(edge, tmp_path, shop):
        shop.answer = status(500)
        await say(edge, payment, "payment.opened")
        await came(shop, 3)
        shop.answer = status(200)
        await say(edge, payment, "payment.link")
        await came(shop, 4)
    found = sequences(shop)
    assert found == [found[0]] * 3 + [found[0] + 1]


async def test_replay_sends_an_event_again_by_its_id_alone_and_refuses_what_cannot_run_again(
    edge: Edge, payment: str, tmp_path: Path
) -> None:
    there = Instance(edge.url, edge.tokens["developer"].removeprefix("Bearer "), Http())
    async with receiving() as shop, listening(edge, tmp_path, shop):
        await say(edge, payment, "payment.opened")
        (first,) = await came(shop, 1)
        assert (await run_again(there, first.id))["outcome"] == "sent again"
        assert [one.id for one in await came(shop, 2)] == [first.id] * 2
    with pytest.raises(Invalid, match="cannot be run again"):
        await run_again(there, payment)
    with pytest.raises(Refused, match="404"):
        await run_again(there, ids.show("dlv", ids.new()))
    await there.http.close()


async def test_a_listener_with_a_wrong_key_is_told_so_and_shows_no_secret(edge: Edge, tmp_path: Path) -> None:
    done = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gerbang", "listen", "--forward-to", "9", "--api", edge.url, "--data", str(tmp_path)),
        env=settings.child_environment({"api_key": "grb_test_wrong"}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await done.communicate())[0].decode()
    assert done.returncode == 2
    assert "401" in said
    assert "whsec_" not in said


async def test_an_event_that_is_sent_again_arrives(edge: Edge, payment: str, tmp_path: Path) -> None:
    async with receiving() as shop, listening(edge, tmp_path, shop):
        await say(edge, payment, "payment.opened")
        (first,) = await came(shop, 1)
        await edge.post(f"/v1/events/{first.id}/resend", "developer")
        again = (await came(shop, 2))[1]
    assert (again.id, again.body) == (first.id, first.body)


async def test_what_happened_while_it_was_off_comes_first_and_the_secret_stays(
    edge: Edge, payment: str, tmp_path: Path
) -> None:
    async with receiving() as shop:
        async with listening(edge, tmp_path, shop) as before:
            await say(edge, payment, "payment.opened")
            await came(shop, 1)
        await say(edge, payment, "payment.link", "refund.link", "payment.link")
        async with listening(edge, tmp_path, shop) as after:
            await say(edge, payment, "payment.opened")
            await came(shop, 4)
    assert [json.loads(one.body)["type"] for one in shop.came] == [
        "payment.opened",
        *["payment.link"] * 2,
        "payment.opened",
    ]
    assert before == after


async def test_two_listeners_for_one_address_are_refused(tmp_path: Path) -> None:
    with (
        opened(tmp_path, "here", "http://127.0.0.1:3000/"),
        pytest.raises(AlreadyListening, match="runs already"),
        opened(tmp_path, "here", "http://127.0.0.1:3000/"),
    ):
        pass
    with opened(tmp_path, "here", "http://127.0.0.1:3000/"):
        pass


async def listener_process(edge: Edge, home: Path, shop: Receiver) -> asyncio.subprocess.Process:
    key = edge.tokens["developer"].removeprefix("Bearer ")
    words = (sys.executable, "-m", "gerbang", "listen", "--api", edge.url, "--forward-to", shop.url, "--json")
    told = settings.child_environment({"api_key": key}) | {"HOME": str(home)}
    return await asyncio.create_subprocess_exec(*words, env=told, stdout=asyncio.subprocess.PIPE, cwd=home)


async def test_tail_prints_one_json_object_a_line_of_every_event_also_of_those_that_no_endpoint_is_told(
    edge: Edge, payment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place, http, lines = (await edge.get("/v1/event-log", "developer")).json()["next"], Http(), EventLines(as_json=True)
    there = Instance(edge.url, edge.tokens["developer"].removeprefix("Bearer "), http)
    await say(edge, payment, "payment.opened", "refund.link", "payment.link")
    async for one in EventSource(there, lines, "payment.*").after(place, lambda _: None):
        lines.event(one)
        if one["event"]["type"] == "payment.link":
            break
    await http.close()
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["type"], one["payment"]) for one in said] == [("payment.opened", payment), ("payment.link", payment)]


@pytest.mark.parametrize(("api", "words"), [(None, "No `gerbang up` runs on"), ("https://pay.example", "No API key")])
async def test_where_no_gerbang_is_known_it_says_what_to_start_or_name(
    tmp_path: Path, api: str | None, words: str
) -> None:
    with pytest.raises(NoInstance, match=words) as refused:
        async with instance(settings.load(data=tmp_path), api):
            pass
    assert "GERBANG_API_KEY" in str(refused.value.hint)


@pytest.mark.full
async def test_killed_at_any_instant_it_goes_on_and_only_the_event_under_way_may_come_twice(
    edge: Edge, payment: str, tmp_path: Path
) -> None:
    async with receiving() as shop:
        process = await listener_process(edge, tmp_path, shop)
        assert process.stdout is not None
        begun: Any = json.loads(await process.stdout.readline())
        await asyncio.sleep(0.5)  # it asks where the log ends
        kills = 4
        for number in range(kills):
            await say(edge, payment, *["payment.opened"] * 50)
            await came(shop, 50 * number + 5 + 7 * number)
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
            process = await listener_process(edge, tmp_path, shop)
        async with asyncio.timeout(30):
            while len(set(sequences(shop))) < 50 * kills:
                await asyncio.sleep(0.05)
        process.terminate()
        assert await process.wait() == 0
    found = sequences(shop)
    assert found == sorted(found)
    assert set(found) == set(range(found[0], found[0] + 50 * kills))
    assert len(found) - len(set(found)) <= kills
    assert begun["secret"].startswith("whsec_")
