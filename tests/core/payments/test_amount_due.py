"""What is still due once a part came: exactly that is asked for, and paying exactly that is enough. No database."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gerbang.core.payments.amount_due import (
    asked_in_coins,
    asks_for_the_rest,
    instructions,
    owed,
    payable,
    shrunk,
    too_much,
    units,
)
from gerbang.core.payments.machine import advance
from gerbang.core.payments.model import Attempt, AttemptStatus, PaymentDetail, PaymentStatus
from gerbang.ports.facts import Captured, Reversed
from gerbang.ports.next_action import DisplayCode, DisplayCrypto, DisplayQr, NextAction, Redirect, Wait
from gerbang.ports.payment import Quote
from tests.web.checkout.example_payments import ADDRESS, NOW, USDC, VA, attempt, payment

PART = PaymentStatus.PART_PAID


def coins(asked: int = 4_850, details: int = 48_509_700, tolerance: int = 0, **fields: object) -> Attempt:
    quote = Quote(
        asset="USDC",
        network="base",
        decimals=6,
        amount=str(details),
        rate="1",
        source="settings",
        spread_bp=0,
        tolerance=str(tolerance),
        holder="wallet:base:USDC",
        locked_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
        wallet="0xaa",
    )
    made = attempt(AttemptStatus.PENDING, replace(USDC, amount=str(details)), amount=asked, currency="USD", quote=quote)
    return replace(made, deposit=0, **fields)


def asked_by(one: Attempt, rest: int) -> DisplayCrypto:
    action = instructions(one, rest)
    assert isinstance(action, DisplayCrypto), action
    return action


def test_the_wallet_is_asked_for_what_is_missing_and_no_more() -> None:
    one = advance(coins(), Captured(20_000_000, "USDC"))
    shown = asked_by(one, 4_850 - one.captured)
    assert (shown.amount, shown.address) == ("28509700", ADDRESS)
    assert shown.uri.endswith(f"/transfer?address={ADDRESS}&uint256=28509700")


def test_the_coin_is_asked_for_in_the_same_way() -> None:
    uri = f"ethereum:{ADDRESS}@8453?value=48509700"
    one = advance(coins(next_action=replace(USDC, uri=uri)), Captured(20_000_000, "USDC"))
    assert asked_by(one, 4_850 - one.captured).uri == f"ethereum:{ADDRESS}@8453?value=28509700"


def test_the_demo_wallet_sends_what_is_missing_and_once_all_is_there_what_was_asked_for() -> None:
    one = advance(coins(), Captured(20_000_000, "USDC"))
    part = PaymentDetail(replace(payment(PART), amount=4_850, amount_captured=one.captured, currency="USD"), (one,), ())
    paid = PaymentDetail(
        replace(part.payment, amount_captured=4_850), (replace(one, captured=4_850, received=48_509_700),), ()
    )
    sent = [asked_in_coins(details) for details in (part, paid)]
    assert [one.amount if one else None for one in sent] == ["28509700", "48509700"]


def test_after_a_reorg_took_the_part_back_the_whole_is_asked_for_again() -> None:
    one = advance(coins(), Captured(20_000_000, "USDC"))
    back = advance(one, Reversed("gone"))
    assert asked_by(back, 4_850) == USDC


def test_what_is_on_its_way_is_not_asked_for_twice() -> None:
    assert asked_by(coins(arriving=20_000_000), 4_850).amount == "28509700"
    assert instructions(coins(arriving=48_509_700), 4_850) == Wait()


def test_a_part_that_came_another_way_is_not_asked_for_in_coins() -> None:
    assert asked_by(coins(), 2_425).amount == "24254850"


def test_the_processors_own_page_asks_for_the_whole_and_is_not_offered_for_the_rest() -> None:
    hosted = replace(USDC, page="https://payments.coinbase.com/payment-links/pl_1")
    assert asked_by(coins(next_action=hosted), 4_850).page == hosted.page
    assert not asked_by(coins(next_action=hosted, received=20_000_000, captured=1_999), 2_851).page


@given(st.integers(1, 10**9), st.integers(1, 10**24), st.integers(0, 500), st.integers(0, 10**6), st.integers(0, 10**6))
def test_paying_exactly_what_is_shown_leaves_nothing_due(
    asked: int, details: int, tolerance_bp: int, sent: int, elsewhere: int
) -> None:
    rest_at_first = asked - asked * elsewhere // (10**6 + 1)
    one = coins(asked, details, details * tolerance_bp // 10_000)
    first = details * sent // (10**6 + 1)
    after = advance(one, Captured(first, "USDC")) if first else one
    rest = rest_at_first - after.captured
    if rest <= 0:
        return
    assert after.quote is not None
    paid = advance(after, Captured(after.received + units(after, after.quote, rest), "USDC"))
    assert paid.captured >= rest_at_first


@pytest.mark.parametrize("action", [DisplayQr("000201"), Redirect("https://pay.example/1"), VA])
def test_what_is_registered_for_the_whole_is_not_shown_for_the_rest_and_is_closed(action: NextAction) -> None:
    part = attempt(AttemptStatus.CANCELLED, VA, captured=130_000)
    fixed = attempt(AttemptStatus.PENDING, action, number=2)
    details = PaymentDetail(payment(PART, amount_captured=130_000), (part, fixed), ())
    assert payable(details) is None
    assert too_much(details.attempts, owed(details.payment)) == [fixed]


@pytest.mark.parametrize("shown", [VA, DisplayCode("ALFAMART", "8020011234567890")])
def test_a_number_or_code_is_paid_once_and_after_a_part_the_rest_goes_elsewhere(shown: NextAction) -> None:
    one = attempt(AttemptStatus.PENDING, shown, captured=130_000)
    assert not asks_for_the_rest(one, 20_000)
    rest = attempt(AttemptStatus.PENDING, VA, number=2, amount=20_000)
    details = PaymentDetail(payment(PART, amount_captured=130_000), (one, rest), ())
    assert payable(details) is rest


def test_an_attempt_for_the_rest_is_shown_until_the_part_is_taken_back() -> None:
    rest = attempt(AttemptStatus.PENDING, DisplayQr("000201"), number=2, amount=20_000)
    assert asks_for_the_rest(rest, 20_000)
    assert not asks_for_the_rest(rest, 150_000)
    assert not too_much([rest], 150_000)


def test_a_registration_that_got_lost_is_made_again_for_the_rest_only() -> None:
    again = shrunk(coins(tolerance=485_097), 2_425)
    assert again.quote is not None
    assert (again.amount, again.quote.amount, again.quote.tolerance) == (2_425, "24254850", "242548")
    assert shrunk(coins(), 4_850) == coins()
