"""SNAP's client on the wire: headers and bytes as they leave, access tokens kept and renewed, and what each answer is called."""

import asyncio
import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.facts import Accepted, Declined, Mismatched
from gerbang.ports.next_action import DisplayVirtualAccount
from gerbang.ports.payment import Method, SubmittedAttempt
from gerbang.providers.nicepay.snap import signing
from gerbang.providers.nicepay.snap.adapter import SnapPayments
from gerbang.providers.nicepay.snap.client import NoSuchTransaction, TakenBefore, TokenRefused, Unauthorized
from gerbang.providers.nicepay.snap.tokens import Granted, Tokens
from tests.providers.nicepay.orders import NOW, REFERENCE, submission
from tests.providers.nicepay.script import nobody
from tests.providers.nicepay.snap import wire_script
from tests.providers.nicepay.snap.keys import CLIENT_ID, SECRET, account, public_key
from tests.providers.nicepay.snap.wire_script import TOKEN_PATH, Say, Script, say

CREATE: Final = "/api/v1.0/transfer-va/create-va"
STATUS: Final = "/api/v1.0/transfer-va/status"
DELETE: Final = "/api/v1.0/transfer-va/delete-va"
TXID: Final = "DEMOSNAP0102202501150930056789"
MADE: Final = say(
    "2002700",
    virtualAccountData={
        "virtualAccountNo": "  70014000090930011234",
        "trxId": REFERENCE,
        "totalAmount": {"value": "150000.00", "currency": "IDR"},
        "additionalInfo": {"bankCd": "BMRI", "tXidVA": TXID, "vacctValidDt": "20250116", "vacctValidTm": "093000"},
    },
)
STANDING: Final = SubmittedAttempt(
    attempt=submission().attempt,
    reference=REFERENCE,
    provider_reference=TXID,
    method=Method.VIRTUAL_ACCOUNT,
    options={},
    amount=submission().amount,
    captured=0,
    refunded=0,
    now=NOW,
    next_action=DisplayVirtualAccount("MANDIRI", "70014000090930011234"),
)


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with wire_script.scripted() as one:
        yield one


@pytest.fixture
async def provider() -> AsyncIterator[SnapPayments]:
    http = Http()
    yield SnapPayments(http)
    await http.close()


