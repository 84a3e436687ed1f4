"""The adapter and the simulator, which share no code, over the wire."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown, TurnedAway
from gerbang.ports.messenger import Progress, Refused, Sent, TemplateMessage, TemplateState, Why, Wording
from gerbang.ports.payment import Account
from gerbang.providers.whatsapp import PROVIDER
from gerbang.providers.whatsapp.adapter import WINDOW_S, WhatsAppMessenger
from gerbang.providers.whatsapp.simulator.webhooks import Config
from gerbang.sandbox.app import SandboxConfig, running
from tests.conftest import NO_TLS

TOKEN, PHONE, NOW = "EAATESTTOKEN0001", "+6281200000001", datetime.now(UTC)
PAID = "gerbang_payment_paid_1"
LINK = "https://toko.example/pay/pay_1?t=secret"
MESSAGE = TemplateMessage(
    PHONE,
    tuple(
        Wording(language, PAID, ("Toko Lumbung", "Rp 150.000", "Kopi"), f"{said} {LINK}")
        for language, said in (("id", "Sudah masuk."), ("en", "It is in."))
    ),
    LINK,
    "ntf_1",
)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Line:
    """A messenger, its account, and the sandbox beside it."""

    messenger: WhatsAppMessenger
    account: Account
    http: Http
    box: httpx.AsyncClient

    async def send(self, message: TemplateMessage = MESSAGE) -> Sent:
        return await self.messenger.send(self.account, message)

    async def got(self) -> str:
        """What the phone shows last."""
        found = (await self.box.get("/control/whatsapp", params={"to": PHONE})).json()["data"]
        return str(found[0]["text"]) if found else ""

    async def control(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = await self.box.request(method, f"/control/whatsapp/{path}", json=body)
        assert answer.status_code == 200, answer.text

    async def ask(self, path: str, body: dict[str, Any], token: str = TOKEN) -> tuple[int, int]:
        """What Meta answers to a request of anybody's: HTTP status and code."""
        headers = {"authorization": f"Bearer {token}"}
        answer = await self.box.post(f"/whatsapp/v26.0/{path}", json=body, headers=headers)
        return answer.status_code, answer.json().get("error", {}).get("code", 0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    folder: Path = tmp_path_factory.mktemp("whatsapp")
    config = SandboxConfig(str(folder), {PROVIDER.simulator: Config(token=TOKEN, app_secret="s")})
    http = Http()
    async with running(config) as box, httpx.AsyncClient(base_url=box.url, verify=NO_TLS) as control:
        told = Config()
        settings = {
            "base_url": f"{box.url}/whatsapp",
            "phone_number_id": told.phone_number_id,
            "waba_id": told.waba_id,
            "timeout_s": "1",
        }
        account = Account("whatsapp-uji", livemode=False, settings=settings, secrets={"access_token": [TOKEN.encode()]})
        yield Line(WhatsAppMessenger(http), account, http, control)
    await http.close()


async def test_a_stranger_is_written_to_by_the_template_of_their_language(line: Line) -> None:
    sent = await line.send()
    assert (sent.progress, sent.provider_id[:6]) == (Progress.ACCEPTED, "wamid.")
    assert await line.got() == (
        "Pembayaran Anda kepada Toko Lumbung sebesar Rp 150.000 untuk Kopi sudah masuk. Terima kasih. [pay/pay_1?t=secret]"
    )


async def test_a_template_that_is_not_approved_in_the_language_is_sent_in_the_other(line: Line) -> None:
    await line.control("POST", "pause", {"reference": f"{PAID}/id", "reason": "REJECTED"})
    await line.send()
    assert (await line.got()).startswith("Your payment to Toko Lumbung")
    await line.control("POST", "pause", {"reference": f"{PAID}/id", "reason": "PAUSED"})
    await line.send()
    assert (await line.got()).startswith("Your payment to Toko Lumbung")
    await line.control("POST", "approve", {"reference": f"{PAID}/id"})


async def test_what_we_know_to_be_paused_is_not_tried_and_with_nothing_left_nobody_is_written_to(line: Line) -> None:
    first, other = MESSAGE.wordings
    await line.send(replace(MESSAGE, wordings=(replace(first, is_paused=True), other)))
    assert (await line.got()).startswith("Your payment to Toko Lumbung")
    paused = tuple(replace(one, is_paused=True) for one in MESSAGE.wordings)
    with pytest.raises(Refused, match="is paused") as refused:
        await line.send(replace(MESSAGE, wordings=paused))
    assert refused.value.why is Why.CONFIGURATION


async def test_whoever_wrote_within_a_day_is_written_to_freely_and_nobody_else(line: Line) -> None:
    await line.control("POST", "say", {"number": PHONE, "reason": "halo"})
    await line.send(replace(MESSAGE, last_wrote_s=60.0))
    assert await line.got() == f"Sudah masuk. {LINK}"
    await line.send(replace(MESSAGE, last_wrote_s=WINDOW_S + 1.0))
    assert (await line.got()).startswith("Pembayaran Anda")


async def test_a_window_that_meta_says_is_over_makes_it_a_template(line: Line) -> None:
    stranger = replace(MESSAGE, to="+6281200000077", last_wrote_s=60.0)
    await line.send(stranger)
    found = (await line.box.get("/control/whatsapp", params={"to": stranger.to})).json()["data"]
    assert [one["text"][:10] for one in found] == ["Pembayaran"]


@pytest.mark.parametrize(
    ("limit", "error", "why"),
    [
        ("number", TurnedAway, None),
        ("person", TurnedAway, None),
        ("payment", Refused, Why.BALANCE),
        ("held_back", Refused, Why.PERMANENT),
    ],
)
@pytest.mark.parametrize("rate_status", ["400", "429"])
async def test_a_limit_is_known_by_its_code_whatever_the_http_status(
    line: Line, limit: str, error: type[Exception], why: Why | None, rate_status: str
) -> None:
    await line.control("PUT", "quirks", {"limit": limit, "rate_status": rate_status})
    with pytest.raises(error) as raised:
        await line.send()
    await line.control("PUT", "quirks", {"limit": "open"})
    assert getattr(raised.value, "why", None) is why


async def test_a_number_of_values_that_does_not_fit_is_our_fault_and_says_so(line: Line) -> None:
    (first, *_) = MESSAGE.wordings
    with pytest.raises(Refused, match="132000") as refused:
        await line.send(replace(MESSAGE, wordings=(replace(first, values=("one",)),)))
    assert refused.value.why is Why.CONFIGURATION


async def test_a_wrong_token_is_our_configuration_and_the_probe_says_so(line: Line) -> None:
    wrong = replace(line.account, secrets={"access_token": [b"guess"]})
    with pytest.raises(Refused) as refused:
        await line.messenger.send(wrong, MESSAGE)
    assert refused.value.why is Why.CONFIGURATION
    assert PROVIDER.probe is not None
    (found,) = await PROVIDER.probe(line.http, wrong, NOW)
    assert (found.good, found.pointer) == (False, "/secrets/access_token")
    assert all(one.good for one in await PROVIDER.probe(line.http, line.account, NOW))


async def test_the_probe_names_a_template_that_is_not_approved_or_is_charged_for_otherwise(line: Line) -> None:
    assert PROVIDER.probe is not None
    await line.control("POST", "pause", {"reference": f"{PAID}/id"})
    await line.control("POST", "recategorise", {"reference": f"{PAID}/en"})
    found = await PROVIDER.probe(line.http, line.account, NOW)
    said = [one.what for one in found if one.good is False]
    assert all(one.cure and not one.pointer for one in found if one.good is False), "the account's id is right"
    ask = line.messenger.abilities.templates
    assert ask is not None
    states = {(one.template, one.language): one.state for one in await ask(line.account)}
    assert (states[PAID, "id"], states[PAID, "en"]) == (TemplateState.UNUSABLE, TemplateState.USABLE)
    await line.control("POST", "approve", {"reference": f"{PAID}/id"})
    await line.control("POST", "recategorise", {"reference": f"{PAID}/en", "reason": "UTILITY"})
    assert f"not approved: {PAID} (id): PAUSED" in said
    assert f"not in the category UTILITY: {PAID} (en): MARKETING" in said


@pytest.mark.parametrize("kind", ["timeout_after_effect", "reset_after_effect", "http_500_after_effect", "garbage"])
async def test_an_answer_that_was_lost_is_an_unknown_outcome(line: Line, kind: str) -> None:
    await line.control("PUT", "faults", {"kind": kind, "count": 1})
    with pytest.raises(OutcomeUnknown):
        await line.send()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"to": "08123"}, 131009),
        ({"type": "sticker"}, 131051),
        ({"type": "text", "text": {"body": "halo"}, "to": "6281299999999"}, 131047),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"template": {"name": "unknown", "language": {"code": "id"}}}, 132001),
        ({"template": {"name": PAID, "language": {"code": "fr"}}}, 132001),
    ],
)
async def test_the_simulator_refuses_what_meta_refuses(line: Line, change: dict[str, Any], code: int) -> None:
    good = {
        "messaging_product": "whatsapp",
        "to": PHONE[1:],
        "type": "template",
        "template": {"name": PAID, "language": {"code": "id"}},
    }
    assert await line.ask(f"{Config().phone_number_id}/messages", {**good, **change}) == (400, code)


