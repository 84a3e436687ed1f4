"""Which page a payer sees: pure decisions over made-up payments."""

from datetime import timedelta

import pytest

from gerbang.core.payments.model import AttemptStatus, PaymentStatus, Whole
from gerbang.web.checkout import scene
from gerbang.web.checkout.login import safe_next
from gerbang.web.checkout.scene import Scene
from gerbang.web.checkout.shop import SHIPPING, bill_lines, read_cart

from .stories import NOW, RETURNED, STORIES, VA, attempt, payment

EXPECTED = {
    "choose": Scene.CHOOSE, "qr": Scene.QR, "qr-test": Scene.QR, "qr-plain": Scene.QR, "away-wallet": Scene.AWAY, "away-phone": Scene.AWAY, "over": Scene.ACCOUNT,
    "over-part-paid": Scene.ACCOUNT, "choose-after-silence": Scene.CHOOSE, "account": Scene.ACCOUNT, "account-longest": Scene.ACCOUNT, "account-test": Scene.ACCOUNT,
    "account-soon": Scene.ACCOUNT, "account-bare": Scene.ACCOUNT, "code": Scene.CODE, "crypto": Scene.CRYPTO, "crypto-hosted": Scene.CRYPTO, "crypto-seen": Scene.CRYPTO,
    "crypto-seen-a-part": Scene.CRYPTO, "crypto-part-paid": Scene.CRYPTO, "crypto-part-elsewhere": Scene.CRYPTO, "reversed-chain": Scene.REVERSED, "reversed-over": Scene.REVERSED, "reversed-bank": Scene.REVERSED, "qr-part-elsewhere": Scene.PART_CLOSED, "crypto-paid": Scene.RECEIPT, "away": Scene.AWAY, "app": Scene.APP,
    "preparing": Scene.PREPARING, "part-paid": Scene.ACCOUNT, "part-once": Scene.PART_CLOSED, "paid-after-cancel": Scene.RECEIPT, "part-given-back": Scene.PART_CLOSED, "cancelled-returning": Scene.CANCELLED, "cancelled-returned": Scene.CANCELLED, "checking-taken-back": Scene.CHECKING, "part-closed": Scene.PART_CLOSED, "part-closed-late": Scene.PART_CLOSED,
    "checking-unknown": Scene.CHECKING, "checking-held": Scene.CHECKING, "checking-disputed": Scene.CHECKING,
    "declined": Scene.DECLINED, "expired": Scene.EXPIRED, "expired-unchosen": Scene.EXPIRED, "expired-closed": Scene.EXPIRED, "declined-closed": Scene.DECLINED, "expired-crypto": Scene.EXPIRED,
    "cancelled": Scene.CANCELLED, "paid": Scene.RECEIPT, "paid-test": Scene.RECEIPT, "paid-late": Scene.RECEIPT,
    "paid-twice": Scene.RECEIPT, "paid-surplus": Scene.RECEIPT, "refunded": Scene.RECEIPT, "partly-refunded": Scene.RECEIPT,
    "refund-needs-account": Scene.RECEIPT, "refund-coming": Scene.RECEIPT,
}  # fmt: skip


@pytest.mark.parametrize("name", list(STORIES))
def test_every_story_has_its_page(name: str) -> None:
    assert scene.scene_of(STORIES[name]) is EXPECTED[name]


def test_coming_back_from_a_hosted_page_asks_instead_of_believing() -> None:
    assert scene.scene_of(RETURNED) is Scene.AWAY
    assert scene.scene_of(RETURNED, returned=True) is Scene.ASKING


def test_paid_stays_paid_whatever_the_address_asks_for() -> None:
    assert scene.scene_of(STORIES["paid"], choosing=True, returned=True) is Scene.RECEIPT


def test_no_second_payment_is_offered_while_one_is_being_checked() -> None:
    for name in ("checking-unknown", "checking-held", "checking-disputed"):
        assert scene.scene_of(STORIES[name], choosing=True) is Scene.CHECKING


@pytest.mark.parametrize("status", list(PaymentStatus))
def test_every_status_has_a_page_with_and_without_attempts(status: PaymentStatus) -> None:
    for attempts in ((), *((attempt(one, VA),) for one in AttemptStatus)):
        assert scene.scene_of(Whole(payment(status), attempts, ())) in Scene


def test_the_leaves_meet_when_the_time_is_over() -> None:
    tried = attempt(created_at=NOW, expires_at=NOW + timedelta(minutes=20))
    assert scene.countdown(tried, NOW).leaf == 0
    assert scene.countdown(tried, NOW + timedelta(minutes=10)).leaf == 250
    assert not scene.countdown(tried, NOW + timedelta(minutes=10)).soon
    assert scene.countdown(tried, NOW + timedelta(minutes=15)).soon
    over = scene.countdown(tried, NOW + timedelta(hours=1))
    assert (over.leaf, over.left_ms) == (500, 0)


def test_the_version_changes_with_whatever_the_page_shows() -> None:
    versions = {
        scene.version_of(STORIES[name])
        for name in ("choose", "account", "preparing", "part-paid", "paid", "paid-late", "refunded")
    }
    assert len(versions) == 7


def test_items_of_a_strange_shape_are_left_out() -> None:
    odd = payment(
        items=({"name": "Kopi", "amount": 1.5}, {"amount": 3}, {"name": 4, "amount": 3}, {"name": "Teh", "amount": 5})
    )
    assert [item.name for item in scene.items(odd)] == ["Teh"]


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
    assert [item.note for item in scene.items(several)] == ["3 × celup", ""]
