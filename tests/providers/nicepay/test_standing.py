"""Orders that NICEPAY knows: what an inquiry means, and how a cancel ends, lost answers included."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.facts import Cancelled, Captured, Declined, Expired, Fact, Mismatched, RefundSettled, Reversed
from gerbang.ports.payment import Method
from gerbang.providers.nicepay.adapter import NicepayPayments
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.orders import PAID_CARD, REFERENCE, account, submitted
from tests.providers.nicepay.script import CANCEL, HANG_UP, INQUIRY, TXID, Script


def refusals(*codes: str) -> Mapping[str, Any]:
    """`latestFailHistory` with these, the newest first: nobody says in which order they come."""
    told = [
        {"transDt": "20261101", "transTm": f"12000{at}", "resultCd": code, "resultMsg": f"words of {code}"}
        for at, code in enumerate(codes)
    ]
    return {"latestFailHistory": told[::-1]}


class TestInquiring:
    @pytest.mark.parametrize(
        ("status", "changes", "expected"),
        [
            ("3", {}, ()),
            ("0", {}, (Captured(150_000, "IDR"),)),
            ("0", {"bankCd": "BDKI", "vacctNo": "9901100000000001"}, (Captured(150_000, "IDR"),)),
            (
                "0",
                {"depositDt": "20250115", "depositTm": "094510"},
                (Captured(150_000, "IDR", datetime(2025, 1, 15, 2, 45, 10, tzinfo=UTC)),),
            ),
            (
                "0",
                {"transDt": "20250115", "transTm": "094510"},
                (Captured(150_000, "IDR", datetime(2025, 1, 15, 2, 45, 10, tzinfo=UTC)),),
            ),
            (0, {"amt": 150_000, "currency": None}, (Captured(150_000, "IDR"),)),
            ("0", {"amt": "149999.00"}, (Captured(149_999, "IDR"),)),
            ("0", {"cancelAmt": "50000"}, (Captured(150_000, "IDR"),)),
            ("4", {}, (Expired(),)),
            (
                "1",
                {"depositDt": "20250115", "depositTm": "094510"},
                (Reversed("The bank reversed the deposit."),),
            ),
            ("1", {"transDt": "20250115", "transTm": "093001"}, (Cancelled(),)),  # closed unpaid: no deposit to reverse
        ],
    )
    async def test_virtual_account_statuses(
        self,
        provider: NicepayPayments,
        script: Script,
        status: Any,
        changes: Mapping[str, Any],
        expected: tuple[Fact, ...],
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, status, **changes)))
        assert tuple(await provider.inquire(account(script.base_url), submitted())) == expected

    @pytest.mark.parametrize(
        ("table", "status", "changes", "captured", "expected"),
        [
            ("current", "9", {}, 0, ()),
            ("current", "0", {"authNo": "123456"}, 0, (Captured(150_000, "IDR"),)),
            ("current", "0", {"cancelAmt": "50000"}, 150_000, (Captured(150_000, "IDR"), RefundSettled(50_000, "IDR"))),
            ("current", "8", {"resultMsg": "Do not honor"}, 0, (Declined("card_declined", "Do not honor"),)),
            ("current", "8", refusals("51"), 0, (Declined("insufficient_funds", "words of 51", "51"),)),
            ("current", "8", refusals("9117", "54"), 0, (Declined("card_expired", "words of 54", "54"),)),
            ("current", "8", refusals("43"), 0, (Declined("card_blocked", "words of 43", "43"),)),
            ("current", "8", refusals("Z9"), 0, (Declined("card_declined", "words of Z9", "Z9"),)),
            ("current", "8", {"latestFailHistory": "none"}, 0, (Declined("card_declined", "unpaid"),)),
            ("current", "8", {"latestFailHistory": [7]}, 0, (Declined("card_declined", "unpaid"),)),
            ("current", "0", refusals("51"), 0, (Captured(150_000, "IDR"),)),
            (
                "current",
                "1",
                {"cancelAmt": "150000"},
                150_000,
                (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR")),
            ),
            ("current", "1", {}, 150_000, (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR"))),
            ("current", "1", {"authNo": "123456"}, 0, (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR"))),
            ("current", "1", {}, 0, (Cancelled(),)),
            ("current", "2", {"cancelAmt": 50_000}, 150_000, (Captured(150_000, "IDR"), RefundSettled(50_000, "IDR"))),
            ("current", "2", {}, 0, (Captured(150_000, "IDR"),)),
            ("2020", "1", {}, 0, (Declined("card_declined", "unpaid"),)),
            ("2020", "2", {"cancelAmt": "150000"}, 150_000, (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR"))),
            ("2020", "8", {}, 0, ()),
            ("2020", "9", {}, 150_000, ()),
        ],
    )
    async def test_card_statuses_by_the_generation_of_the_documents(
        self,
        provider: NicepayPayments,
        script: Script,
        table: str,
        status: str,
        changes: Mapping[str, Any],
        captured: int,
        expected: tuple[Fact, ...],
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, status, **changes)))
        asked = account(script.base_url, card_status_table=table)
        assert tuple(await provider.inquire(asked, submitted(Method.CARD, captured=captured))) == expected

    @pytest.mark.parametrize(
        ("method", "status", "changes", "captured", "expected"),
        [
            (Method.QRIS, "4", {}, 0, ()),
            (Method.QRIS, "0", {}, 0, (Captured(150_000, "IDR"),)),
            (Method.QRIS, "5", {}, 0, (Expired(),)),
            (Method.QRIS, "6", {}, 0, (Declined("payment_declined", "unpaid"),)),
            (
                Method.QRIS,
                "2",
                {"cancelAmt": "150000"},
                150_000,
                (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR")),
            ),
            (Method.EWALLET, "9", {}, 0, ()),
            (Method.EWALLET, "5", {}, 0, (Expired(),)),
            (Method.EWALLET, "8", {"resultMsg": "No balance"}, 0, (Declined("payment_declined", "No balance"),)),
            (Method.EWALLET, "1", {}, 150_000, (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR"))),
            (Method.EWALLET, "1", {"receiptCode": "1"}, 0, (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR"))),
            (Method.EWALLET, "1", {"mRefNo": "1"}, 0, (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR"))),
            (Method.EWALLET, "1", {"transDt": "20250115", "transTm": "093001"}, 0, (Cancelled(),)),  # never paid
            (Method.PAYLATER, "8", {}, 0, (Declined("payment_declined", "unpaid"),)),
            (
                Method.DIRECT_DEBIT,
                "1",
                {"cancelAmt": "50000"},
                150_000,
                (Captured(150_000, "IDR"), RefundSettled(50_000, "IDR")),
            ),
            (Method.DIRECT_DEBIT, "3", {}, 0, ()),
            (Method.CONVENIENCE_STORE, "5", {}, 0, ()),
            (Method.CONVENIENCE_STORE, "0", {"cancelAmt": "150000"}, 0, (Captured(150_000, "IDR"),)),  # cash stays
            (Method.CONVENIENCE_STORE, "1", {}, 0, ()),
        ],
    )
    async def test_statuses_of_the_other_methods(
        self,
        provider: NicepayPayments,
        script: Script,
        method: Method,
        status: str,
        changes: Mapping[str, Any],
        captured: int,
        expected: tuple[Fact, ...],
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, status, **changes)))
        assert tuple(await provider.inquire(account(script.base_url), submitted(method, captured=captured))) == expected

    async def test_direct_debit_has_one_status_for_void_and_refund_so_silence_about_how_much_is_no_answer(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "1")))
        with pytest.raises(OutcomeUnknown):
            await provider.inquire(account(script.base_url), submitted(Method.DIRECT_DEBIT, captured=150_000))

    @pytest.mark.parametrize("status", ["7", "", None, "paid", "00", 3.5])
    async def test_a_status_in_no_table_changes_nothing_and_is_told(
        self, provider: NicepayPayments, script: Script, status: Any
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, status)))
        with capture_logs() as logs:
            assert not await provider.inquire(account(script.base_url), submitted())
        (line,) = logs
        assert (line["event"], line["log_level"], line["attempt"]) == ("nicepay.inquiry_odd", "warning", REFERENCE)
        assert "in no table" in line["alert"]

    @pytest.mark.parametrize("change", [{"tXid": TXID[:-1] + "9"}, {"referenceNo": "INV-1"}, {"currency": "USD"}])
    async def test_an_answer_about_something_else_is_mismatched(
        self, provider: NicepayPayments, script: Script, change: Mapping[str, Any]
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "0", **change)))
        (fact,) = await provider.inquire(account(script.base_url), submitted())
        assert isinstance(fact, Mismatched)

    @pytest.mark.parametrize("amt", [None, "", "15e4", "150000.50"])
    async def test_paid_without_a_readable_amount_is_unknown(
        self, provider: NicepayPayments, script: Script, amt: Any
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "0", amt=amt)))
        with pytest.raises(OutcomeUnknown):
            await provider.inquire(account(script.base_url), submitted())

    @pytest.mark.parametrize(
        ("status", "cancel_amt", "refunded"),
        [("2", None, 0), ("2", "0", 0), ("2", "30000", 50_000), ("0", None, 50_000)],
    )
    async def test_silence_about_a_refund_is_not_an_answer(
        self, provider: NicepayPayments, script: Script, status: str, cancel_amt: str | None, refunded: int
    ) -> None:
        """R8: a refund that is taken for not made would be asked for again, and made twice."""
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, status, cancelAmt=cancel_amt)))
        with pytest.raises(OutcomeUnknown):
            await provider.inquire(account(script.base_url), replace(PAID_CARD, refunded=refunded))

    @pytest.mark.parametrize("status", ["0", "3", "4"])
    async def test_r20_an_answer_that_does_not_say_whose_order_it_is_teaches_nothing(
        self, provider: NicepayPayments, script: Script, status: str
    ) -> None:
        """The tXid may come from a notification, whose referenceNo is not signed."""
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, status, referenceNo=None)))
        with pytest.raises(OutcomeUnknown):
            await provider.inquire(account(script.base_url), submitted())

    async def test_a_decline_of_the_question_itself_decides_nothing(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "0", resultCd="51")))
        with pytest.raises(OutcomeUnknown):
            await provider.inquire(account(script.base_url), submitted())

    async def test_an_order_whose_txid_we_never_learnt_cannot_be_asked_about(self, provider: NicepayPayments) -> None:
        with pytest.raises(OutcomeUnknown):
            await provider.inquire(account(wire.nobody()), submitted(provider_reference=""))


class TestCancelling:
    async def test_an_unpaid_virtual_account_is_closed(self, provider: NicepayPayments, script: Script) -> None:
        script.on(CANCEL, lambda order: wire.say(wire.cancelled(order)))
        assert tuple(await provider.cancel(account(script.base_url), submitted())) == (Cancelled(),)
        (order,) = script.bodies(CANCEL)
        assert (order["payMethod"], order["cancelType"], order["amt"], order["tXid"]) == ("02", "1", "150000", TXID)

    async def test_an_unpaid_code_is_closed_and_once_more_is_closed_too(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, lambda order: wire.say(wire.cancelled(order)), wire.refusal("9315"))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "3")))
        code = submitted(Method.CONVENIENCE_STORE)
        for _ in range(2):
            assert tuple(await provider.cancel(account(script.base_url), code)) == (Cancelled(),)
        assert [order["payMethod"] for order in script.bodies(CANCEL)] == ["03", "03"]

    @pytest.mark.parametrize("method", [Method.QRIS, Method.EWALLET, Method.PAYLATER, Method.DIRECT_DEBIT])
    @pytest.mark.parametrize(("status", "expected"), [("3", ()), ("0", (Captured(150_000, "IDR"),))])
    async def test_what_a_cancel_would_give_back_is_only_asked_about(
        self, provider: NicepayPayments, script: Script, method: Method, status: str, expected: tuple[Fact, ...]
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, status)))
        assert tuple(await provider.cancel(account(script.base_url), submitted(method))) == expected
        assert not script.bodies(CANCEL)

    async def test_one_that_was_paid_meanwhile_turns_out_to_be_captured(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, wire.refusal("9330"))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "0")))
        assert tuple(await provider.cancel(account(script.base_url), submitted())) == (Captured(150_000, "IDR"),)

    @pytest.mark.parametrize(("status", "expected"), [("4", (Expired(),)), ("0", (Captured(150_000, "IDR"),))])
    async def test_a_lost_answer_is_looked_up(
        self, provider: NicepayPayments, script: Script, status: str, expected: tuple[Fact, ...]
    ) -> None:
        script.on(CANCEL, HANG_UP)
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, status)))
        assert tuple(await provider.cancel(account(script.base_url), submitted())) == expected

    async def test_a_lost_answer_with_the_order_still_open_stays_unknown(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, HANG_UP)
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "3")))
        with pytest.raises(OutcomeUnknown):
            await provider.cancel(account(script.base_url), submitted())
        assert len(script.bodies(CANCEL)) == 1

    async def test_one_that_was_closed_by_an_earlier_try_is_closed_though_the_inquiry_says_unpaid(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, wire.refusal("9315"))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "3")))
        assert tuple(await provider.cancel(account(script.base_url), submitted())) == (Cancelled(),)

    async def test_one_that_was_paid_after_an_earlier_try_is_captured_whatever_the_second_cancel_says(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, wire.refusal("9315"))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "0")))
        assert tuple(await provider.cancel(account(script.base_url), submitted())) == (Captured(150_000, "IDR"),)

    async def test_a_paid_card_is_not_cancelled_because_that_would_give_the_money_back(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "0")))
        assert tuple(await provider.cancel(account(script.base_url), submitted(Method.CARD))) == (
            Captured(150_000, "IDR"),
        )
        assert not script.bodies(CANCEL)

    async def test_a_card_paid_between_the_look_and_the_cancel_came_and_went(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, lambda order: wire.say(wire.cancelled(order)))
        script.on(
            INQUIRY,
            lambda asked: wire.say(wire.inquired(asked, "9")),
            lambda asked: wire.say(wire.inquired(asked, "1", authNo="123456", cancelAmt="150000")),
        )
        facts = await provider.cancel(account(script.base_url), submitted(Method.CARD))
        assert tuple(facts) == (Captured(150_000, "IDR"), RefundSettled(150_000, "IDR"))

    async def test_a_card_order_that_they_will_not_close_stays_open(
        self, provider: NicepayPayments, script: Script
    ) -> None:
        script.on(CANCEL, wire.refusal("9314"))
        script.on(INQUIRY, lambda asked: wire.say(wire.inquired(asked, "9")))
        assert not await provider.cancel(account(script.base_url), submitted(Method.CARD))
