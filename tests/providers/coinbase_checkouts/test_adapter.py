"""Making checkouts and asking about them: what is sent, what each answer means, and what a failed call is called."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from gerbang.base.http import OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.facts import Accepted, Cancelled, Captured, Claimed, Declined, Expired, Fact, Mismatched
from gerbang.ports.next_action import DisplayCrypto, Redirect
from gerbang.ports.payment import Account, Lookup, SubmissionEffect
from gerbang.providers.coinbase_checkouts import PROVIDER
from gerbang.providers.coinbase_checkouts.account import PRODUCTION, SANDBOX, base_url, network
from gerbang.providers.coinbase_checkouts.adapter import CheckoutPayments
from gerbang.providers.coinbase_checkouts.facts import STATES
from tests.providers.coinbase_checkouts import script as wire
from tests.providers.coinbase_checkouts.orders import (
    ADDRESS,
    CHECKOUT,
    HASH,
    NOW,
    REFERENCE,
    USDC,
    account,
    checkout,
    quote,
    submission,
    submitted,
)
from tests.providers.coinbase_checkouts.script import HANG_UP, Say, Script, refusal, say

CLAIM = Claimed(
    total=48_500_000, currency="USDC", network="base", transaction=HASH, recipient=ADDRESS, onchain=48_500_000
)


def test_the_connection_names_its_place_by_its_mode() -> None:
    plain = Account("c", False, {"api_key_id": "k"}, {})
    assert (base_url(plain), network(plain).name) == (SANDBOX, "base-sepolia")
    assert (base_url(replace(plain, livemode=True)), network(replace(plain, livemode=True)).chain_id) == (
        PRODUCTION,
        8_453,
    )
    assert network(replace(plain, settings={"network": "base"})).name == "base"


def test_a_connection_needs_key_and_id() -> None:
    assert {one.pointer for one in PROVIDER.problems({}, ())} == {"/settings/api_key_id", "/secrets/api_key_secret"}
    assert not PROVIDER.problems(
        {"api_key_id": "k", "onchain": "trust_processor"}, ("api_key_secret", "webhook_secret")
    )
    assert [one.pointer for one in PROVIDER.problems({"api_key_id": "k", "onchain": "hope"}, ("api_key_secret",))] == [
        "/settings/onchain"
    ]


def test_it_only_instructs_and_is_looked_up_by_coinbases_id(provider: CheckoutPayments) -> None:
    (terms,) = provider.terms(account(least="100", most="500000"))
    assert (terms.effect, terms.lookup, terms.wallet, terms.cancel, terms.refund, terms.partial_refund) == (
        SubmissionEffect.INSTRUCTS,
        Lookup.BY_THEIRS,
        "",
        True,
        True,
        True,
    )
    (asset,) = terms.assets
    assert (asset.asset, asset.network, asset.decimals, asset.places) == ("USDC", "base", 6, 2)
    assert (asset.least, asset.most) == (1_000_000, 5_000_000_000)


class TestSubmit:
    async def test_what_is_sent(self, script: Script, provider: CheckoutPayments) -> None:
        script.answers = [say(checkout(), 201)]
        await provider.submit(account(script.base_url), submission())
        (heard,) = script.heard
        assert (heard.method, heard.path) == ("POST", "/api/v1/checkouts")
        assert heard.body == {
            "amount": "48.50",
            "currency": "USDC",
            "description": "Kopi Gayo, 1 kg",
            "expiresAt": "2025-01-15T02:45:00Z",
            "metadata": {"attempt": REFERENCE, "payment": "pay_01JHK3V0000000000000000000"},
            "successRedirectUrl": "https://shop.example.com/back",
            "failRedirectUrl": "https://shop.example.com/back",
        }
        assert heard.headers["authorization"].startswith("Bearer ey")
        key = UUID(heard.headers["x-idempotency-key"])
        assert (key.version, key.variant) == (4, UUID(int=0, version=4).variant)

    async def test_each_try_has_the_same_key_and_a_new_token(self, script: Script, provider: CheckoutPayments) -> None:
        script.answers = [say(checkout())]
        for one in (submission(), submission(), submission(attempt=UUID(int=7))):
            await provider.submit(account(script.base_url), one)
        keys = [one.headers["x-idempotency-key"] for one in script.heard]
        assert keys[0] == keys[1] != keys[2]
        assert len({one.headers["authorization"] for one in script.heard}) == 3

    async def test_the_payer_sees_address_amount_and_page(self, script: Script, provider: CheckoutPayments) -> None:
        script.answers = [say(checkout(), 201)]
        (fact,) = await provider.submit(account(script.base_url), submission())
        page = f"https://payments.coinbase.com/payment-links/pl_{CHECKOUT}"
        uri = f"ethereum:{USDC}@8453/transfer?address={ADDRESS}&uint256=48500000"
        assert fact == Accepted(
            CHECKOUT,
            DisplayCrypto(network="base", asset="USDC", address=ADDRESS, amount="48500000", uri=uri, page=page),
            submission().expires_at,
        )

    async def test_without_an_address_the_payer_goes_to_their_page(
        self, script: Script, provider: CheckoutPayments
    ) -> None:
        script.answers = [say(checkout(address=None))]
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert isinstance(fact, Accepted)
        assert isinstance(fact.next_action, Redirect)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": "48.51"},
            {"amount": 4850},
            {"currency": "USD"},
            {"network": "ethereum"},
            {"tokenAddress": "0x" + "d" * 40},
            {"metadata": {"attempt": "att_01JHK3V0000000000000000000"}},
        ],
        ids=str,
    )
    async def test_a_checkout_that_is_not_what_we_asked_is_a_mismatch(
        self, script: Script, provider: CheckoutPayments, wrong: dict[str, Any]
    ) -> None:
        script.answers = [say(checkout(**wrong))]
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert isinstance(fact, Mismatched)

    @pytest.mark.parametrize("lack", [{"id": None}, {"id": "../x"}, {"address": None, "url": None}], ids=str)
    async def test_an_answer_that_lacks_what_is_needed_is_no_answer(
        self, script: Script, provider: CheckoutPayments, lack: dict[str, Any]
    ) -> None:
        script.answers = [say(checkout(**lack))]
        with pytest.raises(OutcomeUnknown):
            await provider.submit(account(script.base_url), submission())

    @pytest.mark.parametrize("amount", ["48.5", "48.500000", 48.5])
    async def test_the_amount_may_be_written_in_any_form(
        self, script: Script, provider: CheckoutPayments, amount: object
    ) -> None:
        script.answers = [say(checkout(amount=amount))]
        assert isinstance((await provider.submit(account(script.base_url), submission()))[0], Accepted)

    async def test_an_amount_finer_than_a_cent_is_not_asked_for(
        self, script: Script, provider: CheckoutPayments
    ) -> None:
        (fact,) = await provider.submit(account(script.base_url), submission(quote=quote(48_500_001)))
        assert isinstance(fact, Declined)
        assert not script.heard

    async def test_a_shop_without_https_is_not_named(self, script: Script, provider: CheckoutPayments) -> None:
        script.answers = [say(checkout())]
        await provider.submit(account(script.base_url), submission(return_url="http://127.0.0.1:8080/pay"))
        assert not {"successRedirectUrl", "failRedirectUrl"} & script.heard[0].body.keys()


class TestFailures:
    """R8."""

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            (HANG_UP, OutcomeUnknown),
            (Say(b"<html>"), OutcomeUnknown),
            (Say(b""), OutcomeUnknown),
            (Say(b"[]"), OutcomeUnknown),
            (Say(b"{}", 302), OutcomeUnknown),
            (Say(b"<html>", 400), OutcomeUnknown),
            (refusal(500, "internal_server_error"), OutcomeUnknown),
            (refusal(503, "service_unavailable"), OutcomeUnknown),
            (refusal(422, "idempotency_error"), OutcomeUnknown),
            (refusal(409, "already_exists"), OutcomeUnknown),
            (refusal(429, "rate_limit_exceeded"), Unreachable),
            (say({"errors": [{"id": "rate_limit_exceeded", "message": "slow"}]}, 429), Unreachable),
            (refusal(401, "unauthorized"), ProviderRefused),
            (Say(b"<html>", 401), ProviderRefused),
            (refusal(403, "forbidden"), ProviderRefused),
            (refusal(402, "payment_required"), ProviderRefused),
        ],
    )
    async def test_what_a_failed_call_is_called(
        self, script: Script, provider: CheckoutPayments, said: Say, error: type[Exception]
    ) -> None:
        script.answers = [said]
        with pytest.raises(error):
            await provider.submit(account(script.base_url), submission())

    @pytest.mark.parametrize(
        "said",
        [
            refusal(400, "invalid_request", "amount"),
            say({"errors": [{"id": "invalid_request", "message": "amount"}]}, 400),
        ],
    )
    async def test_a_clear_no_to_the_order_is_a_decline_in_either_shape(
        self, script: Script, provider: CheckoutPayments, said: Say
    ) -> None:
        script.answers = [said]
        (fact,) = await provider.submit(account(script.base_url), submission())
        assert fact == Declined("order_refused", "invalid_request: amount")

    async def test_what_never_left_is_unreachable(self, provider: CheckoutPayments) -> None:
        with pytest.raises(Unreachable):
            await provider.submit(account(wire.nobody()), submission())

    async def test_without_a_key_nothing_is_sent(self, script: Script, provider: CheckoutPayments) -> None:
        whole = account(script.base_url)
        for lacking in (replace(whole, secrets={}), replace(whole, settings={"base_url": script.base_url})):
            with pytest.raises(ProviderRefused) as refused:
                await provider.submit(lacking, submission())
            assert refused.value.hint
        assert not script.heard


class TestInquire:
    @pytest.mark.parametrize(
        ("status", "says"),
        [
            ("ACTIVE", ()),
            ("PROCESSING", ()),
            ("COMPLETED", (CLAIM,)),
            ("FAILED", (Declined("payment_failed", "Coinbase could not complete the transfer."),)),
            ("EXPIRED", (Expired(),)),
            ("DEACTIVATED", (Cancelled(),)),
        ],
    )
    async def test_every_status_means_one_thing(
        self, script: Script, provider: CheckoutPayments, status: str, says: tuple[Fact, ...]
    ) -> None:
        script.answers = [say(checkout(status, updatedAt=None))]
        assert tuple(await provider.inquire(account(script.base_url), submitted())) == says
        assert status in STATES

    async def test_a_status_in_no_table_is_nothing_yet_and_an_alert(
        self, script: Script, provider: CheckoutPayments
    ) -> None:
        script.answers = [say(checkout("ON_HOLD"))]
        with capture_logs() as logs:
            assert not await provider.inquire(account(script.base_url), submitted())
        assert [one["alert"] for one in logs] == ["The checkout has a status that is in no table."]

    async def test_whoever_trusts_coinbase_gets_its_word(self, script: Script, provider: CheckoutPayments) -> None:
        script.answers = [say(checkout("COMPLETED"))]
        (fact,) = await provider.inquire(account(script.base_url, onchain="trust_processor"), submitted())
        assert isinstance(fact, Captured)
        assert (fact.total, fact.currency, fact.at and fact.at.isoformat()) == (
            48_500_000,
            "USDC",
            "2025-01-15T02:31:00+00:00",
        )

    @pytest.mark.parametrize(
        "lack", [{"transactionHash": None}, {"transactionHash": "0x12"}, {"address": None}], ids=str
    )
    async def test_without_a_transfer_to_look_for_nothing_is_claimed(
        self, script: Script, provider: CheckoutPayments, lack: dict[str, Any]
    ) -> None:
        script.answers = [say(checkout("COMPLETED", **lack))]
        with capture_logs() as logs:
            assert not await provider.inquire(account(script.base_url), submitted())
        assert [one["event"] for one in logs] == ["coinbase.checkout_odd"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": "48.51"},
            {"currency": "USD"},
            {"id": "0" * 24},
            {"tokenAddress": "0x" + "d" * 40},
            {"network": "polygon"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("onchain", ["verify", "trust_processor"])
    async def test_another_amount_currency_token_or_checkout_is_a_mismatch(
        self, script: Script, provider: CheckoutPayments, wrong: dict[str, Any], onchain: str
    ) -> None:
        script.answers = [say(checkout("COMPLETED", **wrong))]
        (fact,) = await provider.inquire(account(script.base_url, onchain=onchain), submitted())
        assert isinstance(fact, Mismatched)

    async def test_the_path_names_the_checkout_and_nothing_else(
        self, script: Script, provider: CheckoutPayments
    ) -> None:
        script.answers = [refusal(404, "not_found")]
        with pytest.raises(ProviderRefused):
            await provider.inquire(account(script.base_url), submitted(provider_reference="a/../b?c"))
        assert script.heard[0].path == "/api/v1/checkouts/a%2F..%2Fb%3Fc"

    async def test_an_unknown_reference_cannot_be_asked(self, provider: CheckoutPayments) -> None:
        with pytest.raises(OutcomeUnknown):
            await provider.inquire(account(), submitted(provider_reference=""))


class TestCancel:
    async def test_a_checkout_is_closed(self, script: Script, provider: CheckoutPayments) -> None:
        script.answers = [say(checkout("DEACTIVATED"))]
        assert await provider.cancel(account(script.base_url), submitted()) == (Cancelled(),)
        assert (script.heard[0].path, script.heard[0].body) == (f"/api/v1/checkouts/{CHECKOUT}/deactivate", None)

    async def test_a_refusal_or_a_lost_answer_is_looked_up(self, script: Script, provider: CheckoutPayments) -> None:
        for first in (refusal(400, "invalid_request"), HANG_UP):
            script.answers = [first, say(checkout("EXPIRED"))]
            assert await provider.cancel(account(script.base_url), submitted()) == (Expired(),)

    async def test_a_payer_on_the_way_leaves_it_open(self, script: Script, provider: CheckoutPayments) -> None:
        script.answers = [refusal(400, "invalid_request"), say(checkout("PROCESSING"))]
        assert await provider.cancel(account(script.base_url), submitted()) == ()

    async def test_a_lost_answer_that_changed_nothing_is_unknown(
        self, script: Script, provider: CheckoutPayments
    ) -> None:
        for second in (say(checkout()), HANG_UP):
            script.answers = [HANG_UP, second]
            with pytest.raises(OutcomeUnknown):
                await provider.cancel(account(script.base_url), submitted(now=NOW))
