"""Made-up payments in every state that a payer can meet: what the page tests render. No database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace as changed

from gerbang.base.formats import Locale
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    DisputeState,
    Failure,
    Offer,
    Payment,
    PaymentDetail,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from gerbang.ports.next_action import (
    DisplayCode,
    DisplayCrypto,
    DisplayQr,
    DisplayVirtualAccount,
    NextAction,
    Redirect,
    Wait,
)
from gerbang.ports.payment import Lookup, Method, MethodOption, Payer, Quote, SubmissionEffect
from gerbang.web.checkout.crypto_view import Seen
from gerbang.web.checkout.provider_signs import ProviderSigns
from gerbang.web.checkout.view import Choice, Visit

NOW = datetime(2026, 11, 23, 7, 19, 47, tzinfo=UTC)
PAYMENT_ID = UUID("0193a6b0-0000-7000-8000-00000000000a")
ITEMS: tuple[Mapping[str, Any], ...] = (
    {"name": "Kopi Gayo", "note": "250 g, biji", "amount": 89_000},
    {"name": "Gula aren bubuk", "note": "500 g", "amount": 38_000},
    {"name": "Ongkos kirim", "note": "Ke Kotagede, Yogyakarta", "amount": 23_000},
)
S = AttemptStatus


def payment(status: PaymentStatus = PaymentStatus.CREATED, **fields: Any) -> Payment:
    made = Payment(
        id=PAYMENT_ID,
        status=status,
        late=False,
        livemode=True,
        amount=150_000,
        currency="IDR",
        amount_captured=0,
        amount_refunded=0,
        amount_excess=0,
        description="Toko Lumbung LBG-1123-0417",
        order_reference="LBG-1123-0417",
        owner_id=None,
        metadata={},
        items=ITEMS,
        return_url=None,
        sequence=1,
        created_at=NOW - timedelta(minutes=20),
        updated_at=NOW,
        expires_at=NOW + timedelta(days=1),
        paid_at=None,
        cancelled_at=None,
    )
    return changed(made, **fields)


def attempt(
    status: AttemptStatus = S.PENDING, action: NextAction | None = None, number: int = 1, **fields: Any
) -> Attempt:
    made = Attempt(
        id=UUID(int=number),
        payment_id=PAYMENT_ID,
        number=number,
        status=status,
        method=Method.VIRTUAL_ACCOUNT,
        options={"bank": "BCA"},
        connection="nicepay",
        effect=SubmissionEffect.INSTRUCTS,
        lookup=Lookup.BY_THEIRS,
        amount=150_000,
        currency="IDR",
        captured=0,
        refunded=0,
        refund_reserved=0,
        dispute=DisputeState.NONE,
        provider_reference="TX1",
        unsent=False,
        next_action=action,
        failure=None,
        asked_at=None,
        created_at=NOW - timedelta(minutes=14),
        updated_at=NOW,
        expires_at=NOW + timedelta(hours=23, minutes=41, seconds=8),
    )
    return changed(made, **fields)


def refund(status: RefundStatus, amount: int = 150_000, **fields: Any) -> Refund:
    made = Refund(
        id=UUID(int=77),
        payment_id=PAYMENT_ID,
        attempt_id=UUID(int=1),
        status=status,
        amount=amount,
        currency="IDR",
        credit_amount=0,
        reason="Barang habis",
        provider_reference=None,
        failure=None,
        requested_by="user:usr_1",
        created_at=NOW,
        updated_at=NOW,
    )
    return changed(made, **fields)


VA = DisplayVirtualAccount("BCA", "7001400216480392")
ADDRESS = "0x7E2c41B9f0aD86C35b1E9D204a6F8C1377Ae90d4"
USDC = DisplayCrypto(
    "base",
    "USDC",
    ADDRESS,
    "48509700",
    f"ethereum:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913@8453/transfer?address={ADDRESS}&uint256=48509700",
)


def _tags(**values: str) -> str:
    return "".join(f"{name[1:]}{len(value):02d}{value}" for name, value in values.items())


# A QRIS by the format: Toko Lumbung in Yogyakarta, Rp 150.000, good once.
QRIS = _tags(
    _00="01",
    _01="12",
    _51=_tags(_00="ID.CO.QRIS.WWW", _02="ID1020021175179", _03="UMI"),
    _52="5411",
    _53="360",
    _54="150000",
    _58="ID",
    _59="Toko Lumbung",
    _60="Yogyakarta",
    _61="55172",
    _63="6D5C",
)
QUOTE = Quote(
    asset="USDC",
    network="base",
    decimals=6,
    amount="48509700",
    rate="0.9998",
    source="Coinbase",
    spread_bp=0,
    tolerance="0",
    holder="wallet:base:USDC",
    locked_at=NOW - timedelta(minutes=14),
    expires_at=NOW + timedelta(minutes=16),
)
PAYER = Payer(name="Sari Wulandari", email="sari.wulandari@example.com")
P = PaymentStatus


def _story(
    made: Payment, attempts: Sequence[Attempt] = (), refunds: Sequence[Refund] = (), payer: Payer = PAYER
) -> PaymentDetail:
    return PaymentDetail(made, tuple(attempts), tuple(refunds), payer)


def _paid(status: PaymentStatus = P.PAID, **fields: Any) -> Payment:
    return payment(status, **({"amount_captured": 150_000, "paid_at": NOW} | fields))


def _crypto(
    status: AttemptStatus = S.PENDING, action: DisplayCrypto = USDC, captured: int = 0, **fields: Any
) -> Attempt:
    made = attempt(
        status,
        action,
        method=Method.CRYPTO,
        options={"asset": "USDC", "network": "base"},
        amount=4_850,
        currency="USD",
        captured=captured,
        expires_at=NOW + timedelta(minutes=16),
        quote=QUOTE,
        connection="evm",
    )
    return changed(made, **fields)


def _dollars(status: PaymentStatus = P.PENDING, **fields: Any) -> Payment:
    lines = (
        {"name": "Gayo coffee", "note": "3 × 250 g", "amount": 2_700},
        {"name": "Shipping", "note": "To Utrecht", "amount": 2_150},
    )
    return payment(status, amount=4_850, currency="USD", items=lines, **fields)


_SENT = Seen("0x4be177d0" + "00" * 26 + "c2f9a83e", 38_214_907, 3, 12, counted=False, amount=48_509_700, at=NOW)
# What the node shows of a story's payment; nothing where the story is not named.
SEEN: Mapping[str, tuple[Seen, ...]] = {
    "crypto-seen": (_SENT,),
    "crypto-seen-a-part": (replace(_SENT, amount=20_000_000),),
    "crypto-part-paid": (replace(_SENT, amount=20_000_000, confirmations=12, counted=True),),
}


def _qr(content: str = QRIS, **fields: Any) -> Attempt:
    made = attempt(S.PENDING, DisplayQr(content), method=Method.QRIS, options={})
    return changed(made, **({"expires_at": NOW + timedelta(minutes=11, seconds=12)} | fields))


def _wallet(name: str, action: NextAction) -> Attempt:
    return attempt(
        S.PENDING, action, method=Method.EWALLET, options={"wallet": name}, expires_at=NOW + timedelta(minutes=9)
    )


_DONE = attempt(S.CAPTURED, VA, captured=150_000)
STORIES: Mapping[str, PaymentDetail] = {
    "choose": _story(payment()),
    "choose-after-silence": _story(payment(P.PENDING), [attempt(S.ABANDONED)]),
    "choose-while-waiting": _story(payment(P.PENDING), [*(attempt(S.ABANDONED, number=n) for n in range(1, 5)), attempt(S.SUBMITTING, number=5, unsent=True)]),
    "account": _story(payment(P.PENDING), [attempt(S.PENDING, VA)]),
    "account-longest": _story(
        payment(P.PENDING), [attempt(S.PENDING, DisplayVirtualAccount("BCA", "39355000121625000178903"))]
    ),
    "account-test": _story(payment(P.PENDING, livemode=False), [attempt(S.PENDING, VA)]),
    "account-soon": _story(
        payment(P.PENDING), [attempt(S.PENDING, VA, created_at=NOW - timedelta(minutes=20), expires_at=NOW + timedelta(seconds=192))]
    ),
    "account-bare": _story(payment(P.PENDING, items=(), order_reference=None), [attempt(S.PENDING, VA)], payer=Payer()),
    "code": _story(
        payment(P.PENDING),
        [attempt(S.PENDING, DisplayCode("ALFAMART", "81203948112"), method=Method.CONVENIENCE_STORE, options={"store": "ALFAMART"})],
    ),
    "crypto": _story(_dollars(), [_crypto()]),
    "crypto-hosted": _story(_dollars(), [_crypto(action=changed(USDC, page="https://payments.coinbase.com/payment-links/pl_1"))]),
    "crypto-seen": _story(_dollars(), [_crypto()]),
    "crypto-seen-a-part": _story(_dollars(), [_crypto()]),
    "crypto-part-paid": _story(_dollars(P.PART_PAID, amount_captured=1_999), [_crypto(captured=1_999, received=20_000_000, deposit=0)]),
    "reversed-chain": _story(_dollars(), [_crypto(deposit=0, failure=Failure("transfer_dropped", "gone"))]),
    "reversed-over": _story(_dollars(P.EXPIRED), [_crypto(S.EXPIRED, deposit=0, expires_at=NOW, failure=Failure("transfer_dropped", "gone"))]),
    "reversed-bank": _story(payment(P.PENDING), [attempt(S.PENDING, VA, failure=Failure("transfer_reversed", "The bank reversed the deposit."))]),
    "crypto-part-elsewhere": _story(_dollars(P.PART_PAID, amount_captured=2_425), [_crypto(deposit=0)]),
    "qr-part-elsewhere": _story(payment(P.PART_PAID, amount_captured=130_000), [attempt(S.CANCELLED, VA, captured=130_000), _qr(number=2)]),
    "crypto-paid": _story(_dollars(P.PAID, amount_captured=4_850, paid_at=NOW), [_crypto(S.CAPTURED, captured=4_850)]),
    "away": _story(
        payment(P.PENDING), [attempt(S.PENDING, Redirect("https://www.nicepay.example/pay?tXid=1"), method=Method.CARD, options={})]
    ),
    "away-wallet": _story(payment(P.PENDING), [_wallet("DANA", Redirect("https://www.nicepay.example/pay?tXid=2"))]),
    "away-phone": _story(payment(P.PENDING), [_wallet("OVO", Redirect("https://www.nicepay.example/pay?tXid=3"))]),
    "app": _story(payment(P.PENDING), [_wallet("OVO", Wait())], payer=replace(PAYER, phone="+62 812-0000-0417")),
    "qr": _story(payment(P.PENDING), [_qr()]),
    "qr-test": _story(payment(P.PENDING, livemode=False), [_qr(expires_at=NOW + timedelta(seconds=192))]),
    "qr-plain": _story(payment(P.PENDING), [_qr("a code in no format that we know")]),
    "over": _story(payment(P.PENDING), [attempt(S.PENDING, VA, expires_at=NOW)]),
    "over-part-paid": _story(payment(P.PART_PAID, amount_captured=130_000), [attempt(S.EXPIRED, VA, captured=130_000), attempt(S.PENDING, VA, number=2, amount=20_000, expires_at=NOW)]),
    "preparing": _story(payment(P.PENDING), [attempt(S.SUBMITTING, provider_reference=None)]),
    "part-paid": _story(payment(P.PART_PAID, amount_captured=130_000), [attempt(S.EXPIRED, VA, captured=130_000), attempt(S.PENDING, VA, number=2, amount=20_000)]),
    "part-once": _story(payment(P.PART_PAID, amount_captured=130_000), [attempt(S.PENDING, VA, captured=130_000)]),
    "part-given-back": _story(payment(P.PART_PAID, amount_captured=130_000, returned_parts=50_000), [attempt(S.PENDING, VA, captured=130_000)], [refund(RefundStatus.SUCCEEDED, 50_000)]),
    "paid-after-cancel": _story(_paid(late=True, cancelled_at=NOW - timedelta(hours=1)), [attempt(S.CAPTURED, VA, captured=150_000)]),
    "cancelled-returning": _story(payment(P.CANCELLED, amount_captured=130_000, returned_parts=130_000, cancelled_at=NOW), [attempt(S.CANCELLED, VA, captured=130_000)], [refund(RefundStatus.AWAITING_TRANSFER, 130_000)]),
    "cancelled-returned": _story(payment(P.REFUNDED, amount_captured=130_000, amount_refunded=130_000, returned_parts=130_000, cancelled_at=NOW), [attempt(S.CANCELLED, VA, captured=130_000)], [refund(RefundStatus.SUCCEEDED, 130_000)]),
    "checking-taken-back": _story(_paid(P.HELD), [attempt(S.HELD, VA, captured=150_000, failure=Failure("retracted_after_refund", "The bank reversed the deposit."))], [refund(RefundStatus.AWAITING_TRANSFER)]),
    "part-closed": _story(payment(P.PART_PAID, amount_captured=130_000), [attempt(S.EXPIRED, VA, captured=130_000)]),
    "part-closed-late": _story(
        payment(P.PART_PAID, amount_captured=130_000, expires_at=NOW - timedelta(days=1)), [attempt(S.EXPIRED, VA, captured=130_000)]
    ),
    "checking-unknown": _story(payment(P.UNKNOWN), [attempt(S.UNKNOWN, method=Method.CARD, options={})]),
    "checking-held": _story(payment(P.HELD), [attempt(S.HELD, method=Method.CARD, options={})]),
    "checking-disputed": _story(payment(P.DISPUTED), [attempt(S.CAPTURED, captured=150_000, dispute=DisputeState.OPEN)]),
    "declined": _story(
        payment(P.FAILED), [attempt(S.FAILED, method=Method.CARD, options={}, failure=Failure("insufficient_funds", "code 51"))]
    ),
    "declined-closed": _story(
        payment(P.FAILED, expires_at=NOW - timedelta(days=1)), [attempt(S.FAILED, failure=Failure("declined", "no"))]
    ),
    "expired": _story(payment(P.EXPIRED, expires_at=NOW), [attempt(S.EXPIRED, VA, expires_at=NOW)]),
    "expired-closed": _story(
        payment(P.EXPIRED, expires_at=NOW - timedelta(days=1)), [attempt(S.EXPIRED, VA, expires_at=NOW - timedelta(days=1))]
    ),
    "expired-unchosen": _story(payment(P.EXPIRED, expires_at=NOW)),
    "expired-crypto": _story(_dollars(P.EXPIRED), [_crypto(S.EXPIRED)]),
    "cancelled": _story(payment(P.CANCELLED, cancelled_at=NOW)),
    "paid": _story(_paid(), [_DONE]),
    "paid-test": _story(_paid(livemode=False), [_DONE]),
    "paid-late": _story(_paid(late=True), [changed(_DONE, expires_at=NOW - timedelta(minutes=22))]),
    "paid-twice": _story(
        _paid(amount_captured=300_000, amount_excess=150_000), [_DONE, attempt(S.CAPTURED, VA, number=2, captured=150_000)]
    ),
    "paid-surplus": _story(_paid(amount_captured=170_000, amount_excess=20_000), [changed(_DONE, captured=170_000)]),
    "refunded": _story(
        _paid(status=P.REFUNDED, amount_refunded=150_000), [_DONE], [refund(RefundStatus.SUCCEEDED)]
    ),
    "partly-refunded": _story(
        _paid(status=P.PARTIALLY_REFUNDED, amount_refunded=47_000), [_DONE], [refund(RefundStatus.SUCCEEDED, 47_000)]
    ),
    "refund-needs-account": _story(_paid(), [_DONE], [refund(RefundStatus.AWAITING_TRANSFER)]),
    "refund-coming": _story(_paid(), [_DONE], [refund(RefundStatus.SUBMITTED)]),
}  # fmt: skip
RETURNED_TO_PHONE = _story(payment(P.PENDING), [_wallet("OVO", Redirect("https://www.nicepay.example/pay?tXid=3"))])
RETURNED = _story(
    payment(P.PENDING),
    [attempt(S.PENDING, Redirect("https://www.nicepay.example/pay?tXid=1"), method=Method.CARD, options={})],
)
BANKS = tuple(
    MethodOption(name, title)
    for name, title in (
        ("BCA", "BCA"),
        ("BRI", "BRI"),
        ("MANDIRI", "Mandiri"),
        ("BNI", "BNI"),
        ("PERMATA", "Permata"),
        ("CIMB", "CIMB Niaga"),
        ("DANAMON", "Danamon"),
        ("MAYBANK", "Maybank"),
        ("HANA", "Hana"),
    )
)
WALLETS = tuple(
    MethodOption(name, title, "ID" if name == "OVO" else "")
    for name, title in (("OVO", "OVO"), ("DANA", "DANA"), ("LINKAJA", "LinkAja"), ("SHOPEEPAY", "ShopeePay"))
)
OFFERS = (
    Offer(
        method=Method.VIRTUAL_ACCOUNT,
        connection="nicepay",
        option="bank",
        options=BANKS,
        least=10_000,
        most=50_000_000,
        available=True,
        reason="",
    ),
    Offer(
        method=Method.QRIS,
        connection="nicepay",
        option=None,
        options=(),
        least=1_000,
        most=10_000_000,
        available=True,
        reason="",
    ),
    Offer(
        method=Method.EWALLET,
        connection="nicepay",
        option="wallet",
        options=WALLETS,
        least=1_000,
        most=10_000_000,
        available=True,
        reason="",
    ),
    Offer(
        method=Method.CARD,
        connection="nicepay",
        option=None,
        options=(),
        least=10_000,
        most=50_000_000,
        available=True,
        reason="",
    ),
    Offer(
        method=Method.CONVENIENCE_STORE,
        connection="nicepay",
        option="store",
        options=(MethodOption("ALFAMART", "Alfamart"), MethodOption("INDOMARET", "Indomaret")),
        least=10_000,
        most=100_000,
        available=False,
        reason="above_maximum",
    ),
)


def visit(locale: Locale = "id", **fields: Any) -> Visit:
    made = Visit(shop="Toko Lumbung", home="/shop", now=NOW, locale=locale, key="k1", restart_for=timedelta(days=1))
    return replace(made, **fields)


def signs_of(details: PaymentDetail) -> ProviderSigns:
    """Of what was chosen, as these providers' terms say: OVO asks on the phone."""
    return ProviderSigns(asks_on_phone=any("OVO" in one.options.values() for one in details.attempts))


def choice(**fields: Any) -> Choice:
    return replace(Choice(OFFERS), **fields)