class TestTheWire:
    async def test_a_token_is_asked_for_as_the_official_library_does(
        self, provider: SnapPayments, script: Script
    ) -> None:
        """W2, but for the body: ours has the object that the documents show, and no body of it is signed."""
        script.on(CREATE, MADE)
        await provider.submit(account(script.base_url), submission())
        (asked,) = script.calls(TOKEN_PATH)
        assert (asked.method, json.loads(asked.body)) == (
            "POST",
            {"grantType": "client_credentials", "additionalInfo": {}},
        )
        assert (asked.headers["x-timestamp"], asked.headers["x-client-key"]) == ("2025-01-15T09:30:00+07:00", CLIENT_ID)
        keys = [public_key("merchant").encode()]
        assert signing.is_signed(keys, CLIENT_ID, "2025-01-15T09:30:00+07:00", asked.headers["x-signature"])
        assert not {"authorization", "x-partner-id", "x-external-id", "channel-id"} & asked.headers.keys()

    async def test_a_call_is_signed_over_the_bytes_that_left(self, provider: SnapPayments, script: Script) -> None:
        script.on(CREATE, MADE)
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert isinstance(fact, Accepted)
        assert (fact.reference, fact.next_action) == (TXID, STANDING.next_action)
        (heard,) = script.calls(CREATE)
        text = f"POST:{CREATE}:token-1:{hashlib.sha256(heard.body).hexdigest()}:2025-01-15T09:30:00+07:00"
        expected = b64encode(hmac.new(SECRET.encode(), text.encode(), "sha512").digest()).decode()
        assert heard.headers["x-signature"] == expected
        assert heard.headers["authorization"] == "Bearer token-1"
        assert (heard.headers["x-partner-id"], heard.headers["channel-id"]) == (CLIENT_ID, f"{CLIENT_ID}01")
        assert json.loads(heard.body) == {
            "partnerServiceId": "",
            "customerNo": "",
            "virtualAccountNo": "",
            "virtualAccountName": "Budi Santoso",
            "trxId": REFERENCE,
            "totalAmount": {"value": "150000.00", "currency": "IDR"},
            "additionalInfo": {
                "bankCd": "BMRI",
                "goodsNm": "Kopi Gayo 1 kg",
                "dbProcessUrl": "https://gerbang.example.com/hooks/con_1",
                "vacctValidDt": "20250116",
                "vacctValidTm": "093000",
                "msId": "",
                "msFee": "",
                "msFeeType": "",
                "mbFee": "",
                "mbFeeType": "",
            },
        }

    async def test_a_delete_carries_its_body_and_the_number_that_the_payer_was_shown(
        self, provider: SnapPayments, script: Script
    ) -> None:
        script.on(DELETE, say("2003100"))
        await provider.cancel(account(script.base_url), STANDING)
        (heard,) = script.calls(DELETE)
        assert heard.method == "DELETE"
        body = json.loads(heard.body)
        assert (body["virtualAccountNo"], body["trxId"], body["additionalInfo"]["tXidVA"]) == (
            "70014000090930011234",
            REFERENCE,
            TXID,
        )
        text = f"DELETE:{DELETE}:token-1:{hashlib.sha256(heard.body).hexdigest()}:2025-01-15T09:30:00+07:00"
        assert heard.headers["x-signature"] == b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha512")).decode()

    async def test_no_two_calls_have_one_external_id_and_each_is_a_number(
        self, provider: SnapPayments, script: Script
    ) -> None:
        script.on(CREATE, MADE)
        await asyncio.gather(*(provider.submit(account(script.base_url), submission()) for _ in range(20)))
        sent = [one.headers["x-external-id"] for one in script.calls(CREATE)]
        assert len(set(sent)) == 20
        assert all(one.isdigit() and len(one) <= 40 for one in sent)

    async def test_a_channel_id_of_their_own_can_be_set(self, provider: SnapPayments, script: Script) -> None:
        script.on(CREATE, MADE)
        await provider.submit(account(script.base_url, snap_channel_id="95221"), submission())
        assert script.calls(CREATE)[0].headers["channel-id"] == "95221"


