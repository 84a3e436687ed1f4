"""Giving back: looked for before it is asked for, told apart by its label, and worth in the price exactly what was asked."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.base.http import OutcomeUnknown, Unreachable
from gerbang.base.money import Money
from gerbang.ports.facts import Claimed, Declined, Fact, RefundSettled
from gerbang.ports.payment import RefundRequest, SubmittedAttempt
from gerbang.providers.coinbase_checkouts import refunds
from gerbang.providers.coinbase_checkouts.adapter import CheckoutPayments
from tests.providers.coinbase_checkouts.orders import CHECKOUT, account, checkout, quote, refund_request, submitted
from tests.providers.coinbase_checkouts.script import HANG_UP, Say, Script, refusal, say

PAID = submitted(captured=4_850)
LABEL = refunds.reason(refund_request())


def back(
    amount: str = "48.50", status: str = "COMPLETED", reason: str | None = LABEL, id_: str = "r1", **more: Any
) -> dict[str, Any]:
    one = {"id": id_, "amount": amount, "currency": "USDC", "status": status, "reason": reason} | more
    return {name: value for name, value in one.items() if value is not None}


def after(*given: dict[str, Any], status: str = "REFUNDED") -> Say:
    return say(checkout(status, refunds=list(given)))


async def asked(
    script: Script,
    provider: CheckoutPayments,
    *answers: Say,
    of: SubmittedAttempt = PAID,
    what: RefundRequest | None = None,
) -> tuple[Fact, ...]:
    script.answers = list(answers)
    return tuple(await provider.refund(account(script.base_url), of, what or refund_request()))


def sent(script: Script) -> list[dict[str, Any]]:
    return [one.body for one in script.heard if one.method == "POST"]


async def test_what_is_sent_names_the_refund_and_what_it_is_worth(script: Script, provider: CheckoutPayments) -> None:
    found = await asked(script, provider, say(checkout("COMPLETED")), say({"checkout": checkout()}), after(back()))
    assert found == (RefundSettled(4_850, "USD", "r1"),)
    _, post, _ = script.heard
    assert post.path == f"/api/v1/checkouts/{CHECKOUT}/refund"
    name = ids.show("ref", refund_request().refund)
    assert post.body == {"amount": "48.50", "currency": "USDC", "reason": f"Barang kembali ({name} 4850 USD)"}
    assert UUID(post.headers["x-idempotency-key"]).version == 4


async def test_the_words_may_be_long_or_missing() -> None:
    name = ids.show("ref", refund_request().refund)
    assert refunds.reason(refund_request(reason="")) == f"({name} 4850 USD)"
    assert len(refunds.reason(refund_request(reason="x" * 900))) < 500


async def test_one_that_is_there_already_is_not_asked_for_again(script: Script, provider: CheckoutPayments) -> None:
    assert await asked(script, provider, after(back())) == (RefundSettled(4_850, "USD", "r1"),)
    assert await asked(script, provider, after(back(status="PENDING"), status="COMPLETED")) == ()
    (failed,) = await asked(script, provider, after(back(status="FAILED"), status="COMPLETED"))
    assert isinstance(failed, Declined)
    assert not sent(script)


@pytest.mark.parametrize(
    "answer", [HANG_UP, refusal(500, "internal_server_error"), refusal(400, "invalid_request"), Say(b"?")], ids=str
)
async def test_whatever_becomes_of_the_answer_the_checkout_tells(
    script: Script, provider: CheckoutPayments, answer: Say
) -> None:
    """R8: lost, broken, or a refusal that is the echo of an earlier try."""
    found = await asked(script, provider, say(checkout("COMPLETED")), answer, after(back()))
    assert found == (RefundSettled(4_850, "USD", "r1"),)


async def test_a_refusal_of_what_is_not_there_is_a_decline(script: Script, provider: CheckoutPayments) -> None:
    paid = say(checkout("COMPLETED"))
    (fact,) = await asked(script, provider, paid, refusal(400, "invalid_request", "too late"), paid)
    assert fact == Declined("refund_refused", "invalid_request: too late")


async def test_a_lost_answer_that_is_not_there_yet_is_unknown(script: Script, provider: CheckoutPayments) -> None:
    paid = say(checkout("COMPLETED"))
    for last in (paid, HANG_UP):
        with pytest.raises(OutcomeUnknown):
            await asked(script, provider, paid, HANG_UP, last)


async def test_where_the_first_look_gets_no_answer_nothing_was_sent(script: Script, provider: CheckoutPayments) -> None:
    with pytest.raises(Unreachable):
        await asked(script, provider, HANG_UP)
    assert not sent(script)


async def test_a_part_is_rounded_down_to_a_cent_and_counted_as_asked(
    script: Script, provider: CheckoutPayments
) -> None:
    """A price of 48.50 EUR that cost 52.38 USDC: 10.00 EUR are 10.8 USDC."""
    euro = submitted(captured=4_850, amount=Money(4_850, "EUR"), quote=quote(52_380_000))
    part = replace(refund_request(333, full=False), amount=Money(333, "EUR"))
    label = refunds.reason(part)
    found = await asked(
        script,
        provider,
        say(checkout("COMPLETED", amount="52.38")),
        say({}),
        after(back("3.59", reason=label)),
        of=euro,
        what=part,
    )
    assert sent(script)[0]["amount"] == "3.59"  # 3.5964
    assert found == (RefundSettled(333, "EUR", "r1"),)


async def test_the_last_part_is_all_that_is_left(script: Script, provider: CheckoutPayments) -> None:
    first = back("3.33", reason=f"({ids.show('ref', UUID(int=5))} 333 USD)", id_="r0")
    of = submitted(captured=4_850, refunded=333)
    rest = refund_request(4_517, full=False)
    label = refunds.reason(rest)
    found = await asked(
        script,
        provider,
        after(first, status="PARTIALLY_REFUNDED"),
        say({}),
        after(first, back("45.17", reason=label)),
        of=of,
        what=rest,
    )
    assert sent(script)[0]["amount"] == "45.17"
    assert found == (RefundSettled(4_850, "USD", "r1"),)


async def test_less_than_a_cent_cannot_go_back(script: Script, provider: CheckoutPayments) -> None:
    rupiah = submitted(captured=800_000, amount=Money(800_000, "IDR"))
    (fact,) = await asked(
        script,
        provider,
        say(checkout("COMPLETED")),
        of=rupiah,
        what=RefundRequest(UUID(int=1), Money(100, "IDR"), False, ""),
    )
    assert isinstance(fact, Declined)
    assert not sent(script)


@pytest.mark.parametrize(
    ("given", "total"),
    [
        ([back()], 4_850),
        ([back(status="PENDING")], 0),
        ([back(status="FAILED")], 0),
        ([back("10.00", reason="by hand")], 1_000),
        ([back("10.00", reason=None)], 1_000),
        ([back("20.00", reason=f"({ids.show('ref', UUID(int=5))} 2000 USD)"), back("10.00", reason="by hand")], 3_000),
        ([back("48.50", reason=None)], 4_850),
        ([back("10.00", reason=f"({ids.show('ref', UUID(int=5))} 2000 EUR)")], 1_000),  # of no attempt in this currency
    ],
)
async def test_an_inquiry_tells_what_went_back_in_the_prices_currency(
    script: Script, provider: CheckoutPayments, given: list[dict[str, Any]], total: int
) -> None:
    script.answers = [after(*given, status="PARTIALLY_REFUNDED" if total else "COMPLETED")]
    claim, *rest = await provider.inquire(account(script.base_url), submitted())
    assert isinstance(claim, Claimed)
    assert rest == ([RefundSettled(total, "USD")] if total else [])


async def test_a_sum_without_a_list_is_believed(script: Script, provider: CheckoutPayments) -> None:
    script.answers = [say(checkout("PARTIALLY_REFUNDED", refundedAmount="10.00"))]
    _, settled = await provider.inquire(account(script.base_url), PAID)
    assert settled == RefundSettled(1_000, "USD")


@pytest.mark.parametrize("silent", [{}, {"refunds": [back("a lot")]}, {"refunds": [back(currency="EUR")]}], ids=str)
async def test_silence_about_what_went_back_is_not_nothing(
    script: Script, provider: CheckoutPayments, silent: dict[str, Any]
) -> None:
    if silent.get("refunds"):
        silent["refunds"][0].pop("reason")
    script.answers = [say(checkout("REFUNDED", **silent))]
    with pytest.raises(OutcomeUnknown):
        await provider.inquire(account(script.base_url), PAID)


class TestWithoutReasons:
    """Coinbase may keep reasons to itself: then the sum must tell."""

    async def test_ours_is_known_by_the_sum(self, script: Script, provider: CheckoutPayments) -> None:
        nameless = back("48.50", reason=None)
        found = await asked(script, provider, say(checkout("COMPLETED")), HANG_UP, after(nameless))
        assert found == (RefundSettled(4_850, "USD", "r1"),)

    async def test_the_sum_of_earlier_ones_is_not_ours(self, script: Script, provider: CheckoutPayments) -> None:
        earlier = after(back("10.00", reason=None), status="PARTIALLY_REFUNDED")
        with pytest.raises(OutcomeUnknown):
            await asked(
                script,
                provider,
                earlier,
                HANG_UP,
                earlier,
                of=submitted(captured=4_850, refunded=1_000),
                what=refund_request(500, full=False),
            )

    async def test_one_too_small_to_tell_is_never_sent_twice(self, script: Script, provider: CheckoutPayments) -> None:
        earlier = after(back("10.00", reason=None), status="PARTIALLY_REFUNDED")
        with pytest.raises(OutcomeUnknown):
            await asked(
                script,
                provider,
                earlier,
                of=submitted(captured=4_850, refunded=1_000),
                what=refund_request(1, full=False),
            )
        assert not sent(script)

    async def test_rounding_alone_is_no_news(self, script: Script, provider: CheckoutPayments) -> None:
        """10.00 of a price whose minor unit is finer than a cent of a USDC: what was counted stands."""
        fine = submitted(captured=4_850, refunded=1_001, quote=quote(24_250_000))
        script.answers = [say(checkout("PARTIALLY_REFUNDED", amount="24.25", refunds=[back("5.00", reason=None)]))]
        _, settled = await provider.inquire(account(script.base_url), fine)
        assert settled == RefundSettled(1_001, "USD")
