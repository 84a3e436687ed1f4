"""A worker that is killed between Twilio's answer and the mark: the text is found at Twilio, and nobody gets it twice."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from gerbang.base.db import Database
from gerbang.ports.messenger import Channel
from gerbang.providers.twilio import PROVIDER
from gerbang.providers.twilio.simulator import Config
from gerbang.sandbox.app import SandboxConfig, running
from tests.conftest import NO_TLS
from tests.core.notifications.example_payments import SARI, about, announced, details, notifications, on, stored, taken
from tests.core.notifications.test_sending import ROOT, died, make_due, the_lease_runs_out
from tests.core.notifications.text_sender_process import ACCOUNT_SID

TOKEN = "the account's token"


def sender(dsn: str, base_url: str, mode: str) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "tests.core.notifications.text_sender_process",
        dsn,
        f"{base_url}/twilio",
        TOKEN,
        mode,
    ]
    return subprocess.Popen(command, cwd=ROOT)


async def text(db: Database) -> dict[str, Any]:
    async with db.reading() as tx:
        row = await tx.fetchrow("SELECT * FROM notifications WHERE channel = 'sms'")
    assert row is not None
    return dict(row)


async def test_a_worker_killed_between_send_and_mark_sends_no_second_text(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    await announced(db, about(await stored(db, details(SARI), Channel.SMS), "payment.paid"))
    await taken(db, notifications(db, connected=on(Channel.SMS)))
    config = SandboxConfig(str(tmp_path), {PROVIDER.simulator: Config(ACCOUNT_SID, TOKEN)})
    async with running(config) as box, httpx.AsyncClient(base_url=box.url, verify=NO_TLS) as control:
        with sender(database_url, box.url, "die_after_sending") as process:
            await died(process)
        assert process.returncode == -signal.SIGKILL
        assert ((await text(db))["status"], (await text(db))["unknown_tries"]) == ("queued", 1)
        await the_lease_runs_out(db)
        with sender(database_url, box.url, "work") as process:
            async with asyncio.timeout(20):
                while (await text(db))["status"] == "queued":
                    await make_due(db)
                    await asyncio.sleep(0.05)
            process.kill()
        got = (await control.get("/control/sms")).json()["data"]
    assert len(got) == 1
    done = await text(db)
    assert (done["provider_id"], done["unknown_tries"], done["parts"]) == (got[0]["id"], 0, 1)
