"""A described source of rates, on a real server: what it says is read exactly, and what it does not say is never guessed."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.payment import Account
from gerbang.providers.http_rates import PROVIDER
from gerbang.providers.http_rates.adapter import HttpRates


class Source:
    """Answers every GET with what it was told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.body = b"{}"
        self.status = 200
        self.heard: list[str] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(
            f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(self.body)}\r\nConnection: close\r\n\r\n".encode()
            + self.body
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    source = Source()
    server = await asyncio.start_server(source.serve, "127.0.0.1", 0)
    source.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield source
    server.close()


@pytest.fixture
async def rates() -> AsyncIterator[HttpRates]:
    http = Http()
    yield HttpRates(http)
    await http.close()


def account(source: Source, **settings: str) -> Account:
    return Account("rates", True, {"url": source.url + "/{asset}-{currency}"} | settings, {"token": [b"t0ken"]})


async def test_the_pair_goes_where_the_description_says_and_the_price_is_exact(
    source: Source, rates: HttpRates
) -> None:
    source.body = b'{"data":[{"USD":0.99980000000000001234}],"at":"2026-11-23T07:02:00Z"}'
    rate = await rates.rate(account(source, price="/data/0/{currency}", at="/at"), "USDC", "USD")
    assert rate is not None
    assert (rate.price, rate.source) == (Decimal("0.99980000000000001234"), "rates")
    assert rate.at == datetime(2026, 11, 23, 7, 2, tzinfo=UTC)
    assert source.heard[0].startswith("GET /USDC-USD ")
    assert "authorization: bearer t0ken" in source.heard[0].lower()


@pytest.mark.parametrize("price", [3000, "3000", "3000.00"])
async def test_numbers_and_texts_are_taken_and_the_time_is_that_of_the_answer(
    source: Source, rates: HttpRates, price: Any
) -> None:
    source.body = json.dumps({"price": price}).encode()
    rate = await rates.rate(account(source), "ETH", "USD")
    assert rate is not None
    assert rate.price == 3000
    assert datetime.now(UTC) - rate.at < timedelta(seconds=10)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"<html>",
        b'{"price":0}',
        b'{"price":-1}',
        b'{"price":"NaN"}',
        b'{"price":true}',
        b'{"price":null}',
        b'{"price":"1,5"}',
    ],
)
async def test_an_answer_without_a_price_is_no_rate(source: Source, rates: HttpRates, body: bytes) -> None:
    source.body = body
    with pytest.raises(OutcomeUnknown):
        await rates.rate(account(source), "USDC", "USD")


async def test_what_the_source_does_not_know_is_left_to_the_next(source: Source, rates: HttpRates) -> None:
    source.status = 404
    assert await rates.rate(account(source), "USDC", "USD") is None
    assert await rates.rate(account(source, pairs="ETH/USD"), "USDC", "USD") is None
    assert len(source.heard) == 1


async def test_a_refusal_names_its_status_and_a_dead_source_was_not_reached(source: Source, rates: HttpRates) -> None:
    source.status = 401
    with pytest.raises(ProviderRefused, match="401"):
        await rates.rate(account(source), "USDC", "USD")
    dead = Account("rates", True, {"url": "http://127.0.0.1:9/"}, {})
    with pytest.raises(Unreachable):
        await rates.rate(dead, "USDC", "USD")


def test_a_connection_says_its_address() -> None:
    assert [one.pointer for one in PROVIDER.problems({}, ())] == ["/settings/url"]
    assert not PROVIDER.problems({"url": "https://rates.example/{asset}"}, ())
