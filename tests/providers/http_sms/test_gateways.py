"""Two gateways as they are found, each by its description alone, against the simulator, which shares no code with it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown, TargetRefused, TurnedAway
from gerbang.base.target_policy import TargetPolicy
from gerbang.ports.messenger import Progress, Receipt, Refused, Sent, TextMessage, Why
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Verified, WebhookRequest
from gerbang.providers.http_sms import PROVIDER
from gerbang.providers.http_sms.adapter import HttpSmsMessenger
from gerbang.providers.http_sms.demo import VONAGE, ZENZIVA
from gerbang.providers.http_sms.simulator import Config
from gerbang.providers.http_sms.webhook import HttpSmsWebhook
from gerbang.sandbox.app import SandboxConfig, running
from tests.conftest import NO_TLS

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRETS = {"key": [b"k"], "secret": [b"s"], "token": [b"t"], "receipt_secret": [b"r" * 20]}


@dataclass
class Line:
    """A messenger and the sandbox beside it."""

    http: Http
    url: str
    box: httpx.AsyncClient

    def account(self, shape: Mapping[str, str], path: str, **secrets: list[bytes]) -> Account:
        settings = {**shape, "url": f"{self.url}/sms/{path}", "timeout_s": "1"}
        return Account("sms-uji", livemode=False, settings=settings, secrets=SECRETS | secrets)

    async def send(self, account: Account, text: str, to: str = "+6281200000001") -> Sent:
        return await HttpSmsMessenger(self.http).send(account, TextMessage(to, text, "ntf_1"))

    async def control(self, path: str, body: dict[str, Any]) -> None:
        assert (await self.box.put(f"/control/sms/{path}", json=body)).status_code == 200

    async def last(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.box.get("/control/sms")).json()["data"][0]
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    config = SandboxConfig(str(tmp_path_factory.mktemp("sms")), {PROVIDER.simulator: Config("k", "s")})
    http = Http()
    async with running(config) as box, httpx.AsyncClient(base_url=box.url, verify=NO_TLS) as control:
        yield Line(http, box.url, control)
    await http.close()


async def test_a_gateway_that_always_answers_200_says_yes_in_its_body(line: Line) -> None:
    sent = await line.send(line.account(VONAGE, "vonage/sms/json"), "Halo & 100% = {to}")
    got = await line.last()
    assert (sent.progress, sent.parts, sent.provider_id) == (Progress.ACCEPTED, 1, got["id"])
    assert (got["to"], got["text"], got["from"]) == (["+6281200000001"], "Halo & 100% = {to}", "LUMBUNG")


async def test_a_text_of_another_alphabet_is_sent_as_one(line: Line) -> None:
    await line.send(line.account(VONAGE, "vonage/sms/json"), "Terima kasih ☕")
    assert (await line.last())["text"] == "Terima kasih ☕"


async def test_a_local_gateway_gets_numbers_as_they_are_dialled(line: Line) -> None:
    sent = await line.send(line.account(ZENZIVA, "zenziva/api/sendsms/"), "Halo")
    got = await line.last()
    assert (sent.provider_id, got["from"], got["to"]) == (got["id"], "ZENZIVA", ["+6281200000001"])


@pytest.mark.parametrize(("shape", "path"), [(VONAGE, "vonage/sms/json"), (ZENZIVA, "zenziva/api/sendsms/")])
async def test_wrong_credentials_and_an_empty_balance_are_told_apart(
    line: Line, shape: Mapping[str, str], path: str
) -> None:
    with pytest.raises(Refused) as refused:
        await line.send(line.account(shape, path, key=[b"guess"]), "Halo")
    assert refused.value.why is Why.CONFIGURATION
    await line.control("quirks", {"state": "no_balance"})
    with pytest.raises(Refused) as refused:
        await line.send(line.account(shape, path), "Halo")
    assert refused.value.why is Why.BALANCE
    await line.control("quirks", {"state": "open"})


async def test_throttling_is_waited_for(line: Line) -> None:
    await line.control("quirks", {"state": "throttled"})
    with pytest.raises(TurnedAway):
        await line.send(line.account(VONAGE, "vonage/sms/json"), "Halo")
    await line.control("quirks", {"state": "open"})


@pytest.mark.parametrize("kind", ["timeout_after_effect", "http_500_after_effect", "garbage"])
async def test_an_answer_that_says_nothing_is_an_unknown_outcome(line: Line, kind: str) -> None:
    await line.control("faults", {"kind": kind, "count": 1})
    with pytest.raises(OutcomeUnknown):
        await line.send(line.account(VONAGE, "vonage/sms/json"), "Halo")


async def test_json_and_headers_are_filled_in_where_the_description_says(line: Line) -> None:
    shape = {
        "format": "json",
        "fields": '{"messages": [{"to": "{to}", "text": "{text}"}]}',
        "headers": "Authorization: App {token}",
    }
    account = line.account({**shape, "success_status": "404"}, "nowhere")
    await line.send(account, 'He said "}]} , {text}')
    entry = (await line.box.get("/control/journal", params={"provider": "sms"})).json()["data"][-1]
    assert entry["body"] == '{"messages":[{"to":"+6281200000001","text":"He said \\"}]} , {text}"}]}'
    assert ["authorization", "App t"] in entry["headers"]


async def test_its_address_is_called_only_where_the_operator_lets_it() -> None:
    guarded = Http(policy=TargetPolicy())
    account = Account("sms", livemode=True, settings={**ZENZIVA, "url": "http://127.0.0.1:9/"}, secrets=SECRETS)
    with pytest.raises(TargetRefused):
        await HttpSmsMessenger(guarded).send(account, TextMessage("+6281200000001", "Halo", "ntf_1"))
    await guarded.close()
    assert PROVIDER.is_guarded


RECEIPT = b"msisdn=6281200000001&messageId=A1&status=delivered&err-code=0"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("r" * 20, RECEIPT, Verified("A1:delivered", "A1", "message.delivered")),
        ("r" * 20, b'{"messageId": "A1", "status": "delivered"}', Verified("A1:delivered", "A1", "message.delivered")),
        ("", RECEIPT, Rejection.MISSING),
        ("r" * 19, RECEIPT, Rejection.FORGED),
        ("r" * 20, b"hello", Rejection.MALFORMED),
        ("r" * 20, b'{"messageId": {"a": 1}, "status": true}', Rejection.MALFORMED),
    ],
)
async def test_a_receipt_is_genuine_by_the_secret_in_its_path(path: str, body: bytes, expected: object) -> None:
    account = Account("sms", livemode=True, settings={}, secrets=SECRETS)
    assert HttpSmsWebhook().verify(account, WebhookRequest({}, body, path), 0.0) == expected


async def test_without_a_secret_of_receipts_none_is_genuine() -> None:
    account = Account("sms", livemode=True, settings={}, secrets={})
    assert HttpSmsWebhook().verify(account, WebhookRequest({}, RECEIPT, "x"), 0.0) is Rejection.NO_SECRET


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (b"delivered", Receipt("A1", Progress.DELIVERED)),
        (b"rejected", Receipt("A1", Progress.FAILED, Why.PERMANENT, "the gateway says rejected")),
        (b"buffered", Ignored("a status that the description does not name: buffered")),
    ],
)
async def test_a_receipt_says_how_far_a_text_came_by_the_words_of_the_description(status: bytes, says: object) -> None:
    account = Account("sms", livemode=True, settings={}, secrets=SECRETS)
    assert HttpSmsWebhook().read(account, WebhookRequest({}, b"messageId=A1&status=" + status)) == says


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({**VONAGE, "fields": "to={to}"}, "/settings/fields"),
        ({**VONAGE, "fields": "to={to}&text={text}&x={nobody}"}, "/settings/fields"),
        ({**VONAGE, "format": "json"}, "/settings/fields"),
        ({**VONAGE, "headers": "Authorization: App {token}"}, "/secrets/token"),
        ({**VONAGE, "method": "GET"}, "/settings/format"),
        ({**VONAGE, "success_at": "messages"}, "/settings/success_at"),
        ({**VONAGE, "success_match": "("}, "/settings/success_match"),
        ({**VONAGE, "errors": "1=maybe"}, "/settings/errors"),
    ],
)
async def test_a_description_that_cannot_work_is_refused_when_it_is_saved(
    settings: Mapping[str, str], pointer: str
) -> None:
    given = {**settings, "url": "https://gateway.example/send"}
    assert pointer in [one.pointer for one in PROVIDER.problems(given, ("key", "secret"))]


@pytest.mark.parametrize("shape", [VONAGE, ZENZIVA])
async def test_the_descriptions_that_are_shown_are_good_ones(shape: Mapping[str, str]) -> None:
    assert PROVIDER.problems({**shape, "url": "https://gateway.example/send"}, ("key", "secret")) == []
