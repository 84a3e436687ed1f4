"""The adapter and the simulator, which share no code, over the wire."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.messenger import Progress, Receipt, Refused, Sent, Sought, TextMessage, Why, text_digest
from gerbang.ports.payment import Account
from gerbang.providers.twilio import PROVIDER
from gerbang.providers.twilio.adapter import TwilioMessenger
from gerbang.providers.twilio.simulator import Config
from gerbang.sandbox.app import SandboxConfig, running
from tests.conftest import NO_TLS

SID, TOKEN, PHONE = f"AC{'0' * 32}", "the account's token", "+6281200000001"
AGO = datetime.now(UTC) - timedelta(days=1)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Line:
    """A messenger, its account, and the sandbox beside it."""

    messenger: TwilioMessenger
    account: Account
    http: Http
    box: httpx.AsyncClient

    async def send(self, text: str, to: str = PHONE) -> Sent:
        return await self.messenger.send(self.account, TextMessage(to, text, "ntf_1"))

    async def find(self, text: str, *others: str, since: datetime = AGO) -> Sent | None:
        return await self.messenger.find(
            self.account, Sought(PHONE, frozenset({text_digest(text)}), since, frozenset(others))
        )

    async def control(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = await self.box.request(method, f"/control/twilio/{path}", json=body)
        assert answer.status_code == 200, answer.text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    folder: Path = tmp_path_factory.mktemp("twilio")
    config = SandboxConfig(str(folder), {PROVIDER.simulator: Config(SID, TOKEN)})
    http = Http()
    async with running(config) as box, httpx.AsyncClient(base_url=box.url, verify=NO_TLS) as control:
        settings = {"base_url": f"{box.url}/twilio", "account_sid": SID, "sender": "+15005550006", "timeout_s": "1"}
        account = Account(
            "twilio-uji",
            livemode=False,
            settings=settings,
            secrets={"auth_token": [TOKEN.encode()]},
            hook_url=f"{box.url}/inspect/none",
        )
        yield Line(TwilioMessenger(http), account, http, control)
    await http.close()


async def test_a_text_is_taken_counted_in_parts_and_shown_on_the_phone(line: Line) -> None:
    sent = await line.send("a" * 161)
    assert (sent.progress, sent.parts, sent.provider_id[:2]) == (Progress.ACCEPTED, 2, "SM")
    (got, *_) = (await line.box.get("/control/sms", params={"to": PHONE})).json()["data"]
    assert (got["text"], got["from"]) == ("a" * 161, "+15005550006")


@pytest.mark.parametrize(
    ("to", "why", "gone"),
    [
        ("+15005550001", Why.PERMANENT, True),
        ("+15005550002", Why.PERMANENT, False),
        ("+15005550003", Why.CONFIGURATION, False),
        ("+15005550004", Why.STOPPED, True),
        ("+15005550009", Why.PERMANENT, True),
        ("08123", Why.PERMANENT, True),
    ],
)
async def test_a_number_that_twilio_refuses_says_why(line: Line, to: str, why: Why, gone: bool) -> None:
    with pytest.raises(Refused) as refused:
        await line.send("Halo", to)
    assert (refused.value.why, refused.value.gone) == (why, gone)


async def test_who_said_stop_is_refused_until_they_say_start(line: Line) -> None:
    await line.control("POST", "stop", {"number": "+6281200000009"})
    with pytest.raises(Refused, match="21610") as refused:
        await line.send("Halo", "+6281200000009")
    assert refused.value.gone
    await line.control("POST", "start", {"number": "+6281200000009"})
    assert (await line.send("Halo", "+6281200000009")).progress is Progress.ACCEPTED


async def test_wrong_credentials_are_our_configuration_and_the_probe_says_so(line: Line) -> None:
    wrong = Account("twilio-uji", livemode=False, settings=line.account.settings, secrets={"auth_token": [b"guess"]})
    with pytest.raises(Refused) as refused:
        await line.messenger.send(wrong, TextMessage(PHONE, "Halo", "ntf_1"))
    assert refused.value.why is Why.CONFIGURATION
    assert PROVIDER.probe is not None
    (found,) = await PROVIDER.probe(line.http, wrong, AGO)
    assert (found.good, found.pointer) == (False, "/secrets/auth_token")
    (found,) = await PROVIDER.probe(line.http, line.account, AGO)
    assert found.good


@pytest.mark.parametrize("kind", ["timeout_after_effect", "reset_after_effect", "http_500_after_effect", "garbage"])
async def test_a_text_whose_answer_was_lost_is_found_by_what_it_says(line: Line, kind: str) -> None:
    text = f"Halo, {kind}"
    await line.control("PUT", "faults", {"kind": kind, "count": 1})
    with pytest.raises(OutcomeUnknown):
        await line.send(text)
    found = await line.find(text)
    assert found is not None
    assert await line.find(text, found.provider_id) is None, "another message of ours is not taken for it"
    assert await line.find(text, since=datetime.now(UTC) + timedelta(hours=1)) is None
    assert await line.find("what nobody sent") is None


async def test_a_trial_accounts_line_before_the_text_does_not_hide_it(line: Line) -> None:
    await line.control("PUT", "quirks", {"trial": "yes"})
    sent = await line.send("Halo dari percobaan")
    await line.control("PUT", "quirks", {"trial": "no"})
    found = await line.find("Halo dari percobaan")
    assert found is not None
    assert found.provider_id == sent.provider_id


async def test_a_text_is_found_on_a_later_page_of_a_long_list(line: Line) -> None:
    sent = await line.send("the first of many")
    for number in range(120):
        await line.send(f"one of many {number}")
    found = await line.find("the first of many")
    assert found is not None
    assert found.provider_id == sent.provider_id


async def test_what_became_of_a_text_is_asked_for_where_no_receipt_said_so(line: Line) -> None:
    await line.control("PUT", "quirks", {"delivery": "failed"})
    sent = await line.send("Halo")
    await line.control("PUT", "quirks", {"delivery": "delivered"})
    await asyncio.sleep(0.1)
    told = await line.messenger.ask(line.account, sent.provider_id)
    assert told == Receipt(sent.provider_id, Progress.FAILED, Why.TRANSIENT, "30008: the carrier does not say why")
    with pytest.raises(Refused):
        await line.messenger.ask(line.account, "SM" + "0" * 32)
