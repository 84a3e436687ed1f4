"""Which page a payer sees: pure decisions over made-up payments."""

from datetime import timedelta

import pytest

from gerbang.core.payments.model import AttemptStatus, PaymentDetail, PaymentStatus
from gerbang.web.checkout import checkout_state
from gerbang.web.checkout.checkout_state import CheckoutState
from gerbang.web.checkout.login import safe_next
from gerbang.web.checkout.shop import SHIPPING, bill_lines, read_cart
from tests.web.checkout.example_payments import NOW, RETURNED, STORIES, VA, attempt, payment

EXPECTED = {
    "choose": CheckoutState.CHOOSE,
    "qr": CheckoutState.QR,
    "qr-test": CheckoutState.QR,
    "qr-plain": CheckoutState.QR,
    "away-wallet": CheckoutState.AWAY,
    "away-phone": CheckoutState.AWAY,
    "over": CheckoutState.ACCOUNT,
    "over-part-paid": CheckoutState.ACCOUNT,
    "choose-after-silence": CheckoutState.CHOOSE,
    "choose-while-waiting": CheckoutState.CHOOSE,
    "account": CheckoutState.ACCOUNT,
    "account-longest": CheckoutState.ACCOUNT,
    "account-test": CheckoutState.ACCOUNT,
    "account-soon": CheckoutState.ACCOUNT,
    "account-bare": CheckoutState.ACCOUNT,
    "code": CheckoutState.CODE,
    "crypto": CheckoutState.CRYPTO,
    "crypto-hosted": CheckoutState.CRYPTO,
    "crypto-seen": CheckoutState.CRYPTO,
    "crypto-seen-a-part": CheckoutState.CRYPTO,
    "crypto-part-paid": CheckoutState.CRYPTO,
    "crypto-part-elsewhere": CheckoutState.CRYPTO,
    "reversed-chain": CheckoutState.REVERSED,
    "reversed-over": CheckoutState.REVERSED,
    "reversed-bank": CheckoutState.REVERSED,
    "qr-part-elsewhere": CheckoutState.PART_CLOSED,
    "crypto-paid": CheckoutState.RECEIPT,
    "away": CheckoutState.AWAY,
    "app": CheckoutState.APP,
    "preparing": CheckoutState.PREPARING,
    "part-paid": CheckoutState.ACCOUNT,
    "part-once": CheckoutState.PART_CLOSED,
    "paid-after-cancel": CheckoutState.RECEIPT,
    "part-given-back": CheckoutState.PART_CLOSED,
    "cancelled-returning": CheckoutState.CANCELLED,
    "cancelled-returned": CheckoutState.CANCELLED,
    "checking-taken-back": CheckoutState.CHECKING,
    "part-closed": CheckoutState.PART_CLOSED,
    "part-closed-late": CheckoutState.PART_CLOSED,
    "checking-unknown": CheckoutState.CHECKING,
    "checking-held": CheckoutState.CHECKING,
    "checking-disputed": CheckoutState.CHECKING,
    "declined": CheckoutState.DECLINED,
    "expired": CheckoutState.EXPIRED,
    "expired-unchosen": CheckoutState.EXPIRED,
    "expired-closed": CheckoutState.EXPIRED,
    "declined-closed": CheckoutState.DECLINED,
    "expired-crypto": CheckoutState.EXPIRED,
    "cancelled": CheckoutState.CANCELLED,
    "paid": CheckoutState.RECEIPT,
    "paid-test": CheckoutState.RECEIPT,
    "paid-late": CheckoutState.RECEIPT,
    "paid-twice": CheckoutState.RECEIPT,
    "paid-surplus": CheckoutState.RECEIPT,
    "refunded": CheckoutState.RECEIPT,
    "partly-refunded": CheckoutState.RECEIPT,
    "refund-needs-account": CheckoutState.RECEIPT,
    "refund-coming": CheckoutState.RECEIPT,
}


@pytest.mark.parametrize("name", list(STORIES))
def test_every_story_has_its_page(name: str) -> None:
    assert checkout_state.state_of(STORIES[name]) is EXPECTED[name]


def test_coming_back_from_a_hosted_page_asks_instead_of_believing() -> None:
    assert checkout_state.state_of(RETURNED) is CheckoutState.AWAY
    assert checkout_state.state_of(RETURNED, returned=True) is CheckoutState.ASKING


def test_paid_stays_paid_whatever_the_address_asks_for() -> None:
    assert checkout_state.state_of(STORIES["paid"], choosing=True, returned=True) is CheckoutState.RECEIPT


def test_no_second_payment_is_offered_while_one_is_being_checked() -> None:
    for name in ("checking-unknown", "checking-held", "checking-disputed"):
        assert checkout_state.state_of(STORIES[name], choosing=True) is CheckoutState.CHECKING


@pytest.mark.parametrize("status", list(PaymentStatus))
def test_every_status_has_a_page_with_and_without_attempts(status: PaymentStatus) -> None:
    for attempts in ((), *((attempt(one, VA),) for one in AttemptStatus)):
        assert checkout_state.state_of(PaymentDetail(payment(status), attempts, ())) in CheckoutState


def test_the_leaves_meet_when_the_time_is_over() -> None:
    tried = attempt(created_at=NOW, expires_at=NOW + timedelta(minutes=20))
    assert checkout_state.countdown(tried, NOW).leaf == 0
    assert checkout_state.countdown(tried, NOW + timedelta(minutes=10)).leaf == 250
    assert not checkout_state.countdown(tried, NOW + timedelta(minutes=10)).soon
    assert checkout_state.countdown(tried, NOW + timedelta(minutes=15)).soon
    over = checkout_state.countdown(tried, NOW + timedelta(hours=1))
    assert (over.leaf, over.left_ms) == (500, 0)


def test_the_version_changes_with_whatever_the_page_shows() -> None:
    versions = {
        checkout_state.version_of(STORIES[name])
        for name in ("choose", "account", "preparing", "part-paid", "paid", "paid-late", "refunded")
    }
    assert len(versions) == 7


def test_items_of_a_strange_shape_are_left_out() -> None:
    odd = payment(
        items=({"name": "Kopi", "amount": 1.5}, {"amount": 3}, {"name": 4, "amount": 3}, {"name": "Teh", "amount": 5})
    )
    assert [item.name for item in checkout_state.items(odd)] == ["Teh"]


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "evil",
        "",
        "/login",
        "/" + "a" * 600,
    ],
)
def test_the_door_leads_only_to_our_own_pages(address: str) -> None:
    assert safe_next(address) == ""


def test_the_door_leads_on_to_where_one_came_from() -> None:
    assert safe_next("/console/payments?status=held") == "/console/payments?status=held"


def test_a_cart_cookie_is_read_and_never_believed() -> None:
    assert read_cart("kopi-gayo:2.sambal-roa:1") == {"kopi-gayo": 2, "sambal-roa": 1}
    assert read_cart("kopi-gayo:99.nothing:1.gula-aren:-1.beras-rojolele:x.:.kecap-manis:0") == {}
    lines = bill_lines({"kopi-gayo": 2}, "id")
    assert sum(line.amount for line in lines) == 2 * 89_000 + SHIPPING
    assert bill_lines({}, "id") == ()


def test_a_line_says_how_many_of_it_there_are() -> None:
    several = payment(
        items=(
            {"name": "Teh", "note": "celup", "quantity": 3, "amount": 5},
            {"name": "Kopi", "quantity": 1, "amount": 4},
        )
    )
    assert [item.note for item in checkout_state.items(several)] == ["3 × celup", ""]
