"""The adapter and the simulator, which share no code, over the wire."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown, TurnedAway, Unreachable
from gerbang.ports.messenger import PushMessage, Refused, Sent, Why
from gerbang.ports.payment import Account
from gerbang.providers.fcm import PROVIDER
from gerbang.providers.fcm.adapter import FcmMessenger
from gerbang.providers.fcm.demo import EMAIL, KEY_ID, PROJECT, new_private_key, public_key, service_account_file
from gerbang.providers.fcm.simulator import Config
from gerbang.sandbox.app import SandboxConfig, running
from tests.conftest import NO_TLS

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATA = {"event": "payment_paid", "lang": "id", "tag": "a1"}


@dataclass
class Line:
    """A messenger, its account, and the sandbox beside it."""

    account: Account
    http: Http
    box: httpx.AsyncClient
    messenger: FcmMessenger

    async def installed(self, project: str = PROJECT) -> str:
        return str((await self.box.post(f"/fcm/install?project={project}")).json()["token"])

    async def send(self, to: str, messenger: FcmMessenger | None = None, account: Account | None = None) -> Sent:
        message = PushMessage(to, {}, "Toko", "Lunas", DATA, "a1", 60)
        return await (messenger or self.messenger).send(account or self.account, message)

    async def shown(self, to: str) -> list[Any]:
        answer = await self.box.get("/control/push", params={"to": to})
        return [json.loads(one["text"]) for one in answer.json()["data"]]

    async def quirks(self, **values: Any) -> None:
        assert (await self.box.put("/control/fcm/quirks", json=values)).status_code == 200

    async def asked_for_tokens(self) -> int:
        lines = (await self.box.get("/control/journal", params={"provider": "fcm", "limit": 1000})).json()["data"]
        return len([line for line in lines if line["route"] == "/token"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    folder: Path = tmp_path_factory.mktemp("fcm")
    key, http = new_private_key(), Http()
    config = SandboxConfig(str(folder), {PROVIDER.simulator: Config(PROJECT, EMAIL, KEY_ID, public_key(key))})
    async with running(config) as box, httpx.AsyncClient(base_url=box.url, verify=NO_TLS) as control:
        account = Account(
            "fcm-uji",
            livemode=False,
            settings={"base_url": f"{box.url}/fcm", "timeout_s": "2"},
            secrets={"service_account": [service_account_file(box.url, key).encode()]},
        )
        yield Line(account, http, control, FcmMessenger(http))
    await http.close()


def changed(line: Line, **fields: str) -> Account:
    content = json.loads(line.account.secrets["service_account"][0]) | fields
    return replace(line.account, secrets={"service_account": [json.dumps(content).encode()]})


async def test_pushes_are_shown_with_a_title_and_data_and_one_access_token_serves_them(line: Line) -> None:
    to, messenger = await line.installed(), FcmMessenger(line.http)
    before = await line.asked_for_tokens()
    sent = [await line.send(to, messenger), await line.send(to, messenger)]
    assert sent[0].provider_id.startswith(f"projects/{PROJECT}/messages/")
    assert await line.asked_for_tokens() == before + 1
    assert (await line.shown(to))[0] == {"notification": {"title": "Toko", "body": "Lunas"}, "data": DATA}


async def test_an_access_token_that_is_not_taken_any_more_is_asked_for_once_anew(line: Line) -> None:
    to, messenger = await line.installed(), FcmMessenger(line.http)
    await line.send(to, messenger)
    await line.quirks(access="revoked")
    await line.quirks(access="lasting")
    before = await line.asked_for_tokens()
    await line.send(to, messenger)
    assert await line.asked_for_tokens() == before + 1
    assert len(await line.shown(to)) == 2


async def test_an_app_that_was_removed_and_a_token_that_is_none_are_gone(line: Line) -> None:
    to = await line.installed()
    await line.box.post("/control/fcm/expire", json={"reference": to})
    for token, said in ((to, "UNREGISTERED"), ("never-given-to-anybody", "INVALID_ARGUMENT")):
        with pytest.raises(Refused, match=said) as refused:
            await line.send(token)
        assert refused.value.gone


async def test_a_token_of_another_project_is_gone_and_somebody_is_told(line: Line) -> None:
    with pytest.raises(Refused, match="SENDER_ID_MISMATCH") as refused:
        await line.send(await line.installed("another-project"))
    assert (refused.value.gone, refused.value.why) == (True, Why.CONFIGURATION)


@pytest.mark.parametrize(
    ("quirks", "error"),
    [
        ({"load": "quota"}, TurnedAway),
        ({"load": "unavailable"}, OutcomeUnknown),
    ],
)
async def test_a_busy_service_says_when_to_come_back(
    line: Line, quirks: dict[str, str], error: type[Exception]
) -> None:
    to = await line.installed()
    await line.quirks(**quirks, retry_after_s=17)
    with pytest.raises(error) as raised:
        await line.send(to)
    await line.quirks(load="normal", retry_after_s=1)
    assert getattr(raised.value, "retry_after_s", None) == 17
    assert await line.shown(to) == []


async def test_what_is_our_configuration_drops_no_token(line: Line) -> None:
    to = await line.installed()
    wrong = {
        "another project": changed(line, project_id="another"),
        "another address": replace(line.account, settings={"base_url": f"{line.account.settings['base_url']}/v2"}),
        "another key": changed(line, private_key=new_private_key()),
        "no key at all": changed(line, private_key="none"),
        "another account": changed(line, client_email="push@other.example"),
    }
    for name, account in wrong.items():
        with pytest.raises(Refused) as refused:
            await line.send(to, FcmMessenger(line.http), account)
        assert (refused.value.why, refused.value.gone) == (Why.CONFIGURATION, False), name
    await line.quirks(apple_key="missing")
    with pytest.raises(Refused, match="THIRD_PARTY_AUTH_ERROR") as refused:
        await line.send(to)
    await line.quirks(apple_key="present")
    assert not refused.value.gone


async def test_without_a_token_nothing_has_left(line: Line) -> None:
    to, messenger = await line.installed(), FcmMessenger(line.http)
    await line.box.put("/control/fcm/faults", json={"kind": "reset_after_effect", "route": "/token", "count": 1})
    with pytest.raises(Unreachable):
        await line.send(to, messenger)
    for secrets in ({}, {"service_account": [b"not JSON"]}):
        with pytest.raises(Unreachable):
            await line.send(to, account=replace(line.account, secrets=secrets))
    assert await line.shown(to) == []


async def test_an_answer_that_was_lost_is_unknown_and_the_same_push_again_carries_the_same_tag(line: Line) -> None:
    to = await line.installed()
    await line.send(to)
    await line.box.put("/control/fcm/faults", json={"kind": "reset_after_effect", "count": 1})
    with pytest.raises(OutcomeUnknown):
        await line.send(to)
    await line.send(to)
    assert [one["data"]["tag"] for one in await line.shown(to)] == ["a1"] * 3


async def test_the_probe_signs_in_and_names_the_secret_that_is_not_taken(line: Line) -> None:
    assert PROVIDER.probe is not None
    now = datetime.now(UTC)
    (good,) = await PROVIDER.probe(line.http, line.account, now)
    (bad,) = await PROVIDER.probe(line.http, changed(line, client_email="push@other.example"), now)
    assert (good.good, bad.good, bad.pointer) == (True, False, "/secrets/service_account")


async def test_a_token_is_looked_at_before_it_is_kept(line: Line) -> None:
    messenger = line.messenger
    assert messenger.wrong("f" * 22 + ":APA91b" + "a" * 100, {}) == ""
    for token, keys in (("", {}), ("https://push.example", {}), ("f" * 5_000, {}), ("f" * 40, {"auth": "x"})):
        assert messenger.wrong(token, keys)