class TestTokens:
    async def test_one_token_serves_many_calls_and_is_fetched_once_however_many_ask(
        self, provider: SnapPayments, script: Script
    ) -> None:
        script.on(CREATE, MADE)
        script.token_wait_s = 0.05
        await asyncio.gather(*(provider.submit(account(script.base_url), submission()) for _ in range(20)))
        assert (script.tokens, len(script.calls(CREATE))) == (1, 20)

    async def test_each_connection_and_each_key_has_its_own(self, provider: SnapPayments, script: Script) -> None:
        script.on(CREATE, MADE)
        one = account(script.base_url)
        await provider.submit(one, submission())
        await provider.submit(replace(one, connection="con_2"), submission())
        assert script.tokens == 2

    @pytest.mark.parametrize("refusal", [say("4012701", 401), say("4012700", 401), Say(b"<html>", 401)])
    async def test_a_401_drops_it_once_and_the_call_goes_out_again(
        self, provider: SnapPayments, script: Script, refusal: Say
    ) -> None:
        script.on(CREATE, refusal, MADE)
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert isinstance(fact, Accepted)
        first, second = script.calls(CREATE)
        assert (first.headers["authorization"], second.headers["authorization"]) == ("Bearer token-1", "Bearer token-2")
        assert first.body == second.body
        assert first.headers["x-external-id"] != second.headers["x-external-id"]

    @pytest.mark.parametrize(
        ("refusal", "error"),
        [
            (say("4012701", 401), TokenRefused),
            (say("4012700", 401), Unauthorized),
            (Say(b"", 401), Unreachable),
        ],
    )
    async def test_a_second_401_is_an_end_and_nothing_was_done(
        self, provider: SnapPayments, script: Script, refusal: Say, error: type[UpstreamFailed]
    ) -> None:
        script.on(CREATE, refusal)
        with pytest.raises(error):
            await provider.submit(account(script.base_url), submission())
        assert (len(script.calls(CREATE)), script.tokens) == (2, 2)

    @pytest.mark.parametrize(
        "lost",
        [
            Say(None),
            Say(b"", 500),
            Say(b"{}"),
            say("2007300"),
            say("2007300", accessToken="a\nb"),
            say("5007300", 500),
            say("4017301", 401),
        ],
    )
    async def test_without_a_token_nothing_leaves_and_all_may_be_sent_again(
        self, provider: SnapPayments, script: Script, lost: Say
    ) -> None:
        script.on(TOKEN_PATH, lost)
        with pytest.raises(Unreachable):
            await provider.submit(account(script.base_url), submission())
        assert not script.calls(CREATE)

    async def test_a_client_that_nicepay_does_not_know_is_a_refusal_with_a_cure(
        self, provider: SnapPayments, script: Script
    ) -> None:
        script.on(TOKEN_PATH, say("4017300", 401))
        with pytest.raises(ProviderRefused) as refused:
            await provider.submit(account(script.base_url), submission())
        assert "snap_client_id" in (refused.value.hint or "")

    async def test_a_private_key_that_is_none_sends_nothing(self, provider: SnapPayments, script: Script) -> None:
        plain = account(script.base_url)
        with pytest.raises(ProviderRefused) as refused:
            await provider.submit(
                replace(plain, secrets={**plain.secrets, "snap_private_key": [b"secret stuff"]}), submission()
            )
        assert "secret stuff" not in str(refused.value)
        assert not script.heard

    @pytest.mark.parametrize("missing", ["snap_client_secret", "snap_private_key"])
    async def test_without_credentials_nothing_is_sent(self, provider: SnapPayments, missing: str) -> None:
        plain = account(nobody())
        with pytest.raises(ProviderRefused) as refused:
            await provider.submit(replace(plain, secrets={**plain.secrets, missing: [b""]}), submission())
        assert missing in (refused.value.hint or "")

    async def test_a_method_may_have_a_client_of_its_own(self, provider: SnapPayments, script: Script) -> None:
        script.on(CREATE, MADE)
        plain = account(script.base_url, snap_client_id_virtual_account="DEMOSNAPVA")
        own = replace(plain, secrets={**plain.secrets, "snap_client_secret_virtual_account": [b"its own"]})
        await provider.submit(own, submission())
        (heard,) = script.calls(CREATE)
        assert heard.headers["x-partner-id"] == script.calls(TOKEN_PATH)[0].headers["x-client-key"] == "DEMOSNAPVA"
        stamp = "2025-01-15T09:30:00+07:00"
        assert heard.headers["x-signature"] == signing.sign_call(
            b"its own", "POST", CREATE, "token-1", heard.body, stamp
        )


async def test_who_waits_for_a_token_waits_no_longer_than_a_call_may_take(
    provider: SnapPayments, script: Script
) -> None:
    """However many wait behind a token that does not come, each is told at its own time that nothing was sent."""
    script.on(CREATE, MADE)
    script.token_wait_s = 30
    started = time.monotonic()
    waiting = [provider.submit(account(script.base_url, timeout_s="1"), submission()) for _ in range(5)]
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in found] == [Unreachable] * 5
    assert time.monotonic() - started < 3
    assert not script.calls(CREATE)