async def test_the_simulator_asks_for_the_token_the_number_and_the_buttons_place(line: Line) -> None:
    path = f"{Config().phone_number_id}/messages"
    assert await line.ask(path, {}, token="guess") == (401, 190)
    assert await line.ask("1/messages", {}) == (400, 33)
    three = [{"type": "text", "text": "x"}] * 3
    body = [{"type": "body", "parameters": three}]
    message = {"messaging_product": "whatsapp", "to": PHONE[1:], "type": "template"}
    template = {"name": PAID, "language": {"code": "id"}, "components": body}
    assert await line.ask(path, {**message, "template": template}) == (400, 131008)
    template["components"] = [{"type": "body", "parameters": [{"type": "text", "text": "a\nb"}] * 3}]
    assert await line.ask(path, {**message, "template": template}) == (400, 132012)


async def test_a_template_is_handed_in_reviewed_and_only_then_sent(line: Line) -> None:
    path, body = (
        f"{Config().waba_id}/message_templates",
        dict[str, Any](type="BODY", text="Halo {{1}}, ada kabar."),
    )
    template = {"name": "kabar", "language": "id", "category": "UTILITY", "components": [body]}
    assert await line.ask(path, template) == (400, 100), "without an example"
    body["example"] = {"body_text": [["Sari"]]}
    assert await line.ask(path, {**template, "components": [{**body, "text": "{{1}} halo"}]}) == (400, 100)
    assert await line.ask(path, template) == (200, 0)
    message = TemplateMessage(PHONE, (Wording("id", "kabar", ("Sari",), ""),), "", "ntf_1")
    with pytest.raises(Refused, match="132001"):
        await line.send(message)
    await line.control("POST", "approve", {"reference": "kabar/id"})
    await line.send(message)
    assert await line.got() == "Halo Sari, ada kabar."
