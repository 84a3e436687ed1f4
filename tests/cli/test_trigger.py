"""`gerbang trigger`: every event of the catalogue has its way or a reason why not, and no live connection is ever used."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gerbang.base.http import Http
from gerbang.cli import trigger
from gerbang.cli.instance import Instance, NoInstance
from gerbang.cli.progress import Progress
from gerbang.cli.trigger_recipes import IMPOSSIBLE, RECIPES
from gerbang.cli.trigger_stage import CannotTrigger, LiveConnection, Stage
from gerbang.nouns import NOUNS


def test_every_event_of_the_catalogue_has_its_way_or_a_reason_why_not() -> None:
    catalogue = {one.name for one in NOUNS.event_catalogue}
    assert RECIPES.keys() | IMPOSSIBLE.keys() == catalogue
    assert not RECIPES.keys() & IMPOSSIBLE.keys()


def test_without_a_name_it_lists_them_and_says_what_it_cannot(capsys: pytest.CaptureFixture[str]) -> None:
    trigger.trigger(as_json=True)
    told = {one["type"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert len(told) == len(NOUNS.event_catalogue)
    assert (told["payment.paid"]["can"], told["payment.disputed"]["can"]) == (True, False)
    assert told["payment.disputed"]["why_not"]


def test_a_name_that_is_none_is_answered_by_those_that_are_near() -> None:
    with pytest.raises(trigger.UnknownEvent) as refused:
        trigger.trigger("payment.payed")
    assert "payment.paid" in str(refused.value.hint)


def test_what_the_sandbox_cannot_do_is_said_before_anything_is_done() -> None:
    with pytest.raises(CannotTrigger, match="disputes"):
        trigger.trigger("payment.disputed")


def test_where_no_up_runs_it_says_what_to_start(tmp_path: Path) -> None:
    with pytest.raises(NoInstance) as refused:
        trigger.trigger("payment.paid", data=tmp_path)
    assert "gerbang up" in str(refused.value.hint)


OFFER: Mapping[str, Any] = {
    "method": "virtual_account",
    "available": True,
    "connection": "nicepay",
    "assets": [],
    "option": "bank",
    "options": [{"name": "BCA", "title": "BCA"}],
}


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A Gerbang whose only connection moves real money."""
    path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].partition(b"?")[0]
    body = json.dumps({"data": [OFFER]} if path == b"/v1/payment-methods" else {"livemode": True}).encode()
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    writer.close()


async def test_nothing_is_triggered_through_a_connection_that_moves_real_money() -> None:
    server, http = await asyncio.start_server(answer, "127.0.0.1", 0), Http()
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    stage = Stage(Instance(url, "grb_test_x", http), Progress(as_json=True))
    with pytest.raises(LiveConnection, match="nicepay moves real money"):
        await stage.payment()
    with pytest.raises(LiveConnection):
        await stage.choose("pay_1")
    assert stage.calls == []
    await http.close()
    server.close()
