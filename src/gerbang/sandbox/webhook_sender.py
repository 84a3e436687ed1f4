"""Sends the simulators' notifications: one HTTP POST a try, retries by each notification's own schedule, every try in the journal.

It speaks HTTP/1.1 itself, one connection a try, as the provider's old client does. A notification whose end is not in the journal is
taken up again after a restart, so it may arrive twice, as in life.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec

from gerbang.base import ids
from gerbang.ports.simulator import Webhook
from gerbang.sandbox.clock import SandboxClock
from gerbang.sandbox.journal import Delivery, Due, Entry, Journal, as_text

_ANSWER_BYTES: Final = 65_536
_AT_ONCE: Final = 64


Stamp = Callable[[str, Webhook, int], Webhook | None]


class Told(Protocol):
    def __call__(self, provider: str, webhook: Webhook, *, accepted: bool) -> Awaitable[None]: ...


class DropSet(msgspec.Struct, frozen=True, tag_field="kind", tag="drop_set"):
    """From now on notifications for `reference` (empty: for all) are lost, or sent again."""

    provider: str
    reference: str
    drop: bool


class WebhookSender:
    """Owns the tasks that send. `start` is called when the cause is on disk; `stamp` makes of a notification what leaves at this moment, as which try
    (None: it is withdrawn), and `told` hears how each try ended.
    """

    def __init__(self, journal: Journal, clock: SandboxClock, stamp: Stamp, told: Told) -> None:
        self._journal = journal
        self._clock = clock
        self._stamp = stamp
        self._told = told
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._dropped: set[tuple[str, str]] = set()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made when first needed: reading the certificates of the world takes longer than all the rest of the start."""
        return ssl.create_default_context()

    def start(self, provider: str, dues: Iterable[Due], attempts: int = 0) -> None:
        for due in dues:
            task = asyncio.create_task(self._deliver(provider, due, attempts))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def drop(self, change: DropSet) -> None:
        key = (change.provider, change.reference)
        if change.drop:
            self._dropped.add(key)
        elif change.reference:
            self._dropped.discard(key)
        else:
            self._dropped = {kept for kept in self._dropped if kept[0] != change.provider}

    def dropped(self, provider: str) -> list[str]:
        return sorted(reference for name, reference in self._dropped if name == provider)

    async def idle(self) -> None:
        """Wait until nothing is left to send or to retry."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, provider: str, due: Due, attempts: int) -> None:
        waits = (due.delay_s, *due.webhook.retry_after_s)[attempts:] or (0.0,)
        for attempt, wait_s in enumerate(waits, start=attempts + 1):
            await (self._clock.sleep if due.webhook.by_clock and attempt > 1 else asyncio.sleep)(wait_s)
            if self._is_dropped(provider, due.webhook.subject):
                await self._note(provider, due.webhook, Delivery(due.id, attempt, False, True), fault="drop")
                return
            async with self._room:
                webhook = self._stamp(provider, due.webhook, attempt)
                if webhook is None:
                    await self._note(provider, due.webhook, Delivery(due.id, attempt, False, True, "withdrawn"))
                    return
                tls = self._tls if webhook.url.startswith("https:") else None
                status, answer, error = await _post(webhook, tls)
            accepted = 200 <= status < 300 if due.webhook.accepts == "any_2xx" else status == 200
            last = accepted or attempt > len(due.webhook.retry_after_s)
            await self._note(provider, webhook, Delivery(due.id, attempt, accepted, last, error), status, answer)
            await self._told(provider, due.webhook, accepted=accepted)
            if accepted:
                return

    def _is_dropped(self, provider: str, reference: str) -> bool:
        return (provider, reference) in self._dropped or (provider, "") in self._dropped

    async def _note(
        self, provider: str, webhook: Webhook, delivery: Delivery, status: int = 0, answer: bytes = b"", fault: str = ""
    ) -> None:
        body, body_base64 = as_text(webhook.body)
        text, text_base64 = as_text(answer)
        entry = Entry(
            direction="out",
            provider=provider,
            route=webhook.url,
            method="POST",
            headers=list(webhook.headers),
            body=body,
            body_base64=body_base64,
            status=status,
            answer=text,
            answer_base64=text_base64,
            fault=fault,
            delivery=delivery,
        )
        await self._journal.append(entry)


def due(webhook: Webhook, delay_s: float = 0.0) -> Due:
    return Due(ids.show("ntf", ids.new()), webhook, delay_s)


async def _post(webhook: Webhook, tls: ssl.SSLContext | None) -> tuple[int, bytes, str]:
    """Status, answer (at most 64 kB) and error; a status of 0 means that no answer came."""
    try:
        async with asyncio.timeout(webhook.timeout_s):
            return await _exchange(webhook, tls)
    except TimeoutError:
        return 0, b"", f"no answer in {webhook.timeout_s:g} s"
    except (OSError, ValueError, asyncio.IncompleteReadError) as error:
        return 0, b"", f"{type(error).__name__}: {error}"


async def _exchange(webhook: Webhook, tls: ssl.SSLContext | None) -> tuple[int, bytes, str]:
    url = urlsplit(webhook.url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("the notification address is no http or https URL")
    port = url.port or (443 if tls else 80)
    reader, writer = await asyncio.open_connection(url.hostname, port, ssl=tls)
    try:
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        lines = [f"POST {path} HTTP/1.1", f"Host: {url.netloc.rpartition('@')[2]}"]
        lines += [f"{name}: {value}" for name, value in webhook.headers]
        lines += [f"Content-Length: {len(webhook.body)}", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode("latin-1") + webhook.body)
        await writer.drain()
        return await _answer(reader)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes, str]:
    version, _, rest = (await reader.readline()).decode("latin-1").strip().partition(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError("the answer is not HTTP/1")
    length = _ANSWER_BYTES
    while line := (await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        if name.lower() == "content-length":
            length = min(int(value), _ANSWER_BYTES)
    body = b""
    while len(body) < length and (chunk := await reader.read(length - len(body))):
        body += chunk
    return int(rest[:3]), body, ""
