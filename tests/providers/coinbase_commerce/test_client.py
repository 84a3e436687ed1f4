"""The wire: what is sent, what each answer means for the call, and the look for a charge whose answer was lost."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from structlog.testing import capture_logs

from gerbang.base.http import OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.facts import Accepted, Cancelled, Declined, Mismatched
from gerbang.ports.payment import Lookup, Method, RefundRequest, SubmissionEffect
from gerbang.providers.coinbase_commerce import PROVIDER
from gerbang.providers.coinbase_commerce.adapter import CommercePayments
from tests.providers.coinbase_commerce.charges import (
    account,
    legacy_charge,
    quote,
    submission,
    submitted,
    timeline,
    web3_charge,
)
from tests.providers.coinbase_commerce.script import HANG_UP, Heard, Say, Script, data, problem, say

ORDER = submission()


async def test_a_charge_is_priced_in_the_quotes_own_asset_and_carries_our_reference_as_text(
    script: Script, provider: CommercePayments
) -> None:
    script.on(data(web3_charge(ORDER.reference), 201))
    (fact,) = await provider.submit(account(script.base_url), ORDER)
    assert isinstance(fact, Accepted)
    (heard,) = script.heard
    assert (heard.method, heard.path) == ("POST", "/charges")
    assert heard.body["local_price"] == {"amount": "100.000000", "currency": "USDC"}
    assert heard.body["pricing_type"] == "fixed_price"
    assert heard.body["metadata"] == {"attempt": ORDER.reference, "payment": ORDER.payment}
    assert (heard.headers["x-cc-api-key"], heard.headers["x-cc-version"]) == ("made-up-api-key", "2018-03-22")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem("authentication_error", 401), ProviderRefused),
        (problem("not_found", 404), ProviderRefused),
        (problem("param_required", 400), ProviderRefused),
        (problem("validation_error", 400), ProviderRefused),
        (problem("invalid_request", 400), ProviderRefused),
        (problem("rate_limit_exceeded", 429), Unreachable),
        (problem("internal_server_error", 500), OutcomeUnknown),
        (problem("something_new", 400), OutcomeUnknown),
        (Say(b"", 503), OutcomeUnknown),
        (Say(b"<html>", 403), ProviderRefused),
        (Say(b"<html>", 404), ProviderRefused),
        (Say(b"<html>Gone</html>", 410), ProviderRefused),
        (Say(b"not json"), OutcomeUnknown),
        (say({"data": {"timeline": "NEW"}}), OutcomeUnknown),
        (say({}), OutcomeUnknown),
        (Say(b"\xff"), OutcomeUnknown),
        (Say(b"", 302), OutcomeUnknown),
        (HANG_UP, OutcomeUnknown),
    ],
)
async def test_every_answer_has_one_meaning(
    script: Script, provider: CommercePayments, answer: Say, error: type[Exception]
) -> None:
    """R8: refused, safe to send again, or unknown."""
    script.on(answer)
    with pytest.raises(error):
        await provider.inquire(account(script.base_url), submitted(ORDER))
    with pytest.raises(error) as found:
        await provider.submit(account(script.base_url), ORDER)
    assert not isinstance(found.value, ProviderRefused) or found.value.hint


async def test_warnings_of_the_service_are_logged(script: Script, provider: CommercePayments) -> None:
    script.on(say({"data": web3_charge(ORDER.reference), "warnings": ["Missing X-CC-Version header"]}))
    with capture_logs() as logs:
        assert await provider.inquire(account(script.base_url), submitted(ORDER)) == ()
    assert [line["warning"] for line in logs if line["event"] == "coinbase_commerce.warned"] == [
        "Missing X-CC-Version header"
    ]


def answers(*pages: list[dict[str, Any]]) -> Any:
    """The create is lost; the list has these pages."""

    def act(heard: Heard) -> Say:
        if heard.method == "POST":
            return HANG_UP
        after = parse_qs(heard.query).get("starting_after", ["0"])[0]
        found = pages[int(after)] if int(after) < len(pages) else []
        pagination = {"limit": 25, "yielded": len(found), "cursor_range": ["first", str(int(after) + 1)]}
        return say({"data": found, "pagination": pagination})

    return act


async def test_a_lost_charge_is_found_by_our_reference_on_a_later_page(
    script: Script, provider: CommercePayments
) -> None:
    others = [web3_charge("att_other") for _ in range(25)]
    script.act = answers(others, [web3_charge("att_other"), web3_charge(ORDER.reference)])
    (fact,) = await provider.submit(account(script.base_url), ORDER)
    assert isinstance(fact, Accepted)
    assert [heard.method for heard in script.heard] == ["POST", "GET", "GET"]


@pytest.mark.parametrize(
    ("pages", "looks"),
    [
        ([[]], 1),
        ([[web3_charge("att_other")]], 1),
        ([[web3_charge("att_other", created_at="2026-01-15T09:00:00Z")] * 25, [web3_charge(ORDER.reference)]], 1),
    ],
)
async def test_a_lost_charge_that_is_not_there_stays_unknown_and_is_never_asked_for_again(
    script: Script, provider: CommercePayments, pages: list[list[dict[str, Any]]], looks: int
) -> None:
    script.act = answers(*pages)
    with pytest.raises(OutcomeUnknown):
        await provider.submit(account(script.base_url), ORDER)
    assert [heard.method for heard in script.heard] == ["POST", *["GET"] * looks]


async def test_a_lookup_that_fails_too_leaves_it_unknown(script: Script, provider: CommercePayments) -> None:
    script.on(HANG_UP, problem("rate_limit_exceeded", 429))
    with pytest.raises(OutcomeUnknown, match="lookup failed too"):
        await provider.submit(account(script.base_url), ORDER)


@pytest.mark.parametrize("reference", ["", "../charges", "a b", "é", "x" * 65])
async def test_nothing_is_asked_about_what_is_no_id(script: Script, provider: CommercePayments, reference: str) -> None:
    with pytest.raises(OutcomeUnknown):
        await provider.inquire(account(script.base_url), submitted(ORDER, reference))
    assert not script.heard


@pytest.mark.parametrize("secrets", [{}, {"api_key": [b""]}, {"api_key": [b"a\nb"]}, {"api_key": [b"\xff"]}])
async def test_without_a_usable_key_nothing_is_sent(
    script: Script, provider: CommercePayments, secrets: dict[str, list[bytes]]
) -> None:
    known = account(script.base_url)
    broken = type(known)(known.connection, known.livemode, known.settings, secrets)
    with pytest.raises(ProviderRefused):
        await provider.submit(broken, ORDER)
    assert not script.heard


async def test_a_cancel_that_comes_too_late_tells_what_is(script: Script, provider: CommercePayments) -> None:
    order = submission(quote(network="ethereum"))
    new = legacy_charge(order.reference)
    legacy = account(script.base_url, generation="legacy")
    script.on(problem("invalid_request", 400), data(new))
    assert await provider.cancel(legacy, submitted(order)) == ()
    script.on(HANG_UP, data(new | {"timeline": timeline("NEW", "CANCELED")}))
    assert await provider.cancel(legacy, submitted(order)) == (Cancelled(),)
    script.on(HANG_UP, data(new))
    with pytest.raises(OutcomeUnknown):
        await provider.cancel(legacy, submitted(order))
    script.on(HANG_UP, HANG_UP)
    with pytest.raises(OutcomeUnknown, match="lookup failed too"):
        await provider.cancel(legacy, submitted(order))


async def test_an_onchain_charge_has_no_cancel_so_it_is_only_asked_about(
    script: Script, provider: CommercePayments
) -> None:
    script.on(data(web3_charge(ORDER.reference)))
    assert await provider.cancel(account(script.base_url), submitted(ORDER)) == ()
    assert [heard.method for heard in script.heard] == ["GET"]


async def test_what_is_odd_is_told_to_the_operators(script: Script, provider: CommercePayments) -> None:
    script.on(data(web3_charge(ORDER.reference, "NEW", "TELEPORTED")))
    with capture_logs() as logs:
        assert await provider.inquire(account(script.base_url), submitted(ORDER)) == ()
    (line,) = [line for line in logs if line["event"] == "coinbase_commerce.inquiry_odd"]
    assert "TELEPORTED" in line["alert"]


async def test_a_charge_that_was_made_wrongly_is_held(script: Script, provider: CommercePayments) -> None:
    local = {"local": {"amount": "100.01", "currency": "USDC"}}
    script.on(data(web3_charge(ORDER.reference, pricing=local), 201))
    (fact,) = await provider.submit(account(script.base_url), ORDER)
    assert isinstance(fact, Mismatched)


async def test_nothing_can_be_given_back_here(provider: CommercePayments) -> None:
    back = RefundRequest(ORDER.attempt, ORDER.amount, True, "why")
    (fact,) = await provider.refund(account(), submitted(ORDER), back)
    assert isinstance(fact, Declined)


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({"recipient": "0x1234"}, "/settings/recipient"),
        ({"operator": "somebody"}, "/settings/operator"),
        ({"networks": "base bitcoin"}, "/settings/networks"),
        ({"onchain": "perhaps"}, "/settings/onchain"),
        ({"generation": "web4"}, "/settings/generation"),
        ({"timeout_s": "soon"}, "/settings/timeout_s"),
    ],
)
def test_settings_that_would_hold_every_payment_are_not_saved(settings: dict[str, str], pointer: str) -> None:
    good = {"recipient": "0x" + "c0" * 20, "networks": "base polygon ethereum"}
    assert PROVIDER.problems(good, ["api_key", "shared_secret"]) == []
    assert [one.pointer for one in PROVIDER.problems(good | settings, ["api_key", "shared_secret"])] == [pointer]
    assert len(PROVIDER.problems({}, [])) == 2


def test_the_terms_say_what_a_lost_answer_means(provider: CommercePayments) -> None:
    (web3,) = provider.terms(account(networks="base ethereum nowhere"))
    assert (web3.method, web3.effect, web3.lookup) == (Method.CRYPTO, SubmissionEffect.INSTRUCTS, Lookup.BY_THEIRS)
    assert [(one.asset, one.network) for one in web3.assets] == [("USDC", "base"), ("USDC", "ethereum")]
    assert (web3.cancel, web3.refund, web3.wallet) == (False, False, "")
    (legacy,) = provider.terms(account(generation="legacy"))
    assert [(one.asset, one.network) for one in legacy.assets] == [("USDC", "ethereum"), ("ETH", "ethereum")]
    assert legacy.cancel
