"""The adapter and the push service, which share no code, over the wire."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown, TargetRefused, TurnedAway, Unreachable
from gerbang.base.target_policy import TargetPolicy, read_private_targets
from gerbang.ports.messenger import PushMessage, Refused, Sent, Why
from gerbang.ports.payment import Account
from gerbang.providers.webpush import PROVIDER
from gerbang.providers.webpush.adapter import WebPush
from gerbang.providers.webpush.checking import probe
from gerbang.providers.webpush.simulator import Config
from gerbang.providers.webpush.vapid import authorization, read_key
from gerbang.sandbox.app import SandboxConfig, running
from tests.conftest import NO_TLS

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATA = {"event": "payment_paid", "payment": "pay_1"}


@dataclass
class Line:
    """A messenger, its account, a browser that has subscribed, and the sandbox beside it."""

    web_push: WebPush
    account: Account
    http: Http
    box: httpx.AsyncClient

    async def subscribed(self, key: str = "") -> dict[str, Any]:
        key = key or self.web_push.public_key(self.account)
        answer = await self.box.post("/webpush/subscribe", json={"applicationServerKey": key})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        found["keys"]["key"] = key
        return found

    async def send(self, to: Mapping[str, Any], account: Account | None = None, **more: Any) -> Sent:
        message = PushMessage(to["endpoint"], to["keys"], "Toko", "Lunas", DATA, "a1", 60)
        return await self.web_push.send(account or self.account, replace(message, **more))

    async def shown(self, to: Mapping[str, Any]) -> list[dict[str, Any]]:
        answer = await self.box.get("/control/push", params={"to": to["endpoint"]})
        return [json.loads(one["text"]) for one in answer.json()["data"]]

    async def control(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = await self.box.request(method, f"/control/webpush/{path}", json=body)
        assert answer.status_code == 200, answer.text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    folder: Path = tmp_path_factory.mktemp("webpush")
    http = Http(policy=TargetPolicy(read_private_targets(["127.0.0.0/8"])))
    account = Account(
        "webpush-uji",
        livemode=False,
        settings={"contact": "mailto:ops@example.test", "timeout_s": "1"},
        secrets={"vapid_key": [b"\x44" * 32]},
    )
    config = SandboxConfig(str(folder), {PROVIDER.simulator: Config()})
    async with running(config) as box, httpx.AsyncClient(base_url=box.url, verify=NO_TLS) as control:
        yield Line(WebPush(http), account, http, control)
    await http.close()


async def test_a_push_is_taken_opened_by_its_browser_alone_and_shown(line: Line) -> None:
    to, other = await line.subscribed(), await line.subscribed()
    sent = await line.send(to)
    assert "/webpush/message/" in sent.provider_id
    assert await line.shown(to) == [DATA]
    assert await line.shown(other) == []
    with pytest.raises(Refused, match="400"):
        await line.send({**to, "keys": {**other["keys"]}})


async def test_a_key_that_cannot_be_read_is_told_and_the_one_before_it_goes_on(line: Line) -> None:
    to = await line.subscribed()
    good = line.account.secrets["vapid_key"]
    spoilt = replace(line.account, secrets={"vapid_key": [b"garbage", *good]})
    (told,) = await probe(line.http, spoilt, datetime.now(UTC))
    assert (told.good, told.pointer) == (False, "/secrets/vapid_key")
    assert (await probe(line.http, line.account, datetime.now(UTC)))[0].good is True
    assert line.web_push.public_key(spoilt) == line.web_push.public_key(line.account)
    assert (await line.send(to, spoilt)).provider_id


@pytest.mark.parametrize("status", ["410", "404"])
async def test_a_subscription_that_is_gone_is_told_so(line: Line, status: str) -> None:
    to = await line.subscribed()
    await line.control("PUT", "quirks", {"gone": status})
    await line.control("POST", "expire", {"reference": to["endpoint"]})
    with pytest.raises(Refused, match=status) as refused:
        await line.send(to)
    assert refused.value.gone


@pytest.mark.parametrize(("style", "status"), [("mozilla", 429), ("windows", 406)])
async def test_a_busy_service_says_when_to_come_back(line: Line, style: str, status: int) -> None:
    to = await line.subscribed()
    await line.control("PUT", "quirks", {"load": "slow_down", "style": style, "retry_after_s": 17})
    with pytest.raises(TurnedAway, match=str(status)) as turned_away:
        await line.send(to)
    assert turned_away.value.retry_after_s == 17
    await line.control("PUT", "quirks", {"load": "overloaded", "style": "mozilla"})
    with pytest.raises(OutcomeUnknown) as unknown:
        await line.send(to)
    assert unknown.value.retry_after_s == 17
    await line.control("PUT", "quirks", {"load": "normal", "retry_after_s": 1})


@pytest.mark.parametrize("style", ["mozilla", "apple", "google"])
@pytest.mark.parametrize("contact", ["nobody", "mailto:ops@localhost"])
async def test_a_contact_that_is_none_is_refused(line: Line, style: str, contact: str) -> None:
    await line.control("PUT", "quirks", {"style": style})
    to = await line.subscribed()
    with pytest.raises(Refused, match=r"40[13]"):
        await line.send(to, replace(line.account, settings={**line.account.settings, "contact": contact}))
    assert await line.shown(to) == []
    await line.control("PUT", "quirks", {"style": "mozilla"})


async def test_after_a_rotation_the_key_that_a_browser_knows_still_signs_and_without_it_the_subscription_is_gone(
    line: Line,
) -> None:
    to = await line.subscribed()
    both = replace(line.account, secrets={"vapid_key": [b"\x55" * 32, b"\x44" * 32]})
    await line.send(to, both)
    assert await line.shown(to) == [DATA]
    with pytest.raises(Refused) as refused:
        await line.send(to, replace(line.account, secrets={"vapid_key": [b"\x55" * 32]}))
    assert refused.value.gone
    with pytest.raises(Unreachable):
        await line.send(to, replace(line.account, secrets={}))


async def test_of_one_tag_the_newest_waits_for_a_browser_that_is_away(line: Line) -> None:
    to = await line.subscribed()
    await line.control("POST", "stop", {"reference": to["endpoint"]})
    await line.send(to)
    await line.send(to, data={"event": "payment_paid", "again": "yes"})
    await line.send(to, tag="b2")
    await line.send(to, tag="c3", keeps_s=0)
    assert await line.shown(to) == []
    await line.control("POST", "start", {"reference": to["endpoint"]})
    assert await line.shown(to) == [DATA, {"event": "payment_paid", "again": "yes"}]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"ttl": None}, 400),
        ({"ttl": "-1"}, 400),
        ({"topic": "with space"}, 400),
        ({"urgency": "soon"}, 400),
        ({"content-encoding": "aesgcm"}, 400),
        ({}, 400),
        ({"authorization": None}, 401),
        ({"authorization": "Bearer x"}, 401),
    ],
)
async def test_the_service_refuses_what_the_real_ones_refuse(
    line: Line, header: dict[str, str | None], said: int
) -> None:
    to = await line.subscribed()
    token = authorization(to["endpoint"], read_key(b"\x44" * 32), "mailto:ops@example.test", datetime.now(UTC))
    headers = {"ttl": "60", "content-encoding": "aes128gcm", "authorization": token, **header}
    given = {name: value for name, value in headers.items() if value is not None}
    answer = await line.box.post(to["endpoint"], content=b"x" * 120, headers=given)
    assert (answer.status_code, answer.json()["code"]) == (said, said)


async def test_a_private_address_that_nobody_allowed_is_never_connected_to_and_no_redirect_is_followed(
    line: Line,
) -> None:
    to = await line.subscribed()
    closed = Http(policy=TargetPolicy(()))
    message = PushMessage(to["endpoint"], to["keys"], "Toko", "Lunas", DATA, "a1", 60)
    for address in (to["endpoint"], "https://169.254.169.254/push"):
        with pytest.raises(TargetRefused):
            await WebPush(closed).send(line.account, replace(message, address=address))
    await closed.close()
    await line.box.put("/control/hooks/moved", json={"status": 302})
    with pytest.raises(Refused, match="302"):
        await line.send(to, address=f"{line.box.base_url}/inspect/moved".replace("//inspect", "/inspect"))
    assert await line.shown(to) == []


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"endpoint": "ftp://push.example.test/x"}, False),
        ({"endpoint": "https://user@push.example.test/x"}, False),
        ({"endpoint": "https://push.example.test/#x"}, False),
        ({"p256dh": "BAAA"}, False),
        ({"auth": "AAAA"}, False),
        ({"auth": "ä"}, False),
        ({"p256dh": ""}, False),
    ],
)
async def test_a_subscription_that_cannot_be_sent_to_is_refused_before_it_is_kept(
    line: Line, change: dict[str, str], good: bool
) -> None:
    to = await line.subscribed()
    given = {**to["keys"], "endpoint": to["endpoint"], **change}
    assert (line.web_push.wrong(given.pop("endpoint"), given) == "") is good


@pytest.mark.parametrize(
    ("contact", "good"),
    [
        ("mailto:ops@toko.example", True),
        ("https://toko.example/hubungi", True),
        ("mailto:ops@localhost", False),
        ("ops@toko.example", False),
        ("http://toko.example", False),
        ("https://localhost", False),
    ],
)
async def test_a_contact_is_looked_at_before_the_connection_is_saved(contact: str, good: bool) -> None:
    assert (list(PROVIDER.problems({"contact": contact}, ())) == []) is good


async def test_our_settings_are_alarmed_over_by_known_services_alone(line: Line) -> None:
    to = await line.subscribed(
        key="BFGnWAgziY6hsYPL1zUKQJkHjG7xweGOlwzXaDA18l59ARBSJxKwtafP8IFoVIaYSpTmgx7axG5zYPqdg0p6gaE"
    )
    mine = {**to, "keys": {**to["keys"], "key": line.web_push.public_key(line.account)}}
    with pytest.raises(Refused, match="401") as refused:
        await line.send(mine)
    assert refused.value.why is Why.PERMANENT, "whoever stands behind an unknown address says what it likes"
