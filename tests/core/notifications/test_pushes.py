"""A payer who asked for it gets one push for each event, in the browser where they asked last, though workers die; and another channel speaks where none arrives."""

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from gerbang.base.db import Database
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.notifications import push_store
from gerbang.core.notifications.queueing import SEND
from gerbang.core.payments.model import PAYMENT, AttemptStatus, PaymentDetail, PaymentStatus
from gerbang.core.queue.worker import Worker
from gerbang.providers.webpush import PROVIDER
from gerbang.providers.webpush.adapter import WebPush
from gerbang.providers.webpush.simulator import Config
from gerbang.sandbox.app import SandboxConfig, running
from tests.conftest import NO_TLS
from tests.core.notifications.example_payments import about, announced, details, notifications, stored, taken
from tests.core.notifications.push_sender_process import ACCOUNT, REACHED, guarded, push_sender
from tests.core.notifications.test_fallback import Rows, rows
from tests.core.notifications.test_sending import ROOT, died, make_due, the_lease_runs_out


@dataclass
class Browsers:
    """The sandbox's push service, and the payments for which its browsers asked."""

    db: Database
    box: httpx.AsyncClient

    async def asks(self, one: PaymentDetail) -> dict[str, Any]:
        """Somebody presses the bell of a payment's page, in a browser of their own."""
        key = WebPush(guarded()).public_key(ACCOUNT)
        found: dict[str, Any] = (await self.box.post("/webpush/subscribe", json={"applicationServerKey": key})).json()
        async with self.db.transaction() as tx:
            keys = {**found["keys"], "key": key}
            about_it = ObjectRef(PAYMENT, one.payment.id)
            await push_store.add(tx, about_it, ACCOUNT.connection, found["endpoint"], keys)
        return found

    async def shown(self, browser: dict[str, Any]) -> list[dict[str, Any]]:
        """What came up in a browser, newest first."""
        got = (await self.box.get("/control/push", params={"to": browser["endpoint"]})).json()["data"]
        return [json.loads(one["text"]) for one in got]

    async def act(self, action: str, browser: dict[str, Any]) -> None:
        answer = await self.box.post(f"/control/webpush/{action}", json={"reference": browser["endpoint"]})
        assert answer.status_code == 200, answer.text


@pytest_asyncio.fixture
async def browsers(db: Database, tmp_path: Path) -> AsyncIterator[Browsers]:
    config = SandboxConfig(str(tmp_path), {PROVIDER.simulator: Config()})
    async with running(config) as box, httpx.AsyncClient(base_url=box.url, verify=NO_TLS) as control:
        yield Browsers(db, control)


@contextlib.asynccontextmanager
async def working(db: Database) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(db, {SEND: push_sender(db, WebPush(guarded())).handle}).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until_push(db: Database, template: str, *statuses: str) -> Rows:
    async with asyncio.timeout(20):
        while (now := await rows(db))["push", template]["status"] not in statuses:
            await make_due(db)
            await asyncio.sleep(0.05)
    return now


async def tell(db: Database, one: PaymentDetail, event: str) -> None:
    await announced(db, about(one, event))
    await taken(db, notifications(db, connected=REACHED))


async def test_one_push_comes_up_where_the_payer_asked_last_and_says_nothing_that_others_may_not_read(
    db: Database, browsers: Browsers
) -> None:
    one = await stored(db, details())
    first, last = await browsers.asks(one), await browsers.asks(one)
    await tell(db, one, "payment.paid")
    async with working(db):
        done = await until_push(db, "payment_paid", "sent")
    assert await browsers.shown(first) == []
    (said,) = await browsers.shown(last)
    assert sorted(said) == ["event", "lang", "payment", "tag"]
    assert (said["event"], said["lang"]) == ("payment_paid", "id")
    assert set(done) == {("push", "payment_paid"), ("email", "payment_paid")}
    assert done["push", "payment_paid"]["connection"] == ACCOUNT.connection


async def test_a_subscription_that_is_gone_is_dropped_and_a_mail_says_it_instead(
    db: Database, browsers: Browsers
) -> None:
    one = await stored(db, details(status=PaymentStatus.EXPIRED, attempt_status=AttemptStatus.EXPIRED, captured=0))
    browser = await browsers.asks(one)
    await browsers.act("expire", browser)
    await tell(db, one, "payment.expired")
    assert set(await rows(db)) == {("push", "payment_expired")}
    async with working(db):
        done = await until_push(db, "payment_expired", "failed")
    assert (
        done["push", "payment_expired"]["error"]
        == "refused: The push service answered HTTP 410. The subscription is gone."
    )
    assert set(done) == {("push", "payment_expired"), ("email", "payment_expired")}
    async with db.reading() as tx:
        assert await push_store.newest(tx, [one.payment.id]) == {}


async def test_who_takes_the_bell_back_is_told_no_more_also_of_what_was_about_to_leave(
    db: Database, browsers: Browsers
) -> None:
    one = await stored(db, details())
    browser = await browsers.asks(one)
    await tell(db, one, "payment.paid")
    async with db.transaction() as tx:
        assert await push_store.remove(tx, ObjectRef(PAYMENT, one.payment.id), browser["endpoint"])
    async with working(db):
        done = await until_push(db, "payment_paid", "failed")
    assert done["push", "payment_paid"]["error"] == "the browser or app is not reached any more"
    assert await browsers.shown(browser) == []


async def test_a_worker_killed_between_send_and_mark_makes_nothing_come_up_twice(
    db: Database, database_url: str, browsers: Browsers
) -> None:
    one = await stored(db, details())
    browser = await browsers.asks(one)
    await browsers.act("stop", browser)
    await tell(db, one, "payment.paid")
    command = [sys.executable, "-m", "tests.core.notifications.push_sender_process", database_url, "die_after_sending"]
    with subprocess.Popen(command, cwd=ROOT) as process:
        await died(process)
    assert process.returncode == -signal.SIGKILL
    assert (await rows(db))["push", "payment_paid"]["unknown_tries"] == 1
    await the_lease_runs_out(db)
    async with working(db):
        done = await until_push(db, "payment_paid", "sent")
    assert done["push", "payment_paid"]["tries"] == 2
    await browsers.act("start", browser)
    assert [said["event"] for said in await browsers.shown(browser)] == ["payment_paid"]


async def test_of_six_browsers_the_first_is_forgotten_and_the_same_one_again_is_one(
    db: Database, browsers: Browsers
) -> None:
    one = await stored(db, details())
    asked = [await browsers.asks(one) for _ in range(push_store.MOST_DEVICES + 1)]
    about_it = ObjectRef(PAYMENT, one.payment.id)
    async with db.transaction() as tx:
        await push_store.add(tx, about_it, ACCOUNT.connection, asked[-1]["endpoint"], asked[-1]["keys"])
        kept = [row["address"] for row in await push_store.of_payments(tx, [one.payment.id])]
    assert kept == [browser["endpoint"] for browser in asked[1:]]