async def test_a_token_is_renewed_before_its_end_and_forgotten_only_by_name() -> None:
    tokens, given = Tokens(), 0

    async def fetch(seconds: float) -> Granted:
        nonlocal given
        given += 1
        return Granted(f"token-{given}", seconds)

    assert (
        await tokens.get(b"a", lambda: fetch(61.05)) == "token-1"
    )  # good for a twentieth of a second beyond the early minute
    assert await tokens.get(b"a", lambda: fetch(900)) == "token-1"
    tokens.drop(b"a", "another")
    assert await tokens.get(b"a", lambda: fetch(900)) == "token-1"
    tokens.drop(b"a", "token-1")
    assert await tokens.get(b"a", lambda: fetch(900)) == "token-2"
    started = time.monotonic()
    assert await tokens.get(b"b", lambda: fetch(1)) == "token-3"  # however short, it serves the calls of the moment
    assert await tokens.get(b"b", lambda: fetch(1)) == "token-3"
    assert time.monotonic() - started < 5


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (say("5002700", 500), OutcomeUnknown),
            (say("5042700", 504), OutcomeUnknown),
            (say("2022700", 202), OutcomeUnknown),
            (say("2002700", 500), OutcomeUnknown),
            (say("4292700", 429), OutcomeUnknown),
            (say("9999999"), OutcomeUnknown),
            (say("abc"), OutcomeUnknown),
            (say(""), OutcomeUnknown),
            (Say(b"<html>"), OutcomeUnknown),
            (Say(b"\xff\xfe"), OutcomeUnknown),
            (Say(None), OutcomeUnknown),
            (say("4092701", 409), TakenBefore),
            (say("4092700", 409), TakenBefore),
            (say("4002701", 400), ProviderRefused),
            (say("4002702", 400), ProviderRefused),
            (say("4032701", 403), ProviderRefused),
        ],
    )
    async def test_every_answer_that_is_no_success_has_its_name(
        self, provider: SnapPayments, script: Script, answer: Say, error: type[UpstreamFailed]
    ) -> None:
        """R8."""
        script.on(CREATE, answer)
        with pytest.raises(error):
            await provider.submit(account(script.base_url), submission())
        assert len(script.calls(CREATE)) == 1

    @pytest.mark.parametrize(
        ("code", "status", "ours"),
        [
            ("4032702", 403, "limit_exceeded"),
            ("4032705", 403, "payment_declined"),
            ("4032714", 403, "insufficient_funds"),
            ("4042711", 404, "account_invalid"),
            ("4042718", 403, "account_inactive"),
            ("4042719", 404, "account_invalid"),
        ],
    )
    async def test_a_decline_is_a_fact_with_their_words(
        self, provider: SnapPayments, script: Script, code: str, status: int, ours: str
    ) -> None:
        script.on(CREATE, say(code, status))
        assert await provider.submit(account(script.base_url), submission()) == (Declined(ours, "told", code),)

    async def test_an_inquiry_about_nothing_is_a_refusal_and_a_declined_one_unknown(
        self, provider: SnapPayments, script: Script
    ) -> None:
        script.on(STATUS, say("4042601", 404), say("4042619", 404))
        with pytest.raises(NoSuchTransaction):
            await provider.inquire(account(script.base_url), STANDING)
        with pytest.raises(OutcomeUnknown):
            await provider.inquire(account(script.base_url), STANDING)

    @pytest.mark.parametrize(
        "change",
        [
            {"trxId": "INV-1"},
            {"totalAmount": {"value": "150001.00", "currency": "IDR"}},
            {"totalAmount": {"value": "150000.50"}},
            {"totalAmount": {"value": "150000.00", "currency": "USD"}},
            {"additionalInfo": {"bankCd": "CENA", "tXidVA": TXID}},
        ],
    )
    async def test_an_order_registered_otherwise_is_never_shown_to_the_payer(
        self, provider: SnapPayments, script: Script, change: dict[str, Any]
    ) -> None:
        data = json.loads(MADE.body or b"")["virtualAccountData"] | change
        script.on(CREATE, say("2002700", virtualAccountData=data))
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert isinstance(fact, Mismatched)

    @pytest.mark.parametrize(
        "data",
        [
            None,
            "",
            [],
            {},
            {"virtualAccountNo": "n/a", "additionalInfo": {"tXidVA": TXID}},
            {"virtualAccountNo": "123", "additionalInfo": ""},
        ],
    )
    async def test_success_without_what_it_is_for_is_unknown(
        self, provider: SnapPayments, script: Script, data: Any
    ) -> None:
        script.on(CREATE, say("2002700", virtualAccountData=data))
        with pytest.raises(OutcomeUnknown):
            await provider.submit(account(script.base_url), submission())
