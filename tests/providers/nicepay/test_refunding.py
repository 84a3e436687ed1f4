"""Giving a payment back at NICEPAY: whole and in parts, by every method that can, lost answers and refusals included."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.facts import Declined, RefundSettled
from gerbang.ports.payment import Method
from gerbang.providers.nicepay.adapter import NicepayPayments
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.orders import PAID_CARD, account, refund_request, submitted
from tests.providers.nicepay.script import CANCEL, HANG_UP, INQUIRY, Script


class TestRefunding:
    @pytest.mark.parametrize(
        ("method", "code"),
        [(Method.QRIS, "08"), (Method.EWALLET, "05"), (Method.PAYLATER, "06"), (Method.DIRECT_DEBIT, "04")],
    )
    async def test_every_other_method_goes_back_by_its_own_code(
        self, provider: NicepayPayments, script: Script, method: Method, code: str
    ) -> None:
        script.on(CANCEL, lambda order: wire.say(wire.cancelled(order, canceltXid=None)))
        facts = await provider.refund(account(script.base_url), submitted(method, captured=150_000), refund_request())
        assert tuple(facts) == (RefundSettled(150_000, "IDR"),)
        (order,) = script.bodies(CANCEL)
        assert (order["payMethod"], order["cancelType"], order["amt"]) == (code, "1", "150000")

    async def test_a_full_refund(self, provider: NicepayPayments, script: Script) -> None:
        script.on(CANCEL, lambda order: wire.say(wire.cancelled(order)))
        facts = await provider.refund(account(script.base_url), PAID_CARD, refund_request())
        assert tuple(facts) == (RefundSettled(150_000, "IDR", "DEMOMERCH101202501151000005678"),)
        (order,) = script.bodies(CANCEL)
        assert (order["cancelType"], order["amt"], order["cancelMsg"], order["payMethod"]) == (
            "1",
            "150000",
            "Barang kembali",
            "01",
        )

    async def test_a_part_and_then_the_rest_are_both_partial(self, provider: NicepayPayments, script: Script) -> None:
        script.on(CANCEL, lambda order: wire.say(wire.cancelled(order)))
        (first,) = await provider.refund(account(script.base_url), PAID_CARD, refund_request(50_000, full=False))
        (rest,) = await provider.refund(
            account(script.base_url), replace(PAID_CARD, refunded=50_000), refund_request(100_000)
        )
        assert isinstance(first, RefundSettled)
        assert isinstance(rest, RefundSettled)
        assert (first.total, rest.total) == (50_000, 150_000)
        assert [order["cancelType"] for order in script.bodies(CANCEL)] == ["2", "2"]

    @pytest.mark.parametrize("changes", [{"cancelAmt": "50000"}, {"cancelAmt": None}])
    async def test_a_lost_answer_is_found_in_the_transaction(
        self, provider: NicepayPayments, script: Script, changes: Mapping[str, Any]
    ) -> None:
        script.on(CANCEL, HANG_UP)
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "2", **changes)))
        facts = await provider.refund(account(script.base_url), PAID_CARD, refund_request(50_000, full=False))
        assert tuple(facts) == (RefundSettled(50_000, "IDR"),)
        assert len(script.bodies(CANCEL)) == 1

    @pytest.mark.parametrize(
        "inquiry",
        [
            lambda asked: wire.say(wire.inquired(asked, "0")),
            lambda asked: wire.say(wire.inquired(asked, "2", cancelAmt="50000")),
            lambda asked: wire.say(wire.inquired(asked, "2")),
            lambda asked: wire.say(wire.inquired(asked, "0", tXid="X" * 30)),
            HANG_UP,
            wire.refusal("9002"),
            wire.refusal("9010"),
        ],
    )
    async def test_a_lost_answer_that_the_transaction_does_not_show_stays_unknown(
        self, provider: NicepayPayments, script: Script, inquiry: wire.Answer
    ) -> None:
        script.on(CANCEL, HANG_UP)
        script.on(INQUIRY, inquiry)
        with pytest.raises(OutcomeUnknown):
            await provider.refund(
                account(script.base_url), replace(PAID_CARD, refunded=50_000), refund_request(100_000)
            )

    async def test_a_refusal_that_echoes_a_try_that_got_lost_is_settled(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, wire.refusal("9314"))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "1", cancelAmt="150000")))
        facts = await provider.refund(account(script.base_url), PAID_CARD, refund_request())
        assert tuple(facts) == (RefundSettled(150_000, "IDR"),)

    async def test_a_refusal_is_declined_in_our_words(self, provider: NicepayPayments, script: Script) -> None:
        script.on(CANCEL, wire.refusal("9334", "Over 90 days"))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "0")))
        facts = await provider.refund(account(script.base_url), PAID_CARD, refund_request())
        assert tuple(facts) == (Declined("refund_window_passed", "Over 90 days", "9334"),)

    async def test_a_refusal_that_cannot_be_looked_up_is_not_believed(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, wire.refusal("9314"))
        script.on(INQUIRY, HANG_UP)
        with pytest.raises(OutcomeUnknown):
            await provider.refund(account(script.base_url), PAID_CARD, refund_request())

    async def test_a_refusal_is_not_believed_when_the_transaction_hides_what_went_back(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, wire.refusal("9319"))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "2")))
        with pytest.raises(OutcomeUnknown):
            await provider.refund(
                account(script.base_url), replace(PAID_CARD, refunded=50_000), refund_request(100_000)
            )

    async def test_an_answer_about_another_amount_is_looked_up(self, provider: NicepayPayments, script: Script) -> None:
        script.on(CANCEL, lambda order: wire.say(wire.cancelled(order, amt="150000")))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "2", cancelAmt="50000")))
        facts = await provider.refund(account(script.base_url), PAID_CARD, refund_request(50_000, full=False))
        assert tuple(facts) == (RefundSettled(50_000, "IDR"),)

    @pytest.mark.parametrize("method", [Method.VIRTUAL_ACCOUNT, Method.CONVENIENCE_STORE])
    async def test_what_was_paid_to_a_number_is_declined_without_asking(
        self, provider: NicepayPayments, method: Method
    ) -> None:
        (fact,) = await provider.refund(account(wire.nobody()), submitted(method, captured=150_000), refund_request())
        assert isinstance(fact, Declined)
        assert fact.code == "refund_not_supported"
